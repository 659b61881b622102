from __future__ import annotations

import numpy as np
import pytest

from bridge.events import RATE_HZ, Expectation, Samples
from bridge.voice.embedded.endpointing import CHUNK_SAMPLES, Ended, Endpointer, Speech, Started, silence_s
from tests.bridge.voice.embedded.questions import DECIDER, NOTHING_OPEN, OPT_OUT_QUESTION, READ_BACK, SEATS, TIMELINE

SPEECH_LEVEL, NOISE_LEVEL = 4000, 2


def is_loud(chunk: bytes) -> float:
    """Stands for the model: what is loud is speech."""
    return float(np.abs(np.frombuffer(chunk, np.int16)).max() > SPEECH_LEVEL // 2)


def speech(seconds: float) -> Samples:
    return np.random.default_rng(1).integers(-SPEECH_LEVEL, SPEECH_LEVEL, int(seconds * RATE_HZ), np.int16)


def silence(seconds: float) -> Samples:
    return np.zeros(int(seconds * RATE_HZ), np.int16)


def tone(hz: float, seconds: float, amplitude: int = 8000) -> Samples:
    samples: Samples = np.rint(amplitude * np.sin(2 * np.pi * hz * np.arange(int(seconds * RATE_HZ)) / RATE_HZ)).astype(np.int16)
    return samples


def marks(*pieces: Samples, piece_samples: int = 320) -> list:
    endpointer = Endpointer(is_loud)
    line = np.concatenate(pieces)
    return [
        mark for at in range(0, len(line), piece_samples) for mark in endpointer.hear(line[at : at + piece_samples]) if not isinstance(mark, Speech)
    ]


@pytest.mark.parametrize("piece_samples", [1, 160, 320, 333, 4000])
def test_it_finds_the_start_and_the_end_of_speech(piece_samples: int):
    started, ended = marks(silence(0.5), speech(1.0), silence(1.0), piece_samples=piece_samples)
    assert started.at_s == pytest.approx(0.5, abs=0.04)
    assert ended.at_s == pytest.approx(1.5, abs=0.04)
    assert ended.started_s == started.at_s


def test_it_reports_the_start_within_a_tenth_of_a_second():
    endpointer = Endpointer(is_loud)
    assert any(isinstance(mark, Started) for mark in endpointer.hear(speech(0.1)))


def test_a_click_is_no_speech():
    assert marks(silence(0.512), speech(0.03), silence(1.0)) == []


def test_a_pause_within_an_utterance_does_not_end_it():
    assert len(marks(speech(0.5), silence(0.3), speech(0.5), silence(1.0))) == 2


def test_endless_speech_is_cut():
    assert [type(mark) for mark in marks(speech(13.0))] == [Started, Ended, Started]


def test_the_audio_of_an_utterance_includes_what_came_just_before():
    endpointer = Endpointer(is_loud)
    quiet = silence(0.5) + np.int16(NOISE_LEVEL)
    pieces = [mark.pcm for mark in endpointer.hear(np.concatenate((quiet, speech(0.3), silence(1.0)))) if isinstance(mark, Speech)]
    utterance = np.concatenate(pieces)
    loud_at = int(np.argmax(np.abs(utterance) > SPEECH_LEVEL // 2))
    assert 0.2 * RATE_HZ < loud_at < 0.4 * RATE_HZ


def test_the_model_is_not_asked_about_silence():
    asked: list[bytes] = []

    def probability(chunk: bytes) -> float:
        asked.append(chunk)
        return 0.0

    assert list(Endpointer(probability).hear(silence(1.0))) == []
    assert asked == []


@pytest.mark.parametrize(
    ("expectation", "expected_s"),
    [
        (Expectation(DECIDER), 0.4),
        (READ_BACK, 0.4),
        (OPT_OUT_QUESTION, 0.4),
        (Expectation(SEATS), 0.5),
        (Expectation(TIMELINE), 0.5),
        (NOTHING_OPEN, 0.5),
    ],
    ids=["yes or no", "read-back", "opt-out", "number", "timeline", "nothing"],
)
def test_it_waits_longer_where_people_think(expectation: Expectation, expected_s: float):
    assert silence_s(expectation) == expected_s


def test_a_chunk_is_what_the_model_takes():
    assert CHUNK_SAMPLES == 512
