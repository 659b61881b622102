"""AAPOR's final disposition codes, and the response rates that are computed from them.

Pure. Codes and formulas: AAPOR, Standard Definitions, phone surveys (2015 edition, read 2026-11-22).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from leads.said import N_, Sentence, as_it_is, listed, sentence

CODES: Mapping[str, str] = MappingProxyType(
    {
        "1.1": N_("complete"),
        "1.2": N_("partial"),
        "2.11": N_("refusal"),
        "2.12": N_("break-off"),
        "2.21": N_("respondent not available"),
        "2.22": N_("voicemail of the respondent"),
        "2.31": N_("deceased"),
        "2.32": N_("physically or mentally unable"),
        "2.33": N_("language"),
        "2.34": N_("other, eligible"),
        "3.11": N_("not attempted"),
        "3.12": N_("always busy"),
        "3.13": N_("rings, no answer"),
        "3.14": N_("voicemail, not known whose"),
        "3.15": N_("call blocked"),
        "3.16": N_("technical trouble of the phone"),
        "3.21": N_("answered, nobody screened"),
        "3.9": N_("other, eligibility unknown"),
        "4.2": N_("fax or data line"),
        "4.3": N_("number not in service"),
        "4.5": N_("no household: a business or other"),
        "4.7": N_("not eligible"),
        "4.8": N_("quota full"),
    }
)


def named(code: str) -> Sentence:
    return listed([as_it_is(code), sentence(CODES[code])], " ")


class Group(StrEnum):
    """What a code counts as in the rates, the most telling first: a case is what its most telling attempt says."""

    COMPLETE = "I"
    PARTIAL = "P"
    REFUSAL = "R"
    OTHER = "O"
    NON_CONTACT = "NC"
    NOT_ELIGIBLE = "not eligible"
    UNKNOWN_PERSON = "UO"  # a person or household, not known whether eligible
    UNKNOWN_NUMBER = "UH"  # not known whether anybody lives at the number


_BY_PREFIX = (
    ("1.1", Group.COMPLETE),
    ("1.2", Group.PARTIAL),
    ("2.1", Group.REFUSAL),
    ("2.2", Group.NON_CONTACT),
    ("2.3", Group.OTHER),
    ("3.1", Group.UNKNOWN_NUMBER),
    ("3.", Group.UNKNOWN_PERSON),
    ("4.", Group.NOT_ELIGIBLE),
)


def group_of(code: str) -> Group:
    """Raises KeyError for a code that is none."""
    if code not in CODES:
        raise KeyError(code)
    return next(group for prefix, group in _BY_PREFIX if code.startswith(prefix))


@dataclass(frozen=True, slots=True)
class Rates:
    """Shares from 0 to 1; None where the formula divides by nobody. `e` is the share of unknown cases taken to be eligible."""

    e: float | None
    e_is: str  # how it was computed
    rates: Mapping[str, float | None]  # RR1 … RR6, COOP1, REF1, CON1


E_IS = N_("known eligible / (known eligible + known not eligible), the proportional method (CASRO)")


def rates(cases: Mapping[Group, int]) -> Rates:
    """`cases`: how many of each group; those that are missing are none."""
    n = {group: cases.get(group, 0) for group in Group}
    complete, partial, refused = n[Group.COMPLETE], n[Group.PARTIAL], n[Group.REFUSAL]
    eligible = complete + partial + refused + n[Group.NON_CONTACT] + n[Group.OTHER]
    unknown = n[Group.UNKNOWN_NUMBER] + n[Group.UNKNOWN_PERSON]
    e = _share(eligible, eligible + n[Group.NOT_ELIGIBLE])
    everybody, estimated = eligible + unknown, eligible + (e or 0.0) * unknown
    reached = complete + partial + refused + n[Group.OTHER]
    return Rates(
        e=e,
        e_is=E_IS,
        rates=MappingProxyType(
            {
                "RR1": _share(complete, everybody),
                "RR2": _share(complete + partial, everybody),
                "RR3": _share(complete, estimated),
                "RR4": _share(complete + partial, estimated),
                "RR5": _share(complete, eligible),
                "RR6": _share(complete + partial, eligible),
                "COOP1": _share(complete, reached),
                "REF1": _share(refused, everybody),
                "CON1": _share(reached, everybody),
            }
        ),
    )


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole else None
