"""How calls end: hand-offs, farewells heard to their end, and exactly one report."""

from __future__ import annotations

import pytest

from bridge.brief import HandoffStrategy, Limits, LineTraits
from bridge.commands import CloseStream, Finish, HangUp, ReleaseToHandoff, RequestHandoff, SaveTurn, Speak
from bridge.events import (
    CalleeSaid,
    DeskFailed,
    DeskTask,
    LineBegan,
    LineEnded,
    MediaSilent,
    OptOutSaved,
    Outcome,
    Progress,
    SpeechEnded,
    SpeechStarted,
    StreamClosed,
    Tool,
    VoiceFailed,
)
from bridge.notes import EndPolitely, NoRep, ProviderEnded, RepAccepted
from tests.bridge.conversing import DECIDER, LINES, SEATS, START, Rehearsal, brief
from tests.bridge.moments import MOMENTS_OF_A_CALL, asked, disclosing, saying_goodbye, waiting_for_rep

CALLBACK_LINE = LineTraits(strategy=HandoffStrategy.CALLBACK)


# ---- the hand-off ----


def test_a_rep_is_looked_for_at_the_first_hot_answer_and_only_once():
    rehearsal = asked(SEATS, DECIDER, START, hot_from="seats")
    rehearsal.answers("seats", 50)
    assert len(rehearsal.done(RequestHandoff)) == 1
    assert rehearsal.spoken[-1].endswith(DECIDER.wording)
    rehearsal.waits(4)
    rehearsal.answers("decider", True)
    assert len(rehearsal.done(RequestHandoff)) == 1


def test_a_hot_lead_is_connected_when_a_rep_has_accepted():
    rehearsal = asked(SEATS, START, hot_from="seats")
    rehearsal.answers("seats", 50)
    rehearsal.happens(RepAccepted("Rehema"))
    rehearsal.waits(4)
    rehearsal.answers("start", 30)
    assert rehearsal.until_over().outcome is Outcome.HANDED_OFF
    assert rehearsal.heard[-1] == LINES.connecting
    assert LINES.checking not in rehearsal.spoken
    ending = [type(command) for command in rehearsal.commands[-3:]]
    assert ending[:2] == [ReleaseToHandoff, CloseStream]
    assert ending[-1] is Finish
    assert rehearsal.done(HangUp) == []


def test_a_lead_who_was_hot_on_an_earlier_call_and_has_nothing_left_to_answer_gets_a_rep():
    rehearsal = Rehearsal(brief(SEATS, answers={"seats": 50}, is_hot=True)).open()
    rehearsal.until_asked(LINES.checking)
    assert len(rehearsal.done(RequestHandoff)) == 1
    rehearsal.happens(RepAccepted("Rehema"))
    assert rehearsal.until_over().outcome is Outcome.HANDED_OFF
    assert SEATS.wording not in rehearsal.spoken


def test_a_lead_who_was_cold_on_an_earlier_call_and_has_nothing_left_to_answer_is_thanked():
    rehearsal = Rehearsal(brief(SEATS, answers={"seats": 5})).open()
    assert rehearsal.until_over().outcome is Outcome.FINISHED
    assert rehearsal.done(RequestHandoff) == []


def test_a_hot_lead_waits_for_a_rep_who_has_not_accepted_yet():
    rehearsal = waiting_for_rep()
    rehearsal.waits(5)
    rehearsal.happens(RepAccepted("Rehema"))
    assert rehearsal.until_over().outcome is Outcome.HANDED_OFF
    assert rehearsal.heard[-2:] == [LINES.checking, LINES.connecting]


def test_a_rep_who_accepts_while_the_lead_is_told_to_wait_does_not_cut_the_sentence():
    rehearsal = asked(SEATS, hot_from="seats")
    rehearsal.answers("seats", 50)
    rehearsal.waits(0.5)
    rehearsal.happens(RepAccepted("Rehema"))
    rehearsal.until_over()
    assert rehearsal.heard[-2:] == [LINES.checking, LINES.connecting]


