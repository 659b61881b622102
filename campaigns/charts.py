"""Sizes and shades of the first page's charts. Pure: figures in, numbers for SVG and classes out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from campaigns.funnel import Figures

HEIGHT, WIDTH = 100, 10  # of the picture and of one day in it, in units of its own
N_SHADES = 5
FIRST_HOUR, LAST_HOUR = 8, 19  # shown even without calls


@dataclass(frozen=True, slots=True)
class Bar:
    """One day: three bars within each other, standing on the bottom line."""

    on: date
    figures: Figures
    x: int
    attempted: float
    connected: float
    complete: float

    @property
    def top_attempted(self) -> float:
        """From the top edge, as SVG counts."""
        return round(HEIGHT - self.attempted, 1)

    @property
    def top_connected(self) -> float:
        return round(HEIGHT - self.connected, 1)

    @property
    def top_complete(self) -> float:
        return round(HEIGHT - self.complete, 1)


def bars(by_date: Mapping[date, Figures]) -> tuple[Bar, ...]:
    """Heights of 0 to HEIGHT, the busiest day's full."""
    most = max((each.attempted for each in by_date.values()), default=0) or 1

    def height(n: int) -> float:
        return round(HEIGHT * n / most, 1)

    return tuple(
        Bar(on, each, number * WIDTH, height(each.attempted), height(each.connected), height(each.complete))
        for number, (on, each) in enumerate(by_date.items())
    )


@dataclass(frozen=True, slots=True)
class Cell:
    n: int
    n_answered: int

    @property
    def percent(self) -> int | None:
        """None: nobody was called."""
        return 100 * self.n_answered // self.n if self.n else None

    @property
    def shade(self) -> int:
        """From 1, hardly anybody answers, to N_SHADES; 0: nobody was called."""
        return 0 if self.percent is None else min(N_SHADES, 1 + self.percent * N_SHADES // 100)


@dataclass(frozen=True, slots=True)
class HeatRow:
    hour: int
    cells: Sequence[Cell]  # seven, Monday first

    @property
    def label(self) -> str:
        return f"{self.hour:02}:00"


def heat_map(hours: Mapping[tuple[int, int], tuple[int, int]]) -> tuple[HeatRow, ...]:
    """`hours`: weekday and hour → dialled and answered. () when nobody was dialled; else a row for each hour of the working day, and between
    the first and the last hour with calls."""
    called = [hour for (_weekday, hour), (n, _n_answered) in hours.items() if n]
    if not called:
        return ()
    shown = range(min(FIRST_HOUR, *called), max(LAST_HOUR, *called) + 1)
    return tuple(HeatRow(hour, tuple(Cell(*hours.get((weekday, hour), (0, 0))) for weekday in range(7))) for hour in shown)
