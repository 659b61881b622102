from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.scripting.flow import Way, condition_in_words, flow_of
from campaigns.scripting.flow_picture import flow_in_words, flow_svg
from campaigns.scripting.text import QuestionText
from tests.campaigns.scripting.texts import DECIDES, PERMISSION, SEATS, WHEN

SVG = "{http://www.w3.org/2000/svg}"
RANK = QuestionText("rank", "scale", "From 1 to 5?", minimum=1, maximum=5)
COLOUR = QuestionText("colour", "one_of", "Which colour?", choices=("red", "blue"))
USES = QuestionText("uses", "many_of", "What for?", choices=("work", "play"))


def skipping(question: QuestionText, *rules: tuple[dict, str]) -> QuestionText:
    return replace(question, skips=[{"when": when, "to": to} for when, to in rules])


def test_without_rules_the_questions_follow_each_other_to_the_end():
    assert flow_of([PERMISSION, SEATS]).ways == (Way(0, 1, ""), Way(1, 2, ""))


def test_a_rule_is_a_way_of_its_own_with_its_condition():
    flow = flow_of([skipping(DECIDES, ({"equals": False}, "when")), SEATS, WHEN])
    assert flow.ways[0] == Way(0, 2, "no", "when")
    assert not flow.unreachable


@pytest.mark.parametrize(
    ("question", "rules"),
    [
        pytest.param(DECIDES, [({"equals": True}, "when"), ({"equals": False}, "")], id="yes and no"),
        pytest.param(COLOUR, [({"is_in": ["Red"]}, "when"), ({"equals": "blue"}, "")], id="each choice"),
        pytest.param(RANK, [({"at_most": 2}, "when"), ({"at_least": 3}, "")], id="every step of a scale"),
        pytest.param(USES, [({"is_in": ["work", "play"]}, "when")], id="any of several"),
        pytest.param(SEATS, [({"at_most": 9}, "when"), ({"at_least": 9}, "")], id="below and above"),
    ],
)
def test_a_question_that_every_answer_leads_past_is_asked_of_nobody(question, rules):
    assert flow_of([skipping(question, *rules), PERMISSION, WHEN]).unreachable == {1}


@pytest.mark.parametrize(
    ("question", "rules"),
    [
        pytest.param(RANK, [({"at_most": 2}, "when"), ({"at_least": 4}, "")], id="a step is left"),
        pytest.param(QuestionText("why", "open", "Why?"), [({"equals": "none"}, "when")], id="any other words"),
        pytest.param(SEATS, [({"at_most": 9}, "when"), ({"at_least": 11}, "")], id="the number between"),
    ],
)
def test_a_question_that_some_answer_leads_to_is_asked(question, rules):
    assert not flow_of([skipping(question, *rules), PERMISSION, WHEN]).unreachable


@pytest.mark.parametrize("to", ["permission", "seats", "nothing"], ids=["back", "to itself", "to no question"])
def test_a_rule_that_leads_nowhere_is_broken_and_the_next_question_comes(to):
    flow = flow_of([PERMISSION, skipping(SEATS, ({"at_least": 5}, to)), WHEN])
    assert flow.ways[1] == Way(1, None, "at least 5", to)
    assert Way(1, 2, "") in flow.ways


def test_the_best_score_is_that_of_the_best_way():
    straight = flow_of([PERMISSION, DECIDES, SEATS, WHEN]).best_score
    past_the_seats = flow_of([PERMISSION, skipping(DECIDES, ({"equals": True}, "when")), SEATS, WHEN]).best_score
    assert (straight, past_the_seats) == (70, 40)


def test_an_answer_that_knocks_out_is_no_way_to_a_score():
    rubric = [{"when": {"equals": True}, "points": 90, "knock_out": True}, {"when": {"equals": False}, "points": 5}]
    assert flow_of([replace(DECIDES, rubric=rubric)]).best_score == 5


def test_points_out_of_a_questions_range_are_reached_by_nobody():
    assert flow_of([replace(SEATS, maximum=20)]).best_score == 0


