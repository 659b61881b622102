"""The median and the slow end of a list of figures. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import quantiles


@dataclass(frozen=True, slots=True)
class Percentiles:
    p50: int | None  # None: there are no figures
    p95: int | None


def percentiles(figures: Sequence[int]) -> Percentiles:
    if len(figures) < 2:
        only = figures[0] if figures else None
        return Percentiles(only, only)
    cuts = quantiles(figures, n=20, method="inclusive")
    return Percentiles(round(cuts[9]), round(cuts[18]))
