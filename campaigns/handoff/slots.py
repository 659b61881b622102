"""When a rep can be promised: the free pieces of reps' working hours in which the lead may be called.

Pure. Instants are aware and come back in UTC. A window of working hours is on the wall of the rep's own zone: an hour that the clock leaves out in
spring is no slot, one that it shows twice is one once, at its first showing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import takewhile
from typing import TypeAlias
from zoneinfo import ZoneInfo

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
A_DAY = 24 * 60
HORIZON = timedelta(days=10)  # a long weekend with a feast before it is shorter
APART = timedelta(hours=2)  # two times that are no choice are not offered together
NOON = 12
_CLOCK = re.compile(r"([01]\d|2[0-4]):([0-5]\d)")

Window: TypeAlias = tuple[int, int]  # minutes from midnight; the second one is where it ends, at most 1440
Week: TypeAlias = tuple[tuple[Window, ...], ...]  # Monday first


@dataclass(frozen=True, slots=True)
class Diary:
    """One rep's working hours, and what is taken of them."""

    rep_id: int
    zone: ZoneInfo
    week: Week
    closed_on: frozenset[date] = frozenset()  # public holidays where they work
    booked: frozenset[datetime] = frozenset()  # when each begins


@dataclass(frozen=True, slots=True)
class Terms:
    """`may_ring`: whether the lead may be called at an instant, as far as that is known now."""

    length: timedelta
    notice: timedelta  # from now to the earliest slot
    lead_zone: ZoneInfo
    may_ring: Callable[[datetime], bool]


class InTheWay(StrEnum):
    """Why a promise is not for the earliest moment."""

    NO_REP = "no_rep"  # at work and free
    NOT_LAWFUL = "not_lawful"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Moment:
    at: datetime
    in_the_way: InTheWay | None  # of the earliest; None: it is the earliest


def week_of(hours: object) -> Week:
    """As reps keep it, `{"mon": [["08:00", "17:00"]]}`. What cannot be read is no working time; a window may end at 24:00."""
    by_day = hours if isinstance(hours, dict) else {}
    return tuple(tuple(sorted(_windows(by_day.get(day)))) for day in DAYS)


def slots_to_offer(diaries: Iterable[Diary], terms: Terms, *, now: datetime, after: datetime | None = None) -> tuple[datetime, ...]:
    """The next free slot and one that is another choice: the other half of the lead's day, else the next day, else later. At most two, in order.

    `after`: none before it. (): nobody has hours, or nothing is free and lawful within ten days.
    """
    free = _free_slots(tuple(diaries), terms, earliest=max(now + terms.notice, after or now), now=now)
    first = next(free, None)
    if first is None:
        return ()
    later = [slot for slot in free if slot - first >= APART]
    wanted = (lambda slot: _is_morning(slot, terms) != _is_morning(first, terms), lambda slot: _day(slot, terms) != _day(first, terms), bool)
    second = next((slot for is_so in wanted for slot in later if is_so(slot)), None)
    return (first,) if second is None else (first, second)


def next_moment(diaries: Iterable[Diary], terms: Terms, *, earliest: datetime) -> Moment | None:
    """The first moment from `earliest` on at which a rep is at work and free and the lead may be called: that very one, else the next slot.

    None: there is none within ten days of it.
    """
    known = tuple(diaries)
    has_rep, is_lawful = any(is_free(diary, earliest, terms.length) for diary in known), terms.may_ring(earliest)
    if has_rep and is_lawful:
        return Moment(earliest.astimezone(UTC), None)
    at = next(_free_slots(known, terms, earliest=earliest, now=earliest), None)
    in_the_way = InTheWay.NOT_LAWFUL if has_rep else InTheWay.NO_REP if is_lawful else InTheWay.BOTH
    return None if at is None else Moment(at, in_the_way)


def reps_free_at(diaries: Iterable[Diary], at: datetime, terms: Terms, *, now: datetime) -> tuple[int, ...]:
    """Whose slot it can be, on the grid or off it; the one with the fewest bookings first. (): nobody's, or the lead may not be called then."""
    if not now + terms.notice <= at <= now + HORIZON or not terms.may_ring(at):
        return ()
    free = [diary for diary in diaries if is_free(diary, at, terms.length)]
    return tuple(diary.rep_id for diary in sorted(free, key=lambda diary: (len(diary.booked), diary.rep_id)))


def is_free(diary: Diary, at: datetime, length: timedelta) -> bool:
    """The rep works for all of it, and none of it is taken."""
    day = at.astimezone(diary.zone).date()
    if day in diary.closed_on or any(abs(at - taken) < length for taken in diary.booked):
        return False
    spans = ((_instant(day, opens, diary.zone), _instant(day, closes, diary.zone)) for opens, closes in diary.week[day.weekday()])
    return any(opens <= at and at + length <= closes for opens, closes in spans)


def _free_slots(diaries: tuple[Diary, ...], terms: Terms, *, earliest: datetime, now: datetime) -> Iterator[datetime]:
    # Reps with the same hours have the same grid; most of an organisation does.
    hours = {(diary.zone, diary.week) for diary in diaries}
    grid = sorted({slot for zone, week in hours for slot in _grid(zone, week, terms.length, earliest)})
    for slot in takewhile(lambda slot: slot <= now + HORIZON, grid):
        if any(is_free(diary, slot, terms.length) for diary in diaries) and terms.may_ring(slot):
            yield slot


def _grid(zone: ZoneInfo, week: Week, length: timedelta, earliest: datetime) -> Iterator[datetime]:
    step = length // timedelta(minutes=1)
    today = earliest.astimezone(zone).date()
    for day in (today + timedelta(days=shift) for shift in range(HORIZON.days + 1)):
        for opens, closes in week[day.weekday()]:
            for minute in range(opens, closes - step + 1, step):
                slot = _instant(day, minute, zone)
                if slot >= earliest and _minute(slot, zone) == minute:
                    yield slot


def _instant(day: date, minute: int, zone: ZoneInfo) -> datetime:
    on, minute = (day + timedelta(days=1), 0) if minute == A_DAY else (day, minute)
    return datetime.combine(on, time(*divmod(minute, 60)), zone).astimezone(UTC)


def _minute(at: datetime, zone: ZoneInfo) -> int:
    local = at.astimezone(zone)
    return local.hour * 60 + local.minute


def _is_morning(slot: datetime, terms: Terms) -> bool:
    return slot.astimezone(terms.lead_zone).hour < NOON


def _day(slot: datetime, terms: Terms) -> date:
    return slot.astimezone(terms.lead_zone).date()


def _windows(rows: object) -> Iterator[Window]:
    for row in rows if isinstance(rows, list | tuple) else ():
        opens, closes = (_minutes(text) for text in row) if isinstance(row, list | tuple) and len(row) == 2 else (None, None)
        if opens is not None and closes is not None and opens < closes:
            yield opens, closes


def _minutes(text: object) -> int | None:
    found = _CLOCK.fullmatch(text) if isinstance(text, str) else None
    minutes = int(found[1]) * 60 + int(found[2]) if found else A_DAY + 1
    return minutes if minutes <= A_DAY else None
