"""Who gives way to whom on a call, what silence means, and what is kept of both voices."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bridge.brief import ChannelLayout, Limits, LineTraits
from bridge.commands import Announce, SaveTurn, Speak, StopSpeaking
from bridge.events import CalleeSaid, DuplexChanged, Outcome, Party, Progress, SpeechEnded, SpeechStarted, Tool
from bridge.ports import VoiceTraits
from tests.bridge.conversing import DECIDER, LINES, SEATS, START, Rehearsal, brief

LONG_QUESTION = replace(DECIDER, wording="Are you the person who handles buying decisions for your team at the moment?")
PARAPHRASER = VoiceTraits(name="native", speaks_verbatim=False, may_call_real_people=True)


def asked(*questions, **fields) -> Rehearsal:
    """A call at the point where the first question has been heard."""
    call_brief = brief(*questions, **fields)
    rehearsal = Rehearsal(call_brief).open()
    rehearsal.until_asked(call_brief.questions[0].wording)
    return rehearsal


def being_asked(question=LONG_QUESTION, after_s: float = 1.0, **fields) -> Rehearsal:
    """A call at the point where the bot is in the middle of its first question."""
    rehearsal = Rehearsal(brief(question, SEATS, **fields)).open()
    rehearsal.until_asked(LINES.disclosure)
    rehearsal.waits(after_s)
    assert rehearsal.spoken[-1] == question.wording
    return rehearsal


# ---- whose turn it is ----


def test_words_of_the_callee_stop_the_bot_at_once():
    rehearsal = being_asked()
    rehearsal.happens(SpeechStarted(rehearsal.now_s))
    rehearsal.waits(0.2)
    rehearsal.happens(CalleeSaid("who are you", rehearsal.now_s - 0.2, rehearsal.now_s, 0.9))
    assert [stop.line_id for stop in rehearsal.done(StopSpeaking)] == [2]


def test_speech_without_words_stops_the_bot_when_it_is_longer_than_a_nod():
    rehearsal = being_asked()
    rehearsal.happens(SpeechStarted(rehearsal.now_s))
    rehearsal.waits(0.69)
    assert rehearsal.done(StopSpeaking) == []
    rehearsal.waits(0.02)
    assert [stop.line_id for stop in rehearsal.done(StopSpeaking)] == [2]
    assert rehearsal.announced("barge_in")


def test_a_line_that_was_cut_becomes_a_turn_with_the_words_that_were_heard():
    rehearsal = being_asked(after_s=1.0)
    rehearsal.says("wait", Tool.EXPLAIN, topic="repeat")
    turn = rehearsal.done(SaveTurn)[1].turn
    assert turn.text == LONG_QUESTION.wording
    assert turn.heard_text == "Are you the person who"  # 0.95 s and 0.7 s of 60 ms a character
    assert turn.heard_ms == 1650


def test_nobody_claims_words_for_a_voice_that_paraphrases():
    rehearsal = Rehearsal(traits=PARAPHRASER).open()
    rehearsal.waits(6)
    turn = rehearsal.done(SaveTurn)[0].turn
    assert (turn.heard_text, turn.heard_ms) == (None, len(LINES.disclosure) * 60)


def test_an_interruption_with_an_answer_saves_the_rest_of_the_question():
    rehearsal = being_asked()
    rehearsal.answers("decider", True, "yes that is me")
    rehearsal.until_asked(f"Thank you. {SEATS.wording}")
    assert LONG_QUESTION.wording not in rehearsal.heard


def test_noise_that_stopped_the_bot_gets_the_question_again():
    rehearsal = being_asked()
    rehearsal.says("", speech_s=0.4)
    rehearsal.waits(1.3)
    assert rehearsal.spoken[-2:] == [LONG_QUESTION.wording] * 2
    assert rehearsal.announced("reask") == []


def test_a_nod_that_stopped_the_bot_gets_the_question_again_without_counting():
    rehearsal = being_asked()
    rehearsal.says("mm-hmm", Tool.NOT_UNDERSTOOD)
    rehearsal.waits(0.1)
    assert rehearsal.spoken[-2:] == [LONG_QUESTION.wording] * 2
    assert rehearsal.announced("reask") == []


def test_a_noisy_line_is_not_interrupted_for_ever():
    rehearsal = being_asked(limits=Limits(max_call_s=60))
    for _ in range(4):
        rehearsal.says("", speech_s=0.8)
        rehearsal.waits(2)
    assert len(rehearsal.done(StopSpeaking)) == 3


def test_a_nod_with_known_words_does_not_stop_the_bot():
    rehearsal = being_asked()
    rehearsal.happens(SpeechStarted(rehearsal.now_s))
    rehearsal.waits(0.1)
    rehearsal.happens(CalleeSaid("mm-hmm", rehearsal.now_s - 0.1, rehearsal.now_s, 0.9))
    rehearsal.waits(0.5)
    assert rehearsal.done(StopSpeaking) == []


def test_a_cough_does_not_stop_the_bot():
    rehearsal = being_asked()
    rehearsal.happens(SpeechStarted(rehearsal.now_s))
    rehearsal.waits(0.1)
    rehearsal.happens(SpeechEnded(rehearsal.now_s))
    rehearsal.until_asked(LONG_QUESTION.wording)
    assert rehearsal.done(StopSpeaking) == []


@pytest.mark.parametrize(
    ("after_s", "is_answer"), [pytest.param(0.5, False, id="while it has hardly begun"), pytest.param(4.0, True, id="towards its end")]
)
def test_a_yes_early_in_a_question_does_not_answer_it(after_s, is_answer):
    rehearsal = being_asked(after_s=after_s)
    rehearsal.happens(SpeechStarted(rehearsal.now_s))
    rehearsal.reports(Tool.RECORD_ANSWER, question_id="decider", value=True, quote="yes")
    assert bool(rehearsal.saved) is is_answer


def test_a_yes_that_stopped_the_bot_at_its_first_words_gets_the_question_again():
    rehearsal = being_asked(after_s=0.3)
    rehearsal.answers("decider", True, "yes")
    rehearsal.waits(0.1)
    assert rehearsal.saved == {}
    assert rehearsal.spoken[-2:] == [LONG_QUESTION.wording] * 2
    assert rehearsal.announced("reask") == []


def test_a_nod_to_the_first_words_of_a_read_back_confirms_nothing():
    rehearsal = asked(SEATS)
    rehearsal.answers("seats", 50, "fifty", confidence=0.3)
    rehearsal.waits(0.3)
    rehearsal.reports(Tool.CONFIRM, is_yes=True, quote="okay")
    assert rehearsal.saved == {}
    rehearsal.until_asked("50 seats, is that right?")


def test_a_mumble_into_a_question_does_not_stop_it():
    rehearsal = being_asked()
    rehearsal.reports(Tool.NOT_UNDERSTOOD, quote="hm")
    rehearsal.until_asked(LONG_QUESTION.wording)
    assert rehearsal.announced("reask") == []


def test_it_leaves_a_moment_for_the_meaning_of_what_was_added():
    rehearsal = asked(DECIDER, SEATS, START)
    rehearsal.does_desk_answer = False
    rehearsal.answers("decider", True, "yes that is me")
    rehearsal.happens(SpeechStarted(rehearsal.now_s), Progress("decider", 10, is_hot=False))
    rehearsal.waits(1)
    rehearsal.happens(SpeechEnded(rehearsal.now_s))
    rehearsal.waits(1.1)
    assert rehearsal.spoken[-1] == DECIDER.wording
    rehearsal.waits(0.2)
    assert rehearsal.spoken[-1] == f"Thank you. {SEATS.wording}"


def test_both_voices_on_one_channel_means_one_speaks_at_a_time():
    rehearsal = being_asked(line=LineTraits(layout=ChannelLayout.MIXED))
    rehearsal.says("", speech_s=1.5)
    rehearsal.until_asked(LONG_QUESTION.wording)
    assert rehearsal.done(StopSpeaking) == []


@pytest.mark.parametrize(("changes", "is_cut"), [([True], True), ([True, False], False)], ids=["taken out", "and back again"])
def test_once_our_own_voice_is_taken_out_the_callee_can_interrupt(changes: list[bool], is_cut: bool):
    rehearsal = being_asked(line=LineTraits(layout=ChannelLayout.MIXED))
    for is_full in changes:
        rehearsal.happens(DuplexChanged(is_full))
    rehearsal.happens(SpeechStarted(rehearsal.now_s))
    rehearsal.waits(1.2)  # speech without words is held for a second at most
    assert bool(rehearsal.done(StopSpeaking)) is is_cut


def half_duplex() -> Rehearsal:
    return Rehearsal(brief(line=LineTraits(layout=ChannelLayout.MIXED))).open()


def test_on_a_half_duplex_line_it_listens_for_a_moment_before_it_speaks():
    rehearsal = half_duplex()
    assert rehearsal.spoken == []
    rehearsal.waits(1.1)
    assert rehearsal.spoken == [LINES.disclosure]


def test_on_a_half_duplex_line_the_callee_s_hello_comes_first():
    rehearsal = half_duplex()
    rehearsal.happens(SpeechStarted(0.2))
    rehearsal.waits(1.5)
    assert rehearsal.spoken == []
    rehearsal.happens(SpeechEnded(1.1))
    rehearsal.waits(0.4)
    assert rehearsal.spoken == [LINES.disclosure]


def test_on_a_half_duplex_line_a_greeting_that_runs_on_is_a_machine():
    rehearsal = half_duplex()
    rehearsal.happens(SpeechStarted(0.2))
    assert rehearsal.until_over().outcome is Outcome.VOICEMAIL
    assert rehearsal.spoken == []


def test_on_a_half_duplex_line_an_opt_out_before_the_first_word_is_obeyed():
    rehearsal = half_duplex()
    rehearsal.says("stop calling me", Tool.OPT_OUT)
    assert rehearsal.until_over().outcome is Outcome.OPTED_OUT


def test_it_does_not_begin_while_the_callee_goes_on_speaking():
    rehearsal = asked()
    rehearsal.answers("good_time", True)
    rehearsal.waits(3.5)
    rehearsal.happens(SpeechStarted(rehearsal.now_s))
    rehearsal.reports(Tool.RECORD_ANSWER, question_id="decider", value=True, quote="yes I do")
    rehearsal.waits(3)
    assert SEATS.wording not in rehearsal.spoken
    rehearsal.happens(SpeechEnded(rehearsal.now_s - 0.5))
    assert rehearsal.spoken[-1] == SEATS.wording


def test_it_does_not_wait_for_ever_for_someone_who_talks_on():
    rehearsal = asked()
    rehearsal.happens(SpeechStarted(rehearsal.now_s))
    rehearsal.reports(Tool.RECORD_ANSWER, question_id="good_time", value=True, quote="yes")
    rehearsal.waits(6.1)
    assert rehearsal.spoken[-1].endswith(DECIDER.wording)


def test_speech_without_a_meaning_is_asked_about():
    rehearsal = asked(SEATS)
    rehearsal.says("")
    rehearsal.waits(3.9)
    assert rehearsal.announced("reask") == []
    rehearsal.waits(0.2)
    assert rehearsal.spoken[-1] == SEATS.reask_wording


def test_words_without_a_meaning_are_waited_for_a_little_longer():
    rehearsal = asked(SEATS)
    rehearsal.says("")
    rehearsal.waits(3)
    rehearsal.happens(CalleeSaid("well, you know", rehearsal.now_s - 4, rehearsal.now_s - 3, 0.4))
    rehearsal.waits(3.9)
    assert rehearsal.announced("reask") == []
    rehearsal.waits(0.2)
    assert rehearsal.announced("reask") == ["seats"]


def test_a_detector_that_hangs_on_noise_does_not_hang_the_call():
    rehearsal = asked(SEATS)
    rehearsal.happens(SpeechStarted(rehearsal.now_s))
    rehearsal.waits(34.5)
    assert rehearsal.spoken[-1] == SEATS.reask_wording


# ---- silence ----


def test_silence_is_asked_about_twice_and_then_ends_the_call():
    rehearsal = asked(SEATS, START)
    rehearsal.answers("seats", 5)
    rehearsal.until_asked(f"Thank you. {START.wording}")
    began_s = rehearsal.now_s
    assert rehearsal.until_over().outcome is Outcome.NO_INPUT
    assert rehearsal.spoken[3:] == [f"{LINES.still_there} {START.wording}"] * 2 + [LINES.no_input_close]
    assert next(at_s for at_s, command in rehearsal.log if isinstance(command, Speak) and at_s > began_s) == pytest.approx(began_s + 7.0)


def test_an_answer_ends_the_counting_of_silences():
    rehearsal = asked(DECIDER, SEATS, START)
    rehearsal.answers("decider", True)
    for question_id, value in (("seats", 5), ("start", 7)):
        rehearsal.waits(20)
        assert len(rehearsal.announced("reask")) in (2, 4)
        rehearsal.waits(2)
        rehearsal.answers(question_id, value)
        rehearsal.waits(3)
    assert rehearsal.until_over().outcome is Outcome.FINISHED


def test_silence_begins_when_the_question_was_heard_not_when_it_was_sent():
    rehearsal = being_asked(limits=Limits(no_input_s=2.0))
    rehearsal.until_asked(LONG_QUESTION.wording)
    rehearsal.waits(1.9)
    assert rehearsal.announced("reask") == []
    rehearsal.waits(0.2)
    assert rehearsal.announced("reask") == ["silence"]


# ---- what is kept ----


def test_every_turn_is_kept_in_order_with_its_span():
    rehearsal = asked(SEATS)
    rehearsal.waits(1)
    rehearsal.answers("seats", 5, "five")
    rehearsal.until_over()
    turns = [save.turn for save in rehearsal.done(SaveTurn)]
    assert [turn.position for turn in turns] == [0, 1, 2, 3]
    assert [turn.party for turn in turns] == [Party.BOT, Party.BOT, Party.CALLEE, Party.BOT]
    assert all(turn.started_ms <= turn.ended_ms for turn in turns)
    assert turns[2].ended_ms - turns[2].started_ms == 600


def test_what_both_say_is_shown_live():
    rehearsal = asked(SEATS)
    rehearsal.answers("seats", 5, "five")
    assert rehearsal.announced("bot_says")[:2] == [LINES.disclosure, SEATS.wording]
    assert rehearsal.announced("callee_says") == ["five"]
    assert rehearsal.done(Announce)


def test_words_before_a_question_was_begun_are_no_try_at_its_answer():
    rehearsal = Rehearsal(brief(SEATS, START)).open()
    rehearsal.until_asked(LINES.disclosure)
    rehearsal.voice_falls_silent()
    for _ in range(5):
        rehearsal.waits(1)
        rehearsal.says("hello?", Tool.NOT_UNDERSTOOD)
    rehearsal.does_voice_speak = True
    rehearsal.says("hello?", Tool.NOT_UNDERSTOOD)
    rehearsal.waits(30)
    assert rehearsal.spoken[-1].endswith(SEATS.wording)
    assert set(rehearsal.announced("reask")) == {"silence"}
