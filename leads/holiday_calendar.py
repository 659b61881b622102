"""Public holidays by market and year, and which days they close.

Pure: the calendars are computed, not fetched. A date that follows the moon is the library's estimate until it is announced. Until a person has
said what became of it, the day before and the day after are closed with it, because the announcement moves such a date by a day at most.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import holidays

_MARK = "estimated"  # "Eid al-Fitr (estimated)", "Prophet's Birthday (observed, estimated)"
# The mark is translated with the name, and without a language the library goes by the environment of the process (LANGUAGE=sw: "makisio").
_LANGUAGE = "en_US"
_MAY_FALL = (timedelta(days=-1), timedelta(0), timedelta(days=1))


@dataclass(frozen=True, slots=True)
class Holiday:
    on: date
    name: str  # as the library says it, with its mark
    is_estimated: bool


@dataclass(frozen=True, slots=True)
class DoubtfulDay:
    """A day that is closed only because a holiday nobody confirmed may fall on it."""

    on: date
    estimated_on: date
    name: str


@dataclass(frozen=True, slots=True)
class ClosedDays:
    days: frozenset[date]  # all of them, the doubtful ones included
    doubtful: tuple[DoubtfulDay, ...]


@lru_cache(maxsize=1024)
def holidays_of(market: str, year: int, region: str = "") -> tuple[Holiday, ...] | None:
    """In order; with a region, those of the market that hold there and the region's own. None for a place without a calendar.

    Kept: building one takes 6 ms, and every decision asks (measured 26 Nov 2026).
    """
    try:
        calendar = holidays.country_holidays(market, subdiv=region or None, years=year, language=_LANGUAGE)
    except NotImplementedError:
        return None
    named = ((on, name) for on in sorted(calendar) if on.year == year for name in calendar.get_list(on))
    return tuple(Holiday(on, name, _MARK in name.lower()) for on, name in named)


def is_holiday(market: str, day: date, region: str) -> bool:
    """In this region of the market; True if its holidays are not known."""
    found = holidays_of(market, day.year, region)
    return found is None or any(holiday.on == day for holiday in found)


def estimated_holidays(market: str, first: date, last: date) -> tuple[Holiday, ...]:
    """One entry for each estimated date from `first` to `last`, both included; names that share a date are joined."""
    by_day: dict[date, Holiday] = {}
    for holiday in _between(market, first, last):
        if holiday.is_estimated:
            earlier = by_day.get(holiday.on)
            by_day[holiday.on] = Holiday(holiday.on, f"{earlier.name}; {holiday.name}" if earlier else holiday.name, is_estimated=True)
    return tuple(by_day.values())


def closed_days(market: str, days: Collection[date], words: Mapping[date, date | None]) -> ClosedDays | None:
    """Those of `days` that are closed by public holidays; None for a market without a calendar.

    `words`: what people said about estimated dates, by the estimated date: the date on which it really falls, or None for "no holiday". A date
    that somebody named stays closed even if the library has changed its estimate since.
    """
    first, last = min(days) + min(_MAY_FALL), max(days) + max(_MAY_FALL)
    if any(holidays_of(market, year) is None for year in range(first.year, last.year + 1)):
        return None
    around = list(_between(market, first, last))
    certain = {holiday.on for holiday in around if not holiday.is_estimated} | {on for on in words.values() if on is not None}
    waiting = [holiday for holiday in around if holiday.is_estimated and holiday.on not in words]
    doubtful = tuple(
        DoubtfulDay(holiday.on + shift, holiday.on, holiday.name)
        for holiday in waiting
        for shift in _MAY_FALL
        if holiday.on + shift in days and holiday.on + shift not in certain
    )
    return ClosedDays(frozenset(day for day in days if day in certain) | {day.on for day in doubtful}, doubtful)


def _between(market: str, first: date, last: date) -> Iterator[Holiday]:
    for year in range(first.year, last.year + 1):
        yield from (holiday for holiday in holidays_of(market, year) or () if first <= holiday.on <= last)
