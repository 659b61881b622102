"""Checked against worked examples in print, and against what must hold of any data."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.review.agreement import Interval, Scale, alpha, alphas, bootstrap, in_words, percent_agreement, weighted_kappa

# K. Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011): four observers, twelve units, missing values.
KRIPPENDORFF = list(
    zip(
        [1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3],
        [None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None],
        strict=True,
    )
)


@pytest.mark.parametrize(("scale", "published"), [(Scale.NOMINAL, 0.743), (Scale.ORDINAL, 0.815), (Scale.INTERVAL, 0.849)])
def test_alpha_of_krippendorffs_own_data(scale, published):
    assert round(alpha(KRIPPENDORFF, scale), 3) == published


def kappa(pairs: list[tuple[int, int]], power: int) -> float:
    found = weighted_kappa(pairs, range(3), power=power)
    assert found is not None
    return found


def pairs_of(table: list[list[int]]) -> list[tuple[int, int]]:
    return [(row, column) for row, counts in enumerate(table) for column, n in enumerate(counts) for _ in range(n)]


# Husbands and wives, from never to almost always, in A. Agresti, Categorical Data Analysis (1990); the kappas are those that the manual of R's
# vcd::Kappa has for them (its data set SexualFun).
AGRESTI = pairs_of([[7, 7, 2, 3], [2, 8, 3, 7], [1, 5, 4, 9], [2, 8, 9, 14]])


@pytest.mark.parametrize(("power", "published"), [(0, 0.1293), (1, 0.2374)], ids=["unweighted", "linear"])
def test_kappa_of_agrestis_couples(power, published):
    assert round(weighted_kappa(AGRESTI, range(4), power=power), 4) == published


def test_kappa_of_two_readers_of_fifty_proposals():
    """Cohen's kappa, by hand: they agree on 35 of 50, chance would make it 25: (0.7 - 0.5) / (1 - 0.5)."""
    assert weighted_kappa(pairs_of([[20, 5], [10, 15]]), range(2), power=0) == pytest.approx(0.4)


def test_squared_distances_weigh_far_disagreements_more():
    near, far = pairs_of([[9, 1, 0], [0, 9, 1], [0, 0, 10]]), pairs_of([[9, 0, 1], [0, 10, 0], [1, 0, 9]])
    assert kappa(near, 2) > kappa(near, 1)
    assert kappa(far, 2) < kappa(near, 2)


def test_percent_agreement():
    assert percent_agreement([(1, 1), (1, 2), (True, True), ("a", "a")]) == 75
    assert percent_agreement([]) is None


def test_nothing_to_disagree_about_has_no_figure():
    assert alpha([(1, 1), (1, 1)], Scale.NOMINAL) is None
    assert alpha([(1, None), (None, 2)], Scale.NOMINAL) is None
    assert weighted_kappa([(1, 1)], [1, 2], power=1) is None
    assert weighted_kappa([], [1, 2], power=1) is None


RATINGS = st.lists(st.tuples(*[st.none() | st.integers(1, 5)] * 3), min_size=2, max_size=20)


@given(RATINGS, st.sampled_from(Scale))
def test_alpha_is_at_most_one_and_one_only_where_all_agree(units, scale):
    found = alpha(units, scale)
    if found is None:
        return
    given_twice = [set(filter(None, unit)) for unit in units if sum(value is not None for value in unit) > 1]
    assert found <= 1 + 1e-9
    assert (found == pytest.approx(1)) is all(len(values) == 1 for values in given_twice)


@given(RATINGS, st.sampled_from(Scale), st.randoms())
def test_alpha_does_not_care_who_said_it_nor_in_which_order(units, scale, chance):
    shuffled = [chance.sample(unit, len(unit)) for unit in chance.sample(units, len(units))]
    assert alpha(shuffled, scale) == pytest.approx(alpha(units, scale))


@given(RATINGS, st.integers(-5, 5), st.integers(1, 9))
def test_alpha_of_numbers_does_not_care_about_their_unit(units, shift, factor):
    moved = [[None if value is None else factor * value + shift for value in unit] for unit in units]
    assert alpha(moved, Scale.INTERVAL) == pytest.approx(alpha(units, Scale.INTERVAL))
    assert alpha(moved, Scale.ORDINAL) == pytest.approx(alpha(units, Scale.ORDINAL))


