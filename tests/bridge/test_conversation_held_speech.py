"""Speech into what the bot says: held until its words are known, never lost, and nobody is cut short for a nod."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.brief import TurnControl
from bridge.commands import StopSpeaking
from bridge.events import CalleeSaid, Progress, SpeechEnded, SpeechStarted
from bridge.ports import VoiceTraits
from tests.bridge.conversing import DECIDER, LINES, SEATS, START, TRAITS, Rehearsal, brief
from tests.bridge.test_conversation_turns import LONG_QUESTION, asked, being_asked

OWN_TURNS = replace(TRAITS, turns=frozenset(TurnControl))


def speaks(rehearsal: Rehearsal, speech_s: float, text: str = "", *, words_after_s: float = 0.0) -> None:
    """The end is known 0.2 s after it, the words later still."""
    began_s = rehearsal.now_s
    rehearsal.happens(SpeechStarted(began_s))
    rehearsal.waits(speech_s + 0.2)
    rehearsal.happens(SpeechEnded(began_s + speech_s))
    rehearsal.waits(words_after_s)
    if text:
        rehearsal.happens(CalleeSaid(text, began_s, began_s + speech_s, 0.9))


def test_speech_no_longer_than_a_nod_is_held_until_its_words_come():
    rehearsal = being_asked()
    speaks(rehearsal, 0.45, "who are you", words_after_s=0.5)
    (stopped_s,) = [at_s for at_s, command in rehearsal.log if isinstance(command, StopSpeaking)]
    assert stopped_s == rehearsal.now_s


def test_a_nod_whose_words_come_late_does_not_stop_the_bot():
    rehearsal = being_asked()
    speaks(rehearsal, 0.45, "mm-hmm", words_after_s=1.0)
    rehearsal.until_asked(LONG_QUESTION.wording)
    assert rehearsal.done(StopSpeaking) == []


def test_a_nod_that_goes_on_without_words_stops_the_bot():
    rehearsal = being_asked()
    rehearsal.happens(SpeechStarted(rehearsal.now_s), CalleeSaid("okay", rehearsal.now_s, rehearsal.now_s + 0.3, 0.9))
    rehearsal.waits(0.98)
    assert rehearsal.done(StopSpeaking) == []
    rehearsal.waits(0.04)
    assert rehearsal.done(StopSpeaking)


WORDS = ["okay", "sure", "i", "see", "wait", "yes", "fifty", "seats", "who", "is", "it", "sawa", "eeh", "mm", "hmm"]


def stops_for(pieces: list[str]) -> int:
    rehearsal = being_asked()
    began_s = rehearsal.now_s
    rehearsal.happens(SpeechStarted(began_s))
    rehearsal.waits(0.1)
    rehearsal.happens(*(CalleeSaid(piece, began_s, rehearsal.now_s, 0.9) for piece in pieces), SpeechEnded(rehearsal.now_s))
    return len(rehearsal.done(StopSpeaking))


@settings(max_examples=60, deadline=None)
@given(words=st.lists(st.sampled_from(WORDS), min_size=1, max_size=5), data=st.data())
def test_it_stops_or_goes_on_however_the_words_are_cut_into_pieces(words, data):
    cuts = sorted(data.draw(st.sets(st.integers(1, len(words)))) | {len(words)})
    pieces = [" ".join(words[start:end]) for start, end in zip([0, *cuts], cuts, strict=False)]
    assert stops_for(pieces) == stops_for([" ".join(words)])


def test_words_about_the_question_before_do_not_stop_the_next_one():
    rehearsal = asked(SEATS, START)
    rehearsal.answers("seats", 5, "")
    rehearsal.waits(1)
    rehearsal.happens(CalleeSaid("five seats", rehearsal.now_s - 2.2, rehearsal.now_s - 1.6, 0.9))
    rehearsal.until_asked(f"Thank you. {START.wording}")
    assert rehearsal.done(StopSpeaking) == []


def test_late_words_are_not_taken_for_those_of_the_speech_that_has_just_begun():
    rehearsal = being_asked()
    rehearsal.happens(SpeechStarted(rehearsal.now_s), CalleeSaid("fifty seats", rehearsal.now_s - 3, rehearsal.now_s - 2, 0.9))
    assert rehearsal.done(StopSpeaking) == []


def test_a_yes_into_a_question_that_no_voice_reports_is_asked_about():
    rehearsal = being_asked(after_s=3.0)
    speaks(rehearsal, 0.4, "yes")
    rehearsal.until_asked(LONG_QUESTION.wording)
    rehearsal.waits(4.1)
    assert rehearsal.announced("reask") == ["decider"]


@pytest.mark.parametrize(("speech_s", "is_asked_about"), [pytest.param(0.11, False, id="a click"), pytest.param(0.13, True, id="a short yes")])
@pytest.mark.parametrize("is_into_it", [True, False], ids=["into the question", "after it"])
def test_short_speech_whose_words_were_lost_is_asked_about(speech_s, is_asked_about, is_into_it):
    rehearsal = being_asked(after_s=3.0)
    if not is_into_it:
        rehearsal.until_asked(LONG_QUESTION.wording)
    speaks(rehearsal, speech_s)
    rehearsal.waits(6.0)
    assert (rehearsal.announced("reask") == ["decider"]) is is_asked_about


def test_a_nod_into_a_question_leaves_all_the_time_for_the_answer():
    rehearsal = being_asked(after_s=3.0)
    speaks(rehearsal, 0.3, "i see")
    rehearsal.until_asked(LONG_QUESTION.wording)
    rehearsal.waits(6.9)
    assert rehearsal.announced("reask") == []


def test_words_that_come_without_any_speech_around_them_are_asked_about():
    rehearsal = asked(DECIDER)
    rehearsal.waits(1)
    rehearsal.happens(CalleeSaid("ndiyo", rehearsal.now_s - 0.5, rehearsal.now_s, 0.9))
    rehearsal.waits(4.1)
    assert rehearsal.announced("reask") == ["decider"]


def test_late_words_of_an_answer_that_was_understood_are_not_asked_about():
    rehearsal = asked(SEATS)
    rehearsal.does_desk_answer = False
    rehearsal.answers("seats", 5, "")
    rehearsal.happens(CalleeSaid("five seats", rehearsal.now_s - 1, rehearsal.now_s - 0.5, 0.9), Progress("seats", 10, is_hot=False))
    rehearsal.until_over()
    assert rehearsal.announced("reask") == []


def test_whoever_says_wait_is_asked_again_in_the_same_words():
    rehearsal = being_asked()
    speaks(rehearsal, 0.3, "ngoja kidogo wait")
    rehearsal.waits(4.1)
    assert rehearsal.spoken[-2:] == [LONG_QUESTION.wording] * 2
    assert rehearsal.announced("reask") == []


def test_a_provider_that_owns_the_turns_stops_the_bot_at_the_first_sign_of_speech():
    rehearsal = being_asked_by(OWN_TURNS)
    rehearsal.happens(SpeechStarted(rehearsal.now_s))
    assert rehearsal.done(StopSpeaking)


def test_a_voice_that_cannot_own_the_turns_is_led_by_us():
    rehearsal = being_asked_by(TRAITS)
    rehearsal.happens(SpeechStarted(rehearsal.now_s))
    assert rehearsal.done(StopSpeaking) == []


def being_asked_by(traits: VoiceTraits) -> Rehearsal:
    rehearsal = Rehearsal(brief(LONG_QUESTION, turns=TurnControl.PROVIDER), traits=traits).open()
    rehearsal.until_asked(LINES.disclosure)
    rehearsal.waits(1.0)
    return rehearsal
