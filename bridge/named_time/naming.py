"""The instant that a callee's words mean on their own clock.

Pure. An hour that may mean two takes the next one between 8 and 20; what is past goes to the next day; 14 days ahead at most. It is
never at night (from 21 to 8) unless the words themselves say so: whether that hour is lawful is decided at the instant of the dial.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from bridge.named_time.finding import Day, Hour, Mention, find
from bridge.named_time.rules import Part

MAX_AHEAD = timedelta(days=14)
SHORTEST = timedelta(minutes=5)  # "in a minute" is a manner of speaking, and a phone that rings again at once a nuisance
EARLIEST, LATEST = 8 * 60, 20 * 60  # minutes of the day between which an ambiguous hour is looked for, both included
DAY_BEGINS_AT = time(10)  # of a day without an hour
NIGHT_FROM = 21  # the hour
PART_GOES_ON = timedelta(hours=1)  # "this afternoon", said in the afternoon


class Precision(StrEnum):
    """How exactly it was named, and so how it is said back."""

    SPAN = "span"  # "in twenty minutes"
    CLOCK = "clock"
    PART = "part"  # "tomorrow morning"
    DAY = "day"


@dataclass(frozen=True, slots=True)
class NamedTime:
    at: datetime  # aware, in the zone of the `now` it was worked out from
    precision: Precision
    part: str = ""  # of the day, where that was all
    span_minutes: int = 0
    is_explicit: bool = False  # the words say which half of the day: only then it may be at night


def named_time(text: str, language: str, *, now: datetime, is_asked: bool = False) -> NamedTime | None:
    """`language`: BCP-47. `now`: aware, in the callee's zone. `is_asked`: a time was asked for, so that "four" is one.

    None: no time was named, more than one, one that is further ahead than 14 days, or the language is unknown.
    """
    mention = find(text, language, is_asked=is_asked)
    named = _named(mention, now) if mention else None
    return named if named and is_possible(named.at, now=now) else None


def is_possible(at: datetime, *, now: datetime) -> bool:
    """In the future, and not too far."""
    # In UTC: two times of one zone are compared by the clock on the wall, which is wrong where the clock changes between them.
    return timedelta() < at.astimezone(UTC) - now.astimezone(UTC) <= MAX_AHEAD


def _named(mention: Mention, now: datetime) -> NamedTime | None:
    if mention.span_minutes is not None:
        at = (now.astimezone(UTC) + max(timedelta(minutes=mention.span_minutes), SHORTEST)).astimezone(now.tzinfo)
        minutes = max(mention.span_minutes, SHORTEST // timedelta(minutes=1))
        return NamedTime(at, Precision.SPAN, span_minutes=minutes, is_explicit=True)
    if mention.hour:
        return _at_hour(mention.hour, mention.day, mention.parts, now)
    if mention.parts:
        return _in_part(mention.parts, mention.day, now) if len(mention.parts) == 1 else None
    return _on_day(mention.day, now)


def _at_hour(hour: Hour, day: Day | None, parts: tuple[Part, ...], now: datetime) -> NamedTime | None:
    is_explicit = bool(parts) or not hour.is_ambiguous
    if is_explicit:
        possible = [minutes for minutes in hour.minutes_of_day if all(is_in_part(part, minutes) for part in parts)]
    else:
        possible = [minutes for minutes in hour.minutes_of_day if EARLIEST <= minutes <= LATEST]
    ahead = (_on(each, time(*divmod(minutes, 60)), now) for each in days_meant(day, now) for minutes in sorted(possible))
    at = next((instant for instant in ahead if is_possible(instant, now=now)), None)
    return NamedTime(at, Precision.CLOCK, is_explicit=is_explicit) if at else None


def is_in_part(part: Part, minutes: int) -> bool:
    """`minutes`: from midnight."""
    return part.first_hour * 60 <= minutes < part.after_hour * 60


def _in_part(parts: tuple[Part, ...], day: Day | None, now: datetime) -> NamedTime | None:
    (part,) = parts
    if part.at is None:
        return None
    later = (now.astimezone(UTC) + PART_GOES_ON).astimezone(now.tzinfo)
    is_under_way = now.time() >= part.at and later.date() == now.date() and later.hour < min(part.after_hour, NIGHT_FROM)
    if day == Day(ahead=0) and is_under_way:
        return NamedTime(later, Precision.PART, part.name)
    ahead = (_on(each, part.at, now) for each in days_meant(day, now))
    at = next((instant for instant in ahead if is_possible(instant, now=now)), None)
    return NamedTime(at, Precision.PART, part.name) if at else None


def _on_day(day: Day | None, now: datetime) -> NamedTime | None:
    if day is None or day == Day(ahead=0):  # "today" alone says nothing
        return None
    dates = [each for each in days_meant(day, now) if each > now.date()]
    return NamedTime(_on(dates[0], DAY_BEGINS_AT, now), Precision.DAY)


def days_meant(day: Day | None, now: datetime) -> tuple[date, date]:
    """The day that is meant, and the one that is if its hour is past."""
    today = now.date()
    if day is None or day.ahead is not None:
        first = today + timedelta(days=min(day.ahead or 0, 2 * MAX_AHEAD.days) if day else 0)
        return first, first + timedelta(days=1)
    monday = today + timedelta(days=7 - today.weekday())
    if day.is_next_week:
        first = monday + timedelta(days=day.weekday or 0)
        return first, first + timedelta(days=1)
    assert day.weekday is not None, "a day is one of the three"
    first = today + timedelta(days=(day.weekday - today.weekday()) % 7)
    return first, first + timedelta(days=7)


def _on(day: date, wall: time, now: datetime) -> datetime:
    """An hour that the clock leaves out in spring becomes the one after it."""
    return datetime.combine(day, wall, now.tzinfo).astimezone(UTC).astimezone(now.tzinfo)
