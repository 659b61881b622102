"""What answers are worth, and why."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.scoring import BadRubric, read_rubric, score

SEATS = [
    {"when": {"at_least": 50}, "points": 40, "why": "a large team"},
    {"when": {"at_least": 10}, "points": 20, "why": "a team"},
    {"when": {"at_most": 2}, "points": 0, "knock_out": True, "why": "too small for us"},
]
DECIDES = [{"when": {"equals": True}, "points": 30, "why": "decides alone"}]
RUBRICS = {"decides": DECIDES, "seats": SEATS, "remarks": []}


@pytest.mark.parametrize(("seats", "points"), [(49, 20), (50, 40), (51, 40), (10, 20), (9, 0), (9.5, 0), (50.0, 40)], ids=lambda value: str(value))
def test_the_first_row_that_matches_counts(seats, points):
    assert score({"seats": SEATS}, {"seats": seats}, threshold=70).points == points


@pytest.mark.parametrize(("threshold", "is_hot"), [(69, True), (70, True), (71, False)], ids=["below", "at", "above"])
def test_a_lead_is_hot_from_the_threshold_on(threshold, is_hot):
    assert score(RUBRICS, {"decides": True, "seats": 60}, threshold=threshold).is_hot is is_hot


def test_every_point_is_explained_in_the_script_s_order():
    result = score(RUBRICS, {"seats": 60, "decides": True, "remarks": "none"}, threshold=70)
    assert [(reason.question_id, reason.points, reason.why) for reason in result.reasons] == [
        ("decides", 30, "decides alone"),
        ("seats", 40, "a large team"),
    ]


def test_a_knock_out_is_never_hot():
    result = score(RUBRICS, {"decides": True, "seats": 2}, threshold=10)
    assert result.points == 30
    assert not result.is_hot
    assert result.reasons[-1].is_knock_out


def test_an_answer_without_a_row_is_said_to_have_no_points():
    assert score(RUBRICS, {"decides": False}, threshold=70).reasons[0].why == "no points for this answer"


def test_a_question_not_answered_yet_has_no_reason():
    assert score(RUBRICS, {}, threshold=70).reasons == ()


@pytest.mark.parametrize(
    ("when", "value", "is_match"),
    [
        ({"equals": True}, 1, False),
        ({"equals": 1}, True, False),
        ({"equals": "Gold"}, "gold", True),
        ({"is_in": ["a", "b"]}, "B", True),
        ({"is_in": ["a", "b"]}, ["c", "a"], True),
        ({"is_in": ["a"]}, "b", False),
        ({"at_least": 5, "at_most": 10}, 7, True),
        ({"at_least": 5, "at_most": 10}, 11, False),
        ({"at_least": 0}, True, False),
        ({"at_least": 5}, "many", False),
    ],
    ids=str,
)
def test_a_row_matches_only_what_it_says(when, value, is_match):
    result = score({"q": [{"when": when, "points": 1}]}, {"q": value}, threshold=1)
    assert result.points == int(is_match)


@pytest.mark.parametrize(
    ("when", "words"),
    [
        ({"equals": True}, "the answer is yes"),
        ({"at_least": 5, "at_most": 10}, "the answer is at least 5 and is at most 10"),
        ({"is_in": ["a", False]}, "the answer is one of a, no"),
        ({"at_least": 2.5}, "the answer is at least 2.5"),
    ],
    ids=str,
)
def test_a_row_without_a_why_explains_itself(when, words):
    assert read_rubric([{"when": when, "points": 1}])[0].why == words


@pytest.mark.parametrize(
    "row",
    [
        {},
        {"when": {}},
        {"when": "yes"},
        {"when": {"is_about": 5}},
        {"when": {"at_least": "many"}},
        {"when": {"at_most": True}},
        {"when": {"is_in": "a"}},
        {"when": {"equals": 1}, "points": "ten"},
        {"when": {"equals": 1}, "points": True},
    ],
    ids=str,
)
def test_a_rubric_it_cannot_read_is_refused_with_the_row(row):
    with pytest.raises(BadRubric, match="Row 2"):
        read_rubric([{"when": {"equals": True}, "points": 1}, row])


@given(st.booleans(), st.integers(-5, 500))
def test_the_same_answers_give_the_same_score(decides, seats):
    answers = {"decides": decides, "seats": seats}
    assert score(RUBRICS, answers, threshold=70) == score(RUBRICS, dict(reversed(answers.items())), threshold=70)
