"""A person of ours leads a live call: the bot says their sentence, gives the lead to them now, and never at a wrong moment."""

from __future__ import annotations

import pytest

from bridge.brief import HandoffStrategy, LineTraits
from bridge.commands import CloseStream, Finish, RequestHandoff, SaveAnswer, SaveTurn
from bridge.events import (
    Outcome,
    SpeechEnded,
    SpeechStarted,
    StreamClosed,
    Tool,
)
from bridge.notes import EndPolitely, NoRep, TakeOver, Whisper
from bridge.reports import TurnReport
from tests.bridge.conversing import DECIDER, LINES, SEATS, START, Rehearsal
from tests.bridge.moments import asked, disclosing, saying_goodbye, waiting_for_rep

SENTENCE = "Delivery is free this month."
NEXT = f"Thank you. {START.wording}"
CALLBACK_LINE = LineTraits(strategy=HandoffStrategy.CALLBACK)


def whisper(whisper_id: str = "w1", text: str = SENTENCE) -> Whisper:
    return Whisper(whisper_id, text, "Rehema")


def turn_with(rehearsal: Rehearsal, text: str) -> TurnReport:
    return [save.turn for save in rehearsal.done(SaveTurn) if save.turn.text == text][-1]


def whispered(rehearsal: Rehearsal) -> dict[str, list[str]]:
    found = {kind: rehearsal.announced(f"whisper_{kind}") for kind in ("said", "cut", "dropped")}
    return {kind: ids for kind, ids in found.items() if ids}


# ---- a sentence, word for word ----


def test_it_is_said_into_the_pause_after_a_question_and_the_question_is_asked_again():
    rehearsal = asked(SEATS, START)
    rehearsal.happens(whisper())
    rehearsal.waits(8)
    assert rehearsal.heard[-2:] == [SENTENCE, SEATS.wording]
    assert whispered(rehearsal) == {"said": ["w1"]}


def test_the_callee_is_given_a_moment_to_answer_before_it():
    rehearsal = asked(SEATS, START)
    rehearsal.happens(whisper())
    rehearsal.waits(2.4)
    assert SENTENCE not in rehearsal.spoken
    rehearsal.waits(0.2)
    assert rehearsal.spoken[-1] == SENTENCE


def test_it_comes_before_the_next_question_when_the_callee_answers_first():
    rehearsal = asked(SEATS, START)
    rehearsal.happens(whisper())
    rehearsal.answers("seats", 50)
    rehearsal.until_asked(NEXT)
    assert rehearsal.heard[-2:] == [SENTENCE, NEXT]


def test_a_question_that_is_being_said_is_not_cut_by_it():
    rehearsal = asked(SEATS, START)
    rehearsal.answers("seats", 50)
    rehearsal.waits(0.2)
    rehearsal.happens(whisper())
    rehearsal.waits(12)
    assert rehearsal.heard[-3:] == [NEXT, SENTENCE, START.wording]


def test_it_does_not_begin_while_the_callee_speaks_however_long():
    rehearsal = asked(SEATS, START)
    rehearsal.happens(SpeechStarted(rehearsal.now_s), whisper())
    rehearsal.waits(9)
    assert SENTENCE not in rehearsal.spoken
    rehearsal.happens(SpeechEnded(rehearsal.now_s))
    rehearsal.until_asked(SENTENCE)


def test_an_answer_given_into_it_counts_for_the_question_before_it():
    rehearsal = asked(SEATS, START)
    rehearsal.happens(whisper())
    rehearsal.waits(3)
    rehearsal.answers("seats", 50)
    rehearsal.until_asked(NEXT)
    assert rehearsal.saved == {"seats": 50}
    assert rehearsal.spoken.count(SEATS.wording) == 1


def test_an_answer_that_is_understood_late_does_not_cut_it():
    rehearsal = asked(SEATS, START)
    rehearsal.happens(whisper())
    rehearsal.says("fifty seats")
    rehearsal.waits(2)
    assert rehearsal.spoken[-1] == SENTENCE
    rehearsal.reports(Tool.RECORD_ANSWER, question_id="seats", value=50, confidence=0.9, quote="fifty")
    rehearsal.until_asked(NEXT)
    assert rehearsal.heard[-2:] == [SENTENCE, NEXT]


