"""How well it works: echo return loss enhancement, and the noise beneath which nothing can be measured.

Pure. Powers are mean squares over 20 ms in the scale of int16.
"""

from __future__ import annotations

from collections import deque
from math import log10

MOST_DB = 60.0

_FORGET = 0.96  # per 20 ms: half a second of our voice
_SPAN = 25  # blocks whose quietest moment counts: 0.5 s
_SMOOTH = 4


class RemovalMeter:
    """Fed only while our voice is heard and the callee is not."""

    def __init__(self) -> None:
        self._before = 0.0
        self._after = 0.0
        self.n_blocks = 0

    def add(self, before: float, after: float) -> None:
        self._before = self._before * _FORGET + before
        self._after = self._after * _FORGET + after
        self.n_blocks += 1

    def erle_db(self) -> float:
        """How much quieter our own voice has become, at most `MOST_DB`; 0 when nothing was measured."""
        if self._before <= 0.0:
            return 0.0
        return min(MOST_DB, 10.0 * log10(self._before / max(self._after, 1e-9)))


class NoiseFloor:
    """The quietest 80 ms in each half second of the last three: what is always there."""

    def __init__(self) -> None:
        self._recent: deque[float] = deque(maxlen=_SMOOTH)
        self._quietest: deque[float] = deque([0.0], maxlen=6)
        self._least = float("inf")
        self._n_blocks = 0

    def add(self, power: float) -> None:
        self._recent.append(power)
        self._least = min(self._least, sum(self._recent) / len(self._recent))
        self._n_blocks += 1
        if self._n_blocks % _SPAN == 0:
            self._quietest.append(self._least)
            self._least = float("inf")

    def power(self) -> float:
        return min(self._quietest)

    def without(self, power: float) -> float:
        """What is left of a power without the noise; never less than a tenth, for the floor is an estimate."""
        return max(power - 1.2 * self.power(), 0.1 * power)