@pytest.mark.parametrize("typed", [None, 5, "x", [3], [{"when": 3, "to": 4}], [{"when": {"at_least": "x"}}]], ids=str)
def test_whatever_was_typed_into_rules_and_points_there_is_a_picture(typed):
    question = replace(SEATS, skips=typed, rubric=typed)
    assert flow_svg([question, WHEN]).endswith("</svg>") and len(flow_in_words([question, WHEN])) == 2


@pytest.mark.parametrize(
    ("when", "words"),
    [
        ({"equals": True}, "yes"),
        ({"equals": False}, "no"),
        ({"is_in": ["red", "blue"]}, "red or blue"),
        ({"at_least": 50000}, "at least 50,000"),
        ({"at_least": 2, "at_most": 9.5}, "at least 2 and at most 9.5"),
        (None, "?"),
    ],
    ids=str,
)
def test_a_condition_reads_as_words(when, words):
    assert condition_in_words(when) == words


def drawn(*questions: QuestionText) -> ET.Element:
    return ET.fromstring(flow_svg(questions).replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1))


def classes(picture: ET.Element) -> list[str | None]:
    return [part.get("class") for part in picture.iter() if part.get("class") and part.tag != f"{SVG}text"][1:]


def test_the_picture_has_a_box_for_each_question_an_arrow_for_each_skip_and_an_end():
    picture = drawn(skipping(DECIDES, ({"equals": False}, "when"), ({"equals": True}, "")), SEATS, WHEN)
    assert sorted(map(str, classes(picture))) == ["asked", "asked", "end", "lost", "next", "next", "skip", "skip"]
    assert {"no", "yes", "End"} <= {text.text for text in picture.iter(f"{SVG}text")}


def test_the_picture_fits_a_phone_with_four_skips_side_by_side():
    rules = [({"equals": word}, "when") for word in "abcd"]
    picture = drawn(skipping(replace(COLOUR, choices=tuple("abcd")), *rules), SEATS, WHEN)
    assert float(picture.get("width")) <= 358


def test_what_a_manager_wrote_cannot_become_markup():
    assert "<script>" not in flow_svg([replace(SEATS, wording="<script>alert(1)</script> & co")])


@given(wordings=st.lists(st.text(st.characters(blacklist_categories=("Cc", "Cs")), max_size=60), max_size=5))
def test_any_wording_gives_a_picture_that_can_be_read(wordings):
    questions = [replace(SEATS, key=f"q{n}", wording=wording) for n, wording in enumerate(wordings)]
    assert len(list(drawn(*questions).iter(f"{SVG}rect"))) == len(wordings) + 1


def test_two_skips_over_the_same_questions_have_lanes_of_their_own():
    picture = drawn(skipping(DECIDES, ({"equals": False}, "when")), skipping(SEATS, ({"at_least": 5}, "")), WHEN)
    lanes = [part.find(f"{SVG}path").get("d").split()[2] for part in picture.iter(f"{SVG}g") if part.get("class") == "skip"]
    assert len(set(lanes)) == 2


def test_an_arrow_that_arrives_stays_clear_of_the_words_of_one_that_leaves():
    picture = drawn(
        skipping(DECIDES, ({"equals": False}, "when")), SEATS, skipping(WHEN, ({"at_most": 5}, "last")), PERMISSION, replace(SEATS, key="last")
    )
    arrives, leaves = (part for part in picture.iter(f"{SVG}g") if part.get("class") == "skip")
    y_arrives = float(arrives.find(f"{SVG}path").get("d").split()[3].removeprefix("V"))
    words = leaves.find(f"{SVG}text")
    assert float(words.get("y")) - 10 > y_arrives


def test_the_words_say_what_the_picture_shows():
    questions = [skipping(DECIDES, ({"equals": False}, ""), ({"equals": True}, "when")), SEATS, skipping(WHEN, ({"at_most": 5}, "gone"))]
    assert flow_in_words(questions) == [
        "Do you decide alone? If the answer is no: to the end; if the answer is yes: question 3.",
        "Nobody gets here. How many seats do you need? Then: question 3.",
        "When do you want to start? If the answer is at most 5: nowhere, for “gone” is no question further down; else: to the end.",
    ]
