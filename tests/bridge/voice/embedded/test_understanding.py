from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.brief import QuestionBrief
from bridge.events import Expectation, Tool
from bridge.voice.embedded.numbers import number_words
from bridge.voice.embedded.understanding import opt_out_in, understand
from tests.bridge.voice.embedded.questions import (
    BUDGET,
    COLOUR,
    DECIDER,
    EXPECTATIONS,
    FRUIT,
    NOTHING_OPEN,
    OPT_OUT_QUESTION,
    RATING,
    READ_BACK,
    SCRIPT,
    SEATS,
    TIME,
    TIMELINE,
    TWO,
    TWO_TIMES,
    WHEN_BETTER,
    WISH,
)


def tools(text: str, expectation: Expectation | QuestionBrief) -> list[tuple[str, dict[str, Any]]]:
    expected = Expectation(expectation) if isinstance(expectation, QuestionBrief) else expectation
    return [(meaning.tool, dict(meaning.arguments)) for meaning in understand(text, expected, SCRIPT)]


def recorded(text: str, question: QuestionBrief) -> dict[str, Any]:
    """question_id → value of every answer, when there is nothing but answers."""
    found = tools(text, question)
    assert all(tool == Tool.RECORD_ANSWER for tool, _ in found), found
    return {arguments["question_id"]: arguments["value"] for _, arguments in found}


class TestYesNo:
    @pytest.mark.parametrize(
        "text", ["yes", "Yeah, sure.", "of course", "okay", "yes now is fine", "no problem, go ahead", "right now is fine, yes I can talk"]
    )
    def test_a_yes_to_the_permission(self, text: str):
        assert recorded(text, TIME) == {"time": True}

    @pytest.mark.parametrize("text", ["no", "No, I'm busy.", "not right now", "I'm in a meeting", "no it's not a good time", "I'm driving"])
    def test_a_no_to_the_permission(self, text: str):
        assert recorded(text, TIME) == {"time": False}

    @pytest.mark.parametrize("text", ["yes i am", "that's me", "I make the decisions", "I'm the one who decides"])
    def test_the_person_decides(self, text: str):
        assert recorded(text, DECIDER) == {"decider": True}

    @pytest.mark.parametrize("text", ["no", "my boss decides", "I'm not", "someone else does that", "it isn't me"])
    def test_somebody_else_decides(self, text: str):
        assert recorded(text, DECIDER) == {"decider": False}

    @pytest.mark.parametrize("text", ["i don't know", "it depends", "not sure", "yes but it's not me", "banana", "twelve"])
    def test_what_is_neither_is_not_understood(self, text: str):
        assert tools(text, DECIDER) == [(Tool.NOT_UNDERSTOOD, {})]


class TestNumbers:
    @pytest.mark.parametrize(
        ("text", "value"),
        [
            ("a hundred and twenty", 120),
            ("about two dozen", 24),
            ("we need around forty seats", 40),
            ("fifteen", 15),
            ("just one", 1),
            ("yes, 25", 25),
        ],
    )
    def test_a_number_is_recorded(self, text: str, value: int):
        assert tools(text, SEATS) == [(Tool.RECORD_ANSWER, {"question_id": "seats", "value": value, "is_doubtful": False})]

    @pytest.mark.parametrize(("text", "value"), [("maybe thirty", 30), ("at least fifty", 50), ("I think about ten", 10), ("up to a hundred", 100)])
    def test_an_uncertain_number_is_recorded_as_doubtful(self, text: str, value: int):
        assert tools(text, SEATS) == [(Tool.RECORD_ANSWER, {"question_id": "seats", "value": value, "is_doubtful": True})]

    @pytest.mark.parametrize(
        "text",
        [
            "quite a few",
            "it depends",
            "fifteen, no, fifty",
            "forty or fifty",
            "one twenty",
            "hundreds",
            "a few",
            "not forty",
            "one moment",
            "it depends, maybe forty",
            "yes",
        ],
    )
    def test_it_never_guesses_a_number(self, text: str):
        assert tools(text, SEATS) == [(Tool.NOT_UNDERSTOOD, {})]

    @given(st.integers(min_value=1, max_value=1000))
    def test_every_number_of_seats_is_understood(self, number: int):
        assert recorded(f"we need about {number_words(number)} seats", SEATS) == {"seats": number}


class TestTimelines:
    @pytest.mark.parametrize(
        ("text", "value"), [("right away", 0), ("next month", 30), ("in three weeks", 21), ("next year", 365), ("sometime next year", 365)]
    )
    def test_a_timeline_is_recorded_in_days(self, text: str, value: int):
        assert recorded(text, TIMELINE) == {"timeline": value}

    @pytest.mark.parametrize("text", ["sometime", "it depends", "soon", "not now", "two or three months", "in january", "next week or next month"])
    def test_it_never_guesses_a_timeline(self, text: str):
        assert tools(text, TIMELINE) == [(Tool.NOT_UNDERSTOOD, {})]