def test_words_of_the_callee_stop_it_and_whoever_sent_it_is_told():
    rehearsal = asked(SEATS, START)
    rehearsal.happens(whisper())
    rehearsal.waits(2.7)
    rehearsal.answers("seats", 50, "no wait we need fifty seats", speech_s=3.0)
    assert whispered(rehearsal) == {"cut": ["w1"]}
    rehearsal.until_asked(NEXT)
    assert rehearsal.spoken.count(SENTENCE) == 1


def test_its_turn_tells_whose_words_they_are_and_no_other_turn_does():
    rehearsal = asked(SEATS, START)
    rehearsal.happens(whisper())
    rehearsal.waits(8)
    assert turn_with(rehearsal, SENTENCE).said_for == "Rehema"
    assert {save.turn.said_for for save in rehearsal.done(SaveTurn) if save.turn.text != SENTENCE} == {""}


def test_the_voice_never_says_it_twice_and_the_interview_goes_on_to_its_end():
    rehearsal = asked(SEATS)
    rehearsal.happens(whisper())
    rehearsal.waits(8)
    rehearsal.answers("seats", 5)
    assert rehearsal.until_over().outcome is Outcome.FINISHED
    assert rehearsal.spoken.count(SENTENCE) == 1


def test_one_waits_at_a_time():
    rehearsal = asked(SEATS, START)
    rehearsal.happens(whisper("w1"), whisper("w2", "Another."))
    rehearsal.waits(8)
    assert whispered(rehearsal) == {"said": ["w1"], "dropped": ["w2"]}
    rehearsal.happens(whisper("w3", "The third."))
    rehearsal.until_asked("The third.")


def test_a_lead_who_waits_for_a_rep_hears_it():
    rehearsal = waiting_for_rep()
    rehearsal.waits(3)
    rehearsal.happens(whisper())
    rehearsal.until_asked(SENTENCE)
    assert whispered(rehearsal) == {"said": ["w1"]}


def being_asked_about_opt_out() -> Rehearsal:
    rehearsal = asked(SEATS, START)
    rehearsal.says("I don't like these calls", Tool.OPT_OUT, is_doubtful=True)
    return rehearsal


def naming_a_time() -> Rehearsal:
    rehearsal = asked(SEATS, START)
    rehearsal.says("call me later", Tool.SCHEDULE_CALLBACK)
    return rehearsal


NO_MOMENTS = [
    pytest.param(disclosing, id="disclosure"),
    pytest.param(being_asked_about_opt_out, id="opt-out question"),
    pytest.param(naming_a_time, id="another time"),
    pytest.param(saying_goodbye, id="farewell"),
]


@pytest.mark.parametrize("moment", NO_MOMENTS)
def test_it_is_dropped_at_a_wrong_moment_and_the_sender_told(moment):
    rehearsal = moment()
    rehearsal.happens(whisper())
    assert whispered(rehearsal) == {"dropped": ["w1"]}
    rehearsal.until_over()
    assert SENTENCE not in rehearsal.spoken


def test_one_that_waits_is_dropped_when_the_callee_wants_no_more_calls():
    rehearsal = asked(SEATS, START)
    rehearsal.happens(whisper())
    rehearsal.says("stop calling me", Tool.OPT_OUT)
    assert whispered(rehearsal) == {"dropped": ["w1"]}
    assert rehearsal.until_over().outcome is Outcome.OPTED_OUT
    assert SENTENCE not in rehearsal.spoken


def test_one_that_is_being_said_gives_way_to_an_opt_out():
    rehearsal = asked(SEATS, START)
    rehearsal.happens(whisper(text=SENTENCE * 5))
    rehearsal.waits(2.7)
    rehearsal.says("stop calling me", Tool.OPT_OUT)
    assert rehearsal.until_over().outcome is Outcome.OPTED_OUT
    assert whispered(rehearsal) == {"cut": ["w1"]}
    assert rehearsal.heard[-1] == LINES.opted_out


def test_the_end_of_the_call_leaves_what_was_heard_of_it():
    rehearsal = asked(SEATS, START)
    rehearsal.happens(whisper())
    rehearsal.waits(3.5)
    rehearsal.happens(StreamClosed())
    turn = turn_with(rehearsal, SENTENCE)
    assert (turn.said_for, 0 < (turn.heard_ms or 0) < len(SENTENCE) * 60) == ("Rehema", True)


