"""Which days a page is asked about. Pure: what stands in the address in, dates out, and a word on what could not be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType


def gettext_noop(words: str) -> str:
    """Marks words for the catalogue of translations; who shows them translates them."""
    return words


LAST_DAYS: Mapping[str, int] = MappingProxyType({"today": 1, "7": 7, "30": 30})
DEFAULT = "7"
MOST_DAYS = 366
LATELY = timedelta(days=30)  # as far back as the figures look that have no days of their own

NOT_A_DATE = gettext_noop("Write dates as year-month-day, for example 2026-11-24. Shown instead: the last 7 days.")
TURNED_ROUND = gettext_noop("The first day was after the last one: they have changed places.")
TOO_LONG = gettext_noop("At most 366 days are shown at once: the last 366 of these.")


@dataclass(frozen=True, slots=True)
class Period:
    """Both days are in it."""

    first: date
    last: date

    @property
    def n_days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def dates(self) -> tuple[date, ...]:
        return tuple(self.first + timedelta(days=n) for n in range(self.n_days))

    def __contains__(self, on: object) -> bool:
        return isinstance(on, date) and self.first <= on <= self.last


@dataclass(frozen=True, slots=True)
class Asked:
    period: Period
    preset: str  # a key of LAST_DAYS; "": two dates
    remark: str = ""  # "": nothing was wrong


def asked_period(days: str, first: str, last: str, *, today: date) -> Asked:
    """Two dates outweigh a number of days; one date alone means from then until today, or that day alone."""
    if not first.strip() and not last.strip():
        preset = days if days in LAST_DAYS else DEFAULT
        return Asked(last_days(LAST_DAYS[preset], today=today), preset)
    from_date, to_date = _date(first), _date(last)
    if (first.strip() and from_date is None) or (last.strip() and to_date is None):
        return Asked(last_days(LAST_DAYS[DEFAULT], today=today), DEFAULT, NOT_A_DATE)
    to_date = to_date or max(today, from_date or today)
    return _bounded(from_date or to_date, to_date)


def last_days(n: int, *, today: date) -> Period:
    return Period(today - timedelta(days=n - 1), today)


def _bounded(first: date, last: date) -> Asked:
    remark = ""
    if first > last:
        first, last, remark = last, first, TURNED_ROUND
    if (last - first).days >= MOST_DAYS:
        first, remark = last - timedelta(days=MOST_DAYS - 1), TOO_LONG
    return Asked(Period(first, last), "", remark)


def _date(text: str) -> date | None:
    """Of the years in which anybody called anybody."""
    try:
        found = date.fromisoformat(text.strip())
    except ValueError:
        return None
    return found if 2000 <= found.year < 2200 else None
