"""Calls by another rubric: what changes is counted, and what should not change does not."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.replay.drawing import HEIGHT, MOST_BINS, WIDTH, histogram
from campaigns.replay.rescoring import MOST_LISTED, Case, Rescored, Rubric, Tally, agreement_of, found_hot, rescored, tally_of
from campaigns.scoring import read_rubrics, score

SEATS = {"seats": [{"when": {"at_least": 50}, "points": 70, "why": "large"}, {"when": {"at_least": 1}, "points": 10, "why": "a team"}]}
STUDENT = {"student": [{"when": {"equals": True}, "points": 0, "knock_out": True, "why": "a student"}]}


def rubric(threshold: int = 70, **rubrics: Any) -> Rubric:
    return Rubric(read_rubrics({**SEATS, **STUDENT, **rubrics}), threshold)


def case(seats: int = 60, points: int = 70, is_hot: bool = True, **more: Any) -> Case:
    return Case("call", {"seats": seats}, points, is_hot, **more)


row = st.builds(
    lambda bound, points, out: {"when": {"at_least": bound}, "points": points, "knock_out": out},
    st.integers(0, 100), st.integers(-50, 100), st.booleans(),
)  # fmt: skip
rubrics = st.dictionaries(st.sampled_from(["seats", "budget", "timeline"]), st.lists(row, max_size=4), max_size=3)
answers = st.dictionaries(st.sampled_from(["seats", "budget", "timeline"]), st.integers(0, 120), max_size=3)


@given(rubrics, answers, st.integers(0, 200))
def test_by_the_rubric_it_was_scored_by_every_call_scores_the_same(rubrics, answers, threshold):
    kept = score(rubrics, answers, threshold=threshold)
    again = rescored(Case("call", answers, kept.points, kept.is_hot), Rubric(read_rubrics(rubrics), threshold))
    assert again == Rescored(kept.points, kept.is_hot)


@given(rubrics, st.lists(st.tuples(answers, st.integers(0, 100), st.booleans()), max_size=20), st.integers(0, 200))
def test_every_call_is_counted_once_in_each_figure(rubrics, calls, threshold):
    found = tally_of([Case(str(n), *each) for n, each in enumerate(calls)], Rubric(read_rubrics(rubrics), threshold)).as_json()
    assert found["n"] == len(calls) == sum(found["hot"].values())
    assert sum(n for _points, n in found["points_before"]) == sum(n for _points, n in found["points_after"]) == len(calls)
    assert len(found["turned_hot"]) == found["hot"].get("cold-hot", 0)
    assert len(found["turned_cold"]) == found["hot"].get("hot-cold", 0)


@pytest.mark.parametrize(
    ("threshold", "seats", "expected"),
    [(70, 60, Rescored(70, True)), (71, 60, Rescored(70, False)), (10, 5, Rescored(10, True)), (0, 0, Rescored(0, True))],
    ids=["at it", "one short", "lowered", "from nothing on"],
)
def test_the_threshold_decides_from_itself_on(threshold, seats, expected):
    assert rescored(case(seats), rubric(threshold)) == expected


def test_a_knock_out_is_never_hot():
    out = Case("call", {"seats": 60, "student": True}, 70, True)
    assert rescored(out, rubric()) == Rescored(70, False)


def test_a_score_set_by_hand_stays_whatever_the_rubric_says():
    by_hand = case(points=40, is_hot=False, is_by_hand=True)
    tally = tally_of([by_hand], rubric(0))
    assert rescored(by_hand, rubric(0)) == Rescored(40, False)
    assert (tally.n_by_hand, tally.n_changed) == (1, 0)


def test_answers_of_questions_that_the_rubric_does_not_know_count_nothing():
    assert rescored(Case("call", {"seats": 60, "colour": "red"}, 70, True), rubric()) == Rescored(70, True)


def test_the_list_of_who_turned_ends_and_the_count_does_not():
    tally = Tally()
    for n in range(MOST_LISTED + 1):
        tally.add(Case(str(n), {}, 0, False), Rescored(70, True))
    assert len(tally.as_json()["turned_hot"]) == MOST_LISTED
    assert tally.as_json()["hot"] == {"cold-hot": MOST_LISTED + 1}


# ---- what reps found


@pytest.mark.parametrize(
    ("disposition", "was_hot", "expected"),
    [
        ("won", None, True),
        ("follow_up", None, True),
        ("not_interested", None, False),
        ("not_qualified", None, False),
        ("wrong_person", None, False),
        ("not_reached", None, None),
        ("not_interested", True, True),
        ("won", False, False),
    ],
)
def test_a_reps_own_word_goes_before_what_came_of_the_talk(disposition, was_hot, expected):
    assert found_hot(disposition, was_hot) is expected


def test_agreement_with_reps_is_precision_recall_and_kappa():
    found = agreement_of({"hot-hot": 6, "hot-cold": 2, "cold-hot": 3, "cold-cold": 9})
    assert (found.n, found.precision) == (20, 0.75)
    assert found.recall == pytest.approx(6 / 9)
    assert found.kappa == pytest.approx((15 / 20 - (8 * 9 + 12 * 11) / 400) / (1 - (8 * 9 + 12 * 11) / 400))


def test_with_nothing_to_divide_by_nothing_is_said():
    assert agreement_of({}) == agreement_of({"hot-hot": 0})
    assert (agreement_of({}).precision, agreement_of({}).recall, agreement_of({}).kappa) == (None, None, None)


def test_only_calls_that_a_rep_has_spoken_of_are_compared_with_reps():
    found = tally_of([case(found_hot=True), case(found_hot=False), case()], rubric(71)).as_json()
    assert found["reps_before"] == {"hot-hot": 1, "hot-cold": 1}
    assert found["reps_after"] == {"cold-hot": 1, "cold-cold": 1}


# ---- the picture


@given(st.lists(st.tuples(st.integers(-10_000, 10_000), st.integers(1, 50)), max_size=40), st.integers(0, 10_000))
def test_no_call_is_lost_in_the_picture_and_no_bar_leaves_it(points, threshold):
    drawn = histogram(points, points, threshold_before=threshold, threshold_after=threshold)
    assert sum(each.n_before for each in drawn.bins) == sum(n for _points, n in points)
    assert len(drawn.bins) <= MOST_BINS + 1
    for each in drawn.bins:
        assert each.x >= 0 and each.after_x + each.width <= WIDTH + 0.1 and each.before_y + each.before_height == pytest.approx(HEIGHT)


def test_few_scores_have_a_bar_each_and_the_threshold_its_place():
    drawn = histogram([(0, 3), (10, 1)], [(0, 1), (10, 3)], threshold_before=10, threshold_after=99)
    assert [(each.low, each.n_before, each.n_after) for each in drawn.bins][0] == (0, 3, 1)
    assert drawn.most == 3 and drawn.bins[0].before_height == HEIGHT
    assert drawn.threshold_before_x is not None and drawn.threshold_after_x is None


def test_no_calls_no_picture():
    assert histogram([], [], threshold_before=70, threshold_after=50).bins == ()
