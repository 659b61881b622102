"""What is told of an agreement, by hand-worked figures."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.review.agreement import Scale
from campaigns.review.measuring import measured, resamples, scale_of


def test_of_choices_kappa_is_cohens():
    pairs = [("a", "a")] * 20 + [("a", "b")] * 5 + [("b", "a")] * 10 + [("b", "b")] * 15
    found = measured(pairs, Scale.NOMINAL)
    assert (found.n, found.percent) == (50, 70)
    assert found.kappa == pytest.approx(0.4)


def test_of_numbers_a_near_miss_weighs_less_than_a_far_one():
    near = measured([(10, 10), (20, 20), (60, 61)] * 10, Scale.INTERVAL)
    far = measured([(10, 10), (20, 20), (60, 10)] * 10, Scale.INTERVAL)
    assert near.percent == far.percent
    assert near.kappa is not None and far.kappa is not None and near.kappa > 0.99 > far.kappa


def test_of_numbers_kappa_is_by_distance_and_not_by_rank():
    """Observed squares: 0, 0, 4; expected over all nine pairs: 362 / 3."""
    found = measured([(0, 0), (10, 10), (10, 12)], Scale.INTERVAL)
    expected = sum((one - other) ** 2 for one in (0, 10, 10) for other in (0, 10, 12)) / 3
    assert found.kappa == pytest.approx(1 - 4 / expected)


@given(st.lists(st.tuples(st.integers(0, 10**7), st.integers(0, 10**7)), min_size=1, max_size=20))
def test_kappa_of_amounts_is_what_every_pair_of_them_gives(pairs):
    expected = sum((one - other) ** 2 for one, _ in pairs for _, other in pairs) / len(pairs)
    observed = sum((one - other) ** 2 for one, other in pairs)
    assert measured(pairs, Scale.INTERVAL).kappa == (pytest.approx(1 - observed / expected) if expected else None)


def test_of_steps_the_distance_weighs_once():
    expected = sum(abs(one - other) for one in (1, 5) for other in (1, 4)) / 2
    assert measured([(1, 1), (5, 4)], Scale.ORDINAL).kappa == pytest.approx(1 - 1 / expected)


def test_an_answer_that_one_did_not_hear_is_a_disagreement():
    assert measured([(60, 60), (60, None)], Scale.INTERVAL).percent == 50
    assert measured([("a", None), (None, None)], Scale.NOMINAL).percent == 50
    assert measured([(None, 60)] * 30, Scale.INTERVAL).alpha is None


def test_the_interval_is_the_same_each_time_and_holds_alpha():
    pairs = [("a", "a"), ("b", "b"), ("a", "b")] * 10
    one, other = measured(pairs, Scale.NOMINAL), measured(pairs, Scale.NOMINAL)
    assert one == other and one.interval is not None and one.alpha is not None
    assert one.interval.low <= one.alpha <= one.interval.high


@pytest.mark.parametrize(("n_units", "n"), [(1, 200), (250, 200), (500, 100), (5000, 50)])
def test_the_more_units_there_are_the_fewer_resamples_are_drawn_of_them(n_units, n):
    drawn = resamples([n_units // 2, n_units - n_units // 2])
    assert drawn.shape == (n, 2)
    assert set(drawn.sum(axis=1)) == {n_units}


@pytest.mark.parametrize(("n", "means"), [(9, "too few to say: 18"), (10, "reliable")], ids=["18 pairs", "20 pairs"])
def test_from_too_few_nothing_is_concluded(n, means):
    assert measured([("a", "a"), ("b", "b")] * n, Scale.NOMINAL).means == means


def test_nothing_measured_is_nothing_said():
    found = measured([], Scale.NOMINAL)
    assert (found.n, found.percent, found.kappa, found.alpha, found.interval) == (0, None, None, None, None)


@pytest.mark.parametrize(
    ("kind", "scale"), [("number", "interval"), ("money", "interval"), ("scale", "ordinal"), ("one_of", "nominal"), ("open", "nominal")]
)
def test_which_scale_a_question_has(kind, scale):
    assert scale_of(kind) == scale
