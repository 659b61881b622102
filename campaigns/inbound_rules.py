"""Somebody calls one of our numbers: who may they be, and what do they hear? They rang us, so nothing here asks whether we may ring them.

Pure. Calling hours, holidays and attempt caps protect people from our ringing; consent protects them from our questions, and counts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from campaigns.states import MACHINES, Disposition
from leads.compliance import Reason
from leads.phone import to_e164

KNOWN_FOR = timedelta(days=30)  # "You missed a call from us" is true for so long; whoever calls later is greeted as a stranger

# What networks send in the place of a number that is not shown (ITU-T Q.731.3; +266696687 spells ANONYMOUS on a keypad).
WITHHELD = frozenset({"", "+266696687", "266696687"})

# Reasons not to RING a lead. All others are reasons not to ask them anything either, those that nobody has thought of yet included.
ONLY_ABOUT_RINGING = frozenset(
    {
        Reason.NUMBER_INVALID,
        Reason.NUMBER_KIND_REFUSED,
        Reason.ZONE_UNKNOWN,
        Reason.ZONE_INVALID,
        Reason.OUTSIDE_CALLING_HOURS,
        Reason.PUBLIC_HOLIDAY,
        Reason.HOLIDAYS_UNKNOWN,
        Reason.ATTEMPTS_TODAY,
        Reason.ATTEMPTS_WEEK,
        Reason.ATTEMPTS_MONTH,
    }
)

# After one of these there is something left to say to each other; every other result is the last word in its campaign.
UNFINISHED = MACHINES | {Disposition.INCOMPLETE, Disposition.CALLBACK_REQUESTED, Disposition.INFORMED}
FINISHED = frozenset(Disposition) - UNFINISHED


class Treatment(StrEnum):
    INTERVIEW = "interview"  # where it was broken off, or from its beginning
    NOTHING_MORE = "nothing_more"  # who called and why, and that nothing more is needed
    ON_THE_LIST = "on_the_list"  # that we do not call them


@dataclass(frozen=True, slots=True)
class CallerFacts:
    """What is known about a lead who calls us, in the campaign that called them last on this line."""

    is_on_dnc: bool
    is_campaign_open: bool  # running, or paused: a pause stops our ringing, not their calling
    is_finished: bool  # a result in FINISHED, on any call of this campaign
    is_owed_a_rep: bool  # a rep's call back was promised and not kept yet
    may_be_asked: bool  # see `may_be_asked`


def treatment(facts: CallerFacts) -> Treatment:
    if facts.is_on_dnc:
        return Treatment.ON_THE_LIST
    is_done = facts.is_finished and not facts.is_owed_a_rep
    if is_done or not facts.is_campaign_open or not facts.may_be_asked:
        return Treatment.NOTHING_MORE
    return Treatment.INTERVIEW


def may_be_asked(reasons: Iterable[Reason]) -> bool:
    """Compliance's reasons, read for a person who rang us: does the consent that decides still stand?"""
    return ONLY_ABOUT_RINGING.issuperset(reasons)


def caller_number(text: str, *, region: str) -> str:
    """The caller's number in E.164, however the platform writes it; "" for one that is withheld or is no number. `region`: of our own line."""
    digits = text.strip()
    if digits in WITHHELD:
        return ""
    # A plus sign that nobody escaped arrives as a space in a form, and is gone by now.
    spellings = [f"+{digits}", digits] if digits.isdecimal() else [digits]
    return next((found.e164 for found in (to_e164(spelling, region=region) for spelling in spellings) if found.e164), "")
