from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.events import Samples
from bridge.voice.embedded.resampling import resample


def tone(hz: float, rate_hz: int, seconds: float = 0.5, amplitude: int = 10_000) -> Samples:
    samples: Samples = np.rint(amplitude * np.sin(2 * np.pi * hz * np.arange(int(seconds * rate_hz)) / rate_hz)).astype(np.int16)
    return samples


def rms(pcm: np.ndarray) -> float:
    return float(np.sqrt(np.mean(np.square(pcm[500:-500], dtype=np.float64))))


@pytest.mark.parametrize("from_hz", [8000, 22_050, 24_000, 44_100])
@pytest.mark.parametrize("hz", [200, 1000, 3000])
def test_a_tone_stays_the_same_tone(from_hz: int, hz: int):
    resampled, wanted = resample(tone(hz, from_hz), from_hz, 16_000), tone(hz, 16_000)
    assert rms(resampled.astype(float) - wanted[: len(resampled)]) < 10


@pytest.mark.parametrize("hz", [9000, 10_500])
def test_what_the_new_rate_cannot_hold_is_gone(hz: int):
    assert rms(resample(tone(hz, 22_050), 22_050, 16_000)) < 5


@given(st.integers(0, 3000))
def test_it_keeps_the_length_in_seconds(n_samples: int):
    assert abs(len(resample(np.ones(n_samples, np.int16), 22_050, 16_000)) - n_samples * 16_000 / 22_050) <= 1


def test_the_loudest_signal_is_clipped_and_does_not_wrap():
    square = np.where(np.arange(4000) % 40 < 20, 32767, -32768).astype(np.int16)
    resampled = resample(square, 22_050, 16_000)
    expected_sign = np.sign(resample((square // 4).astype(np.int16), 22_050, 16_000))
    loud = np.abs(resampled) > 20_000
    assert np.all(np.sign(resampled[loud]) == expected_sign[loud])


def test_the_same_rate_changes_nothing():
    pcm = tone(500, 16_000)
    assert resample(pcm, 16_000, 16_000) is pcm
