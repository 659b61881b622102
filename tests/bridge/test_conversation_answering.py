"""Who has answered changes what the call does, while the bot already speaks."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bridge.brief import EVERYBODY_IS_A_PERSON, AnswerRules, ChannelLayout, LineTraits, OnAnswer
from bridge.commands import HangUp
from bridge.events import CalleeSaid, LineHeard, Outcome, Sound, SpeechEnded, SpeechStarted, StreamClosed, Tool
from tests.bridge.conversing import GOOD_TIME, LINES, SEATS, Rehearsal, brief

PROMPT = "Hi, if you record your name and reason for calling, I'll see if this person is available."


def opened(**fields) -> Rehearsal:
    rehearsal = Rehearsal(brief(GOOD_TIME, SEATS, **fields)).open()
    rehearsal.waits(0.5)
    return rehearsal


def screened(**fields) -> Rehearsal:
    """The bot has said who calls."""
    rehearsal = opened(**fields)
    rehearsal.says(PROMPT, speech_s=3.0)
    rehearsal.until_asked(LINES.who)
    return rehearsal


# ---- machines ----


@pytest.mark.parametrize(
    ("sound", "outcome"),
    [
        (Sound.BEEP, Outcome.VOICEMAIL),
        (Sound.SIT, Outcome.ANNOUNCEMENT),
        (Sound.NETWORK_TONE, Outcome.ANNOUNCEMENT),
        (Sound.FAX, Outcome.FAX),
        (Sound.MUSIC, Outcome.PHONE_MENU),
    ],
)
def test_it_hangs_up_on_the_sound_of_a_machine(sound, outcome):
    rehearsal = opened()
    rehearsal.happens(LineHeard(sound, 0.5))
    assert rehearsal.report.outcome is outcome
    assert rehearsal.done(HangUp)


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("Please leave a message after the tone.", Outcome.VOICEMAIL),
        ("For sales, press 1. For support, press 2.", Outcome.PHONE_MENU),
        ("The number you have dialled is not in service.", Outcome.ANNOUNCEMENT),
    ],
)
def test_it_hangs_up_on_the_words_of_a_machine_and_leaves_no_message(text, outcome):
    rehearsal = opened()
    rehearsal.says(text, speech_s=2.5)
    assert rehearsal.report.outcome is outcome
    assert rehearsal.spoken == [LINES.disclosure]
    assert rehearsal.announced("answered_by")


def test_a_person_waits_for_no_verdict():
    rehearsal = Rehearsal(brief()).open()
    assert (rehearsal.spoken, rehearsal.now_s) == ([LINES.disclosure], 0.0)


@pytest.mark.parametrize(("end_told_after_s", "is_machine"), [(0.9, False), (1.1, True)])
def test_a_hello_that_a_voice_tells_of_late_is_no_monologue(end_told_after_s, is_machine):
    rehearsal = opened()
    rehearsal.waits(8)
    rehearsal.happens(SpeechStarted(0.5))
    rehearsal.waits(end_told_after_s)
    rehearsal.happens(SpeechEnded(1.0))
    rehearsal.waits(1)
    assert rehearsal.conversation.is_over is is_machine


def test_it_hears_a_monologue_by_its_own_ear_where_the_voice_reports_no_speech():
    rehearsal = opened()
    rehearsal.happens(LineHeard(Sound.SPEECH, 0.5))
    assert rehearsal.until_over().outcome is Outcome.VOICEMAIL
    assert rehearsal.now_s == pytest.approx(6.5)


def test_who_has_answered_a_question_may_beep():
    rehearsal = opened()
    rehearsal.until_asked(GOOD_TIME.wording)
    rehearsal.answers("good_time", True)
    rehearsal.happens(LineHeard(Sound.BEEP, rehearsal.now_s))
    assert not rehearsal.conversation.is_over


def test_whoever_calls_us_is_a_person():
    rehearsal = opened(answer_rules=EVERYBODY_IS_A_PERSON)
    rehearsal.happens(LineHeard(Sound.BEEP, 0.5), LineHeard(Sound.SPEECH, 0.6))
    rehearsal.says("leave a message after the tone", speech_s=9.0)
    assert not rehearsal.conversation.is_over


def test_words_that_ask_to_be_called_no_more_come_before_any_verdict():
    rehearsal = opened()
    rehearsal.says("Stop calling me, or leave a message after the tone.")
    assert rehearsal.until_over().outcome is Outcome.OPTED_OUT


# ---- screening ----


def test_it_tells_a_call_screening_once_who_calls_and_waits():
    rehearsal = screened()
    rehearsal.waits(20.0)
    assert rehearsal.spoken == [LINES.disclosure, LINES.who]
    assert not rehearsal.conversation.is_over


def test_a_person_who_comes_to_the_phone_hears_the_disclosure_from_the_beginning():
    rehearsal = screened()
    rehearsal.waits(5.0)
    rehearsal.says("Hello?")
    rehearsal.until_asked(GOOD_TIME.wording)
    assert rehearsal.spoken == [LINES.disclosure, LINES.who, LINES.disclosure, GOOD_TIME.wording]


@pytest.mark.parametrize("text", ["Hello?", ""], ids=["with words", "by speech alone"])
def test_the_disclosure_counts_only_once_the_person_has_heard_it(text):
    rehearsal = opened()
    rehearsal.until_asked(LINES.disclosure)
    rehearsal.says(PROMPT, speech_s=3.0)
    rehearsal.until_asked(LINES.who)
    rehearsal.says(text)
    rehearsal.waits(1.5)
    rehearsal.happens(StreamClosed())
    assert not rehearsal.report.is_disclosure_heard


def test_stay_on_the_line_is_not_yet_a_person():
    rehearsal = screened()
    rehearsal.says("Okay, please stay on the line.")
    rehearsal.waits(5.0)
    assert rehearsal.spoken == [LINES.disclosure, LINES.who]


def test_the_rest_of_the_prompt_is_not_yet_a_person():
    rehearsal = screened()
    rehearsal.happens(CalleeSaid("and I will see", 3.5, 4.0, 0.9))
    assert rehearsal.spoken == [LINES.disclosure, LINES.who]


def test_it_hangs_up_when_nobody_comes():
    rehearsal = screened()
    assert rehearsal.until_over().outcome is Outcome.CALL_SCREENED
    assert rehearsal.now_s == pytest.approx(44.0, abs=0.5)


def test_a_screening_that_ends_in_a_mailbox_is_left_without_a_message():
    rehearsal = screened()
    rehearsal.says("They are not available. Please leave a message.")
    assert rehearsal.report.outcome is Outcome.VOICEMAIL


def test_a_screening_that_hangs_up_has_let_nobody_through():
    rehearsal = screened()
    rehearsal.happens(StreamClosed())
    assert rehearsal.report.outcome is Outcome.CALL_SCREENED


def test_an_opt_out_through_the_screening_is_obeyed():
    rehearsal = screened()
    rehearsal.says("Please stop calling me.")
    assert rehearsal.until_over().outcome is Outcome.OPTED_OUT


@pytest.mark.parametrize("is_by_words", [True, False], ids=["by words", "by the voice"])
def test_a_doubt_raised_through_the_screening_is_asked_about_after_the_disclosure(is_by_words):
    rehearsal = screened()
    if is_by_words:
        rehearsal.says("Don't call me at night.")
    else:
        rehearsal.says("mumble mumble")
        rehearsal.reports(Tool.OPT_OUT, quote="mumble", is_doubtful=True)
    rehearsal.until_asked(LINES.confirm_opt_out)
    assert rehearsal.spoken[2:] == [LINES.disclosure, LINES.confirm_opt_out]


def test_a_voice_cannot_answer_for_a_person_who_has_not_come_yet():
    rehearsal = screened()
    rehearsal.reports(Tool.RECORD_ANSWER, question_id="good_time", value=True)
    assert (rehearsal.saved, len(rehearsal.announced("refused"))) == ({}, 1)


def test_a_market_may_have_it_hang_up_on_a_screening():
    rehearsal = opened(answer_rules=AnswerRules(screening=OnAnswer.HANG_UP))
    rehearsal.says(PROMPT, speech_s=3.0)
    assert rehearsal.report.outcome is Outcome.CALL_SCREENED


def test_on_a_half_duplex_line_a_screening_that_comes_first_is_told_who_calls():
    rehearsal = opened(line=LineTraits(layout=ChannelLayout.MIXED))
    rehearsal.says(PROMPT, speech_s=3.0)
    rehearsal.until_asked(LINES.who)
    rehearsal.says("Hello?")
    rehearsal.until_asked(LINES.disclosure)
    assert rehearsal.spoken[:2] == [LINES.who, LINES.disclosure]


# ---- silence ----


@pytest.mark.parametrize(
    ("rule", "asked"),
    [(OnAnswer.ASK_ONCE, 1), (OnAnswer.HANG_UP, 0), (OnAnswer.GO_ON, 2)],
)
def test_a_line_on_which_nobody_ever_spoke_is_asked_as_often_as_the_rule_says(rule, asked):
    rehearsal = opened(answer_rules=replace(AnswerRules(), silence=rule))
    assert rehearsal.until_over().outcome is Outcome.NO_INPUT
    assert rehearsal.spoken[2:] == [f"{LINES.can_you_hear_me} {GOOD_TIME.wording}"] * asked + [LINES.no_input_close]


def test_who_has_said_hello_is_asked_whether_they_are_still_there():
    rehearsal = opened()
    rehearsal.happens(LineHeard(Sound.SPEECH, 0.6), LineHeard(Sound.PAUSE, 1.1))
    rehearsal.until_over()
    assert rehearsal.spoken[2:4] == [f"{LINES.still_there} {GOOD_TIME.wording}"] * 2
