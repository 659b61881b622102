"""What a text says of a time, before any clock is looked at: a day, a part of it, an hour, or a span from now.

Pure. Never guesses: two days, two hours, or words that we know not to understand ("the fifth of May") are no time at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from bridge.named_time.rules import Clock, Part, Rules, rules_of
from bridge.named_time.spelling import plain

MASK = " … "  # in the place of words that have been understood, so that their neighbours stay apart
HALF_DAY = 12 * 60
SWAHILI_SHIFT = 6 * 60


@dataclass(frozen=True, slots=True)
class Day:
    """`ahead`: days from today; else the weekday (Monday is 0), of next week or the next one there is; else some day of next week."""

    ahead: int | None = None
    weekday: int | None = None
    is_next_week: bool = False


@dataclass(frozen=True, slots=True)
class Hour:
    """`minutes_of_day`: what it may mean, in minutes from midnight; one value, or two that are half a day apart."""

    minutes_of_day: tuple[int, ...]

    @property
    def is_ambiguous(self) -> bool:
        return len(self.minutes_of_day) > 1


@dataclass(frozen=True, slots=True)
class Mention:
    """What was said. Not all None."""

    span_minutes: int | None = None
    day: Day | None = None
    hour: Hour | None = None
    parts: tuple[Part, ...] = ()


def find(text: str, language: str, *, is_asked: bool = False) -> Mention | None:
    """`is_asked`: a time was asked for, so a bare "four" is one. None: no time, more than one, or an unknown language."""
    spoken = [(rules, plain(text, rules)) for rules in rules_of(language)]
    spoken = [(rules, rules.ignored.sub("…", words) if rules.ignored else words) for rules, words in spoken]
    if any(rules.unsure and rules.unsure.search(words) for rules, words in spoken):
        return None
    spans, hours = _spans_and_hours(spoken, is_asked=is_asked)
    days = {day for rules, words in spoken for day in _days(words, rules)}
    day = _one_day(days)
    if len(spans) + len(hours) > 1 or (days and day is None) or (spans and days):
        return None
    hour = next(iter(hours), None)
    parts = tuple(part for rules, words in spoken for part in _parts(words, rules, has_more=bool(days or hours)))
    if spans:
        return Mention(span_minutes=spans.pop())
    return Mention(None, day, hour, parts) if day or hour or parts else None


def names_time(text: str, language: str, *, is_asked: bool = False) -> bool:
    return find(text, language, is_asked=is_asked) is not None


# ---- hours and spans ------------------------------------------------------------------------------------------------------


def _spans_and_hours(spoken: Iterable[tuple[Rules, str]], *, is_asked: bool) -> tuple[set[int], set[Hour]]:
    """By the first language that hears any: the same words must not count in two."""
    for place, (rules, words) in enumerate(spoken):
        spans: set[int] = set()
        hours: set[Hour] = set()
        for pattern, minutes in rules.spans:
            found, words = _taken(pattern, words)
            spans |= {minutes * int(match.groupdict().get("n") or 1) for match in found}
        for clock in rules.clocks:
            if clock.is_bare and (place > 0 or not is_asked or hours or spans):
                continue
            found, words = _taken(clock.pattern, words)
            hours |= {hour for match in found if (hour := _hour(match, clock))}
        if spans or hours:
            return spans, hours
    return set(), set()


def _taken(pattern: re.Pattern[str], words: str) -> tuple[list[re.Match[str]], str]:
    return list(pattern.finditer(words)), pattern.sub("…", words)


def _hour(match: re.Match[str], clock: Clock) -> Hour | None:
    said = match.groupdict()
    hour, minute = int(said.get("hour") or 12), int(said.get("minute") or 0)
    if hour > 23 or minute > 59:
        return None
    minutes = hour * 60 + clock.plus + (-minute if clock.is_before else minute)
    if hour == 0 or hour > 12:
        return Hour((minutes % (2 * HALF_DAY),))
    first = (minutes + (SWAHILI_SHIFT if clock.is_swahili else 0)) % HALF_DAY
    return Hour((first, first + HALF_DAY))


# ---- days and parts of the day --------------------------------------------------------------------------------------------


def _days(words: str, rules: Rules) -> set[Day]:
    days: set[Day] = set()
    for pattern, ahead in rules.days:
        found, words = _taken(pattern, words)
        days |= {Day(ahead=ahead * int(match.groupdict().get("n") or 1)) for match in found}
    if rules.next_week:
        found, words = _taken(rules.next_week, words)
        days |= {Day(is_next_week=True) for _ in found}
    for weekday, pattern in enumerate(rules.weekdays):
        days |= {Day(weekday=weekday) for _ in pattern.finditer(words)}
    return days


def _one_day(days: set[Day]) -> Day | None:
    """ "Monday next week" is one day; otherwise two are none."""
    if len(days) == 2 and Day(is_next_week=True) in days:
        (other,) = days - {Day(is_next_week=True)}
        return Day(weekday=other.weekday, is_next_week=True) if other.weekday is not None else None
    return next(iter(days)) if len(days) == 1 else None


def _parts(words: str, rules: Rules, *, has_more: bool) -> list[Part]:
    return [part for part in rules.parts if part.pattern.search(words) or (has_more and part.needs_more and part.needs_more.search(words))]
