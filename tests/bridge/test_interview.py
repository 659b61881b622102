"""What counts as an answer, and what a voice may invent without changing anything."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.brief import Limits, QuestionBrief, QuestionKind
from bridge.interview import LOW_CONFIDENCE, MAX_READ_BACKS, Accepted, Evidence, Interview, Refused, SaidBack
from bridge.phrases import phrases_for
from bridge.values import MAX_MONEY, MAX_SCALE, valid_value
from tests.bridge.conversing import DECIDER, GOOD_TIME, SEATS, START, brief

EVIDENCE = Evidence("what was said", 1000, 2000, 0.9)
PLAN = QuestionBrief("plan", QuestionKind.ONE_OF, "Which plan?", "Basic or full?", choices=("Basic", "Full"))
TOOLS = QuestionBrief("tools", QuestionKind.MANY_OF, "Which do you use?", "Which of these?", choices=("SMS", "Phone", "Letters"))
RATING = QuestionBrief("rating", QuestionKind.SCALE, "From one to five?", "One to five?", minimum=1, maximum=5)
BUDGET = QuestionBrief("budget", QuestionKind.MONEY, "What is your budget?", "How much, in shillings?", unit="KES")
WHY = QuestionBrief("why", QuestionKind.OPEN, "Why?", "Can you say why?")


def interview(*questions: QuestionBrief, **fields: Any) -> Any:
    return Interview(brief(*questions, **fields))


def everything(key: str) -> bool:
    """The callee has said something about it."""
    return True


def tell(asked: Interview, question_id: object, value: object, **arguments: Any) -> Any:
    return asked.hear({"question_id": question_id, "value": value, "confidence": 0.9} | arguments, EVIDENCE, is_answered=everything)


def answered(asked: Interview, question_id: str, value: object) -> None:
    assert isinstance(tell(asked, question_id, value), Accepted)
    asked.saved(question_id)


@pytest.mark.parametrize(
    ("question", "value", "stored"),
    [
        pytest.param(DECIDER, True, True, id="yes"),
        pytest.param(DECIDER, False, False, id="no"),
        pytest.param(DECIDER, "yes", None, id="yes as a word"),
        pytest.param(DECIDER, 1, None, id="yes as a number"),
        pytest.param(SEATS, 1, 1, id="lowest"),
        pytest.param(SEATS, 1000, 1000, id="highest"),
        pytest.param(SEATS, 0, None, id="below"),
        pytest.param(SEATS, 1001, None, id="above"),
        pytest.param(SEATS, 50.0, 50, id="whole float"),
        pytest.param(SEATS, 2.5, 2.5, id="fraction"),
        pytest.param(SEATS, True, None, id="bool is no number"),
        pytest.param(SEATS, float("nan"), None, id="nan"),
        pytest.param(SEATS, float("inf"), None, id="infinite"),
        pytest.param(replace(SEATS, maximum=None), 10**400, None, id="absurd without a limit"),
        pytest.param(SEATS, "50", None, id="number as a word"),
        pytest.param(START, 0, 0, id="now"),
        pytest.param(START, 3650, 3650, id="ten years"),
        pytest.param(START, 3651, None, id="too far"),
        pytest.param(START, -1, None, id="in the past"),
        pytest.param(START, 1.5, None, id="half a day"),
        pytest.param(PLAN, " full ", "Full", id="choice in other letters"),
        pytest.param(PLAN, "gold", None, id="no such choice"),
        pytest.param(PLAN, None, None, id="no choice"),
        pytest.param(TOOLS, ["phone", " SMS "], ["SMS", "Phone"], id="several choices, in the script's order"),
        pytest.param(TOOLS, ["Phone", "phone"], ["Phone"], id="one of several twice"),
        pytest.param(TOOLS, "sms", ["SMS"], id="a single one"),
        pytest.param(TOOLS, ["SMS", "fax"], None, id="one that is no choice"),
        pytest.param(TOOLS, [], None, id="none of several"),
        pytest.param(TOOLS, [7], None, id="no words"),
        pytest.param(RATING, 1, 1, id="the lowest step"),
        pytest.param(RATING, 5, 5, id="the highest step"),
        pytest.param(RATING, 6, None, id="above the scale"),
        pytest.param(RATING, 0, None, id="below the scale"),
        pytest.param(RATING, 3.5, None, id="between two steps"),
        pytest.param(replace(RATING, maximum=None), MAX_SCALE + 1, None, id="a scale without an end"),
        pytest.param(BUDGET, 50_000, 50_000, id="an amount"),
        pytest.param(BUDGET, 49_999.5, 50_000, id="cents"),
        pytest.param(BUDGET, 0, 0, id="nothing"),
        pytest.param(BUDGET, -1, None, id="a debt"),
        pytest.param(BUDGET, MAX_MONEY + 1, None, id="more than there is"),
        pytest.param(replace(BUDGET, minimum=100), 99, None, id="below the least amount"),
        pytest.param(BUDGET, True, None, id="a yes is no amount"),
        pytest.param(WHY, "  because ", "because", id="open"),
        pytest.param(WHY, "   ", None, id="open and empty"),
        pytest.param(WHY, 7, None, id="open and no text"),
    ],
)
def test_it_stores_only_values_of_the_question(question, value, stored):
    result = valid_value(question, value)
    assert result == stored
    assert type(result) is type(stored)


def test_it_asks_in_order_and_ends_when_all_is_saved():
    asked = interview(DECIDER, SEATS)
    assert asked.prompt().text == DECIDER.wording
    answered(asked, "decider", True)
    assert asked.prompt().text == SEATS.wording
    answered(asked, "seats", 50)
    assert asked.prompt() is None


def test_it_takes_an_answer_to_a_later_question_and_comes_back_to_the_open_one():
    asked = interview(DECIDER, SEATS, START)
    answered(asked, "seats", 50)
    assert asked.open_question == DECIDER
    answered(asked, "decider", True)
    assert asked.open_question == START


def test_an_answer_counts_only_when_it_is_saved():
    asked = interview(DECIDER)
    tell(asked, "decider", True)
    assert asked.is_saving
    assert [answer.value for answer in asked.unsaved()] == [True]
    assert asked.saved("decider").value is True
    assert not asked.is_saving
    assert asked.saved("decider") is None


@pytest.mark.parametrize("question_id", ["price", "", None, 7, ["decider"]])
def test_it_refuses_questions_that_are_not_in_the_script(question_id):
    asked = interview(DECIDER)
    assert tell(asked, question_id, True) == Refused("not a question of this script")
    assert not asked.is_saving


@pytest.mark.parametrize("is_saved", [True, False])
def test_it_refuses_a_second_answer_to_a_question(is_saved):
    asked = interview(DECIDER)
    tell(asked, "decider", True)
    if is_saved:
        asked.saved("decider")
    assert isinstance(tell(asked, "decider", False), Refused)
    assert [answer.value for answer in asked.unsaved()] == ([] if is_saved else [True])


def test_a_value_out_of_range_names_the_question_and_changes_nothing():
    asked = interview(SEATS)
    assert tell(asked, "seats", 5_000_000).question_id == "seats"
    assert asked.open_question == SEATS


@pytest.mark.parametrize(
    ("question", "value", "arguments", "is_said_back"),
    [
        pytest.param(SEATS, 50, {"confidence": LOW_CONFIDENCE}, False, id="sure enough"),
        pytest.param(SEATS, 50, {"confidence": LOW_CONFIDENCE - 0.01}, True, id="unsure number"),
        pytest.param(START, 30, {"confidence": 0.1}, True, id="unsure timeline"),
        pytest.param(DECIDER, True, {"confidence": 0.1}, False, id="unsure yes"),
        pytest.param(DECIDER, True, {"is_doubtful": True}, True, id="doubtful yes"),
        pytest.param(PLAN, "Full", {"is_doubtful": True}, True, id="doubtful choice"),
        pytest.param(WHY, "because", {"is_doubtful": True}, False, id="stories are not said back"),
        pytest.param(replace(SEATS, is_read_back=True), 50, {"confidence": 1.0}, True, id="the script wants it"),
        pytest.param(SEATS, 50, {"confidence": "high"}, False, id="no figure: the recogniser's"),
    ],
)
def test_it_says_back_what_may_have_been_misheard(question, value, arguments, is_said_back):
    hearing = tell(interview(question), question.question_id, value, **arguments)
    assert isinstance(hearing, SaidBack if is_said_back else Accepted)


@pytest.mark.parametrize(
    ("question", "value", "language", "words"),
    [
        pytest.param(SEATS, 50, "en-KE", "50 seats, is that right?", id="number"),
        pytest.param(replace(SEATS, unit=""), 50, "en", "50, is that right?", id="no unit"),
        pytest.param(SEATS, 50, "sw-KE", "50 seats, ni sawa?", id="Swahili"),
        pytest.param(SEATS, 50, "am-ET", "50 seats?", id="no words of ours"),
        pytest.param(START, 0, "en", "I heard right away, is that right?", id="now"),
        pytest.param(START, 1, "en", "I heard tomorrow, is that right?", id="tomorrow"),
        pytest.param(START, 7, "en", "I heard in 7 days, is that right?", id="days"),
        pytest.param(START, 21, "en", "I heard in about 3 weeks, is that right?", id="weeks"),
        pytest.param(START, 30, "en", "I heard in about a month, is that right?", id="a month"),
        pytest.param(START, 92, "en", "I heard in about 3 months, is that right?", id="months"),
        pytest.param(START, 365, "en", "I heard in about a year, is that right?", id="a year"),
        pytest.param(START, 730, "en", "I heard in about 2 years, is that right?", id="years"),
        pytest.param(DECIDER, False, "en", "I heard no, is that right?", id="no"),
        pytest.param(PLAN, "full", "en", "I heard Full, is that right?", id="choice"),
    ],
)
def test_it_says_back_the_value_it_would_store(question, value, language, words):
    asked = interview(question, language=language)
    tell(asked, question.question_id, value, is_doubtful=True)
    prompt = asked.prompt()
    assert (prompt.text, prompt.is_confirmation) == (words, True)


def unsure(value: int) -> dict[str, Any]:
    return {"question_id": "seats", "value": value, "confidence": 0.2}


def test_a_confirmed_answer_is_saved_as_confirmed():
    asked = interview(SEATS)
    asked.hear(unsure(50), EVIDENCE, is_answered=everything)
    answer = asked.confirm()
    assert (answer.value, answer.is_confirmed) == (50, True)
    assert asked.is_saving


def test_the_same_number_again_confirms_it():
    asked = interview(SEATS)
    asked.hear(unsure(50), EVIDENCE, is_answered=everything)
    assert asked.hear(unsure(50), EVIDENCE, is_answered=everything).answer.is_confirmed


def test_a_corrected_number_is_said_back_even_if_it_was_heard_well():
    asked = interview(SEATS)
    asked.hear(unsure(50), EVIDENCE, is_answered=everything)
    assert isinstance(tell(asked, "seats", 15), SaidBack)
    assert asked.prompt().text == "15 seats, is that right?"
    assert asked.confirm().value == 15


def test_it_does_not_say_back_for_ever():
    asked = interview(SEATS)
    for value in range(1, MAX_READ_BACKS + 1):
        assert isinstance(asked.hear(unsure(value), EVIDENCE, is_answered=everything), SaidBack)
    assert asked.hear(unsure(99), EVIDENCE, is_answered=everything).question_id == "seats"
    assert not asked.prompt().is_confirmation


def test_a_denied_answer_is_dropped():
    asked = interview(SEATS)
    asked.hear(unsure(50), EVIDENCE, is_answered=everything)
    asked.deny()
    assert asked.confirm() is None
    assert asked.prompt().text == SEATS.wording


def test_confirming_nothing_saves_nothing():
    assert interview(SEATS).confirm() is None
    assert interview().confirm() is None


def test_it_asks_again_in_other_words_and_then_skips():
    asked = interview(SEATS, START, limits=Limits(max_reasks=2))
    assert asked.reask()
    assert asked.prompt(is_reask=True).text == SEATS.reask_wording
    assert asked.reask()
    assert not asked.reask()
    assert asked.prompt().text == START.wording
    assert isinstance(tell(asked, "seats", 50), Refused)


def test_it_asks_in_the_same_words_where_there_are_no_others():
    asked = interview(replace(SEATS, reask_wording=""))
    assert asked.prompt(is_reask=True).text == SEATS.wording


@pytest.mark.parametrize(
    ("question_id", "is_skipped"),
    [pytest.param("seats", True, id="open"), pytest.param("price", False, id="unknown"), pytest.param(None, False, id="none")],
)
def test_it_skips_questions_of_the_script_only(question_id, is_skipped):
    asked = interview(DECIDER, SEATS)
    assert asked.skip(question_id) is is_skipped
    assert asked.open_question == DECIDER


def test_it_does_not_skip_what_is_answered():
    asked = interview(DECIDER)
    answered(asked, "decider", True)
    assert not asked.skip("decider")


def test_it_begins_with_the_first_question_without_an_answer():
    assert interview(answers={"good_time": True, "seats": 50}).open_question == DECIDER


def test_a_no_to_the_time_of_an_earlier_call_is_asked_again():
    assert interview(answers={"good_time": False}).open_question == GOOD_TIME


def test_the_words_of_the_callee_stand_in_for_a_missing_quote():
    answer = tell(interview(DECIDER), "decider", True, quote=None).answer
    assert (answer.quote, answer.started_ms, answer.ended_ms) == ("what was said", 1000, 2000)
    assert tell(interview(DECIDER), "decider", True, quote="I am").answer.quote == "I am"


@pytest.mark.parametrize("confidence", [None, "0.5", True, -0.1, 1.1, float("nan")])
def test_a_confidence_that_is_none_is_replaced_by_the_recognisers(confidence):
    assert tell(interview(DECIDER), "decider", True, confidence=confidence).answer.confidence == 0.9


def test_it_thanks_sparingly():
    asked = interview(DECIDER, SEATS, START)
    thanks = []
    for question_id, value in (("decider", True), ("seats", 5), ("start", 7)):
        answered(asked, question_id, value)
        thanks.append(asked.thanks())
    assert thanks == ["Thank you.", "", "Great."]


def test_it_has_no_words_in_a_language_it_does_not_know():
    assert phrases_for("fr-RW").thanks == ("",)


ANY_VALUE = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.lists(st.integers(), max_size=2)


@given(st.lists(st.tuples(st.sampled_from(["good_time", "decider", "seats", "start", "price"]), ANY_VALUE, ANY_VALUE, st.booleans()), max_size=12))
def test_whatever_a_voice_reports_only_valid_values_are_ever_saved(reports):
    asked = interview()
    questions = {question.question_id: question for question in (GOOD_TIME, DECIDER, SEATS, START)}
    for question_id, value, confidence, is_doubtful in reports:
        asked.hear(
            {"question_id": question_id, "value": value, "confidence": confidence, "is_doubtful": is_doubtful}, EVIDENCE, is_answered=everything
        )
    for answer in asked.unsaved():
        assert valid_value(questions[answer.question_id], answer.value) == answer.value
        assert 0 <= answer.confidence <= 1


class TestWhatTheCalleeDidNotSay:
    """Reports of a voice about questions that were not asked, or not answered."""

    def hear(self, asked: Interview, question: QuestionBrief, value: object, *, said: bool = False) -> Any:
        report = {"question_id": question.question_id, "value": value, "confidence": 1.0, "quote": "yes to all"}
        return asked.hear(report, EVIDENCE, is_answered=lambda key: said)

    @pytest.mark.parametrize(("question", "value"), [(DECIDER, True), (SEATS, 500), (START, 0)], ids=["yes", "number", "time"])
    def test_an_answer_to_a_question_nobody_asked_is_said_back(self, question, value):
        asked = interview(question)
        assert isinstance(self.hear(asked, question, value), SaidBack)
        assert asked.unsaved() == []

    def test_a_voice_that_says_it_twice_confirms_nothing(self):
        asked = interview(DECIDER)
        self.hear(asked, DECIDER, True)
        assert isinstance(self.hear(asked, DECIDER, True), Refused)
        assert isinstance(self.hear(asked, DECIDER, True, said=True), Accepted)

    def test_a_story_that_nobody_asked_for_is_asked_for_in_its_turn(self):
        asked = interview(WHY)
        assert isinstance(self.hear(asked, WHY, "because you must buy it"), Refused)
        assert asked.open_question is WHY