class TestOtherKinds:
    def test_a_choice_is_recorded_by_its_word(self):
        assert recorded("the green tomatoes please", COLOUR) == {"colour": "green tomatoes"}

    @pytest.mark.parametrize("text", ["red apples or green tomatoes", "tomatoes", "something else"])
    def test_a_choice_that_is_not_clear_is_not_understood(self, text: str):
        assert tools(text, COLOUR) == [(Tool.NOT_UNDERSTOOD, {})]

    def test_an_open_answer_is_kept_in_its_words(self):
        assert recorded("Well, more colours!", WISH) == {"wish": "well more colours"}


class TestAnswersNobodyAskedFor:
    def test_the_seats_come_with_the_decision(self):
        assert recorded("Yes I am, and we need about forty seats", DECIDER) == {"decider": True, "seats": 40}

    def test_the_timeline_comes_with_the_seats(self):
        assert recorded("forty seats, starting next month", SEATS) == {"seats": 40, "timeline": 30}

    def test_a_number_without_its_unit_answers_nothing_else(self):
        assert recorded("yes, forty", DECIDER) == {"decider": True}

    def test_now_is_no_timeline_unless_it_was_asked_for(self):
        assert recorded("yes, right now is fine", TIME) == {"time": True}

    def test_a_callee_without_time_answers_nothing_else(self):
        assert recorded("no, next week", TIME) == {"time": False}

    def test_two_questions_of_a_kind_are_not_told_apart(self):
        more = QuestionBrief("offices", SEATS.kind, "", "")
        meanings = understand("yes, forty seats", Expectation(DECIDER), (*SCRIPT, more))
        assert [meaning.arguments["question_id"] for meaning in meanings] == ["decider"]


class TestConfirmations:
    @pytest.mark.parametrize(("text", "is_yes"), [("yes", True), ("that's right", True), ("correct", True), ("no", False), ("that's wrong", False)])
    @pytest.mark.parametrize("expectation", [READ_BACK, OPT_OUT_QUESTION], ids=["read_back", "opt_out"])
    def test_yes_and_no(self, text: str, is_yes: bool, expectation: Expectation):
        assert tools(text, expectation) == [(Tool.CONFIRM, {"is_yes": is_yes})]

    @pytest.mark.parametrize("text", ["no, fifteen", "fifteen", "I said fifteen"])
    def test_the_right_number_in_place_of_a_no_is_an_answer(self, text: str):
        assert tools(text, READ_BACK) == [(Tool.RECORD_ANSWER, {"question_id": "seats", "value": 15, "is_doubtful": False})]

    def test_a_yes_with_its_number_is_a_yes(self):
        assert tools("yes, a hundred and twenty", READ_BACK) == [(Tool.CONFIRM, {"is_yes": True})]

    def test_anything_else_is_not_understood(self):
        assert tools("bananas", OPT_OUT_QUESTION) == [(Tool.NOT_UNDERSTOOD, {})]


