"""How far two or more people, or a person and the bot, agree beyond chance. Pure; resampling is handed in.

Cohen's kappa, weighted: J. Cohen, "Weighted kappa", Psychological Bulletin 70 (1968) 213–220. Krippendorff's alpha: K. Krippendorff, "Computing
Krippendorff's Alpha-Reliability" (2011), whose data with missing values the tests compute. Both are 1 where all agree, 0 where they agree as
chance would have it, below 0 where they disagree more than that.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from leads.said import sentence

Value: TypeAlias = Hashable
Unit: TypeAlias = Sequence[Value | None]  # what each rater said of one thing; None: nothing
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
    return _alpha(Counter(map(tuple, units)), scale)


def _alpha(n_by_unit: Mapping[tuple[Value | None, ...], int], scale: Scale) -> float | None:
    """Units with the same values are reckoned once: there are few different ones, however many were judged."""
    paired = [(Counter(given), n) for unit, n in n_by_unit.items() if len(given := [value for value in unit if value is not None]) > 1]
    totals: Counter[Value] = Counter()
    for counts, n in paired:
        totals.update({value: n * times for value, times in counts.items()})
    places = _places(scale, totals)
    observed = sum(n * _disagreement(counts, places) / (counts.total() - 1) for counts, n in paired)
    expected = _disagreement(totals, places)
    return 1 - (totals.total() - 1) * observed / expected if expected else None


def bootstrap(units: Sequence[Unit], scale: Scale, resamples: Iterable[Sequence[int]]) -> Interval | None:
    """The middle 95 of 100 alphas of resampled units. `resamples`: places in `units`, drawn with replacement. None: no resample has an alpha."""
    kinds = list(map(tuple, units))
    drawn = (Counter(map(kinds.__getitem__, places)) for places in resamples)
    found = sorted(each for counts in drawn if (each := _alpha(counts, scale)) is not None)
    if not found:
        return None
    cut = (1 - CONFIDENCE) / 2
    return Interval(found[int(cut * (len(found) - 1))], found[round((1 - cut) * (len(found) - 1))])


def in_words(value: float | None, n: int) -> str:
    """What an alpha means, said with the caution that `n` units ask for."""
    if value is None:
        return sentence("cannot be said: nothing to disagree about")
    if n < FEW:
        return sentence("too few to say: %(n)s", n=n)
    if value >= RELIABLE:
        return "reliable"
    return sentence("only tentative conclusions") if value >= TENTATIVE else "not reliable"


def _disagreement(counts: Mapping[Value, int], places: Mapping[Value, float] | None) -> float:
    """Over all ordered pairs of ratings, the square of their distance. By the variance: amounts of money have as many values as there are people."""
    if len(counts) < 2:
        return 0.0
    total = sum(counts.values())
    if places is None:
        return float(total**2 - sum(n**2 for n in counts.values()))
    mean = sum(n * places[value] for value, n in counts.items()) / total
    return 2 * total * sum(n * (places[value] - mean) ** 2 for value, n in counts.items())


def _places(scale: Scale, totals: Mapping[Value, int]) -> Mapping[Value, float] | None:
    """Where each value lies. None: different is different."""
    if scale is Scale.NOMINAL:
        return None
    if scale is Scale.INTERVAL:
        return {value: float(value) for value in totals}  # type: ignore[arg-type]
    places, so_far = {}, 0.0
    for value in sorted(totals, key=float):  # type: ignore[arg-type]
        places[value] = so_far + totals[value] / 2
        so_far += totals[value]
    return places
