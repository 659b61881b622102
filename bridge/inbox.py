"""The one queue into a call: callee audio and events in the order they came.

Putting never waits. Audio is bounded: when the call falls behind, the oldest audio goes and is counted, events never do.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass

from bridge.events import RATE_HZ, CallEvent

MAX_AUDIO_BYTES = 3 * RATE_HZ * 2  # 3 s of mono: enough for a voice that opens slowly, too old to answer beyond that


@dataclass(frozen=True, slots=True)
class Audio:
    """Bytes as they came; `n_lost_bytes` were dropped just before them."""

    pcm: bytes
    n_lost_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Tick:
    """A deadline has come, or something else to look at."""


class Inbox:
    def __init__(self, max_audio_bytes: int = MAX_AUDIO_BYTES) -> None:
        self._max_audio_bytes = max_audio_bytes
        self._items: deque[Audio | CallEvent | Tick] = deque()
        self._n_audio_bytes = 0
        self._n_lost_bytes = 0  # since the last audio that was handed out
        self._filled = asyncio.Event()
        self.n_dropped_bytes = 0

    def put(self, event: CallEvent | Tick) -> None:
        self._items.append(event)
        self._filled.set()

    def put_audio(self, pcm: bytes) -> None:
        self._items.append(Audio(pcm))
        self._n_audio_bytes += len(pcm)
        if self._n_audio_bytes > self._max_audio_bytes:
            self._drop_oldest()
        self._filled.set()

    async def get(self) -> Audio | CallEvent | Tick:
        while (item := self.get_waiting()) is None:
            self._filled.clear()
            await self._filled.wait()
        return item

    def get_waiting(self) -> Audio | CallEvent | Tick | None:
        """The next item if there is one."""
        if not self._items:
            return None
        item = self._items.popleft()
        if not isinstance(item, Audio):
            return item
        self._n_audio_bytes -= len(item.pcm)
        n_lost_bytes, self._n_lost_bytes = self._n_lost_bytes, 0
        return Audio(item.pcm, n_lost_bytes) if n_lost_bytes else item

    def _drop_oldest(self) -> None:
        kept: deque[Audio | CallEvent | Tick] = deque()
        for item in self._items:
            if isinstance(item, Audio) and self._n_audio_bytes > self._max_audio_bytes:
                self._n_audio_bytes -= len(item.pcm)
                self._n_lost_bytes += len(item.pcm)
                self.n_dropped_bytes += len(item.pcm)
                continue
            kept.append(item)
        self._items = kept
