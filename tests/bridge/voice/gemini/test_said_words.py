"""Whose words a transcript of Gemini's speech is: it comes in no order with the sound, and is the line's all the same."""

from __future__ import annotations

from bridge.events import LineSaid, VoiceAudioEnd, WordSource
from bridge.voice.gemini.dialogue import Dialogue
from bridge.voice.gemini.incoming import GenerationOver, Interrupted, Spoken, TurnOver
from tests.bridge.voice.gemini.test_dialogue import LINE, NEXT, SOUND, dialogue

SOUND_MS = 99  # of 100; the rest is still in the filter


def said(talk: Dialogue) -> list[LineSaid]:
    return [event for event in talk.events if isinstance(event, LineSaid)]


def saying() -> Dialogue:
    talk = dialogue()
    talk.speak(LINE, 0.0)
    return talk


def test_words_are_told_with_how_much_sound_had_come():
    talk = saying()
    talk.take(Spoken("How many"), 0.9)
    talk.take(SOUND, 1.0)
    talk.take(Spoken(" seats?"), 1.1)
    assert [(piece.text, piece.source) for piece in said(talk)] == [("How many", WordSource.UNTIMED), (" seats?", WordSource.UNTIMED)]
    assert said(talk)[0].until_ms == 0
    assert SOUND_MS <= said(talk)[1].until_ms <= 100


def test_words_after_the_sound_is_complete_are_the_lines():
    talk = saying()
    talk.take(SOUND, 1.0)
    talk.take(GenerationOver(), 1.1)
    talk.take(Spoken("How many seats?"), 1.2)
    talk.take(TurnOver(""), 1.3)
    talk.take(Spoken(" Yes."), 1.4)
    assert [(piece.line_id, piece.text) for piece in said(talk)] == [(1, "How many seats?"), (1, " Yes.")]


def test_words_of_the_old_turn_are_not_the_next_lines():
    talk = saying()
    talk.take(SOUND, 1.0)
    talk.take(GenerationOver(), 1.1)
    talk.speak(NEXT, 1.2)
    talk.take(Spoken("How many seats?"), 1.3)
    talk.take(TurnOver(""), 1.4)
    talk.take(Spoken("Thank you."), 1.5)
    assert [piece.line_id for piece in said(talk)] == [1, 2]


def test_what_the_model_says_by_itself_are_nobodys_words():
    talk = dialogue()
    talk.take(SOUND, 0.0)
    talk.take(Spoken("Let me tell you something."), 0.1)
    talk.take(TurnOver(""), 0.2)
    talk.take(Spoken(" About me."), 0.3)
    assert said(talk) == []


def test_a_line_that_the_provider_interrupts_was_broken_off():
    talk = saying()
    talk.take(SOUND, 1.0)
    talk.take(Spoken("How many seats?"), 1.1)
    talk.take(Interrupted(), 1.2)
    assert [piece.is_broken_off for piece in said(talk)] == [False, True]
    assert isinstance(talk.events[-1], VoiceAudioEnd)


def test_an_interruption_after_the_last_sound_breaks_nothing_off():
    talk = saying()
    talk.take(SOUND, 1.0)
    talk.take(GenerationOver(), 1.1)
    talk.take(Interrupted(), 1.2)
    assert said(talk) == []
