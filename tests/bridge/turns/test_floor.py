"""Nods are not interruptions, and what was heard of a cut line is whole words only."""

from __future__ import annotations

import pytest

from bridge.brief import TurnControl
from bridge.events import CalleeSaid, Expectation
from bridge.turns import GRACE_S, MAX_FALSE_STOPS, Floor, SpeakingRate, TurnPolicy, Verdict

NOTHING_EXPECTED = Expectation(question=None)


@pytest.mark.parametrize("text", ["mm-hmm", "Okay.", "sawa", "eeh", "Uh-huh, okay", "I see", "ndiyo sawa"])
def test_it_knows_a_nod(text):
    assert TurnPolicy("sw-KE").is_nod(text)


@pytest.mark.parametrize("text", ["", "...", "no", "hapana", "wait", "okay but who are you", "stop", "yes yes yes yes", "fifty"])
def test_it_does_not_take_words_for_nods(text):
    assert not TurnPolicy("sw-KE").is_nod(text)


def test_it_learns_how_fast_the_voice_speaks():
    rate = SpeakingRate()
    rate.learn("x" * 100, heard_ms=8000)
    assert rate.duration_ms("x" * 50) == 4000


@pytest.mark.parametrize(
    ("text", "heard_ms"),
    [pytest.param("hello", 9000, id="too short to tell"), pytest.param("x" * 40, 0, id="nothing heard")],
)
def test_it_learns_nothing_from_lines_that_tell_nothing(text, heard_ms):
    rate = SpeakingRate()
    before = rate.duration_ms("x" * 50)
    rate.learn(text, heard_ms)
    assert rate.duration_ms("x" * 50) == before


def test_the_floor_is_taken_while_the_callee_speaks_and_a_little_after():
    floor = Floor(TurnPolicy("en-KE"))
    assert floor.is_free(0.0)
    floor.speech_started(1.0)
    assert not floor.is_free(9.0)
    assert floor.free_at() is None
    floor.speech_ended(9.0, now_s=9.5)
    assert not floor.is_free(9.5)
    assert floor.free_at() == pytest.approx(9.5 + GRACE_S)
    assert floor.is_free(9.5 + GRACE_S)


def test_the_floor_is_free_at_once_when_the_meaning_is_known():
    floor = Floor(TurnPolicy("en-KE"))
    floor.speech_started(1.0)
    floor.speech_ended(2.0, now_s=2.5)
    floor.understood(2.6)
    assert floor.is_free(2.5)


def test_the_floor_is_free_at_the_end_of_speech_that_was_understood_before():
    floor = Floor(TurnPolicy("en-KE"))
    floor.speech_started(1.0)
    floor.understood(2.6)
    floor.speech_ended(2.0, now_s=2.5)
    assert floor.is_free(2.5)


def test_it_forgets_the_words_of_earlier_speech_when_new_speech_begins():
    floor = Floor(TurnPolicy("en-KE"))
    floor.speech_started(1.0)
    floor.heard_words(CalleeSaid("wait a moment", 1.0, 2.0, 0.9))
    assert not floor.is_nod()
    floor.speech_started(3.0)
    assert floor.is_nod()


def interrupts(floor: Floor) -> bool:
    floor.speech_started(1.0, share_into=0.5)
    return floor.verdict(3.0, NOTHING_EXPECTED, 0.5) is Verdict.STOP


def noisy_floor(control: TurnControl = TurnControl.LOCAL) -> Floor:
    floor = Floor(TurnPolicy("en-KE", control))
    for _ in range(MAX_FALSE_STOPS):
        assert interrupts(floor)
        floor.false_stop()
    return floor


def test_it_gives_up_being_interrupted_on_a_noisy_line():
    assert not interrupts(noisy_floor())


def test_on_a_noisy_line_it_still_stops_when_it_is_told_to():
    floor = noisy_floor()
    floor.speech_started(1.0, share_into=0.5)
    floor.heard_words(CalleeSaid("wait", 1.0, 1.4, 0.9))
    assert floor.verdict(1.5, NOTHING_EXPECTED, 0.5) is Verdict.STOP


def test_a_provider_that_has_stopped_is_followed_on_a_noisy_line_too():
    assert interrupts(noisy_floor(TurnControl.PROVIDER))
