from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from bridge.telephony.simulator.sound import (
    SILENT_DBFS,
    from_rate,
    interleave,
    level_dbfs,
    mix,
    narrowband,
    noise,
    silence,
    through_mu_law,
    to_rate,
    tone,
)

PCM = hnp.arrays(np.int16, st.integers(0, 400))


def test_it_measures_silence_as_the_lowest_level() -> None:
    assert level_dbfs(silence(320)) == SILENT_DBFS
    assert level_dbfs(silence(0)) == SILENT_DBFS


@pytest.mark.parametrize("dbfs", [-10.0, -20.0, -50.0])
def test_a_tone_and_noise_have_the_level_asked_for(dbfs: float) -> None:
    assert level_dbfs(tone(400.0, 16000, dbfs=dbfs)) == pytest.approx(dbfs, abs=0.2)
    assert level_dbfs(noise(16000, dbfs=dbfs, seed=3)) == pytest.approx(dbfs, abs=0.3)


def test_a_tone_in_pieces_is_one_tone() -> None:
    whole = tone(425.0, 640, dbfs=-20.0)
    pieces = np.concatenate((tone(425.0, 320, dbfs=-20.0), tone(425.0, 320, dbfs=-20.0, from_sample=320)))
    assert np.array_equal(whole, pieces)


def test_noise_is_the_same_for_the_same_seed() -> None:
    assert np.array_equal(noise(100, dbfs=-40.0, seed=7), noise(100, dbfs=-40.0, seed=7))
    assert not np.array_equal(noise(100, dbfs=-40.0, seed=7), noise(100, dbfs=-40.0, seed=8))


@given(PCM)
def test_mu_law_keeps_length_and_sign_and_stays_near(pcm: np.ndarray) -> None:
    coarse = through_mu_law(pcm)
    assert coarse.dtype == np.int16 and coarse.size == pcm.size
    error = np.abs(coarse.astype(int) - pcm.astype(int))
    assert np.all(error <= 0.05 * np.abs(pcm.astype(int)) + 16)


@given(PCM)
def test_mixing_clips_instead_of_wrapping(pcm: np.ndarray) -> None:
    both = mix(pcm, pcm)
    assert np.array_equal(both, np.clip(pcm.astype(int) * 2, -32768, 32767).astype(np.int16))


@pytest.mark.parametrize(
    ("frequency_hz", "is_kept"),
    [pytest.param(1000.0, True, id="speech band"), pytest.param(6000.0, False, id="above")],
)
def test_a_telephone_keeps_only_its_band(frequency_hz: float, is_kept: bool) -> None:
    after = level_dbfs(narrowband(tone(frequency_hz, 16000, dbfs=-20.0)))
    assert (after > -22.0) is is_kept
    assert (after < -50.0) is not is_kept


def test_nothing_stays_nothing_on_a_telephone() -> None:
    assert narrowband(silence(0)).size == 0


@given(PCM)
def test_rates_halve_and_double_the_samples(pcm: np.ndarray) -> None:
    assert to_rate(pcm, 8000).size == pcm.size // 2
    assert from_rate(pcm, 8000).size == pcm.size * 2
    assert to_rate(pcm, 16000) is pcm and from_rate(pcm, 16000) is pcm


def test_stereo_alternates_left_and_right() -> None:
    assert interleave(np.array([1, 2], np.int16), np.array([3, 4], np.int16)).tolist() == [1, 3, 2, 4]