# ---- taking over ----


def test_a_rep_who_takes_over_gets_the_lead_whatever_is_unasked():
    rehearsal = asked(SEATS, DECIDER, START)
    rehearsal.happens(TakeOver("Rehema"))
    assert rehearsal.until_over().outcome is Outcome.HANDED_OFF
    assert rehearsal.heard[-1] == LINES.connecting
    assert rehearsal.done(CloseStream)


def test_the_question_that_is_being_said_is_cut_by_it():
    rehearsal = asked(SEATS, START)
    rehearsal.answers("seats", 50)
    rehearsal.waits(0.2)
    rehearsal.happens(TakeOver("Rehema"))
    rehearsal.until_over()
    assert NEXT not in rehearsal.heard


def test_on_a_callback_line_the_lead_is_called_right_back():
    rehearsal = asked(SEATS, START, line=CALLBACK_LINE)
    rehearsal.happens(TakeOver("Rehema"))
    assert rehearsal.until_over().outcome is Outcome.CALLING_BACK
    assert rehearsal.heard[-1] == LINES.call_right_back


def test_a_rep_may_come_after_nobody_was_there():
    rehearsal = asked(SEATS, START, hot_from="seats")
    rehearsal.happens(NoRep(), TakeOver("Rehema"))
    assert rehearsal.until_over().outcome is Outcome.HANDED_OFF


def test_the_disclosure_is_heard_to_its_end_before():
    rehearsal = disclosing()
    rehearsal.happens(TakeOver("Rehema"))
    assert rehearsal.until_over().is_disclosure_heard
    assert rehearsal.heard == [LINES.disclosure, LINES.connecting]


def test_an_answer_that_is_being_saved_is_saved_before():
    rehearsal = asked(SEATS, START)
    rehearsal.does_desk_answer = False
    rehearsal.answers("seats", 50)
    rehearsal.happens(TakeOver("Rehema"))
    rehearsal.does_desk_answer = True
    assert LINES.connecting not in rehearsal.spoken
    assert rehearsal.until_over().outcome is Outcome.HANDED_OFF
    assert len(rehearsal.done(SaveAnswer)) == 2


def test_an_opt_out_question_is_answered_before():
    rehearsal = being_asked_about_opt_out()
    rehearsal.happens(TakeOver("Rehema"))
    rehearsal.until_asked(LINES.confirm_opt_out)
    rehearsal.says("no no", Tool.CONFIRM, is_yes=False)
    assert rehearsal.until_over().outcome is Outcome.HANDED_OFF


def test_whoever_wants_no_more_calls_is_given_to_nobody():
    rehearsal = being_asked_about_opt_out()
    rehearsal.happens(TakeOver("Rehema"))
    rehearsal.until_asked(LINES.confirm_opt_out)
    rehearsal.says("yes", Tool.CONFIRM, is_yes=True)
    assert rehearsal.until_over().outcome is Outcome.OPTED_OUT


def test_whoever_wants_another_time_is_given_to_nobody():
    rehearsal = naming_a_time()
    rehearsal.happens(TakeOver("Rehema"))
    assert rehearsal.until_over().outcome is Outcome.CALLBACK_REQUESTED


def test_pressed_twice_it_happens_once():
    rehearsal = asked(SEATS, START)
    rehearsal.happens(TakeOver("Rehema"), TakeOver("Rehema"))
    rehearsal.until_over()
    assert rehearsal.spoken.count(LINES.connecting) == 1
    assert (len(rehearsal.done(Finish)), rehearsal.done(RequestHandoff)) == (1, [])


def test_a_sentence_sent_after_it_is_dropped():
    rehearsal = asked(SEATS, START)
    rehearsal.happens(TakeOver("Rehema"), whisper())
    rehearsal.until_over()
    assert (whispered(rehearsal), SENTENCE in rehearsal.spoken) == ({"dropped": ["w1"]}, False)


def test_a_polite_end_drops_what_waits():
    rehearsal = asked(SEATS, START)
    rehearsal.happens(whisper(), EndPolitely())
    assert rehearsal.until_over().outcome is Outcome.STOPPED
    assert (whispered(rehearsal), rehearsal.heard[-1]) == ({"dropped": ["w1"]}, LINES.cold_close)
