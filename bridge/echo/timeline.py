"""The last seconds of a signal by absolute place, and of our own voice what was said in one go and what may have been dropped.

Pure. Places are samples since the media stream opened, 16000 Hz; signals are float32 in the scale of int16.
"""

from __future__ import annotations

from collections import deque
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from bridge.events import RATE_HZ, Samples

Signal: TypeAlias = NDArray[np.float32]
"""float32, shape (n,), 16000 Hz, in the scale of int16."""

_WINDOW = 4 * RATE_HZ
_KEPT = 2 * RATE_HZ  # of the past, at least: the longest delay and the longest piece that is looked at
_GONE = RATE_HZ * 6 // 100  # the platform's player and our model of it may differ by this much when a line is cut


def power(signal: NDArray[np.floating]) -> float:
    """Mean square; 0 for nothing at all."""
    return float(np.dot(signal, signal)) / signal.size if signal.size else 0.0


class Timeline:
    """What was never placed, or is too long ago, is silence."""

    def __init__(self) -> None:
        self._samples: Signal = np.zeros(_WINDOW, np.float32)
        self._begins = 0

    def place(self, samples: Samples | Signal, at: int) -> None:
        self._make_room(at + samples.size)
        skipped = max(0, self._begins - at)
        if skipped < samples.size:
            start = at + skipped - self._begins
            self._samples[start : start + samples.size - skipped] = samples[skipped:]

    def read(self, begin: int, end: int) -> Signal:
        """Shape (end - begin,); a view where possible, so not to be written to."""
        start, stop = begin - self._begins, end - self._begins
        if start >= 0 and stop <= _WINDOW:
            return self._samples[start:stop]
        out: Signal = np.zeros(end - begin, np.float32)
        first, last = max(0, start), min(_WINDOW, stop)
        if first < last:
            out[first - start : last - start] = self._samples[first:last]
        return out

    def _make_room(self, end: int) -> None:
        if end - self._begins <= _WINDOW:
            return
        begins = end - _KEPT
        self._samples, self._begins = np.concatenate((self.read(begins, end), np.zeros(_WINDOW - _KEPT, np.float32))), begins


class OwnVoice:
    """What we sent, where the heard-ledger says that it is heard."""

    def __init__(self) -> None:
        self._timeline = Timeline()
        self._runs: deque[int] = deque([-(1 << 60)], maxlen=16)  # where each began: within one nothing is missing or late
        self._ends = -1
        self._ghost = (0, 0)  # cut by a barge-in: played or not, depending on the platform

    def place(self, samples: Samples, at: int) -> None:
        if at != self._ends:
            self._runs.append(at)
            self._forget_ghost(at)
        self._timeline.place(samples, at)
        self._ends = at + samples.size

    def cut(self, at: int) -> None:
        """What should have been heard from here on may be dropped by the platform."""
        self._ghost = (at - _GONE, max(at, self._ends))
        self._ends = -1

    def read(self, begin: int, end: int) -> Signal:
        return self._timeline.read(begin, end)

    def run_at(self, place: int) -> int:
        """Where the run began that goes on at this place, or was the last one before it."""
        return next((run for run in reversed(self._runs) if run <= place), self._runs[0])

    def is_ghost(self, begin: int, end: int) -> bool:
        return self._ghost[0] < end and begin < self._ghost[1]

    def _forget_ghost(self, at: int) -> None:
        begin, end = self._ghost
        if at < end:
            self._timeline.place(np.zeros(end - at, np.float32), at)
            self._ghost = (begin, at)
