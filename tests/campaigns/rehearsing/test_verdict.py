"""When a talk from the browser is passed, and what is missing otherwise."""

from __future__ import annotations

import pytest

from bridge.events import Outcome
from bridge.reports import AnswerReport, SessionReport
from campaigns.rehearsing.people import Expected, Who
from campaigns.rehearsing.talk import Talk
from campaigns.rehearsing.verdict import BROKEN_OFF, TO_THE_END, missing_of_person, missing_of_talk
from tests.campaigns.rehearsing.scripts import DECIDER, SEATS, TIME, person, played, plot, skipping


def talk(outcome: Outcome = Outcome.FINISHED, *, is_disclosure_heard: bool = True, of=None, **answers: object) -> Talk:
    made = Talk(of or plot())
    for key, value in answers.items():
        made.answer(AnswerReport(key, value, "so", 0, 1, 0.9, False))
    made.finish(SessionReport(outcome, is_disclosure_heard=is_disclosure_heard))
    return made


ALL = {"time": True, "decider": True, "seats": 60}


@pytest.mark.parametrize("outcome", sorted(TO_THE_END))
def test_it_is_passed_when_all_was_answered_and_the_bot_said_goodbye(outcome):
    assert missing_of_talk(talk(outcome, **ALL)) == []


def test_without_the_whole_disclosure_it_is_not():
    assert missing_of_talk(talk(is_disclosure_heard=False, **ALL)) == [{"code": "disclosure"}]


def test_each_question_on_the_way_needs_an_answer():
    assert missing_of_talk(talk(time=True, seats=60)) == [{"code": "answer", "question": "decider"}]


def test_a_question_that_the_answers_pass_over_needs_none():
    of = plot(TIME, skipping(DECIDER, equals=False, to=""), SEATS)
    assert missing_of_talk(talk(of=of, time=True, decider=False)) == []


@pytest.mark.parametrize("outcome", sorted(set(Outcome) - TO_THE_END))
def test_another_end_is_told_and_not_passed(outcome):
    assert missing_of_talk(talk(outcome, time=True)) == [{"code": "end", "outcome": outcome.value}]


def test_what_broke_off_is_no_end_of_the_script():
    assert not BROKEN_OFF & TO_THE_END


def test_a_talk_that_never_was_has_no_end():
    assert [each["code"] for each in missing_of_talk(Talk(plot()))] == ["disclosure", "end"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"outcomes": frozenset({Outcome.FINISHED})}, "other_end"),
        ({"answers": {"seats": 7}}, "other_answer"),
        ({"answers": {"decider": True}, "is_scored": True, "is_hot": True}, "other_score"),
        ({"answers": ALL, "is_scored": True, "is_hot": False}, "other_heat"),
        ({"is_opt_out": True}, "opt_out"),
        ({"reask": "seats"}, "reask"),
        ({"sentences": ("Something else.",)}, "sentence"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_whatever_comes_otherwise_with_a_person_is_told(change, code):
    expected = Expected(**{"outcomes": frozenset({Outcome.PROMISED}), **change})
    codes = [each["code"] for each in missing_of_person(played(plot(), Who.EAGER), expected)]
    assert code in codes


def test_what_comes_as_expected_is_not():
    assert missing_of_person(played(plot(), Who.ROBOT), person(plot(), Who.ROBOT).expected) == []