class TestAtAnyTime:
    @pytest.mark.parametrize("name", EXPECTATIONS)
    @pytest.mark.parametrize(
        ("text", "topic"),
        [
            ("are you a robot", "robot"),
            ("am I talking to a real person", "robot"),
            ("sorry, who is this", "who"),
            ("can you repeat that please", "repeat"),
            ("pardon", "repeat"),
        ],
    )
    def test_questions_of_the_callee_are_explained(self, text: str, topic: str, name: str):
        assert tools(text, EXPECTATIONS[name]) == [(Tool.EXPLAIN, {"topic": topic})]

    @pytest.mark.parametrize("text", ["call me back later", "I can't talk now, call me tomorrow", "another time please", "can you call back"])
    def test_another_time_is_a_callback(self, text: str):
        assert tools(text, TIME) == [(Tool.SCHEDULE_CALLBACK, {})]

    @pytest.mark.parametrize("text", ["call me at four", "call me tomorrow at half past ten", "ring me tomorrow", "call me in an hour"])
    @pytest.mark.parametrize("question", SCRIPT, ids=lambda question: question.question_id)
    def test_a_named_time_is_one_whatever_was_asked(self, text: str, question: QuestionBrief):
        assert tools(text, question) == [(Tool.SCHEDULE_CALLBACK, {})]

    @pytest.mark.parametrize("text", ["tomorrow at four", "after lunch", "this evening would be better"])
    def test_a_time_in_place_of_the_permission_is_another_time(self, text: str):
        assert tools(text, TIME) == [(Tool.SCHEDULE_CALLBACK, {})]

    @pytest.mark.parametrize("text", ["four", "tomorrow at four", "in twenty minutes", "maybe around half past ten", "Monday morning"])
    def test_a_time_that_was_asked_for_is_heard_however_short(self, text: str):
        assert tools(text, WHEN_BETTER) == [(Tool.SCHEDULE_CALLBACK, {})]

    @pytest.mark.parametrize(
        ("text", "tool"),
        [
            ("tomorrow at nine", Tool.SCHEDULE_CALLBACK),
            ("the second one", Tool.SCHEDULE_CALLBACK),
            ("neither", Tool.SCHEDULE_CALLBACK),
            ("either one", Tool.SCHEDULE_CALLBACK),
            ("yes please", Tool.NOT_UNDERSTOOD),
            ("I'm not interested", Tool.END_CALL),
            ("stop calling me", Tool.OPT_OUT),
        ],
    )
    def test_of_two_times_that_are_offered_the_words_are_passed_on(self, text: str, tool: Tool):
        assert [found for found, _ in tools(text, TWO_TIMES)] == [tool]

    @pytest.mark.parametrize("text", ["I don't know", "at four or five", "fifty seats"])
    def test_what_is_no_time_is_not_understood_as_one(self, text: str):
        assert tools(text, WHEN_BETTER) == [(Tool.NOT_UNDERSTOOD, {})]

    @pytest.mark.parametrize(
        ("text", "reason"),
        [("I'm not interested", "not_interested"), ("no thanks", "not_interested"), ("goodbye", "not_interested"), ("wrong number", "wrong_number")],
    )
    def test_the_callee_ends_the_call(self, text: str, reason: str):
        assert tools(text, SEATS) == [(Tool.END_CALL, {"reason": reason})]

    def test_a_question_may_be_refused(self):
        assert tools("I'd rather not say", SEATS) == [(Tool.SKIP_QUESTION, {"question_id": "seats"})]

    def test_a_person_may_be_asked_for(self):
        assert tools("can I talk to a person", SEATS) == [(Tool.REQUEST_TRANSFER, {})]

    @pytest.mark.parametrize("text", ["", "hello", "hi there", "uh", "good morning", "hello hello"])
    def test_a_greeting_or_a_mumble_means_nothing(self, text: str):
        assert tools(text, TIME) == []

    def test_nothing_is_misunderstood_while_nothing_is_open(self):
        assert tools("the weather is nice", NOTHING_OPEN) == []


OPT_OUTS = [
    "stop", "stop calling me", "please stop calling", "don't call me again", "do not call this number", "never call me again",
    "don't ever call here again", "no more calls please", "take me off your list", "remove me from your list", "leave me alone",
    "I don't want any more calls", "stop bothering me", "I'm sick of these calls", "quit calling", "put me on the do not call list",
    "don't call me back", "delete my number", "I said don't call, yes", "yes, stop calling me", "no, don't call me", "unsubscribe",
    "forty times I told you not to call",
]  # fmt: skip


class TestOptOuts:
    @pytest.mark.parametrize("name", EXPECTATIONS)
    @pytest.mark.parametrize("text", OPT_OUTS)
    def test_it_is_heard_whatever_was_asked(self, text: str, name: str):
        assert [tool for tool, _ in tools(text, EXPECTATIONS[name])] == [Tool.OPT_OUT]

    @pytest.mark.parametrize("text", OPT_OUTS[:7])
    def test_plain_words_leave_no_doubt(self, text: str):
        assert tools(text, SEATS) == [(Tool.OPT_OUT, {"is_doubtful": False})]

    @pytest.mark.parametrize("text", ["I do not want that you people from the company ever call", "wait me alone", "no call me"])
    def test_a_call_with_a_negation_further_off_is_asked_about(self, text: str):
        assert tools(text, SEATS) == [(Tool.OPT_OUT, {"is_doubtful": True})]

    @pytest.mark.parametrize(
        "text",
        ["I can't talk, call me later", "no, call me tomorrow", "not now, call me tomorrow", "call me next week", "no, I'm busy", "not interested"],
    )
    def test_a_wish_for_another_time_is_none(self, text: str):
        assert opt_out_in(text) is None

    @given(
        st.lists(st.sampled_from(["please", "really", "now", "sir", "i", "said", "to", "you", "just", "ok"]), max_size=4),
        st.sampled_from(["stop calling me", "don't call me", "never call again", "take me off your list", "no more calls"]),
        st.lists(st.sampled_from(["please", "now", "yes", "forty", "next", "month", "thanks", "later"]), max_size=4),
        st.sampled_from(sorted(EXPECTATIONS)),
    )
    def test_nothing_said_around_it_hides_it(self, before: list[str], request_words: str, after: list[str], name: str):
        text = " ".join([*before, request_words, *after])
        assert [tool for tool, _ in tools(text, EXPECTATIONS[name])] == [Tool.OPT_OUT]


