"""What is told of an agreement: how many, how often the same, kappa, alpha with an interval, and what that means. Pure: the same rows give the
same figures, as resamples are drawn from a fixed seed.

An answer that one side did not hear is a disagreement. Between it and a number there is no distance, so kappa and alpha of numbers leave it out,
and the percentage does not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import PCG64, Generator
from numpy.typing import NDArray

from bridge.brief import QuestionKind
from campaigns.review.agreement import Floats, Interval, Pair, Scale, alpha, bootstrap, in_words, percent_agreement, weighted_kappa

N_RESAMPLES, FEWEST_RESAMPLES = 200, 50
MOST_DRAWN = 50_000  # units in all
NO_ANSWER = ("no answer",)  # no question takes it
SCALES: Mapping[QuestionKind, Scale] = {
    QuestionKind.NUMBER: Scale.INTERVAL,
    QuestionKind.TIMELINE: Scale.INTERVAL,
    QuestionKind.MONEY: Scale.INTERVAL,
    QuestionKind.SCALE: Scale.ORDINAL,
}


@dataclass(frozen=True, slots=True)
class Measured:
    n: int
    percent: float | None
    kappa: float | None
    alpha: float | None
    interval: Interval | None  # of alpha
    means: str


def scale_of(kind: str) -> Scale:
    return SCALES.get(QuestionKind(kind), Scale.NOMINAL)


def measured(pairs: Sequence[Pair], scale: Scale) -> Measured:
    """`pairs`: what one and the other said, None where they heard no answer. Kappa is squared for numbers, linear for steps, plain for choices."""
    named = [(_named(one), _named(other)) for one, other in pairs]
    rated = named if scale is Scale.NOMINAL else [pair for pair in pairs if None not in pair]
    value = alpha(rated, scale)
    kinds = Counter(map(tuple, rated))
    interval = bootstrap(list(kinds), scale, resamples(list(kinds.values()))) if value is not None else None
    return Measured(len(pairs), percent_agreement(named), _kappa(rated, scale), value, interval, in_words(value, len(pairs)))


def resamples(n_of_kinds: Sequence[int]) -> NDArray[np.int64]:
    """Of as many units, drawn with replacement: how often each draw has each kind of unit, shape (draws, kinds); the same each time. Fewer of
    many units, whose alphas lie close together."""
    n_units = sum(n_of_kinds)
    n_drawn = max(FEWEST_RESAMPLES, min(N_RESAMPLES, MOST_DRAWN // max(1, n_units)))
    return Generator(PCG64(n_units)).multinomial(n_units, np.array(n_of_kinds) / n_units, n_drawn)


def _kappa(pairs: Sequence[Pair], scale: Scale) -> float | None:
    values = {value for pair in pairs for value in pair}
    if scale is Scale.NOMINAL:
        return weighted_kappa(pairs, sorted(values, key=repr), power=0)
    # By the numbers themselves and not by their rank among those that were heard: 1, 2 and 60 are not evenly apart.
    return _by_distance(pairs, power=1 if scale is Scale.ORDINAL else 2)


def _by_distance(pairs: Sequence[Pair], *, power: int) -> float | None:
    if not pairs:
        return None
    one, other = np.array(pairs, dtype=np.float64).T
    observed = (np.abs(one - other) ** power).sum()
    expected = _far_apart(one, other, power=power) / len(pairs)
    return float(1 - observed / expected) if expected else None


def _far_apart(one: Floats, other: Floats, *, power: int) -> float:
    """The distances of each of `one` from each of `other`, to the `power`, summed."""
    if power == 1:  # steps of a scale: few different ones
        (first, n), (second, m) = np.unique(one, return_counts=True), np.unique(other, return_counts=True)
        return float((np.abs(first[:, None] - second) * n[:, None] * m).sum())
    # By the means: amounts of money have as many values as there are people.
    return float(len(one) * len(other) * (one.var() + other.var() + (one.mean() - other.mean()) ** 2))


def _named(value: Hashable | None) -> Hashable:
    return NO_ANSWER if value is None else value
