"""Whom a hot lead is offered to: who is asked now, who next, and why the others are not.

Pure. Knows reps as values, and a campaign's rule. Asks nobody who does not speak the language of the call or lacks a skill, whatever else:
with none of those there, the answer is "nobody", in words, and never an offer that no one sees.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from types import MappingProxyType

from leads.said import sentence


class Ring(StrEnum):
    RING_ALL = "ring_all"
    SEQUENTIAL = "sequential"  # one after another, always in the same order
    LONGEST_IDLE = "longest_idle"  # one after another, who has waited longest for a lead first


class Said(StrEnum):
    """What a rep who was asked for this lead has said so far."""

    NOTHING_YET = "nothing yet"
    YES = "yes"  # the lead is still warming; once it is hot it is theirs
    NO = "no"
    NOTHING_IN_TIME = "nothing in time"


class Nobody(StrEnum):
    """Why there is nobody to ask, nor to wait for."""

    NOT_THERE = "not there"
    NOT_VERIFIED = "not verified"
    WRONG_LANGUAGE = "wrong language"
    LACKS_SKILL = "lacks skill"
    ALL_DECLINED = "all declined"
    NOT_IN_TIME = "not in time"


@dataclass(frozen=True, slots=True)
class Candidate:
    rep_id: int
    order: int  # the campaign's fixed order, lowest first
    is_present: bool  # available, with the queue page open
    is_verified: bool  # the number is known to be theirs; nobody else's is rung
    is_free: bool  # with no other lead, nothing to write up, and no call of ours
    languages: frozenset[str] = frozenset()  # as in "sw"; empty: any
    skills: frozenset[str] = frozenset()
    idle_since: datetime | None = None  # None: never had a lead, so longest of all
    is_last_rep: bool = False  # spoke with this lead last
    is_asked_elsewhere: bool = False  # another lead waits for this rep's answer
    said: Said | None = None  # None: not asked for this lead


@dataclass(frozen=True, slots=True)
class Rule:
    strategy: Ring = Ring.RING_ALL
    language: str = ""  # as in "sw"; "" where any rep will do
    language_name: str = ""  # as in "Swahili"
    needed_skills: frozenset[str] = frozenset()
    is_last_rep_first: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    ask: tuple[int, ...]  # to be asked now, besides those who are being asked already
    then: tuple[int, ...]  # who comes next, in this order
    not_asked: Mapping[int, str]  # by rep: why neither
    nobody: Nobody | None  # None: somebody is asked, or may be free in a moment


def choose(candidates: Sequence[Candidate], rule: Rule) -> Choice:
    """One who is there, but busy, is waited for: they may be free before the bot has finished."""
    if any(rep.said is Said.YES for rep in candidates):
        return Choice((), (), MappingProxyType({rep.rep_id: "another rep has it" for rep in candidates if rep.said is not Said.YES}), nobody=None)
    ready = _in_order([rep for rep in candidates if not _obstacle(rep, rule) and rep.said is None], rule)
    asked = [rep for rep in candidates if rep.said is Said.NOTHING_YET]
    ask = _to_ask(ready, asked, rule)
    return Choice(
        ask=tuple(rep.rep_id for rep in ask),
        then=tuple(rep.rep_id for rep in ready if rep not in ask),
        not_asked=MappingProxyType({rep.rep_id: why for rep in candidates if (why := _why_not(rep, rule))}),
        nobody=None if ready or asked or any(_is_waited_for(rep, rule) for rep in candidates) else _why_nobody(candidates, rule),
    )


def who_takes_it(candidates: Sequence[Candidate], rule: Rule) -> tuple[int, ...]:
    """Whose phone to ring for a call right back, the first who can be had: those who were asked for it and did not say no come first."""
    able = [rep for rep in candidates if not _obstacle(rep, rule) and rep.said in (None, Said.NOTHING_YET)]
    return tuple(rep.rep_id for rep in sorted(_in_order(able, rule), key=lambda rep: rep.said is None))


def why_nobody(nobody: Nobody, rule: Rule) -> str:
    """For the hand-off's page and the queue."""
    match nobody:
        case Nobody.NOT_THERE:
            return sentence("No rep was available.")
        case Nobody.NOT_VERIFIED:
            return sentence("No rep who was there has a verified number.")
        case Nobody.WRONG_LANGUAGE:
            return sentence("No rep who was there speaks %(language)s.", language=rule.language_name or rule.language)
        case Nobody.LACKS_SKILL:
            return sentence("No rep who was there has the skills that are needed: %(skills)s.", skills=", ".join(sorted(rule.needed_skills)))
        case Nobody.ALL_DECLINED:
            return sentence("Every rep who was there declined.")
        case Nobody.NOT_IN_TIME:
            return sentence("Nobody took it in time.")


