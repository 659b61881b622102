"""Our own voice on a mixed line of the simulator: learned, removed, and never passed on as the callee's."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.audio import level_dbfs, silence
from bridge.echo import OwnVoiceRemover
from bridge.echo.learning import OPEN_DB
from bridge.events import RATE_HZ, Samples
from bridge.telephony.simulator.settings import EchoCodec
from bridge.telephony.simulator.sound import noise
from tests.bridge.echo.mixed_line import MixedLine, at_level, mixed_line, speech

LINE_S = 4.0
CALLEE = speech("slt", 1.5, seed=3, pause_s=0.05)


def learned(**settings) -> MixedLine:
    """A line that has been opened by one line of ours, and is quiet again."""
    line = mixed_line(**settings)
    line.run(1.0)
    line.say(speech("rms", LINE_S))
    line.run(LINE_S + 1.0)
    assert line.remover.is_full_duplex
    return line


def says(line: MixedLine, callee: Samples | None = None, *, after_s: float = 1.5, voice: str = "rms", seed: int = 7) -> Samples:
    """Another line of ours, with the callee in the middle of it; what the voice heard of both."""
    from_s = line.now_s
    line.say(speech(voice, LINE_S, seed=seed))
    line.run(LINE_S + 1.0, None if callee is None else np.concatenate((silence(int(after_s * RATE_HZ)), callee)))
    return line.heard(from_s)


class TestLearning:
    @pytest.mark.parametrize("codec", EchoCodec, ids=str)
    @pytest.mark.parametrize(("delay_ms", "gain_db"), [(0, -6), (80, 0), (200, -12), (400, -6)])
    def test_it_opens_within_two_seconds_of_our_voice(self, codec: EchoCodec, delay_ms: int, gain_db: int):
        line = learned(delay_ms=delay_ms, gain_db=gain_db, codec=codec)
        assert line.full_duplex.index(True) * 0.02 < 1.0 + 2.0
        assert line.remover.erle_db > 30

    def test_what_it_says_it_removes_is_removed(self):
        line = learned(codec=EchoCodec.PHONE)
        callee = noise(2 * RATE_HZ, dbfs=-60.0, seed=1)  # passed on, so that what is left of our voice would be too
        heard = says(line, callee)[int(1.5 * RATE_HZ) :][: callee.size]
        assert level_dbfs(heard) < -60.0 + 1.0

    def test_until_then_nothing_is_heard_while_we_speak(self):
        line = mixed_line()
        line.run(1.0)
        line.say(speech("rms", LINE_S))
        line.run(LINE_S + 1.0, at_level(CALLEE, 1.0))
        assert not line.heard(1.1, line.full_duplex.index(True) * 0.02).any()

    def test_a_line_that_returns_somebody_else_stays_half_duplex(self):
        line = mixed_line(gain_db=-90.0)
        heard = says(line, speech("slt", 3.0))
        assert not line.remover.is_full_duplex
        assert not heard[: int(LINE_S * RATE_HZ)].any()

    def test_noise_as_loud_as_our_voice_keeps_it_half_duplex(self):
        line = mixed_line(gain_db=-12.0)
        line.say(speech("rms", LINE_S))
        line.run(LINE_S + 1.0, noise(int(LINE_S * RATE_HZ), dbfs=-24.0, seed=1))
        assert not line.remover.is_full_duplex


class TestAlone:
    @pytest.mark.parametrize("voice", ["rms", "awb", "kal16"])
    def test_our_voice_alone_is_silence(self, voice: str):
        line = learned(codec=EchoCodec.PHONE)
        assert not says(line, voice=voice).any()

    @pytest.mark.parametrize(
        "trouble",
        [{"jitter": 0.3}, {"has_odd_sizes": True}, {"drift_ms_per_min": 0.3}, {"lateness_s": 0.08}],
        ids=["jitter", "odd sizes", "drift", "a late network"],
    )
    def test_our_voice_alone_is_silence_on_a_bad_line(self, trouble: dict[str, float | bool]):
        line = learned(codec=EchoCodec.PHONE, **trouble)
        for seed in (5, 6):
            assert not says(line, seed=seed).any()
        assert line.remover.is_full_duplex

    def test_a_jump_of_the_delay_passes_on_no_more_than_a_click(self):
        line = learned(jump_every_s=2.3)
        heard = np.concatenate([says(line, seed=seed) for seed in (5, 6, 7)])
        assert np.count_nonzero(heard) < 0.1 * RATE_HZ
        assert line.remover.is_full_duplex

    @pytest.mark.parametrize("factor", [0.5, 1.4, 2.0])
    def test_another_level_of_the_line_is_learned_anew_in_silence(self, factor: float):
        line = learned()
        line.echo = mixed_line(gain_db=-6.0 + 20 * np.log10(factor)).echo
        assert not np.concatenate([says(line, seed=seed) for seed in (5, 6)]).any()
        assert line.remover.is_full_duplex


class TestCallee:
    def test_the_callee_is_untouched_while_we_are_silent(self):
        line = learned()
        from_s = line.now_s
        line.run(2.0, CALLEE)
        assert np.array_equal(line.heard(from_s), line.line(from_s))
        assert line.heard(from_s).any()

    @pytest.mark.parametrize("level_db", [-6, 0, 6])
    def test_the_callee_is_heard_over_our_voice(self, level_db: int):
        line = learned(codec=EchoCodec.PHONE)
        theirs = at_level(CALLEE, 10 ** ((level_db - 6) / 20))
        heard = says(line, theirs)[int(1.5 * RATE_HZ) :][: theirs.size]
        assert _share_of(theirs, heard) > 0.8

    def test_it_is_still_full_duplex_after_a_callee_who_talked_for_long(self):
        line = learned()
        line.say(speech("rms", 8.0, seed=9))
        line.run(9.0, speech("slt", 8.0))
        assert line.remover.is_full_duplex
        assert not says(line).any()

    @pytest.mark.parametrize("honours_kill", [True, False], ids=["the platform stops", "the platform plays on"])
    def test_a_barge_in_lets_the_callee_through_and_not_our_tail(self, honours_kill: bool):
        line = learned(honours_kill=honours_kill)
        line.say(speech("rms", LINE_S, seed=9))
        line.run(2.0, np.concatenate((silence(int(1.7 * RATE_HZ)), CALLEE)))
        line.stop()
        from_s = line.now_s
        line.run(1.2, CALLEE[int(0.3 * RATE_HZ) :])
        theirs = CALLEE[int(0.3 * RATE_HZ) :][: line.heard(from_s).size]
        assert _share_of(theirs, line.heard(from_s)[: theirs.size]) > 0.8
        assert not says(line).any()


def _share_of(theirs: Samples, heard: Samples) -> float:
    """How much of the callee's energy arrived as it was."""
    theirs, heard = theirs.astype(np.float64), heard[: theirs.size].astype(np.float64)
    return 1.0 - float(np.sum(np.square(theirs - heard)) / np.sum(np.square(theirs)))


class TestShape:
    @settings(max_examples=25, deadline=None)
    @given(st.lists(st.integers(0, 2000), min_size=1, max_size=40))
    def test_the_length_is_kept_and_silence_stays_silence(self, sizes: list[int]):
        remover, now_s = OwnVoiceRemover(), 0.0
        for size in sizes:
            now_s += size / RATE_HZ
            heard = remover.hear(silence(size), now_s)
            assert (heard.size, heard.dtype) == (size, np.dtype(np.int16))
            assert not heard.any()

    def test_a_gap_in_the_line_does_not_open_it_in_the_wrong_place(self):
        line = learned()
        from_s = line.now_s
        line.say(speech("rms", LINE_S, seed=9))
        line.run(1.0)
        line.lose(0.5)
        line.run(LINE_S)
        assert not line.heard(from_s).any()
        assert not says(line).any()
        assert line.remover.is_full_duplex

    def test_the_figure_of_a_line_that_is_open_is_above_the_one_that_opens_it(self):
        line = learned()
        assert min(db for db, is_full in zip(line.erle_db, line.full_duplex, strict=True) if is_full) >= OPEN_DB
