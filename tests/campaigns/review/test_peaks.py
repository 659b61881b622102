from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from campaigns.review.peaks import LOUDEST, MOST_PIECES, peaks, piece_samples


def test_each_channel_has_its_loudest_sample_of_each_piece():
    block = np.array([[0, -128], [256, 0], [0, 32_767], [-32_768, 0]], dtype=np.int16)
    assert peaks(block, 2).tolist() == [[2, 1], [255, 255]]


def test_the_last_piece_may_be_shorter():
    assert peaks(np.full((5, 1), 1280, dtype=np.int16), 2).tolist() == [[10], [10], [10]]


def test_nothing_has_no_peaks():
    assert peaks(np.zeros((0, 2), dtype=np.int16), 320).shape == (0, 2)


@pytest.mark.parametrize(
    ("duration_s", "rate_hz", "n_samples"),
    [(0, 16_000, 320), (40, 16_000, 320), (41, 16_000, 328), (3600, 16_000, 28_800), (3600, 8_000, 14_400), (0, 1, 1)],
)
def test_a_piece_is_20_ms_or_what_keeps_the_drawing_small(duration_s, rate_hz, n_samples):
    assert piece_samples(duration_s, rate_hz) == n_samples


@given(st.floats(0, 36_000), st.sampled_from([8_000, 16_000, 48_000]))
def test_no_recording_has_more_pieces_than_a_screen_shows(duration_s, rate_hz):
    assert duration_s * rate_hz / piece_samples(duration_s, rate_hz) <= MOST_PIECES


@given(npst.arrays(np.int16, st.tuples(st.integers(0, 50), st.integers(1, 2))), st.integers(1, 9))
def test_no_sample_is_louder_than_its_piece_is_drawn(block, piece):
    found = peaks(block, piece)
    assert found.shape == (-(-len(block) // piece), block.shape[1])
    for place, samples in enumerate(block.astype(int)):
        drawn = found[place // piece].astype(int)
        assert all(min(abs(sample) >> 7, LOUDEST) <= height for sample, height in zip(samples, drawn, strict=True))
