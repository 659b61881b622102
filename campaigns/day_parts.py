"""The parts of a day, on the lead's own clock, and the next instant that falls into one of those that were tried least.

Pure. Who is never in at ten is tried at one and in the evening. Calling hours are an input here, to plan well; they are checked at the dial.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from types import MappingProxyType

from leads.rule_table import Window


class DayPart(StrEnum):
    MORNING = "morning"
    MIDDAY = "midday"
    AFTERNOON = "afternoon"
    EVENING = "evening"


# When each is tried. An attempt before the first counts as morning, one after the last as evening.
PARTS: Mapping[DayPart, Window] = MappingProxyType(
    {
        DayPart.MORNING: Window(time(8), time(11)),
        DayPart.MIDDAY: Window(time(11), time(14)),
        DayPart.AFTERNOON: Window(time(14), time(17)),
        DayPart.EVENING: Window(time(17), time(20)),
    }
)
N_DAYS_AHEAD = 15  # a week of holidays and a cap of a few attempts a week still leave an opening in it


@dataclass(frozen=True, slots=True)
class CallingTimes:
    """Where the lead lives, and what the market's rules say of when they may be rung. `hours` None: not known here, the parts alone count."""

    zone: tzinfo
    hours: Sequence[Collection[Window]] | None = None  # seven entries, Monday first
    max_per_day: int | None = None  # of the lead's own calendar day

    def windows_on(self, day: date) -> Collection[Window]:
        return (Window(time.min, time.max),) if self.hours is None else self.hours[day.weekday()]


def part_of(at: datetime, zone: tzinfo) -> DayPart:
    return part_at(at.astimezone(zone).time())


def part_at(local: time) -> DayPart:
    return next((part for part, window in PARTS.items() if local < window.closes), DayPart.EVENING)


def open_parts(times: CallingTimes) -> frozenset[DayPart]:
    """Those that are open on some day of the week."""
    week = times.hours if times.hours is not None else ((Window(time.min, time.max),),)
    return frozenset(part for part, mine in PARTS.items() for day in week for window in day if _common(mine, window))


def tries(attempts: Iterable[datetime], zone: tzinfo) -> Counter[DayPart]:
    """How often each part was tried. `attempts`: when the lead was dialled."""
    return Counter(part_of(at, zone) for at in attempts)


def next_in_least_tried(not_before: datetime, attempts: Sequence[datetime], times: CallingTimes) -> datetime | None:
    """The first instant from `not_before` on that lies in one of the open parts tried least; None if no part is open at all."""
    possible = open_parts(times)
    n_tried = tries(attempts, times.zone)
    fewest = min((n_tried[part] for part in possible), default=0)
    wanted = {part for part in possible if n_tried[part] == fewest}
    return next(_instants(not_before, wanted, attempts, times), None)


def _instants(not_before: datetime, wanted: Collection[DayPart], attempts: Sequence[datetime], times: CallingTimes) -> Iterator[datetime]:
    first_day = not_before.astimezone(times.zone).date()
    n_on = Counter(at.astimezone(times.zone).date() for at in attempts)
    for day in (first_day + timedelta(days=n) for n in range(N_DAYS_AHEAD)):
        if times.max_per_day is not None and n_on[day] >= times.max_per_day:
            continue
        for opens, closes in _openings(day, wanted, times):
            if not_before < closes:
                yield max(opens, not_before)


def _openings(day: date, wanted: Collection[DayPart], times: CallingTimes) -> list[tuple[datetime, datetime]]:
    """In order of time, of one local day."""
    common = [_common(PARTS[part], window) for part in wanted for window in times.windows_on(day)]
    return sorted((_at(day, found.opens, times.zone), _at(day, found.closes, times.zone)) for found in common if found)


def _common(one: Window, other: Window) -> Window | None:
    opens, closes = max(one.opens, other.opens), min(one.closes, other.closes)
    return Window(opens, closes) if opens < closes else None


def _at(day: date, wall: time, zone: tzinfo) -> datetime:
    return datetime.combine(day, wall, zone).astimezone(UTC)