@given(RATINGS)
def test_alpha_of_names_does_not_care_about_the_names(units):
    named = [[None if value is None else "edcba"[value - 1] for value in unit] for unit in units]
    assert alpha(named, Scale.NOMINAL) == pytest.approx(alpha(units, Scale.NOMINAL))


PAIRS = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=30)


@given(PAIRS, st.integers(0, 2))
def test_kappa_is_at_most_one_and_the_same_for_both(pairs, power):
    found = weighted_kappa(pairs, range(5), power=power)
    assert found is None or found <= 1 + 1e-9
    assert weighted_kappa([(other, one) for one, other in pairs], range(5), power=power) == pytest.approx(found)


@given(st.lists(st.tuples(st.integers(0, 10**7), st.integers(0, 10**7)), min_size=2, max_size=20))
def test_alpha_of_amounts_is_what_every_pair_of_ratings_gives(pairs):
    ratings = [value for pair in pairs for value in pair]
    expected = sum((one - other) ** 2 for one in ratings for other in ratings)
    observed = sum(2 * (one - other) ** 2 for one, other in pairs)
    found = alpha(pairs, Scale.INTERVAL)
    assert found == (pytest.approx(1 - (len(ratings) - 1) * observed / expected) if expected else None)


def resamples(n_units: int, n: int) -> list[list[int]]:
    """How often each unit is in each of `n` draws of as many."""
    chance = random.Random(1)
    draws = [Counter(chance.choices(range(n_units), k=n_units)) for _ in range(n)]
    return [[counts[unit] for unit in range(n_units)] for counts in draws]


def test_the_interval_holds_the_figure_and_narrows_with_more_units():
    few, many = KRIPPENDORFF, KRIPPENDORFF * 10
    narrow, wide = (bootstrap(units, Scale.NOMINAL, resamples(len(units), 200)) for units in (many, few))
    assert wide and narrow
    assert wide.low < 0.743 < wide.high <= 1
    assert narrow.high - narrow.low < wide.high - wide.low


def test_without_variation_there_is_no_interval():
    assert bootstrap([(1, 1)], Scale.NOMINAL, [[5]] * 20) is None
    assert bootstrap([(1, 1), (2, 2)], Scale.NOMINAL, [[1, 1], [2, 0]]) == Interval(1, 1)


@given(RATINGS, st.sampled_from(Scale), st.data())
def test_many_draws_at_once_are_each_draw_by_itself(units, scale, data):
    draws = data.draw(st.lists(st.lists(st.integers(0, 4), min_size=len(units), max_size=len(units)), min_size=1, max_size=5))
    apart = [alpha([unit for unit, n in zip(units, draw, strict=True) for _ in range(n)], scale) for draw in draws]
    assert list(alphas(units, draws, scale)) == pytest.approx([each for each in apart if each is not None])


@given(RATINGS, st.sampled_from(Scale))
def test_alpha_is_what_every_pair_of_ratings_gives(units, scale):
    """By the definition, pair for pair: slow, and plain to see."""
    rated = [given for unit in units if len(given := [value for value in unit if value is not None]) > 1]
    every = [value for unit in rated for value in unit]

    def distance(one: int, other: int) -> float:
        if scale is Scale.NOMINAL:
            return float(one != other)
        if scale is Scale.INTERVAL:
            return (one - other) ** 2
        low, high = sorted((one, other))
        between = sum(low <= value <= high for value in every) - (every.count(low) + every.count(high)) / 2
        return 0.0 if one == other else between**2

    expected = sum(distance(one, other) for one in every for other in every)
    observed = sum(distance(one, other) / (len(unit) - 1) for unit in rated for one in unit for other in unit)
    assert alpha(units, scale) == (pytest.approx(1 - (len(every) - 1) * observed / expected) if expected else None)


@pytest.mark.parametrize(
    ("value", "n", "words"),
    [
        (None, 99, "cannot be said: nothing to disagree about"),
        (0.95, 19, "too few to say: 19"),
        (0.8, 20, "reliable"),
        (0.799, 20, "only tentative conclusions"),
        (0.667, 20, "only tentative conclusions"),
        (0.666, 20, "not reliable"),
    ],
)
def test_what_it_means(value, n, words):
    assert in_words(value, n) == words
