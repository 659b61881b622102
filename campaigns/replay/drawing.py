"""The distribution of scores before and after, as bars to be drawn. Pure; lengths in the units of a viewBox."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

WIDTH, HEIGHT = 640, 200
MOST_BINS = 24
STEPS = (1, 2, 5, 10, 20, 25, 50, 100, 200, 500, 1000)

Counts = Sequence[tuple[int, int]]  # points, and how many calls have them


@dataclass(frozen=True, slots=True)
class Bin:
    low: int
    high: int  # included
    n_before: int
    n_after: int
    x: float  # of the first bar; the second stands beside it
    width: float  # of one bar
    before_y: float
    before_height: float
    after_y: float
    after_height: float

    @property
    def after_x(self) -> float:
        return round(self.x + self.width, 2)

    @property
    def middle(self) -> float:
        return self.after_x

    @property
    def label(self) -> str:
        return str(self.low) if self.low == self.high else f"{self.low}–{self.high}"  # noqa: RUF001


@dataclass(frozen=True, slots=True)
class Histogram:
    bins: Sequence[Bin]
    most: int  # calls in the tallest bar
    threshold_before_x: float | None
    threshold_after_x: float | None


def histogram(before: Counts, after: Counts, *, threshold_before: int, threshold_after: int) -> Histogram:
    """Bins of a round size, so few that each can be told apart. No calls: no bins."""
    every = [points for points, _n in (*before, *after)]
    if not every:
        return Histogram((), 0, None, None)
    low, high = min(every), max(every)
    size = next((step for step in STEPS if (high // step) - (low // step) < MOST_BINS), ceil((high - low + 1) / MOST_BINS))
    first, last = low // size, high // size
    counts = [(_within(before, n, size), _within(after, n, size)) for n in range(first, last + 1)]
    most, step = max(max(pair) for pair in counts), WIDTH / len(counts)
    bins = [_bin((first + place) * size, size, pair, most, place * step, step) for place, pair in enumerate(counts)]

    def at(threshold: int) -> float | None:
        x = (threshold / size - first) * step
        return round(x, 2) if 0 <= x <= WIDTH else None

    return Histogram(bins, most, at(threshold_before), at(threshold_after))


def _within(counts: Counts, n: int, size: int) -> int:
    return sum(count for points, count in counts if points // size == n)


def _bin(low: int, size: int, counts: tuple[int, int], most: int, x: float, step: float) -> Bin:
    heights = [round(HEIGHT * count / most, 2) for count in counts]
    tops = [round(HEIGHT - height, 2) for height in heights]
    gap = step * 0.1
    return Bin(low, low + size - 1, *counts, round(x + gap, 2), round((step - 2 * gap) / 2, 2), tops[0], heights[0], tops[1], heights[1])
