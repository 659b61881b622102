"""The taps of the calls that this process holds: what callee and bot say, for whoever listens in while they say it.

With no listener a tap keeps nothing and costs one comparison a frame. With some it writes each frame once into a ring of four seconds, and each
listener reads along at their own pace: the call waits for nobody, and a listener who falls behind loses the oldest. All on one event loop; no
database, no disk, no network.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import contextmanager, suppress

import numpy as np

from bridge.events import RATE_HZ, Samples

BLOCK_SAMPLES = RATE_HZ // 10
# The bot's frames are sent up to a quarter of a second before they are heard, and a barge-in takes back what was not.
DELAY_SAMPLES = 3 * RATE_HZ // 10
RING_SAMPLES = 4 * RATE_HZ
BEHIND_SAMPLES = RATE_HZ  # further behind than this, a listener skips to the newest
JITTER_SAMPLES = RATE_HZ // 5  # later than this, the callee's audio comes after a gap

_LEFT, _RIGHT = 0, 1


class CallTap:
    """Implements bridge.ports.Tap."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._n_listeners = 0
        self._ring = np.zeros((0, 2), dtype=np.int16)
        self._ends_at = 0  # the sample behind the newest one of either side
        self._callee_ends_at = 0
        self._over = asyncio.Event()
        self.is_shut = False

    # ---- what the call does

    def callee(self, samples: Samples, now_s: float) -> None:
        if not self._n_listeners:
            return
        now_at = round(now_s * RATE_HZ)
        place = self._callee_ends_at
        if now_at - samples.size - place > JITTER_SAMPLES:
            place = now_at - samples.size
        if place - now_at > BEHIND_SAMPLES:  # a platform that sends faster than anybody speaks
            return
        self._callee_ends_at = place + samples.size
        self._put(samples, place, _LEFT)

    def bot(self, samples: Samples, heard_at_s: float) -> None:
        if self._n_listeners:
            self._put(samples, round(heard_at_s * RATE_HZ), _RIGHT)

    def cut(self, now_s: float) -> None:
        if not self._n_listeners:
            return
        at = np.arange(max(round(now_s * RATE_HZ), self._ends_at - RING_SAMPLES), self._ends_at)
        self._ring[at % RING_SAMPLES, _RIGHT] = 0

    def shut(self) -> None:
        self.is_shut = True
        self.end()

    def end(self) -> None:
        self._over.set()

    # ---- what a listener does

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        """A tenth of a second each: int16 little endian, callee left, bot right, 16000 Hz; 0.3 s behind the call. Until the call, or the right to
        hear it, is over. What was said before is not heard."""
        with self._listening():
            at = self._newest()
            while not await self._is_over_before(at + BLOCK_SAMPLES + DELAY_SAMPLES):
                if self._newest() - at > BEHIND_SAMPLES:
                    at = self._newest()
                yield self._taken(at)
                at += BLOCK_SAMPLES

    @contextmanager
    def _listening(self) -> Iterator[None]:
        if not self._n_listeners:
            self._ring = np.zeros((RING_SAMPLES, 2), dtype=np.int16)
            self._ends_at = self._callee_ends_at = self._newest()
        self._n_listeners += 1
        try:
            yield
        finally:
            self._n_listeners -= 1
            if not self._n_listeners:
                self._ring = np.zeros((0, 2), dtype=np.int16)

    def _newest(self) -> int:
        return max(0, round(self._now() * RATE_HZ) - DELAY_SAMPLES)

    async def _is_over_before(self, at: int) -> bool:
        with suppress(TimeoutError):
            async with asyncio.timeout(max(0.0, at / RATE_HZ - self._now())):
                await self._over.wait()
        return self._over.is_set()

    def _taken(self, at: int) -> bytes:
        block = np.zeros((BLOCK_SAMPLES, 2), dtype="<i2")
        known = np.arange(max(at, self._ends_at - RING_SAMPLES, 0), min(at + BLOCK_SAMPLES, self._ends_at))
        block[known - at] = self._ring[known % RING_SAMPLES]
        return block.tobytes()

    # ---- the ring

    def _put(self, samples: Samples, place: int, side: int) -> None:
        self._clear_until(place + samples.size)
        first = max(place, self._ends_at - RING_SAMPLES)
        at = np.arange(first, place + samples.size)
        self._ring[at % RING_SAMPLES, side] = samples[first - place :]

    def _clear_until(self, ends_at: int) -> None:
        if ends_at > self._ends_at:
            at = np.arange(max(self._ends_at, ends_at - RING_SAMPLES), ends_at)
            self._ring[at % RING_SAMPLES] = 0
            self._ends_at = ends_at


class Taps:
    """By call. `opened` is the bridge's OpenTap."""

    def __init__(self) -> None:
        self._taps: dict[str, CallTap] = {}

    @contextmanager
    def opened(self, call_id: str, now: Callable[[], float]) -> Iterator[CallTap]:
        tap = self._taps[call_id] = CallTap(now)
        try:
            yield tap
        finally:
            tap.end()
            if self._taps.get(call_id) is tap:
                del self._taps[call_id]

    def of(self, call_id: str) -> CallTap | None:
        """None: this process does not hold the call."""
        return self._taps.get(call_id)
