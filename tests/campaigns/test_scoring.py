"""What answers are worth, and why."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.brief import Skip
from campaigns.scoring import BadRubric, Heat, heat_of, read_rubric, score

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


# ---- hot, likely to turn hot, or neither -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("points", "most_reachable", "heat"),
    [
        (34, 100, Heat.COLD),
        (35, 100, Heat.LIKELY),
        (35, 35, Heat.LIKELY),
        (35, 34, Heat.COLD),
        (69, 1, Heat.LIKELY),
        (69, 0, Heat.COLD),
        (70, 0, Heat.HOT),
        (0, 0, Heat.COLD),
    ],
)
def test_a_lead_is_likely_from_half_the_way_on_while_the_rest_can_be_reached(points, most_reachable, heat):
    assert heat_of(points, most_reachable, 70, is_out=False) is heat


@pytest.mark.parametrize("points", [35, 70, 100])
def test_who_is_knocked_out_is_cold(points):
    assert heat_of(points, 100, 70, is_out=True) is Heat.COLD


@pytest.mark.parametrize(
    ("answers", "most_reachable", "heat"),
    [
        ({}, 70, Heat.COLD),
        ({"decides": True}, 40, Heat.COLD),
        ({"seats": 60}, 30, Heat.LIKELY),
        ({"seats": 60, "decides": False}, 0, Heat.COLD),
        ({"seats": 60, "decides": True}, 0, Heat.HOT),
        ({"seats": 2, "decides": True}, 0, Heat.COLD),
    ],
    ids=["nothing asked yet", "less than half", "more than half", "the rest was not got", "all", "knocked out"],
)
def test_heat_follows_the_answers(answers, most_reachable, heat):
    result = score(RUBRICS, answers, threshold=70)
    assert (result.most_reachable, result.heat) == (most_reachable, heat)


def test_what_costs_points_or_knocks_out_adds_nothing_to_what_can_be_reached():
    rubric = [{"when": {"equals": True}, "points": -5}, {"when": {"equals": False}, "points": 50, "knock_out": True}]
    assert score({"asks": rubric}, {}, threshold=10).most_reachable == 0


@given(st.dictionaries(st.sampled_from(["decides", "seats"]), st.sampled_from([True, False, 1, 10, 60])), st.integers(1, 100))
def test_a_lead_that_is_cold_for_want_of_points_never_turns_hot_by_the_answers_left(answers, threshold):
    before = score(RUBRICS, answers, threshold=threshold)
    rest = [question_id for question_id in RUBRICS if question_id not in answers]
    best = score(
        RUBRICS, {**answers, **{question_id: {"decides": True, "seats": 60, "remarks": ""}[question_id] for question_id in rest}}, threshold=threshold
    )
    assert best.points <= before.points + before.most_reachable
    assert not (best.is_hot and before.points + before.most_reachable < threshold)


BRANCHES = {"decides": (Skip((("equals", False),), "end"),), "seats": (), "end": ()}
END = [{"when": {"equals": "gold"}, "points": 5}]


@pytest.mark.parametrize(
    ("answers", "most_reachable"),
    [({}, 75), ({"decides": True}, 45), ({"decides": False}, 5), ({"decides": False, "end": "gold"}, 0)],
    ids=["before the fork", "the long way", "the short way", "its end"],
)
def test_only_questions_that_can_still_be_reached_add_to_what_can_be_reached(answers, most_reachable):
    rubrics = {**{key: RUBRICS[key] for key in ("decides", "seats")}, "end": END}
    assert score(rubrics, answers, threshold=70, steps=BRANCHES).most_reachable == most_reachable


def test_the_best_answer_of_a_question_does_not_count_with_the_way_of_another_answer():
    rubrics = {"decides": [{"when": {"equals": False}, "points": 20}], "seats": SEATS, "end": END}
    assert score(rubrics, {}, threshold=70, steps=BRANCHES).most_reachable == 40 + 5  # either 20 and the end, or the seats


def test_an_answer_counts_though_its_question_was_passed_over():
    assert score(RUBRICS, {"decides": False, "seats": 60}, threshold=30, steps=BRANCHES).points == 40


def test_several_choices_score_by_what_they_contain():
    rubric = [{"when": {"contains": "gold"}, "points": 9}, {"when": {"is_in": ["tin", "iron"]}, "points": 4}]
    worth = [score({"metals": rubric}, {"metals": metals}, threshold=9).points for metals in (["tin", "Gold"], ["lead", "iron"], ["lead"])]
    assert worth == [9, 4, 0]


@given(st.dictionaries(st.sampled_from(["decides", "seats"]), st.sampled_from([True, False, 1, 10, 60])), st.sampled_from([True, False]))
def test_with_branches_too_no_way_gains_more_than_can_be_reached(answers, decides):
    before = score(RUBRICS, answers, threshold=70, steps=BRANCHES)
    after = {"decides": decides, **answers}
    if after["decides"] is not False:
        after.setdefault("seats", 60)
    assert score(RUBRICS, after, threshold=70, steps=BRANCHES).points <= before.points + before.most_reachable
