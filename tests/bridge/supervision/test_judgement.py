"""Sounds, timing and words together."""

from __future__ import annotations

import pytest

from bridge.events import Sound
from bridge.supervision import Answerer, Supervision

MACHINE_SOUNDS = [
    (Sound.BEEP, Answerer.VOICEMAIL),
    (Sound.SIT, Answerer.ANNOUNCEMENT),
    (Sound.NETWORK_TONE, Answerer.ANNOUNCEMENT),
    (Sound.FAX, Answerer.FAX),
    (Sound.MUSIC, Answerer.IVR),
]


@pytest.fixture
def supervision() -> Supervision:
    return Supervision(voicemail_after_s=6.0)


@pytest.mark.parametrize(("sound", "answerer"), MACHINE_SOUNDS)
def test_a_sound_of_a_machine_is_a_verdict(supervision, sound, answerer):
    assert supervision.heard(sound, 2.0) is answerer


@pytest.mark.parametrize("sound", [sound for sound, _ in MACHINE_SOUNDS])
def test_who_has_answered_a_question_is_a_person_whatever_sounds(supervision, sound):
    supervision.is_person()
    assert supervision.heard(sound, 2.0) is None
    assert supervision.said("leave a message", 2.0) is None
    assert supervision.due_s() is None


def test_who_speaks_over_music_sits_beside_a_radio(supervision):
    supervision.speech_started(0.5)
    assert supervision.heard(Sound.MUSIC, 10.0) is None


@pytest.mark.parametrize("is_by_ear", [True, False], ids=["our own ear", "the voice"])
def test_a_monologue_is_known_by_the_voice_or_by_our_own_ear(supervision, is_by_ear):
    if is_by_ear:
        supervision.heard(Sound.SPEECH, 0.5)
    else:
        supervision.speech_started(0.5)
    assert (supervision.is_voicemail(6.4), supervision.is_voicemail(6.5)) == (False, True)


def test_words_are_understood_across_reports(supervision):
    assert supervision.said("please leave", 1.0) is None
    assert supervision.said("a message", 2.0) is Answerer.VOICEMAIL


def test_late_in_a_call_leave_a_message_is_a_wish(supervision):
    assert supervision.said("can I leave a message", 30.1) is None


def test_whoever_comes_to_the_phone_has_not_said_what_was_said_before(supervision):
    supervision.said("please leave", 1.0)
    supervision.somebody_new()
    assert supervision.said("a message for whom", 2.0) is None


def test_somebody_who_waits_for_us_seems_to_be_a_person(supervision):
    supervision.heard(Sound.SPEECH, 0.5)
    supervision.heard(Sound.PAUSE, 1.0)
    assert (supervision.seems_person(1.6), supervision.seems_person(1.8)) == (False, True)


def test_silence_is_not_a_word_of_anybody(supervision):
    assert not supervision.has_heard_anybody
    supervision.said("hello", 1.0)
    assert supervision.has_heard_anybody
