"""Opt-outs: obeyed at any moment, saved before they are promised, and settled on the safe side when in doubt."""

from __future__ import annotations

import pytest

from bridge.brief import HandoffStrategy, Limits, LineTraits
from bridge.commands import HangUp, SaveOptOut
from bridge.events import (
    DeskFailed,
    DeskTask,
    LineEnded,
    MediaSilent,
    OptOutSaved,
    Outcome,
    StreamClosed,
    Tool,
    VoiceFailed,
)
from bridge.notes import EndPolitely, ProviderEnded, RepAccepted
from tests.bridge.conversing import LINES, SEATS, Rehearsal
from tests.bridge.moments import MOMENTS_OF_A_CALL, asked, disclosing, saying_goodbye, waiting_for_rep

CALLBACK_LINE = LineTraits(strategy=HandoffStrategy.CALLBACK)


def asked_about_opt_out() -> Rehearsal:
    rehearsal = asked()
    rehearsal.says("I don't like these calls", Tool.OPT_OUT, is_doubtful=True)
    rehearsal.until_asked(LINES.confirm_opt_out)
    return rehearsal


MOMENTS = [*MOMENTS_OF_A_CALL, pytest.param(asked_about_opt_out, id="asked about it")]


# ---- opt-outs ----


@pytest.mark.parametrize("moment", MOMENTS)
def test_an_opt_out_is_obeyed_at_any_moment(moment):
    rehearsal = moment()
    rehearsal.says("stop calling me", Tool.OPT_OUT)
    assert rehearsal.done(SaveOptOut)[0].quote == "stop calling me"
    assert rehearsal.until_over().outcome is Outcome.OPTED_OUT
    assert rehearsal.heard[-1] == LINES.opted_out
    assert len(rehearsal.done(SaveOptOut)) == 1


def test_it_says_that_it_will_not_call_again_only_when_that_is_saved():
    rehearsal = asked()
    rehearsal.does_desk_answer = False
    rehearsal.says("stop calling me", Tool.OPT_OUT)
    rehearsal.waits(2)
    assert LINES.opted_out not in rehearsal.spoken
    rehearsal.happens(OptOutSaved())
    assert rehearsal.spoken[-1] == LINES.opted_out
    rehearsal.until_over()
    assert rehearsal.position(HangUp) > rehearsal.position(SaveOptOut)


@pytest.mark.parametrize("fails", [pytest.param(True, id="failed"), pytest.param(False, id="no reply")])
def test_an_opt_out_that_was_not_saved_is_saved_again(fails):
    rehearsal = asked()
    rehearsal.does_desk_answer = False
    rehearsal.says("stop calling me", Tool.OPT_OUT)
    if fails:
        rehearsal.happens(DeskFailed(DeskTask.OPT_OUT))
    rehearsal.does_desk_answer = True
    assert rehearsal.until_over().outcome is Outcome.OPTED_OUT
    assert len(rehearsal.done(SaveOptOut)) == 2
    assert rehearsal.heard[-1] == LINES.opted_out


def test_an_opt_out_that_cannot_be_saved_is_reported_and_tried_a_last_time():
    rehearsal = asked()
    rehearsal.does_desk_answer = False
    rehearsal.says("stop calling me", Tool.OPT_OUT)
    assert rehearsal.until_over().outcome is Outcome.OPTED_OUT
    assert LINES.opted_out not in rehearsal.spoken
    assert rehearsal.heard[-1] == LINES.apology
    assert isinstance(rehearsal.commands[-2], SaveOptOut)


def test_a_save_that_comes_late_needs_no_last_try():
    rehearsal = asked()
    rehearsal.does_desk_answer = False
    rehearsal.says("stop calling me", Tool.OPT_OUT)
    rehearsal.waits(12.5)
    assert rehearsal.spoken[-1] == LINES.apology
    rehearsal.happens(OptOutSaved())
    rehearsal.until_over()
    assert len(rehearsal.done(SaveOptOut)) == 4


@pytest.mark.parametrize("end", [StreamClosed(), ProviderEnded(), MediaSilent(5.0), VoiceFailed("gone")], ids=lambda end: type(end).__name__)
def test_an_opt_out_is_saved_even_if_the_callee_has_left(end):
    rehearsal = asked()
    rehearsal.does_desk_answer = False
    rehearsal.says("stop calling me", Tool.OPT_OUT)
    rehearsal.happens(end)
    assert not rehearsal.conversation.is_over
    rehearsal.happens(DeskFailed(DeskTask.OPT_OUT))
    rehearsal.does_desk_answer = True
    assert rehearsal.until_over().outcome is Outcome.OPTED_OUT
    assert LINES.opted_out not in rehearsal.spoken


def test_a_possible_opt_out_is_asked_about():
    rehearsal = asked_about_opt_out()
    assert rehearsal.done(SaveOptOut) == []
    rehearsal.says("yes please", Tool.CONFIRM, is_yes=True)
    assert rehearsal.until_over().outcome is Outcome.OPTED_OUT


def test_a_no_to_the_opt_out_question_goes_on_with_the_interview():
    rehearsal = asked_about_opt_out()
    rehearsal.says("no, go on", Tool.CONFIRM, is_yes=False)
    rehearsal.waits(0.1)
    assert rehearsal.spoken[-1] == SEATS.wording
    assert rehearsal.done(SaveOptOut) == []


def test_a_no_before_the_opt_out_question_was_heard_is_no_answer_to_it():
    rehearsal = disclosing()
    rehearsal.says("I don't like these calls", Tool.OPT_OUT, is_doubtful=True)
    rehearsal.reports(Tool.CONFIRM, is_yes=False)
    rehearsal.until_asked(LINES.confirm_opt_out)
    assert rehearsal.heard == [LINES.disclosure, LINES.confirm_opt_out]


