"""How far two or more people, or a person and the bot, agree beyond chance. Pure; resampling is handed in.

Cohen's kappa, weighted: J. Cohen, "Weighted kappa", Psychological Bulletin 70 (1968) 213–220. Krippendorff's alpha: K. Krippendorff, "Computing
Krippendorff's Alpha-Reliability" (2011), whose data with missing values the tests compute. Both are 1 where all agree, 0 where they agree as
chance would have it, below 0 where they disagree more than that.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from leads.said import sentence

Value: TypeAlias = Hashable
Unit: TypeAlias = Sequence[Value | None]  # what each rater said of one thing; None: nothing
Floats: TypeAlias = NDArray[np.float64]
Pair: TypeAlias = tuple[Value, Value]

RELIABLE, TENTATIVE = 0.800, 0.667  # K. Krippendorff, Content Analysis, 2nd ed. (2004), p. 241
FEW = 20
CONFIDENCE = 0.95


class Scale(StrEnum):
    NOMINAL = "nominal"  # the same or not
    ORDINAL = "ordinal"  # in an order, by rank
    INTERVAL = "interval"  # numbers: the difference counts


@dataclass(frozen=True, slots=True)
class Interval:
    low: float
    high: float


def percent_agreement(pairs: Sequence[Pair]) -> float | None:
    """0 … 100. None: there are no pairs."""
    return 100 * sum(one == other for one, other in pairs) / len(pairs) if pairs else None


def weighted_kappa(pairs: Sequence[Pair], order: Sequence[Value], *, power: int) -> float | None:
    """`order`: all values there are, lowest first. `power` of the distance by which a disagreement weighs: 0 all alike (Cohen's own kappa of 1960),
    1 linear, 2 squared. None: nobody could have disagreed."""
    rank = {value: place for place, value in enumerate(order)}
    n = len(pairs)
    if n == 0:
        return None

    def weight(one: Value, other: Value) -> int:
        return 0 if one == other else abs(rank[one] - rank[other]) ** power

    first, second = Counter(one for one, _ in pairs), Counter(other for _, other in pairs)
    observed = sum(weight(one, other) for one, other in pairs)
    expected = sum(weight(one, other) * first[one] * second[other] for one in first for other in second)
    return 1 - observed * n / expected if expected else None


def alpha(units: Iterable[Unit], scale: Scale) -> float | None:
    """Any number of raters, and gaps. Ordinal and interval values must be numbers. None: nothing was rated twice, or all values are the same."""
    kinds = Counter(map(tuple, units))
    found = alphas(list(kinds), [list(kinds.values())], scale)
    return float(found[0]) if len(found) else None


def bootstrap(kinds: Sequence[Unit], scale: Scale, resamples: ArrayLike) -> Interval | None:
    """The middle 95 of 100 alphas of resampled units. `kinds`: the different ones; `resamples`: for each resample how often it has each of
    them, shape (resamples, kinds). None: no resample has an alpha."""
    found = np.sort(alphas(kinds, resamples, scale))
    if not len(found):
        return None
    cut = (1 - CONFIDENCE) / 2
    return Interval(float(found[int(cut * (len(found) - 1))]), float(found[round((1 - cut) * (len(found) - 1))]))


def alphas(kinds: Sequence[Unit], times: ArrayLike, scale: Scale) -> Floats:
    """Of several draws at once, each of which has each kind of unit so many `times`, shape (draws, kinds): there are few different units, however
    many were judged. Those draws that have no alpha are left out."""
    given = [[value for value in unit if value is not None] for unit in kinds]
    rated_twice = [n for n, each in enumerate(given) if len(each) > 1]
    if not rated_twice:
        return np.empty(0)
    weights = np.asarray(times, dtype=np.float64)[:, rated_twice]
    ratings = _ratings([given[n] for n in rated_twice], scale)
    totals = ratings.totals(weights)
    n_values = totals.sum(axis=1, keepdims=True)
    within: Floats
    if scale is Scale.NOMINAL:
        within, expected = ratings.unlike_pairs(), n_values[:, 0] ** 2 - (totals**2).sum(axis=1)
    else:
        places = ratings.places(totals, scale)
        mean = (totals * places).sum(axis=1, keepdims=True) / np.maximum(n_values, 1)
        within, expected = ratings.squares(places), 2 * n_values[:, 0] * (totals * (places - mean) ** 2).sum(axis=1)
    observed = (weights * within / (ratings.sizes - 1)).sum(axis=1)
    may_disagree = (totals > 0).sum(axis=1) > 1
    found: Floats = 1 - (n_values[may_disagree, 0] - 1) * observed[may_disagree] / expected[may_disagree]
    return found


def in_words(value: float | None, n: int) -> str:
    """What an alpha means, said with the caution that `n` units ask for."""
    if value is None:
        return sentence("cannot be said: nothing to disagree about")
    if n < FEW:
        return sentence("too few to say: %(n)s", n=n)
    if value >= RELIABLE:
        return "reliable"
    return sentence("only tentative conclusions") if value >= TENTATIVE else "not reliable"


@dataclass(frozen=True, slots=True)
class _Ratings:
    """All ratings of all kinds of units, unit after unit. Shapes: (ratings,) but for `sizes`, (kinds,)."""

    sizes: NDArray[np.int64]  # how many ratings each kind has
    numbers: Floats  # the different values, lowest first; of names only their count matters
    value_of: NDArray[np.int64]  # place in `numbers` of each rating

    @property
    def unit_of(self) -> NDArray[np.int64]:
        return np.repeat(np.arange(len(self.sizes)), self.sizes)

    def totals(self, weights: Floats) -> Floats:
        """How often each value was given in each draw, shape (draws, values)."""
        by_value = np.argsort(self.value_of, kind="stable")
        starts = np.searchsorted(self.value_of[by_value], np.arange(len(self.numbers)))
        found: Floats = np.add.reduceat(weights[:, self.unit_of[by_value]], starts, axis=1)
        return found

    def unlike_pairs(self) -> Floats:
        """Of each kind, how many ordered pairs of its ratings are not the same, shape (kinds,)."""
        which, n = np.unique(self.unit_of * len(self.numbers) + self.value_of, return_counts=True)
        alike = np.bincount(which // len(self.numbers), weights=n.astype(np.float64) ** 2).astype(np.float64)
        return self.sizes.astype(np.float64) ** 2 - alike

    def places(self, totals: Floats, scale: Scale) -> Floats:
        """Where each value lies, shape (1 or draws, values): its number, or how many lie below it and half of its own."""
        return self.numbers[None, :] if scale is Scale.INTERVAL else totals.cumsum(axis=1) - totals / 2

    def squares(self, places: Floats) -> Floats:
        """Of each kind, the squared distances of all ordered pairs of its ratings, shape (1 or draws, kinds). By the variance: amounts of money
        have as many values as there are people."""
        starts = np.concatenate(([0], self.sizes.cumsum()[:-1]))
        at = places[:, self.value_of]
        mean = np.add.reduceat(at, starts, axis=1) / self.sizes
        apart: Floats = np.add.reduceat((at - np.repeat(mean, self.sizes, axis=1)) ** 2, starts, axis=1)
        return 2 * self.sizes * apart


def _ratings(units: Sequence[Sequence[Any]], scale: Scale) -> _Ratings:
    every = list(chain.from_iterable(units))
    values = list(dict.fromkeys(every)) if scale is Scale.NOMINAL else sorted(set(every), key=float)
    numbers = np.arange(len(values), dtype=np.float64) if scale is Scale.NOMINAL else np.array(list(map(float, values)))
    place = {value: n for n, value in enumerate(values)}
    return _Ratings(np.array(list(map(len, units))), numbers, np.array([place[value] for value in every]))