def test_a_lead_is_promised_a_call_when_nobody_accepts():
    rehearsal = waiting_for_rep()
    rehearsal.happens(NoRep())
    assert rehearsal.until_over().outcome is Outcome.PROMISED
    assert rehearsal.heard[-1] == LINES.promise


def test_a_lead_is_not_kept_waiting_longer_than_the_limit():
    rehearsal = asked(SEATS, hot_from="seats", limits=Limits(handoff_wait_s=10))
    rehearsal.answers("seats", 50)
    began_s = rehearsal.now_s
    rehearsal.waits(9.9)
    assert rehearsal.spoken[-1] == LINES.checking
    rehearsal.until_over()
    promised_at_s = [at_s for at_s, command in rehearsal.log if isinstance(command, Speak)][-1]
    assert promised_at_s == pytest.approx(began_s + 10)


@pytest.mark.parametrize("is_known", [True, False])
def test_on_a_callback_line_the_lead_is_called_right_back_unless_nobody_is_there(is_known):
    rehearsal = asked(SEATS, hot_from="seats", line=CALLBACK_LINE)
    if is_known:
        rehearsal.happens(NoRep())
    rehearsal.answers("seats", 50)
    outcome, line = (Outcome.PROMISED, LINES.promise) if is_known else (Outcome.CALLING_BACK, LINES.call_right_back)
    assert rehearsal.until_over().outcome is outcome
    assert rehearsal.heard[-1] == line
    assert rehearsal.done(HangUp)


def test_a_search_that_cannot_begin_ends_in_a_promise():
    rehearsal = waiting_for_rep()
    rehearsal.happens(DeskFailed(DeskTask.HANDOFF))
    assert rehearsal.until_over().outcome is Outcome.PROMISED


def test_a_hot_lead_who_asks_for_a_person_gets_one():
    rehearsal = asked(SEATS, START, hot_from="seats")
    rehearsal.answers("seats", 50)
    rehearsal.happens(RepAccepted("Rehema"))
    rehearsal.waits(4)
    rehearsal.says("can I talk to someone", Tool.REQUEST_TRANSFER)
    assert rehearsal.until_over().outcome is Outcome.HANDED_OFF


def test_while_waiting_the_callee_may_ask_and_may_leave():
    rehearsal = waiting_for_rep()
    rehearsal.says("are you a robot", Tool.EXPLAIN, topic="robot")
    rehearsal.until_asked(LINES.robot)
    rehearsal.says("fifty", Tool.RECORD_ANSWER, question_id="seats", value=1)
    rehearsal.says("I have changed my mind", Tool.END_CALL, reason="not_interested")
    assert rehearsal.until_over().outcome is Outcome.NOT_INTERESTED
    assert rehearsal.saved == {"seats": 50}


def test_a_lead_who_left_before_the_promise_was_heard_is_not_handed_off():
    rehearsal = waiting_for_rep()
    rehearsal.happens(RepAccepted("Rehema"))
    rehearsal.waits(0.5)
    rehearsal.happens(StreamClosed())
    assert rehearsal.report.outcome is Outcome.CALLEE_LEFT
    assert rehearsal.done(ReleaseToHandoff) == []


def test_a_promise_that_was_cut_is_spoken_again_and_not_broken():
    rehearsal = waiting_for_rep()
    rehearsal.does_voice_speak = False
    rehearsal.happens(RepAccepted("Rehema"))
    for line_id in (4, 5):
        assert rehearsal.spoken[-1] == LINES.connecting
        rehearsal.happens(LineBegan(line_id), LineEnded(line_id, 500, is_complete=False))
    assert rehearsal.report.outcome is Outcome.VOICE_FAILED
    assert rehearsal.done(ReleaseToHandoff) == []


# ---- other ends ----


