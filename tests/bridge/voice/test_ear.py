from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.audio import silence
from bridge.brief import QuestionBrief, QuestionKind
from bridge.events import RATE_HZ, Expectation, Samples, SpeechEnded, SpeechStarted
from bridge.voice.ear import LONGEST_S, PREROLL_FRAMES, Ear, Sound, Speech, pause_s
from tests.bridge.fakes import utterance


def noise(seconds: float, dbfs: float) -> Samples:
    level = 32768 * 10 ** (dbfs / 20)
    return np.random.default_rng(1).normal(0, level, round(seconds * RATE_HZ)).astype(np.int16)


def marks(sounds: list[Sound]) -> list[SpeechStarted | SpeechEnded]:
    return [sound for sound in sounds if not isinstance(sound, Speech)]


def speech_of(sounds: list[Sound]) -> Samples:
    return np.concatenate([sound.pcm for sound in sounds if isinstance(sound, Speech)])


def test_silence_is_no_speech():
    assert Ear().hear(silence(10 * RATE_HZ)) == []


def test_its_times_are_those_of_the_speech_itself():
    heard = Ear().hear(np.concatenate((silence(8000), utterance(300), silence(RATE_HZ))))
    assert marks(heard) == [SpeechStarted(0.5), SpeechEnded(0.8)]


def test_a_click_is_no_speech():
    assert Ear().hear(np.concatenate((silence(8000), utterance(40), silence(RATE_HZ)))) == []


def test_the_audio_of_an_utterance_begins_before_its_level_tells():
    quiet = np.full(RATE_HZ, 7, np.int16)
    spoken = speech_of(Ear().hear(np.concatenate((quiet, utterance(300), silence(RATE_HZ)))))
    before = spoken[: (PREROLL_FRAMES - 3) * 320]
    assert np.array_equal(before, np.full(before.size, 7))


def test_noise_that_stays_becomes_the_floor():
    ear = Ear()
    ear.hear(noise(20, -38))
    assert marks(ear.hear(noise(5, -38))) == []


def test_speech_over_noise_is_heard():
    ear = Ear()
    ear.hear(noise(20, -45))
    assert [type(mark) for mark in marks(ear.hear(np.concatenate((utterance(500), noise(1, -45)))))] == [SpeechStarted, SpeechEnded]


@pytest.mark.parametrize(("pause_s", "n_utterances"), [(0.3, 2), (0.5, 1)], ids=["short", "long"])
def test_how_long_a_pause_ends_an_utterance_is_set_from_outside(pause_s, n_utterances):
    ear = Ear()
    ear.pause_s = pause_s
    heard = ear.hear(np.concatenate((utterance(300), silence(RATE_HZ * 2 // 5), utterance(300), silence(RATE_HZ))))
    assert sum(isinstance(mark, SpeechEnded) for mark in marks(heard)) == n_utterances


def test_speech_without_an_end_is_cut():
    heard = Ear().hear(utterance(round((LONGEST_S + 5) * 1000)))
    assert isinstance(marks(heard)[1], SpeechEnded)


@given(st.lists(st.integers(0, 2000), min_size=1, max_size=40))
def test_what_it_hears_does_not_depend_on_how_the_audio_is_cut(lengths):
    pcm = np.concatenate((silence(3000), utterance(400), silence(12_000), utterance(200), silence(12_000)))
    whole, pieces, ear = Ear().hear(pcm), [], Ear()
    start = 0
    for length in [*lengths, pcm.size]:
        pieces += ear.hear(pcm[start : start + length])
        start += length
    assert marks(pieces) == marks(whole)
    assert np.array_equal(speech_of(pieces), speech_of(whole))


def asked(kind: QuestionKind) -> Expectation:
    return Expectation(QuestionBrief("q", kind, "?", "?"))


@pytest.mark.parametrize(
    ("expectation", "expected_s"),
    [
        (Expectation(None), 0.6),
        (Expectation(None, is_confirmation=True), 0.4),
        (asked(QuestionKind.YES_NO), 0.4),
        (asked(QuestionKind.ONE_OF), 0.4),
        (asked(QuestionKind.NUMBER), 0.6),
        (asked(QuestionKind.TIMELINE), 0.6),
        (asked(QuestionKind.SCALE), 0.6),
        (asked(QuestionKind.MONEY), 0.6),
        (asked(QuestionKind.MANY_OF), 0.9),
        (asked(QuestionKind.OPEN), 0.9),
    ],
    ids=["nothing", "a read-back", "yes or no", "one of", "a number", "a date", "a scale", "an amount", "several of", "a story"],
)
def test_a_pause_is_as_long_as_what_was_asked_needs(expectation, expected_s):
    assert pause_s(expectation) == expected_s
