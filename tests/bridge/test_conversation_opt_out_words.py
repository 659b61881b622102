"""Opt-outs in the callee's own words: obeyed whatever the voice makes of them, on every voice, in every language we have rules for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bridge.brief import ChannelLayout, LineTraits
from bridge.commands import SaveOptOut, SaveTurn, Speak
from bridge.events import CalleeSaid, DeskFailed, DeskTask, Outcome, SpeechEnded, SpeechStarted, StreamClosed, Tool
from tests.bridge.conversing import GOOD_TIME, LINES, SEATS, Rehearsal, brief
from tests.bridge.moments import MOMENTS_OF_A_CALL, asked, saying_goodbye

DOUBTFUL = "Where did you get my number?"


def opted_out(rehearsal: Rehearsal) -> str:
    """The quote with which it was saved; fails unless it was saved once, and before it was said."""
    assert rehearsal.until_over().outcome is Outcome.OPTED_OUT
    assert rehearsal.heard[-1] == LINES.opted_out
    (saved,) = rehearsal.done(SaveOptOut)
    goodbye = next(at for at, command in enumerate(rehearsal.commands) if isinstance(command, Speak) and command.line.text == LINES.opted_out)
    assert rehearsal.position(SaveOptOut) < goodbye
    return saved.quote


def says_late(rehearsal: Rehearsal, text: str, tool: Tool, **arguments: Any) -> None:
    """The voice acts first, and the transcript follows."""
    started_s = rehearsal.now_s
    rehearsal.happens(SpeechStarted(started_s))
    rehearsal.waits(1.0)
    rehearsal.happens(SpeechEnded(started_s + 0.6))
    rehearsal.reports(tool, quote=text, **arguments)
    rehearsal.waits(0.4)
    rehearsal.happens(CalleeSaid(text, started_s, started_s + 0.6, 0.9))


# ---- a voice that says nothing of it, or something else ----


@pytest.mark.parametrize("moment", MOMENTS_OF_A_CALL)
def test_words_are_obeyed_at_any_moment_without_a_report_of_the_voice(moment):
    rehearsal = moment()
    rehearsal.says("Please, stop calling me")
    assert opted_out(rehearsal) == "stop calling me"


OTHER_REPORTS = [
    pytest.param(Tool.RECORD_ANSWER, {"question_id": "seats", "value": 5, "confidence": 0.9}, id="an answer"),
    pytest.param(Tool.NOT_UNDERSTOOD, {}, id="not understood"),
    pytest.param(Tool.SKIP_QUESTION, {"question_id": "seats"}, id="a refusal to answer"),
    pytest.param(Tool.END_CALL, {"reason": "not_interested"}, id="not interested"),
    pytest.param(Tool.END_CALL, {"reason": "wrong_number"}, id="wrong number"),
    pytest.param(Tool.SCHEDULE_CALLBACK, {}, id="a callback"),
    pytest.param(Tool.OPT_OUT, {"is_doubtful": True}, id="a doubtful one"),
    pytest.param(Tool.OPT_OUT, {}, id="the same"),
]


@pytest.mark.parametrize(("tool", "arguments"), OTHER_REPORTS)
def test_words_count_whatever_the_voice_reports(tool, arguments):
    rehearsal = asked()
    rehearsal.says("I told you, never call me again", tool, **arguments)
    assert opted_out(rehearsal) == "never call me again"
    assert rehearsal.saved == {}


@pytest.mark.parametrize(("tool", "arguments"), OTHER_REPORTS)
def test_words_count_even_if_they_come_after_the_voices_report(tool, arguments):
    rehearsal = asked()
    says_late(rehearsal, "never call me again", tool, **arguments)
    assert opted_out(rehearsal) == "never call me again"


@pytest.mark.parametrize(
    ("language", "text", "quote"),
    [
        ("sw-KE", "Aa, usinipigie tena bana", "usinipigie tena"),
        ("sw-KE", "Don't call me again", "Don't call me again"),
        ("fr-SN", "Écoutez, ne m'appelez plus.", "ne m'appelez plus"),
        ("ha-NG", "Don Allah kada ku sake kirana", "kada ku sake kirana"),
        ("am-ET", "እባካችሁ ከዚህ በኋላ አትደውሉልኝ", "ከዚህ በኋላ አትደውሉልኝ"),
        ("ar-EG", "لا تتصلوا بي مرة أخرى", "لا تتصلوا بي مرة أخرى"),
        ("pt-MZ", "Não me ligue mais", "Não me ligue mais"),
    ],
)
def test_words_count_in_the_callees_language(language, text, quote):
    rehearsal = asked(language=language)
    rehearsal.says(text)
    assert opted_out(rehearsal) == quote


def test_a_sentence_that_comes_in_two_pieces_is_one():
    rehearsal = asked()
    rehearsal.says("I don't want you to ever", Tool.NOT_UNDERSTOOD)
    rehearsal.says("call me again")
    assert opted_out(rehearsal) == "don't want you to ever call me again"


def test_what_was_said_long_ago_belongs_to_another_sentence():
    rehearsal = asked()
    rehearsal.says("no, never", Tool.NOT_UNDERSTOOD)
    rehearsal.until_asked(SEATS.reask_wording)
    rehearsal.says("call me again tomorrow", Tool.SCHEDULE_CALLBACK)
    assert rehearsal.until_over().outcome is Outcome.CALLBACK_REQUESTED


def test_the_transcript_keeps_the_words_of_an_opt_out():
    rehearsal = asked()
    rehearsal.says("stop calling me")
    assert "stop calling me" in [save.turn.text for save in rehearsal.done(SaveTurn)]


def test_words_that_cannot_be_saved_promise_nothing():
    rehearsal = asked()
    rehearsal.does_desk_answer = False
    rehearsal.says("stop calling me")
    for _ in range(4):
        rehearsal.happens(DeskFailed(DeskTask.OPT_OUT))
        rehearsal.waits(3)
    assert rehearsal.until_over().outcome is Outcome.OPTED_OUT
    assert LINES.opted_out not in rehearsal.spoken
    assert rehearsal.heard[-1] == LINES.apology


@pytest.mark.parametrize("text", ["stop, repeat that please", "I will stop using it", "don't stop, go on", "usikate"])
def test_words_that_only_sound_like_one_change_nothing(text):
    rehearsal = asked()
    rehearsal.says(text, Tool.NOT_UNDERSTOOD)
    rehearsal.until_asked(SEATS.reask_wording)
    assert rehearsal.done(SaveOptOut) == []


# ---- our own voice, come back from the callee's loudspeaker ----

INVITING = replace(LINES, disclosure="The call is recorded. To stop these calls, just say stop calling me.")


def invited() -> Rehearsal:
    rehearsal = Rehearsal(brief(lines=INVITING)).open()
    rehearsal.until_asked(INVITING.disclosure)
    return rehearsal


def inviting() -> Rehearsal:
    rehearsal = Rehearsal(brief(lines=INVITING)).open()
    rehearsal.waits(3)
    return rehearsal


@pytest.mark.parametrize("echo", ["To stop these calls, just say stop calling me", "just say stop calling me.", "is recorded to stop these calls"])
def test_our_own_words_are_no_opt_out(echo):
    rehearsal = inviting()
    rehearsal.says(echo)
    rehearsal.until_asked(GOOD_TIME.wording)
    assert LINES.confirm_opt_out not in rehearsal.spoken
    assert rehearsal.done(SaveOptOut) == []


@pytest.mark.parametrize("text", ["stop calling me", "Yes, stop calling me", "please just stop calling me"])
@pytest.mark.parametrize("moment", [inviting, invited], ids=["in the disclosure", "after it"])
def test_the_words_that_we_offered_are_obeyed(moment, text):
    rehearsal = moment()
    rehearsal.says(text)
    assert opted_out(rehearsal) == "stop calling me"


# ---- doubts ----


def doubted() -> Rehearsal:
    rehearsal = asked()
    rehearsal.says(DOUBTFUL)
    rehearsal.until_asked(LINES.confirm_opt_out)
    assert rehearsal.done(SaveOptOut) == []
    return rehearsal


def test_words_that_may_be_one_are_asked_about():
    rehearsal = doubted()
    rehearsal.says("yes", Tool.CONFIRM, is_yes=True)
    assert opted_out(rehearsal) == "yes"


def test_silence_after_such_words_counts_as_yes():
    assert opted_out(doubted()) == "Where did you get my number"


def test_a_hang_up_after_such_words_counts_as_yes():
    rehearsal = asked()
    rehearsal.says(DOUBTFUL)
    rehearsal.happens(StreamClosed())
    assert rehearsal.until_over().outcome is Outcome.OPTED_OUT
    assert len(rehearsal.done(SaveOptOut)) == 1


def test_a_no_goes_on_with_the_interview():
    rehearsal = doubted()
    rehearsal.says("no, go on", Tool.CONFIRM, is_yes=False)
    rehearsal.answers("seats", 5)
    assert rehearsal.saved == {"seats": 5}
    assert rehearsal.done(SaveOptOut) == []


def test_a_no_that_names_the_hour_is_left_to_the_voice():
    rehearsal = doubted()
    rehearsal.says("no, just don't call me at night", Tool.CONFIRM, is_yes=False)
    rehearsal.answers("seats", 5)
    assert rehearsal.saved == {"seats": 5}


def test_a_clear_answer_to_the_question_counts_whatever_the_voice_takes_it_for():
    rehearsal = doubted()
    rehearsal.says("yes, never call me again", Tool.CONFIRM, is_yes=False)
    assert opted_out(rehearsal) == "never call me again"


def test_it_may_be_asked_about_a_second_time_on_a_call():
    rehearsal = doubted()
    rehearsal.says("no", Tool.CONFIRM, is_yes=False)
    rehearsal.says(DOUBTFUL)
    rehearsal.waits(0.1)
    rehearsal.reports(Tool.OPT_OUT, is_doubtful=True, quote=DOUBTFUL)
    rehearsal.waits(4)
    assert rehearsal.heard.count(LINES.confirm_opt_out) == 2
    assert rehearsal.done(SaveOptOut) == []


SAME_DOUBT = [
    pytest.param(Tool.OPT_OUT, {"is_doubtful": True}, id="a doubtful one"),
    pytest.param(Tool.END_CALL, {"reason": "not_interested"}, id="not interested"),
    pytest.param(Tool.NOT_UNDERSTOOD, {}, id="not understood"),
    pytest.param(Tool.RECORD_ANSWER, {"question_id": "seats", "value": 5}, id="an answer"),
]


@pytest.mark.parametrize(("tool", "arguments"), SAME_DOUBT)
def test_words_and_voice_about_the_same_doubt_ask_once(tool, arguments):
    rehearsal = asked()
    rehearsal.says(DOUBTFUL, tool, **arguments)
    rehearsal.until_asked(LINES.confirm_opt_out)
    assert rehearsal.done(SaveOptOut) == []
    rehearsal.says("no", Tool.CONFIRM, is_yes=False)
    rehearsal.waits(0.1)
    assert rehearsal.spoken[-1] == SEATS.wording


def test_a_voice_that_doubts_before_the_words_come_asks_once():
    rehearsal = asked()
    says_late(rehearsal, DOUBTFUL, Tool.OPT_OUT, is_doubtful=True)
    rehearsal.until_asked(LINES.confirm_opt_out)
    assert rehearsal.done(SaveOptOut) == []


NOT_NOW = "Don't call me at this hour, call me later"


def test_a_callback_that_the_voice_hears_in_the_words_settles_the_doubt():
    rehearsal = asked()
    rehearsal.says(NOT_NOW, Tool.SCHEDULE_CALLBACK)
    assert rehearsal.until_over().outcome is Outcome.CALLBACK_REQUESTED
    assert LINES.confirm_opt_out not in rehearsal.heard


def test_words_that_come_after_the_callback_raise_no_doubt():
    rehearsal = asked()
    says_late(rehearsal, NOT_NOW, Tool.SCHEDULE_CALLBACK)
    assert rehearsal.until_over().outcome is Outcome.CALLBACK_REQUESTED
    assert LINES.confirm_opt_out not in rehearsal.spoken


def test_a_doubt_in_the_farewell_is_asked_about():
    rehearsal = saying_goodbye()
    rehearsal.says(DOUBTFUL)
    rehearsal.until_asked(LINES.confirm_opt_out)
    rehearsal.says("no", Tool.CONFIRM, is_yes=False)
    assert rehearsal.until_over().outcome is Outcome.FINISHED


# ---- a line on which the callee speaks first ----


def listening() -> Rehearsal:
    rehearsal = Rehearsal(brief(line=LineTraits(layout=ChannelLayout.MIXED))).open()
    rehearsal.waits(0.1)
    return rehearsal


def test_an_opt_out_before_the_disclosure_is_obeyed():
    rehearsal = listening()
    rehearsal.says("Not you again, stop calling me", speech_s=0.3)
    assert opted_out(rehearsal) == "stop calling me"


@pytest.mark.parametrize("tool", [None, Tool.OPT_OUT], ids=["by the words", "by both"])
def test_a_doubt_before_the_disclosure_is_asked_about_after_it(tool):
    rehearsal = listening()
    rehearsal.says(DOUBTFUL, tool, speech_s=0.3, is_doubtful=True)
    rehearsal.until_asked(LINES.confirm_opt_out)
    assert rehearsal.heard == [LINES.disclosure, LINES.confirm_opt_out]
    rehearsal.says("no", Tool.CONFIRM, is_yes=False)
    rehearsal.until_asked(GOOD_TIME.wording)


def test_a_doubt_that_only_the_voice_has_before_the_disclosure_is_asked_about_after_it():
    rehearsal = listening()
    rehearsal.says("what is this", Tool.OPT_OUT, speech_s=0.3, is_doubtful=True)
    rehearsal.until_asked(LINES.confirm_opt_out)
    assert rehearsal.heard == [LINES.disclosure, LINES.confirm_opt_out]
