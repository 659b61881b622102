"""What a clip sounds like: the silence around it is cut, it is as loud as the others, and what nobody could use is refused in words."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.audio import level_dbfs, silence
from bridge.events import RATE_HZ
from bridge.voice.levelling import PEAK, SPEECH_DBFS
from campaigns.clips import sound
from tests.campaigns.clips.voices import speech_like

TEXT = "Yes, I am an automated AI assistant, calling for Acme."
SPEECH = speech_like(TEXT)
TAIL = sound.FRAME * sound.TAIL_FRAMES
LEAD = sound.FRAME * (sound.LEAD_FRAMES + 1)


def around(before_ms: int, after_ms: int, speech=SPEECH):
    return np.concatenate((silence(before_ms * RATE_HZ // 1000), speech, silence(after_ms * RATE_HZ // 1000)))


@given(st.integers(0, 3000), st.integers(0, 3000))
@settings(deadline=None)
def test_the_silence_around_it_is_cut_and_no_speech(before_ms, after_ms):
    trimmed = sound.trim(around(before_ms, after_ms))
    assert SPEECH.size - 2 * sound.FRAME <= trimmed.size <= SPEECH.size + 2 * LEAD
    assert np.sum(np.abs(trimmed.astype(np.int64))) >= 0.999 * np.sum(np.abs(SPEECH.astype(np.int64)))


@given(st.floats(0.02, 5.0))
@settings(deadline=None)
def test_all_are_equally_loud(gain):
    clip = sound.prepared(np.clip(SPEECH * gain, -32768, 32767).astype(np.int16))
    assert level_dbfs(clip[:-TAIL]) == pytest.approx(SPEECH_DBFS, abs=0.5)
    assert np.abs(clip.astype(int)).max() <= PEAK
    assert not np.any(clip[-TAIL:])


@given(st.integers(0, 2000), st.integers(0, 2000))
@settings(deadline=None)
def test_cutting_twice_cuts_nothing_more(before_ms, after_ms):
    once = sound.trim(around(before_ms, after_ms))
    assert abs(sound.trim(once).size - once.size) <= sound.FRAME


@given(st.binary(max_size=4000))
def test_no_sound_at_all_breaks_it(content):
    pcm = np.frombuffer(content[: len(content) // 2 * 2], np.int16)
    assert sound.prepared(pcm).dtype == np.int16
    assert sound.trim(pcm).size <= pcm.size
    assert all(isinstance(fault, str) for fault in sound.faults(pcm, TEXT))


def test_a_noisy_room_is_no_speech():
    noise = np.random.default_rng(1).normal(0, 20, 2 * RATE_HZ).astype(np.int16)
    assert sound.trim(np.concatenate((noise, SPEECH, noise))).size <= SPEECH.size + 4 * LEAD


def test_a_good_one_has_no_faults():
    assert sound.faults(around(500, 500), TEXT) == []


@pytest.mark.parametrize(
    ("pcm", "words"),
    [
        (silence(0), "no sound"),
        (silence(RATE_HZ * 3), "silent"),
        ((SPEECH / 600).astype(np.int16), "louder"),
        (SPEECH[: RATE_HZ // 2], "too short"),
        (np.tile(SPEECH, 5), "too long"),
        (np.clip(SPEECH.astype(int) * 12, -32768, 32767).astype(np.int16), "overdriven"),
    ],
    ids=["nothing", "silence", "a whisper", "half a word", "five times", "overdriven"],
)
def test_what_nobody_could_use_is_refused_in_words(pcm, words):
    assert words in " ".join(sound.faults(pcm, TEXT))


@pytest.mark.parametrize("text", ["", "Yes.", TEXT, TEXT * 20, "ተረድቻለሁ። ከዚህ በኋላ አንደውልልዎትም።"])
def test_there_is_always_a_length_that_fits(text):
    shortest_ms, longest_ms = sound.expected_ms(text)
    assert 0 <= shortest_ms < longest_ms


def test_loud_peaks_are_not_overdriven():
    peaks = np.zeros(RATE_HZ, np.int16)
    peaks[::100] = 32_767
    assert sound.clipped_runs(peaks) == 0