def _to_ask(ready: Sequence[Candidate], asked: Sequence[Candidate], rule: Rule) -> Sequence[Candidate]:
    if rule.strategy is not Ring.RING_ALL:
        return () if asked else ready[:1]
    # The one who knows the lead is asked alone first; whatever they say, or if they say nothing, all others come next.
    if rule.is_last_rep_first and any(rep.is_last_rep for rep in asked):
        return ()
    if rule.is_last_rep_first and ready and ready[0].is_last_rep and not asked:
        return ready[:1]
    return ready


def _in_order(reps: Sequence[Candidate], rule: Rule) -> Sequence[Candidate]:
    by_place: Callable[[Candidate], tuple[datetime | int, int]] = _by_order if rule.strategy is Ring.SEQUENTIAL else _by_idleness
    placed = sorted(reps, key=by_place)
    return sorted(placed, key=lambda rep: not rep.is_last_rep) if rule.is_last_rep_first else placed


def _by_order(rep: Candidate) -> tuple[int, int]:
    return rep.order, rep.rep_id


def _by_idleness(rep: Candidate) -> tuple[datetime, int]:
    return rep.idle_since or datetime.min.replace(tzinfo=UTC), rep.order


def _why_not(rep: Candidate, rule: Rule) -> str:
    """ "": the rep is being asked, is to be asked, or comes next."""
    match rep.said:
        case Said.NO:
            return "has declined"
        case Said.NOTHING_IN_TIME:
            return sentence("did not answer in time")
        case Said.NOTHING_YET:
            return ""
    return _obstacle(rep, rule)


def _obstacle(rep: Candidate, rule: Rule) -> str:
    if misfit := _misfit(rep, rule):
        return misfit
    if not rep.is_present:
        return sentence("is not there")
    if not rep.is_verified:
        return sentence("number not verified")
    if not rep.is_free:
        return sentence("is busy with another lead")
    # Of several who are asked at once one is enough; who is asked alone must be able to take it.
    if rep.is_asked_elsewhere and rep.said is None and rule.strategy is not Ring.RING_ALL:
        return sentence("is being asked for another lead")
    return ""


def _misfit(rep: Candidate, rule: Rule) -> str:
    if not _speaks(rep, rule):
        return sentence("does not speak %(language)s", language=rule.language_name or rule.language)
    if lacking := rule.needed_skills - rep.skills:
        return f"lacks {', '.join(sorted(lacking))}"
    return ""


def _speaks(rep: Candidate, rule: Rule) -> bool:
    return not rule.language or not rep.languages or rule.language in rep.languages


def _is_waited_for(rep: Candidate, rule: Rule) -> bool:
    return rep.said is None and rep.is_present and rep.is_verified and not _misfit(rep, rule)


def _why_nobody(candidates: Sequence[Candidate], rule: Rule) -> Nobody:
    said = {rep.said for rep in candidates} - {None}
    if said:
        return Nobody.ALL_DECLINED if said == {Said.NO} else Nobody.NOT_IN_TIME
    there = [rep for rep in candidates if rep.is_present]
    if not there:
        return Nobody.NOT_THERE
    there = [rep for rep in there if rep.is_verified]
    if not there:
        return Nobody.NOT_VERIFIED
    return Nobody.LACKS_SKILL if any(_speaks(rep, rule) for rep in there) else Nobody.WRONG_LANGUAGE
