"""Timing at the callee's ear: from their last word to ours, into each other's words, and nobody at all."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.audio import silence
from bridge.callee_track import CalleeTrack
from bridge.events import FRAME_SAMPLES, RATE_HZ, Samples
from bridge.timing import CallTiming, Timing, longest_silence_s, overlap_s, waits

FRAME_S = 0.02


def loud(seconds: float) -> Samples:
    return np.random.default_rng(5).integers(-8000, 8000, round(seconds * RATE_HZ)).astype(np.int16)


def spans(*bounds: float) -> list[tuple[float, float]]:
    return list(zip(bounds[::2], bounds[1::2], strict=True))


class Heard:
    """A call put together by hand. Each side says things at given seconds."""

    def __init__(self) -> None:
        self._callee = silence(60 * RATE_HZ)
        self._lines: list[tuple[int, float, Samples]] = []
        self._cut_s: float | None = None

    def callee(self, at_s: float, seconds: float) -> Heard:
        self._callee[round(at_s * RATE_HZ) :][: round(seconds * RATE_HZ)] = loud(seconds)
        return self

    def bot(self, line_id: int, at_s: float, seconds: float, *, pause_s: float = 0.0) -> Heard:
        """`pause_s`: two sentences, with so much silence between them."""
        said = np.concatenate((loud(seconds), silence(round(pause_s * RATE_HZ)), loud(seconds) if pause_s else silence(0)))
        self._lines.append((line_id, at_s, said))
        return self

    def cut(self, at_s: float) -> Heard:
        self._cut_s = at_s
        return self

    def over(self, at_s: float) -> Timing:
        track = CalleeTrack()
        timing = CallTiming(track.at_s)
        for n in range(round(at_s / FRAME_S)):
            frame = self._callee[n * FRAME_SAMPLES : (n + 1) * FRAME_SAMPLES]
            track.take(frame, (n + 1) * FRAME_S)
            timing.callee(frame)
        for line_id, begins_s, said in self._lines:
            for n in range(said.size // FRAME_SAMPLES):
                timing.bot(line_id, said[n * FRAME_SAMPLES : (n + 1) * FRAME_SAMPLES], begins_s + n * FRAME_S)
        if self._cut_s is not None:
            timing.cut(self._cut_s)
        return timing.report(at_s)


def test_a_reply_counts_from_the_last_word_to_the_first():
    timing = Heard().bot(1, 0.5, 2.0).callee(3.0, 1.0).bot(2, 4.8, 1.0).over(6.0)
    assert timing == Timing(first_word_ms=500, voice_to_voice_ms=(800,), overlap_ms=0, longest_silence_ms=800)


def test_silence_at_the_head_of_a_line_is_waiting():
    heard = Heard().callee(1.0, 1.0)
    heard._lines.append((1, 2.5, np.concatenate((silence(RATE_HZ // 2), loud(1.0)))))
    timing = heard.over(5.0)
    assert (timing.first_word_ms, timing.voice_to_voice_ms) == (3000, (1000,))


def test_a_pause_in_the_callees_sentence_is_no_end_of_it():
    assert Heard().callee(1.0, 1.0).callee(2.4, 1.0).bot(1, 4.0, 1.0).over(6.0).voice_to_voice_ms == (600,)


def test_a_callee_who_speaks_again_before_the_reply_waits_from_then():
    assert Heard().callee(1.0, 1.0).callee(4.0, 1.0).bot(1, 6.0, 1.0).over(8.0).voice_to_voice_ms == (1000,)


def test_a_nod_into_a_line_waits_for_no_reply_and_neither_does_one_into_its_pause():
    timing = Heard().bot(1, 1.0, 2.0, pause_s=0.9).callee(1.5, 0.3).callee(3.2, 0.3).over(6.5)
    assert timing.voice_to_voice_ms == ()
    assert timing.overlap_ms == pytest.approx(300, abs=40)


def test_after_a_barge_in_the_next_line_is_the_reply():
    timing = Heard().bot(1, 1.0, 4.0).callee(2.0, 1.0).cut(2.3).bot(2, 3.7, 1.0).over(5.0)
    assert timing.overlap_ms == pytest.approx(300, abs=40)
    timing = Heard().bot(1, 1.0, 1.3).callee(2.0, 1.0).bot(2, 3.7, 1.0).over(5.0)
    assert list(timing.voice_to_voice_ms) == [pytest.approx(700, abs=40)]


def test_what_was_cut_off_was_not_heard():
    assert Heard().bot(1, 1.0, 4.0).cut(2.0).over(7.0) == Timing(1000, (), 0, 5000)


def test_a_callee_who_still_speaks_at_the_end_breaks_the_silence():
    assert Heard().bot(1, 0.0, 1.0).callee(2.0, 8.0).over(6.0).longest_silence_ms == pytest.approx(1000, abs=40)


def test_a_call_on_which_nobody_spoke_is_all_silence():
    assert Heard().over(4.0) == Timing(None, (), 0, 4000)


def test_audio_that_was_missing_makes_no_reply_faster():
    """Two seconds without a frame from the platform: the seconds that a voice heard are fewer than those that went by."""
    track = CalleeTrack()
    timing = CallTiming(track.at_s)
    arrives_s = 0.0
    for n in range(200):
        arrives_s += FRAME_S + (2.0 if n == 50 else 0.0)
        frame = loud(FRAME_S) if 100 <= n < 150 else silence(FRAME_SAMPLES)
        track.take(frame, arrives_s)
        timing.callee(frame)
    timing.bot(1, loud(FRAME_S), 6.0)
    assert timing.report(7.0).voice_to_voice_ms == (1000,)  # the callee ended at 5 s, with 3 s heard


BOUNDS = st.lists(st.floats(0, 100), max_size=12, unique=True).map(lambda bounds: spans(*sorted(bounds[: len(bounds) // 2 * 2])))


@given(callee=BOUNDS, lines=BOUNDS)
def test_every_wait_is_one_and_there_are_no_more_than_turns_or_lines(callee, lines):
    found = waits(callee, lines)
    assert all(waited_s >= 0 for waited_s in found)
    assert len(found) <= min(len(callee), len(lines))


@given(callee=BOUNDS, bot=BOUNDS)
def test_overlap_is_the_same_from_both_sides_and_within_each(callee, bot):
    both_s = overlap_s(callee, bot)
    assert both_s == pytest.approx(overlap_s(bot, callee))
    assert -1e-9 <= both_s <= min(sum(e - b for b, e in callee), sum(e - b for b, e in bot)) + 1e-9


@given(spoken=BOUNDS, grid=st.integers(1, 400))
def test_overlap_agrees_with_counting_instants(spoken, grid):
    other = [(begin + 0.25, end + 0.25) for begin, end in spoken]
    instants = np.arange(0, 101, 0.01)
    both = sum(any(b <= at < e for b, e in spoken) and any(b <= at < e for b, e in other) for at in instants[::grid])
    assert overlap_s(spoken, other) == pytest.approx(both * 0.01 * grid, abs=max(0.2, 0.02 * grid * (len(spoken) * 2 + 1)))


@given(spoken=BOUNDS, until_s=st.floats(0, 120))
def test_the_longest_silence_is_nowhere_broken_and_no_longer_than_the_call(spoken, until_s):
    assert 0 <= longest_silence_s(spoken, until_s) <= until_s + 1e-9
    assert longest_silence_s([], until_s) == until_s
    assert longest_silence_s([(0.0, until_s)], until_s) == 0