@given(st.text(), st.sampled_from(sorted(EXPECTATIONS)))
def test_any_text_has_some_meaning_or_none(text: str, name: str):
    assert all(isinstance(tool, Tool) for tool, _ in tools(text, EXPECTATIONS[name]))


class TestSeveralChoices:
    @pytest.mark.parametrize(
        ("text", "chosen"),
        [
            ("apples and plums", ["Apples", "Plums"]),
            ("the red apples", ["red apples"]),
            ("red apples, apples and plums", ["Apples", "red apples", "Plums"]),
            ("plums", ["Plums"]),
            ("all of them", ["Apples", "red apples", "Plums"]),
            ("All!", ["Apples", "red apples", "Plums"]),
            ("plums, that's all", ["Plums"]),
            ("the first and the last", ["Apples", "Plums"]),
            ("the second one", ["red apples"]),
            ("the first one and plums", ["Apples", "Plums"]),
        ],
    )
    def test_choices_are_named_by_their_words_or_their_places(self, text: str, chosen: list[str]):
        assert recorded(text, FRUIT) == {"fruit": chosen}

    def test_both_are_all_of_two(self):
        assert recorded("both of them", TWO) == {"two": ["tea", "coffee"]}
        assert tools("both of them", FRUIT) == [(Tool.NOT_UNDERSTOOD, {})]

    @pytest.mark.parametrize(
        "text", ["all but the first", "not plums", "none of them", "the fourth one", "bananas", "it depends", "everything except plums"]
    )
    def test_it_never_guesses_what_was_left_out(self, text: str):
        assert tools(text, FRUIT) == [(Tool.NOT_UNDERSTOOD, {})]

    def test_a_soft_answer_is_doubtful(self):
        assert tools("maybe plums", FRUIT) == [(Tool.RECORD_ANSWER, {"question_id": "fruit", "value": ["Plums"], "is_doubtful": True})]

    @pytest.mark.parametrize(
        ("text", "choice"), [("the first one", "red apples"), ("the last one", "green tomatoes"), ("the second", "green tomatoes")]
    )
    def test_a_single_choice_is_named_by_its_place_too(self, text: str, choice: str):
        assert recorded(text, COLOUR) == {"colour": choice}


class TestAmountsAndScales:
    @pytest.mark.parametrize(
        ("text", "amount"),
        [
            ("fifty thousand", 50_000),
            ("about two hundred and fifty thousand shillings", 250_000),
            ("50k", 50_000),
            ("50,000", 50_000),
            ("a million", 1_000_000),
            ("five thousand a month", 5000),
            ("zero", 0),
        ],
    )
    def test_an_amount_is_recorded_in_whole_units(self, text: str, amount: int):
        assert recorded(text, BUDGET) == {"budget": amount}

    @pytest.mark.parametrize("text", ["forty or fifty thousand", "a lot", "it depends", "not fifty thousand"])
    def test_it_never_guesses_an_amount(self, text: str):
        assert tools(text, BUDGET) == [(Tool.NOT_UNDERSTOOD, {})]

    def test_an_amount_that_nobody_asked_for_counts_with_its_currency_only(self):
        script = (*SCRIPT, BUDGET)
        said = understand("yes, and we have fifty thousand shillings", Expectation(DECIDER), script)
        assert {meaning.arguments["question_id"]: meaning.arguments["value"] for meaning in said} == {"decider": True, "budget": 50_000}
        assert [meaning.arguments["question_id"] for meaning in understand("yes, since two thousand", Expectation(DECIDER), script)] == ["decider"]

    @pytest.mark.parametrize(
        ("text", "step"), [("seven", 7), ("eight out of ten", 8), ("ten out of ten", 10), ("I'd say a 9", 9), ("zero", 0), ("5 of 10", 5)]
    )
    def test_a_place_on_a_scale_is_recorded(self, text: str, step: int):
        assert recorded(text, RATING) == {"rating": step}

    @pytest.mark.parametrize("text", ["seven or eight", "quite likely", "i don't know"])
    def test_it_never_guesses_a_place(self, text: str):
        assert tools(text, RATING) == [(Tool.NOT_UNDERSTOOD, {})]

    @pytest.mark.parametrize("question", [FRUIT, RATING, BUDGET], ids=["several", "scale", "money"])
    def test_another_value_in_place_of_the_one_said_back_is_an_answer(self, question: QuestionBrief):
        said = {"fruit": "no, plums", "rating": "no, six", "budget": "no, sixty thousand"}[question.question_id]
        (meaning,) = tools(said, Expectation(question, is_confirmation=True))
        assert meaning[0] == Tool.RECORD_ANSWER
