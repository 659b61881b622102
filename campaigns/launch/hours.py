"""When phones may ring, by the place where leads live: the hours of a week, whether they are open now, and how far reps are at work in them.

Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from campaigns.handoff.slots import Diary
from leads.rule_table import Window

AHEAD = timedelta(days=7)
STEP = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Place:
    """Leads who live by one clock and one market's rules."""

    market: str
    zone: str
    n_leads: int
    windows: tuple[tuple[Window, ...], ...] | None = None  # a week, Monday first, on that clock; None: nobody knows
    opens_at: datetime | None = None  # the first instant from now on that is open; None: none is near, or nobody knows


def is_open_now(place: Place, now: datetime) -> bool:
    return place.opens_at is not None and place.opens_at <= now


def first_ring(places: Iterable[Place]) -> datetime | None:
    """When the first phone may ring, as far as hours and holidays go."""
    return min((place.opens_at for place in places if place.opens_at is not None), default=None)


def share_with_reps(places: Sequence[Place], diaries: Sequence[Diary], now: datetime) -> float | None:
    """Of the calling time of the coming week, the share in which a rep is at work. None: there is no calling time."""
    instants = [now + STEP * n for n in range(AHEAD // STEP)]
    lawful = [at for at in instants if any(_may_ring(place, at) for place in places)]
    if not lawful:
        return None
    return sum(any(_is_at_work(diary, at) for diary in diaries) for at in lawful) / len(lawful)


def _may_ring(place: Place, at: datetime) -> bool:
    if place.windows is None:
        return False
    local = at.astimezone(ZoneInfo(place.zone))
    return any(window.opens <= local.time() < window.closes for window in place.windows[local.weekday()])


def _is_at_work(diary: Diary, at: datetime) -> bool:
    local = at.astimezone(diary.zone)
    minute = local.hour * 60 + local.minute
    return local.date() not in diary.closed_on and any(begins <= minute < ends for begins, ends in diary.week[local.weekday()])
