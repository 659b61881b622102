from __future__ import annotations

import numpy as np
import pytest

from bridge.audio import silence
from bridge.events import RATE_HZ, Expectation, SpeechEnded, SpeechStarted
from bridge.voice.cascade.utterance import TAIL_S, Utterance
from bridge.voice.ear import PREROLL_FRAMES, Ear, Speech
from tests.bridge.fakes import utterance

NOTHING = Expectation(None)


def heard(*pieces: np.ndarray) -> Utterance:
    """As an ear cuts it."""
    found = Utterance(0.0, NOTHING)
    for sound in Ear().hear(np.concatenate((silence(RATE_HZ), *pieces, silence(RATE_HZ)))):
        if isinstance(sound, SpeechStarted):
            found.started_s = sound.at_s
        elif isinstance(sound, Speech):
            found.pieces.append(sound.pcm)
        elif isinstance(sound, SpeechEnded):
            found.ended_s = sound.at_s
    return found


def test_it_has_its_preroll_and_little_of_the_pause_after_it():
    pcm = heard(utterance(600)).pcm()
    assert pcm.size / RATE_HZ == pytest.approx(0.6 + (PREROLL_FRAMES - 3) * 0.02 + TAIL_S, abs=0.05)


@pytest.mark.parametrize("duration_ms", [100, 240, 260, 800])
def test_it_knows_how_long_it_is_voiced(duration_ms):
    assert heard(utterance(duration_ms)).voiced_s() == pytest.approx(duration_ms / 1000, abs=0.041)


def test_pauses_are_not_voiced():
    assert heard(utterance(100), silence(RATE_HZ * 3 // 10), utterance(100)).voiced_s() == pytest.approx(0.2, abs=0.041)


def test_without_audio_it_is_not_voiced():
    assert Utterance(1.0, NOTHING, ended_s=2.0).voiced_s() == 0.0
