"""How far into a number its country's plan looks. A plan tells numbers apart by their first digits and takes any digit behind these.

So numbers with the same decisive digits and the same length are of one kind, in one region and in the same zones, and it is enough to look one
of them up. That is read off the plan's own patterns, never assumed: where they look at every digit there is no short cut. Pure.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from functools import lru_cache
from re import _constants as ops  # type: ignore[attr-defined]  # the compiler's own reading of a pattern; what is unknown in it means no short cut
from re import _parser  # type: ignore[attr-defined]
from typing import Any

import phonenumbers
from phonenumbers import NumberParseException, PhoneMetadata
from phonenumbers.tzdata import TIMEZONE_DATA

_KINDS = (
    "general_desc", "fixed_line", "mobile", "toll_free", "premium_rate", "shared_cost", "personal_number", "voip", "pager", "uan", "voicemail",
)  # fmt: skip
_ANY_DIGIT = [(ops.IN, [(ops.CATEGORY, ops.CATEGORY_DIGIT)])]
_NATIONAL = re.compile(r"0?[1-9][0-9]{4,13}")
_LONGEST_CODE = 3


def twin_of(e164: str) -> str | None:
    """A number of the same kind, region and zones: the decisive digits of this one and zeros. None if this number stands for itself alone."""
    n_decisive = _n_decisive(e164[1 : 1 + _LONGEST_CODE])
    if n_decisive is None:
        return None
    twin = e164[: 1 + n_decisive].ljust(len(e164), "0")
    return twin if _is_taken_as_written(twin) else None


def e164_of(digits: str, region: str) -> str | None:
    """How the library reads these digits, as they are dialled within the region, before asking whether it exists; None: ask the library itself."""
    n_decisive = _n_decisive_at_home(region)
    if n_decisive is None or not _NATIONAL.fullmatch(digits):
        return None
    read = _read_at_home(digits[:n_decisive].ljust(len(digits), "0"), region)
    return f"{read[0]}{digits[read[1] :]}" if read else None


def n_looked_at(pattern: str) -> float:
    """Beyond so many digits this pattern takes any digit; infinite if it is not known where it stops to look."""
    return _walked(_parser.parse(pattern), 0)[1]


def _walked(tokens: Any, at: float) -> tuple[float, float]:
    """Where the furthest match of these tokens ends if it begins at `at` or before, and how far they look."""
    end, looked = at, 0.0
    for op, held in tokens:
        end, further = _step(op, held, end)
        looked = max(looked, further)
    return end, looked


def _step(op: Any, held: Any, at: float) -> tuple[float, float]:
    if [(op, held)] == _ANY_DIGIT:
        return at + 1, 0
    if op in (ops.LITERAL, ops.IN):
        return at + 1, at + 1
    if op is ops.SUBPATTERN:
        return _walked(held[-1], at)
    if op is ops.BRANCH:
        ends, looked = zip(*(_walked(branch, at) for branch in held[1]), strict=True)
        return max(ends), max(looked)
    if op is ops.MAX_REPEAT:
        _, most, tokens = held
        width = _walked(tokens, 0)[0]
        if most is ops.MAXREPEAT:
            return _walked(tokens, math.inf)
        return _walked(tokens, at + width * (most - 1) if most > 1 else at)
    if op is ops.AT and held is ops.AT_END:
        return at, 0  # asks for the length alone
    return math.inf, math.inf


# ---- what the library asks of a number --------------------------------------------------------------------------------------------


@lru_cache(maxsize=2**10)
def _n_decisive(start: str) -> int | None:
    """Of the digits behind the plus, by the first three of them."""
    code, regions = _plan_of(start)
    plans = [plan for region in regions if (plan := PhoneMetadata.metadata_for_region(region, None)) is not None]
    if not plans or len(plans) < len(regions):
        return None
    patterns = [pattern for plan in plans for pattern in _patterns_of(plan)]
    looked = len(code) + max(map(n_looked_at, [*patterns, plans[0].national_prefix_for_parsing or ""]))
    return _whole(max(looked, *(len(start) for start in TIMEZONE_DATA if start.startswith(code)), len(code)))


def _plan_of(start: str) -> tuple[str, tuple[str, ...]]:
    """The calling code and its regions, its main one first."""
    codes = (start[:n] for n in range(1, len(start) + 1))
    code = next((code for code in codes if int(code) in phonenumbers.COUNTRY_CODE_TO_REGION_CODE), "")
    return code, phonenumbers.COUNTRY_CODE_TO_REGION_CODE[int(code)] if code else ()


def _patterns_of(plan: PhoneMetadata) -> Iterator[str]:
    if plan.leading_digits:
        yield plan.leading_digits
    for kind in _KINDS:
        held = getattr(plan, kind)
        if held is not None and held.national_number_pattern:
            yield held.national_number_pattern


@lru_cache(maxsize=2**14)
def _is_taken_as_written(e164: str) -> bool:
    """Whether nothing in it could be taken for a prefix that is dialled within the country, and cut off or replaced."""
    code, regions = _plan_of(e164[1 : 1 + _LONGEST_CODE])
    plan = PhoneMetadata.metadata_for_region(regions[0], None)
    if plan is None:
        return False
    prefix = plan.national_prefix_for_parsing
    return not prefix or not re.match(prefix, e164[1 + len(code) :])


@lru_cache(maxsize=2**9)
def _n_decisive_at_home(region: str) -> int | None:
    plan = PhoneMetadata.metadata_for_region(region, None) if region in phonenumbers.SUPPORTED_REGIONS else None
    if plan is None or plan.general_desc is None or plan.national_prefix_transform_rule:
        return None
    longest_prefix, looked = _walked(_parser.parse(plan.national_prefix_for_parsing or ""), 0)
    number = n_looked_at(plan.general_desc.national_number_pattern or "")
    abroad = n_looked_at(plan.international_prefix or "")
    return _whole(max(looked, longest_prefix + number, abroad, len(str(plan.country_code))))


@lru_cache(maxsize=2**14)
def _read_at_home(digits: str, region: str) -> tuple[str, int] | None:
    """What comes before the national number, and how many of these digits do not belong to it."""
    plan = PhoneMetadata.metadata_for_region(region, None)
    if plan is None:
        return None
    code = str(plan.country_code)
    if digits.startswith(code) or (plan.international_prefix and re.match(plan.international_prefix, digits)):
        return None  # may be written with its country
    try:
        number = phonenumbers.parse(digits, region)
    except NumberParseException:
        return None
    return f"+{code}", len(digits) - len(phonenumbers.national_significant_number(number))


def _whole(n_digits: float) -> int | None:
    return None if math.isinf(n_digits) else int(n_digits)