@pytest.mark.parametrize("moment", MOMENTS_OF_A_CALL[:3])
@pytest.mark.parametrize(
    ("tool", "arguments", "outcome", "line"),
    [
        pytest.param(Tool.END_CALL, {"reason": "not_interested"}, Outcome.NOT_INTERESTED, LINES.not_interested, id="not interested"),
        pytest.param(Tool.END_CALL, {"reason": "wrong_number"}, Outcome.WRONG_NUMBER, LINES.wrong_number, id="wrong number"),
        pytest.param(Tool.SCHEDULE_CALLBACK, {}, Outcome.CALLBACK_REQUESTED, LINES.call_back_later, id="another time"),
    ],
)
def test_who_does_not_want_to_talk_is_let_go(moment, tool, arguments, outcome, line):
    rehearsal = moment()
    rehearsal.says("no thank you", tool, **arguments)
    assert rehearsal.until_over().outcome is outcome
    assert rehearsal.heard[-1] == line


def test_the_hang_up_comes_after_the_last_word_of_the_farewell():
    rehearsal = saying_goodbye()
    rehearsal.until_over()
    last_turn = max(i for i, command in enumerate(rehearsal.commands) if isinstance(command, SaveTurn))
    assert rehearsal.position(HangUp) > last_turn
    assert rehearsal.heard[-1] == LINES.cold_close


def test_an_answer_in_the_farewell_changes_nothing():
    rehearsal = saying_goodbye()
    rehearsal.reports(Tool.RECORD_ANSWER, question_id="seats", value=500)
    rehearsal.reports(Tool.END_CALL, reason="not_interested")
    assert rehearsal.until_over().outcome is Outcome.FINISHED
    assert rehearsal.saved == {"seats": 5}


def test_no_message_is_left_on_a_machine():
    rehearsal = disclosing()
    rehearsal.reports(Tool.END_CALL, reason="voicemail")
    assert rehearsal.report.outcome is Outcome.VOICEMAIL
    assert rehearsal.heard == []
    assert rehearsal.done(HangUp)


def test_it_hears_a_machine_by_its_monologue():
    rehearsal = Rehearsal().open()
    rehearsal.waits(0.5)
    rehearsal.happens(SpeechStarted(0.5))
    assert rehearsal.until_over().outcome is Outcome.VOICEMAIL
    assert rehearsal.now_s == pytest.approx(6.5)


def test_who_has_answered_a_question_is_no_machine():
    rehearsal = asked(SEATS, START)
    rehearsal.answers("seats", 5)
    rehearsal.reports(Tool.END_CALL, reason="voicemail")
    assert not rehearsal.conversation.is_over


@pytest.mark.parametrize(
    ("end", "outcome", "hangs_up"),
    [
        pytest.param(ProviderEnded(), Outcome.CALLEE_LEFT, False, id="provider"),
        pytest.param(StreamClosed(), Outcome.CALLEE_LEFT, True, id="socket: the call may live on"),
        pytest.param(MediaSilent(5.0), Outcome.MEDIA_LOST, True, id="dead socket"),
        pytest.param(VoiceFailed("gone"), Outcome.VOICE_FAILED, True, id="voice"),
    ],
)
@pytest.mark.parametrize("moment", MOMENTS_OF_A_CALL[:4])
def test_when_nothing_more_can_be_said_the_call_ends_at_once(moment, end, outcome, hangs_up):
    rehearsal = moment()
    n_spoken = len(rehearsal.spoken)
    rehearsal.happens(end)
    assert rehearsal.report.outcome is outcome
    assert bool(rehearsal.done(HangUp)) is hangs_up
    assert len(rehearsal.spoken) == n_spoken


def test_the_apology_waits_for_nobody_whose_end_of_speech_no_voice_would_report():
    rehearsal = asked(SEATS, START)
    rehearsal.happens(SpeechStarted(rehearsal.now_s))
    rehearsal.waits(0.5)
    rehearsal.happens(VoiceFailed("no voice is left", can_apologise=True))
    assert rehearsal.spoken[-1] == LINES.apology
    assert rehearsal.until_over().outcome is Outcome.VOICE_FAILED


