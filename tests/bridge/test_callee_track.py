"""Where the callee's audio lies: a stall on the way leaves no gap, a real gap becomes silence, and an hour drifts by no sample."""

from __future__ import annotations

from itertools import accumulate

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.callee_track import CalleeTrack, Placed
from bridge.events import FRAME_SAMPLES, RATE_HZ, Samples

FRAME_S = 0.02


def frame(n: int) -> Samples:
    return np.full(FRAME_SAMPLES, n % 30_000 + 1, dtype=np.int16)


def laid_out(placed: list[Placed]) -> Samples:
    tape = np.zeros(max(audio.place + audio.samples.size for audio in placed), dtype=np.int16)
    for audio in placed:
        tape[audio.place : audio.place + audio.samples.size] = audio.samples
    return tape


def taken(arrivals_s: list[float]) -> list[Placed]:
    """One frame each, in their order."""
    track = CalleeTrack()
    placed = [audio for n, at_s in enumerate(arrivals_s) for audio in track.take(frame(n), at_s)]
    return placed + track.flush()


def spoken(n_frames: int) -> Samples:
    return np.concatenate([frame(n) for n in range(n_frames)])


def delivered(delays_s: list[float]) -> list[float]:
    """A stream keeps the order: who is held up holds up those behind."""
    return list(accumulate(((n + 1) * FRAME_S + delay_s for n, delay_s in enumerate(delays_s)), max))


@given(st.lists(st.floats(0.0, 0.7), min_size=1, max_size=8))
def test_whatever_holds_frames_up_for_less_than_a_second_no_sample_moves(stalls_s):
    delays_s = [0.0, *(stall_s * (n == 0) for stall_s in stalls_s for n in range(40))]
    assert np.array_equal(laid_out(taken(delivered(delays_s))), spoken(len(delays_s)))


def test_audio_that_stays_away_for_two_seconds_leaves_two_seconds_of_silence():
    tape = laid_out(taken([0.02, 0.04, *(2.06 + n * FRAME_S for n in range(100))]))
    assert np.flatnonzero(tape == 0).tolist() == list(range(640, 640 + 2 * RATE_HZ))


def test_a_gap_that_nothing_follows_is_one_all_the_same():
    assert [audio.place for audio in taken([0.02, 2.02])] == [0, 2 * RATE_HZ]


@pytest.mark.parametrize("opens_after_s", [0.1, 1.0, 3.0])
def test_audio_that_waited_for_our_voice_to_open_lies_where_it_was_said(opens_after_s):
    arrivals_s = [max(opens_after_s, (n + 1) * FRAME_S) for n in range(300)]
    assert np.array_equal(laid_out(taken(arrivals_s)), spoken(300))


@given(first_late_s=st.floats(0.0, 0.15))
def test_a_first_frame_that_is_late_moves_nothing(first_late_s):
    assert np.array_equal(laid_out(taken(delivered([first_late_s, *[0.0] * 60]))), spoken(61))


def test_audio_that_begins_late_lies_where_it_began():
    assert taken([0.5])[0].place == RATE_HZ // 2 - FRAME_SAMPLES


def test_an_hour_with_stalls_every_minute_drifts_by_no_sample():
    n_frames = 3600 * 50
    stalls = np.where(np.arange(n_frames) % 3000 < 20, 0.5, np.random.default_rng(1).uniform(0, 0.1, n_frames))
    stalls[0] = 0.0
    placed = taken(delivered(stalls.tolist()))
    assert [audio.place for audio in placed] == list(range(0, n_frames * FRAME_SAMPLES, FRAME_SAMPLES))


def test_a_platform_that_sends_faster_than_anybody_speaks_is_not_followed():
    track = CalleeTrack()
    placed = [audio for _ in range(500) for audio in track.take(frame(1), 1.0)] + track.flush()
    assert placed[-1].place < 3 * RATE_HZ + FRAME_SAMPLES


@pytest.mark.parametrize(("heard_s", "at_s"), [(0.0, 0.48), (0.03, 0.51), (0.05, 2.53), (1.0, 3.48)], ids=["first", "before", "behind", "later"])
def test_what_a_voice_heard_is_found_on_the_recording(heard_s, at_s):
    track = CalleeTrack()
    for n, arrives_s in enumerate([0.5, 0.52, *(2.54 + n * FRAME_S for n in range(100))]):
        track.take(frame(n), arrives_s)
    assert track.at_s(heard_s) == pytest.approx(at_s, abs=1e-9)


@given(st.lists(st.floats(0.0, 3.0), min_size=1, max_size=60))
def test_every_sample_gets_its_place_once_in_order_and_is_found_there(pauses_s):
    arrivals_s = (np.cumsum([0.02 + pause_s * (n % 7 == 0) for n, pause_s in enumerate(pauses_s)])).tolist()
    track = CalleeTrack()
    placed = [audio for n, at_s in enumerate(arrivals_s) for audio in track.take(frame(n), at_s)] + track.flush()
    assert len(placed) == len(arrivals_s)
    for n, audio in enumerate(placed):
        assert n == 0 or audio.place >= placed[n - 1].place + FRAME_SAMPLES
        assert track.at_s(n * FRAME_S) * RATE_HZ == pytest.approx(audio.place, abs=0.01)
