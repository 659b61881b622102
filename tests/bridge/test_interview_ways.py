"""An interview with skip rules: it follows the answers, ends, and asks nothing that was passed over."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bridge.brief import QuestionBrief, QuestionKind, Skip
from bridge.events import Outcome, Tool
from bridge.interview import Accepted, Evidence, Interview, Refused, SaidBack
from bridge.route import route
from tests.bridge.conversing import DECIDER, SEATS, START, Rehearsal, brief

EVIDENCE = Evidence("what was said", 1000, 2000, 0.9)
TO_START = Skip((("equals", False),), "start")
TO_THE_END = Skip((("at_most", 5),), "")
FORKED = (replace(DECIDER, skips=(TO_START,)), replace(SEATS, skips=(TO_THE_END,)), START)
BUDGET = QuestionBrief("budget", QuestionKind.MONEY, "What is your budget?", "How much?", unit="KES")


def interview(*questions: QuestionBrief, **fields: Any) -> Any:
    return Interview(brief(*questions, **fields))


def tell(asked: Interview, question_id: str, value: object, *, is_answered: bool = True, **arguments: Any) -> Any:
    return asked.hear({"question_id": question_id, "value": value} | arguments, EVIDENCE, is_answered=lambda key: is_answered)


def answered(asked: Interview, question_id: str, value: object) -> None:
    assert isinstance(tell(asked, question_id, value), Accepted)
    asked.saved(question_id)


def test_an_answer_leads_past_questions():
    asked = interview(*FORKED)
    answered(asked, "decider", False)
    assert asked.open_question == START


def test_an_answer_leads_to_the_end():
    asked = interview(*FORKED)
    answered(asked, "decider", True)
    answered(asked, "seats", 5)
    assert asked.prompt() is None


def test_a_question_that_is_given_up_leads_on():
    asked = interview(*FORKED)
    asked.skip("decider")
    assert asked.open_question.question_id == "seats"


def test_an_interview_that_is_resumed_goes_on_where_its_answers_lead():
    assert interview(*FORKED, answers={"decider": False}).open_question == START
    assert interview(*FORKED, answers={"decider": True, "seats": 3}).prompt() is None


def test_a_question_that_was_passed_over_takes_no_answer():
    asked = interview(*FORKED)
    answered(asked, "decider", False)
    assert tell(asked, "seats", 50) == Refused("seats is passed over")
    assert not asked.skip("seats")


def test_an_answer_that_waits_to_be_agreed_to_is_dropped_when_its_question_is_passed_over():
    asked = interview(*FORKED)
    assert isinstance(tell(asked, "seats", 50, is_answered=False), SaidBack)
    asked.deny()
    tell(asked, "seats", 40, is_answered=False)
    answered(asked, "decider", False)
    assert asked.open_question == START
    assert asked.confirm() is None


def test_an_answer_given_beforehand_steers_when_its_turn_comes():
    asked = interview(*FORKED)
    answered(asked, "seats", 5)
    answered(asked, "decider", True)
    assert asked.prompt() is None


def test_an_amount_is_said_back_unless_there_is_no_time():
    asked = interview(BUDGET)
    assert isinstance(tell(asked, "budget", 50_000, confidence=1.0), SaidBack)
    assert asked.prompt().text == "50000 Kenyan shillings, is that right?"
    hurried = interview(BUDGET)
    hurried.is_hurried = True
    assert isinstance(tell(hurried, "budget", 50_000, confidence=1.0), Accepted)


def test_a_call_ends_where_the_answer_leads_and_asks_nothing_on_the_way():
    call = Rehearsal(brief(*FORKED)).open()
    call.until_asked(DECIDER.wording)
    call.says("No.", Tool.RECORD_ANSWER, question_id="decider", value=False)
    call.until_asked(f"Thank you. {START.wording}")
    call.says("Now.", Tool.RECORD_ANSWER, question_id="start", value=0)
    assert call.until_over().outcome is Outcome.FINISHED
    assert not any(SEATS.wording in line for line in call.spoken)


KINDS = (QuestionKind.YES_NO, QuestionKind.NUMBER, QuestionKind.SCALE)
TARGETS = ("q0", "q1", "q2", "q3", "")
TESTS = st.one_of(
    st.tuples(st.just("equals"), st.booleans() | st.integers(0, 9)), st.tuples(st.sampled_from(["at_least", "at_most"]), st.integers(0, 9))
)
RULES = st.lists(st.builds(Skip, TESTS.map(lambda test: (test,)), st.sampled_from(TARGETS)), max_size=2).map(tuple)
SCRIPTS = st.lists(st.tuples(st.sampled_from(KINDS), RULES), min_size=1, max_size=4).map(
    lambda rows: tuple(QuestionBrief(f"q{n}", kind, f"q{n}?", "", maximum=9, skips=rules) for n, (kind, rules) in enumerate(rows))
)
REPORTS = st.lists(st.tuples(st.sampled_from(TARGETS[:-1]), st.booleans() | st.integers(0, 9), st.booleans()), max_size=8)


@given(SCRIPTS, REPORTS, st.data())
def test_whatever_is_reported_it_ends_and_asks_no_question_again_that_was_passed_over_or_answered(questions, reports, data):
    asked = interview(*questions)
    steps = {question.question_id: question.skips for question in questions}
    answers: dict[str, Any] = {}
    given_up: set[str] = set()
    passed_over: set[str] = set()
    pending = list(reports)
    for _ in range(100):
        if (prompt := asked.prompt()) is None:
            break
        asks = prompt.question.question_id
        assert asks not in {*answers, *given_up, *passed_over}
        if pending:
            question_id, value, is_answered = pending.pop()
            tell(asked, question_id, value, is_answered=is_answered)
        elif data.draw(st.booleans(), label="reasks"):
            given_up |= set() if asked.reask() else {asks}
        else:
            asked.skip(asks)
            given_up.add(asks)
        answers |= {answer.question_id: answer.value for answer in asked.unsaved()}
        for answer in asked.unsaved():
            asked.saved(answer.question_id)
        passed_over |= set(route(steps, answers, given_up).passed_over)
    assert asked.prompt() is None
    assert route(steps, answers, given_up).next is None