def test_a_disclosure_cut_after_a_doubt_is_spoken_again_and_then_the_question_asked():
    rehearsal = disclosing()
    rehearsal.says("I don't like these calls", Tool.OPT_OUT, is_doubtful=True)
    rehearsal.happens(LineEnded(1, 2000, is_complete=False))
    rehearsal.until_asked(LINES.confirm_opt_out)
    assert rehearsal.spoken == [LINES.disclosure, LINES.disclosure, LINES.confirm_opt_out]


def test_mumbling_into_the_opt_out_question_is_no_answer_to_it():
    rehearsal = asked()
    rehearsal.says("I don't like these calls", Tool.OPT_OUT, is_doubtful=True)
    rehearsal.waits(1)
    for _ in range(2):
        rehearsal.reports(Tool.NOT_UNDERSTOOD, quote="hm")
    rehearsal.until_asked(LINES.confirm_opt_out)
    assert rehearsal.done(SaveOptOut) == []


def test_a_no_in_the_farewell_ends_with_the_farewell():
    rehearsal = saying_goodbye()
    rehearsal.says("I don't like these calls", Tool.OPT_OUT, is_doubtful=True)
    rehearsal.until_asked(LINES.confirm_opt_out)
    rehearsal.says("no", Tool.CONFIRM, is_yes=False)
    assert rehearsal.until_over().outcome is Outcome.FINISHED
    assert rehearsal.heard[-1] == LINES.cold_close


def test_a_no_while_waiting_for_a_rep_goes_on_waiting():
    rehearsal = waiting_for_rep()
    rehearsal.says("I don't like these calls", Tool.OPT_OUT, is_doubtful=True)
    rehearsal.until_asked(LINES.confirm_opt_out)
    rehearsal.happens(RepAccepted("Rehema"))
    rehearsal.says("no", Tool.CONFIRM, is_yes=False)
    assert rehearsal.until_over().outcome is Outcome.HANDED_OFF


UNCLEAR = [
    pytest.param(Tool.NOT_UNDERSTOOD, {}, id="not understood"),
    pytest.param(Tool.RECORD_ANSWER, {"question_id": "seats", "value": 5}, id="a yes taken for an answer"),
    pytest.param(Tool.CONFIRM, {"is_yes": "maybe"}, id="neither yes nor no"),
]


@pytest.mark.parametrize(("tool", "arguments"), UNCLEAR)
def test_two_unclear_answers_about_an_opt_out_are_an_opt_out(tool, arguments):
    rehearsal = asked_about_opt_out()
    rehearsal.says("hm", tool, **arguments)
    rehearsal.waits(4)
    assert rehearsal.spoken[-1] == LINES.confirm_opt_out
    assert rehearsal.done(SaveOptOut) == []
    rehearsal.says("hm", tool, **arguments)
    assert rehearsal.until_over().outcome is Outcome.OPTED_OUT
    assert rehearsal.saved == {}


def test_silence_about_an_opt_out_is_an_opt_out():
    rehearsal = asked_about_opt_out()
    assert rehearsal.until_over().outcome is Outcome.OPTED_OUT
    assert rehearsal.heard.count(LINES.confirm_opt_out) == 2


def test_words_nobody_understands_about_an_opt_out_are_an_opt_out():
    rehearsal = asked_about_opt_out()
    for _ in range(2):
        rehearsal.says("")
        rehearsal.waits(7)
    assert rehearsal.done(SaveOptOut)


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        pytest.param(Tool.OPT_OUT, {"is_doubtful": True}, id="the same doubt again"),
        pytest.param(Tool.END_CALL, {"reason": "not_interested"}, id="not interested"),
    ],
)
def test_a_second_sign_is_an_opt_out(tool, arguments):
    rehearsal = asked_about_opt_out()
    rehearsal.says("I don't like these calls", tool, **arguments)
    assert rehearsal.until_over().outcome is Outcome.OPTED_OUT


def test_who_wants_to_be_called_another_time_does_not_opt_out():
    rehearsal = asked_about_opt_out()
    rehearsal.says("call me tomorrow", Tool.SCHEDULE_CALLBACK)
    assert rehearsal.until_over().outcome is Outcome.CALLBACK_REQUESTED
    assert rehearsal.done(SaveOptOut) == []


def test_a_question_of_the_callee_is_answered_before_the_opt_out_question():
    rehearsal = asked_about_opt_out()
    rehearsal.says("who is this", Tool.EXPLAIN, topic="who")
    rehearsal.until_asked(f"{LINES.who} {LINES.confirm_opt_out}")
    assert rehearsal.done(SaveOptOut) == []


ENDS = [
    pytest.param(StreamClosed(), id="hang-up"),
    pytest.param(ProviderEnded(), id="provider"),
    pytest.param(MediaSilent(5.0), id="media"),
    pytest.param(VoiceFailed("gone"), id="voice"),
    pytest.param(EndPolitely(), id="console"),
]


@pytest.mark.parametrize("end", ENDS)
def test_an_opt_out_question_left_open_is_an_opt_out(end):
    rehearsal = asked_about_opt_out()
    rehearsal.happens(end)
    assert rehearsal.until_over().outcome is Outcome.OPTED_OUT
    assert len(rehearsal.done(SaveOptOut)) == 1


def test_time_running_out_on_an_opt_out_question_is_an_opt_out():
    rehearsal = asked(limits=Limits(max_call_s=20, no_input_s=60))
    rehearsal.says("I don't like these calls", Tool.OPT_OUT, is_doubtful=True)
    assert rehearsal.until_over().outcome is Outcome.OPTED_OUT
