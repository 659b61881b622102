"""A time in the words by which it is said back: "tomorrow at four in the afternoon", "kesho saa kumi jioni". Pure."""

from __future__ import annotations

from datetime import datetime

from bridge.named_time.naming import NamedTime, Precision
from bridge.named_time.rules import LANGUAGES, Said

WEEK = 7
LONGEST_IN_MINUTES = 119


def in_words(named: NamedTime, language: str, *, now: datetime) -> str:
    """ "": a language we have no words in. `now`: aware, in the same zone as the time."""
    rules = LANGUAGES.get(language.split("-")[0].lower())
    if rules is None:
        return ""
    said = rules.said
    if named.precision is Precision.SPAN and (words := _span(named.span_minutes, said)):
        return words
    day = _day(named.at, said, now)
    if named.precision is Precision.DAY:
        return day
    if named.precision is Precision.PART and named.part in said.parts:
        return f"{day} {said.parts[named.part]}"
    return f"{day} {_clock(named.at, said)}"


def _span(minutes: int, said: Said) -> str:
    """ "" where the clock says it better."""
    if minutes == 60:
        return said.in_an_hour
    if minutes <= LONGEST_IN_MINUTES:
        return said.in_minutes.format(n=minutes)
    return "" if minutes % 60 else said.in_hours.format(n=minutes // 60)


def _day(at: datetime, said: Said, now: datetime) -> str:
    ahead = (at.date() - now.date()).days
    if ahead < 2:
        return said.tomorrow if ahead else said.today
    weekday, month = said.weekdays[at.weekday()], said.months[at.month - 1]
    return said.weekday.format(weekday=weekday) if ahead < WEEK else said.date.format(weekday=weekday, day=at.day, month=month)


def _clock(at: datetime, said: Said) -> str:
    if said.noon and (at.hour, at.minute) == (12, 0):
        return said.noon
    part = next((words for hour, words in reversed(said.parts_by_hour) if at.hour >= hour), "")
    template = {0: said.o_clock, 30: said.half}.get(at.minute, said.other)
    hour = said.hours[(at.hour + (6 if said.is_swahili else 0) - 1) % 12]
    return template.format(hour=hour, hour_24=at.hour, minute=at.minute, part=part).strip()
