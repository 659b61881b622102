"""What a run counts as it goes: calls, answers, hot leads, money and waiting, by the organisation's hours and days.

Pure.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo

from campaigns.pacing import Limit
from campaigns.preflight.chances import Reading

HOUR = timedelta(hours=1)


@dataclass(slots=True)
class Hour:
    n_calls: int = 0
    n_first: int = 0
    n_answered: int = 0
    n_hot: int = 0
    rep_s: float = 0.0  # of all reps together, with leads
    waited_s: Counter[Limit] = field(default_factory=Counter)  # calls were due, and this kept them from starting


@dataclass(slots=True)
class Tally:
    zone: tzinfo  # the organisation's clock
    hours: dict[datetime, Hour] = field(default_factory=lambda: defaultdict(Hour))  # by their beginning
    minor: dict[date, Counter[Reading]] = field(default_factory=lambda: defaultdict(Counter))
    n_promised: int = 0  # hot, and no rep was free: a call back was promised

    def hour(self, at: datetime) -> Hour:
        return self.hours[at.astimezone(self.zone).replace(minute=0, second=0, microsecond=0)]

    def waited(self, limit: Limit, since: datetime, until: datetime) -> None:
        for begin, seconds in _by_hour(since.astimezone(self.zone), until.astimezone(self.zone)):
            self.hours[begin].waited_s[limit] += seconds  # type: ignore[assignment]  # seconds are no whole numbers

    def with_rep(self, since: datetime, seconds: float) -> None:
        begin = since.astimezone(self.zone)
        for hour, part_s in _by_hour(begin, begin + timedelta(seconds=seconds)):
            self.hours[hour].rep_s += part_s

    def spent(self, day: date, reading: Reading, minor: int) -> None:
        self.minor[day][reading] += minor


def _by_hour(since: datetime, until: datetime) -> list[tuple[datetime, float]]:
    """The seconds of a stretch in each hour that it touches."""
    parts = []
    begin = since.replace(minute=0, second=0, microsecond=0)
    while begin < until:
        seconds = (min(until, begin + HOUR) - max(since, begin)).total_seconds()
        if seconds > 0:
            parts.append((begin, seconds))
        begin += HOUR
    return parts
