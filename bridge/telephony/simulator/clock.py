"""The simulator's clock: seconds since its start, `speed` times faster than real ones."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime


class Clock:
    def __init__(self, speed: float) -> None:
        self._speed = speed
        self._started = time.monotonic()

    def now_s(self) -> float:
        return (time.monotonic() - self._started) * self._speed

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / self._speed)

    def real_s(self, seconds: float) -> float:
        """How long a call's `seconds` take in the real world: for timeouts of asyncio."""
        return seconds / self._speed

    @staticmethod
    def wall() -> datetime:
        """Real time, UTC: the stamps of call records. At another speed than 1 they do not differ by the durations."""
        return datetime.now(UTC)