def test_who_hangs_up_in_the_farewell_has_had_the_call():
    rehearsal = saying_goodbye()
    rehearsal.happens(StreamClosed())
    assert rehearsal.report.outcome is Outcome.FINISHED


def test_a_line_under_way_at_the_end_is_kept_with_what_was_heard_of_it():
    rehearsal = disclosing()
    rehearsal.happens(StreamClosed())
    turn = rehearsal.done(SaveTurn)[-1].turn
    assert turn.heard_ms == 950
    assert turn.heard_text == "This is"
    assert not rehearsal.report.is_disclosure_heard


def test_our_people_can_end_a_call_politely():
    rehearsal = asked()
    rehearsal.happens(EndPolitely(), EndPolitely())
    assert rehearsal.until_over().outcome is Outcome.STOPPED
    assert rehearsal.heard[-1] == LINES.cold_close


def test_time_is_up_once_and_politely():
    rehearsal = asked(limits=Limits(max_call_s=12))
    assert rehearsal.until_over().outcome is Outcome.TIME_UP
    assert rehearsal.heard[-1] == LINES.time_is_up
    assert 12 < rehearsal.now_s < 22


def test_time_running_out_while_waiting_for_a_rep_ends_in_a_promise():
    rehearsal = asked(SEATS, hot_from="seats", limits=Limits(max_call_s=15, handoff_wait_s=60))
    rehearsal.answers("seats", 50)
    assert rehearsal.until_over().outcome is Outcome.PROMISED


def test_no_call_outlives_the_hard_stop():
    rehearsal = asked(limits=Limits(max_call_s=12))
    rehearsal.does_voice_speak = False
    rehearsal.waits(12 - rehearsal.now_s)
    assert rehearsal.spoken[-1] == LINES.time_is_up
    rehearsal.happens(LineBegan(3))
    assert rehearsal.until_over().outcome is Outcome.TIME_UP
    assert rehearsal.now_s == pytest.approx(22)


def test_a_farewell_that_never_ends_does_not_hold_the_line():
    rehearsal = saying_goodbye()
    rehearsal.voice_falls_silent()
    assert rehearsal.until_over().outcome is Outcome.FINISHED
    assert rehearsal.now_s < 60


def test_a_voice_that_stays_silent_ends_the_call():
    rehearsal = Rehearsal()
    rehearsal.does_voice_speak = False
    assert rehearsal.open().until_over().outcome is Outcome.VOICE_FAILED
    assert rehearsal.now_s == pytest.approx(20)


def test_a_line_whose_stop_is_never_reported_does_not_hold_up_the_call():
    rehearsal = asked(DECIDER, SEATS)
    rehearsal.does_voice_speak = False
    rehearsal.says("what", Tool.EXPLAIN, topic="repeat")
    rehearsal.happens(LineBegan(3))
    rehearsal.happens(SpeechStarted(rehearsal.now_s))
    rehearsal.is_stop_reported = False
    rehearsal.waits(0.3)
    rehearsal.happens(SpeechEnded(rehearsal.now_s), CalleeSaid("yes it is me", 1, 2, 0.9))
    rehearsal.reports(Tool.RECORD_ANSWER, question_id="decider", value=True)
    rehearsal.waits(2.1)
    assert rehearsal.spoken[-1].endswith(SEATS.wording)


def test_nothing_happens_after_the_end():
    rehearsal = asked()
    rehearsal.happens(StreamClosed())
    n_commands = len(rehearsal.log)
    rehearsal.happens(StreamClosed(), ProviderEnded(), OptOutSaved(), RepAccepted("Rehema"), Progress("seats", 90, is_hot=True), NoRep())
    assert rehearsal.conversation.next_deadline() is None
    assert rehearsal.conversation.on_time(1e6) == []
    assert len(rehearsal.log) == n_commands
