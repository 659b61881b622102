"""The virtual clock and what is to happen on it. While something happens, business time is the instant it was planned for.

What the product reads off the real clock (heartbeats, the life of a token, the look at a leg that was left alone) goes by the same seconds,
else a busy machine would decide who is served.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count

from django.utils import timezone

from leads import clock

# So far in the past that no row of the shift lies in the future of whatever runs in real time after it.
REAL_TIME_RUNS_BEHIND = timedelta(days=3)


class Agenda:
    def __init__(self, begins_at: datetime) -> None:
        self.now = begins_at
        self._planned: list[tuple[datetime, int, Callable[[], None]]] = []
        self._number = count()

    @contextmanager
    def drives_real_time(self) -> Iterator[None]:
        """For as long, and in this process, `timezone.now` runs as fast as this clock."""
        behind = self.now - timezone.now() + REAL_TIME_RUNS_BEHIND
        kept = timezone.now
        timezone.now = lambda: self.now - behind
        try:
            yield
        finally:
            timezone.now = kept

    def after(self, seconds: float, action: Callable[[], None]) -> None:
        heapq.heappush(self._planned, (self.now + timedelta(seconds=seconds), next(self._number), action))

    def run_until(self, instant: datetime) -> None:
        """What was planned up to there, in its order; what that plans in its turn, too."""
        while self._planned and self._planned[0][0] <= instant:
            planned_for, _, action = heapq.heappop(self._planned)
            self._go_to(planned_for)
            action()
        self._go_to(instant)

    def _go_to(self, instant: datetime) -> None:
        self.now = instant
        clock.set_offset(instant - datetime.now(UTC))
