"""The parts that find, learn and judge, each against the same thing done the slow way."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.echo.clock import LineClock
from bridge.echo.delay import LEAST_DELAY, LOOK, MOST_DELAY, DelaySearch, delay_near
from bridge.echo.fit import fit
from bridge.echo.meter import MOST_DB, NoiseFloor, RemovalMeter
from bridge.echo.path import LEARN_SAMPLES, TAPS, PathLearner, filtered
from bridge.echo.timeline import OwnVoice, Signal, Timeline
from bridge.events import FRAME_SAMPLES, RATE_HZ
from tests.bridge.echo.mixed_line import speech


def random_signal(n: int, seed: int = 1) -> Signal:
    return np.random.default_rng(seed).normal(0.0, 1000.0, n).astype(np.float32)


OURS = speech("rms", 3.0).astype(np.float32)
THEIRS = speech("slt", 3.0).astype(np.float32)


class TestTimeline:
    @settings(deadline=None)
    @given(st.lists(st.integers(0, 3000), min_size=1, max_size=60))
    def test_it_returns_the_last_two_seconds_as_they_were_placed(self, sizes: list[int]):
        timeline, whole = Timeline(), random_signal(sum(sizes))
        at = 0
        for size in sizes:
            timeline.place(whole[at : at + size], at)
            at += size
        begin = max(0, at - 2 * RATE_HZ)
        assert np.array_equal(timeline.read(begin, at), whole[begin:])

    def test_what_was_never_placed_is_silence(self):
        timeline = Timeline()
        timeline.place(random_signal(100), 1000)
        assert not timeline.read(-500, 1000).any()
        assert not timeline.read(1100, 10 * RATE_HZ).any()

    def test_lines_that_follow_each_other_are_one_run(self):
        own = OwnVoice()
        for at in (0, 320, 640, 9600):
            own.place(np.ones(320, np.int16), at)
        assert [own.run_at(at) for at in (0, 700, 9000, 9600, 20000)] == [0, 0, 0, 9600, 9600]

    def test_what_was_cut_may_be_there_or_not_until_the_next_line(self):
        own = OwnVoice()
        own.place(np.ones(8000, np.int16), 0)
        own.cut(4000)
        assert [own.is_ghost(at, at + 320) for at in (1000, 4000, 7900, 8000)] == [False, True, True, False]
        own.place(np.ones(320, np.int16), 5000)
        assert [own.is_ghost(at, at + 320) for at in (4000, 5000)] == [True, False]
        assert not own.read(5320, 8000).any()


class TestClock:
    def test_messages_that_come_late_follow_each_other_all_the_same(self):
        clock = LineClock()
        places = [clock.place(FRAME_SAMPLES, now_s) for now_s in (0.02, 0.12, 0.12, 0.12, 0.12, 0.12)]
        assert places == [FRAME_SAMPLES * n for n in range(6)]

    def test_after_a_gap_it_is_late_until_it_has_moved(self):
        clock = LineClock()
        clock.place(FRAME_SAMPLES, 0.02)
        seen = [(clock.place(FRAME_SAMPLES, 1.0 + 0.02 * n), clock.is_late)[1] for n in range(120)]
        assert (seen[0], seen[-1]) == (True, False)
        assert clock.place(FRAME_SAMPLES, 3.4) == pytest.approx(3.38 * RATE_HZ, abs=FRAME_SAMPLES)


class TestDelay:
    @staticmethod
    def look_at(delay: int, heard: Signal | None = None, begin: int = 12_000) -> tuple[Signal, Signal]:
        """Our voice comes back by this much later, with what else is heard."""
        sent = OURS[begin - MOST_DELAY : begin + LOOK - LEAST_DELAY]
        back = OURS[begin - delay : begin - delay + LOOK] * 0.5
        return (back if heard is None else back + heard[:LOOK]), sent

    @pytest.mark.parametrize("delay", [-1600, 0, 1280, 3201, 9000])
    def test_it_finds_the_delay(self, delay: int):
        search = DelaySearch()
        found = [search.look(*self.look_at(delay, begin=begin)) for begin in range(12_000, 24_000, LOOK)]  # one look may fall into a pause
        assert found[-1] == pytest.approx(delay, abs=2)

    def test_it_finds_the_delay_while_somebody_talks(self):
        search = DelaySearch()
        found = [search.look(*self.look_at(3200, THEIRS[at:] * 0.5)) for at in range(0, 20_000, 5000)]
        assert found[-1] == pytest.approx(3200, abs=2)

    def test_it_finds_nothing_in_somebody_else(self):
        _, sent = self.look_at(0)
        search = DelaySearch()
        assert {search.look(THEIRS[at : at + LOOK], sent) for at in range(0, 40_000, LOOK)} == {None}

    def test_a_tone_has_no_delay(self):
        tone = (8000 * np.sin(np.arange(3 * RATE_HZ) * 2 * np.pi * 440 / RATE_HZ)).astype(np.float32)
        assert DelaySearch().look(tone[:LOOK], tone[: LOOK + MOST_DELAY - LEAST_DELAY]) is None

    @pytest.mark.parametrize(("before", "found"), [(3200, 3520), (3520, 3520), (9000, None)])
    def test_a_delay_that_held_before_is_looked_for_near_it(self, before: int, found: int | None):
        near = delay_near(before, *self.look_at(3520, THEIRS * 0.5))
        assert near == (None if found is None else pytest.approx(found, abs=2))


class TestPath:
    def test_it_learns_any_short_filter(self):
        taps, learner = random_signal(TAPS) / 1000, PathLearner()
        for seed in range(3):
            own = random_signal(TAPS - 1 + LEARN_SAMPLES, seed)
            learner.add(own, filtered(own, taps), unexplained=1.0)
        assert learner.solve() == pytest.approx(taps, abs=1e-3)

    def test_blocks_in_which_somebody_talks_hardly_count(self):
        taps, learner = np.zeros(TAPS, np.float32), PathLearner()
        taps[30] = 0.5
        for number in range(24):
            own = OURS[number * 1000 :][: TAPS - 1 + LEARN_SAMPLES]
            theirs = THEIRS[number * 1000 :][:LEARN_SAMPLES] * (number >= 12)
            learner.add(own, filtered(own, taps) + theirs, unexplained=float(np.mean(np.square(theirs))))
        wrong = filtered(OURS, learner.solve() - taps)
        assert np.mean(np.square(wrong)) < 1e-4 * np.mean(np.square(OURS))


class TestFit:
    @pytest.mark.parametrize("level", [0.5, 1.0, 2.0])
    def test_an_estimate_in_its_place_is_right_however_loud_the_callee(self, level: float):
        right = [fit(OURS[at : at + 1280] + level * THEIRS[at : at + 1280], OURS[at : at + 1280]) for at in range(0, 40_000, 1280)]
        assert sum(judged.is_wrong for judged in right) <= 0.1 * len(right)

    @pytest.mark.parametrize("change", [lambda own: np.roll(own, 320), lambda own: np.roll(own, 1), lambda own: 1.5 * own, lambda own: 0.0 * own])
    def test_an_estimate_that_is_late_or_of_the_wrong_level_is_wrong(self, change):
        pieces = [OURS[at : at + 1280] for at in range(0, 40_000, 1280) if np.mean(np.square(OURS[at : at + 1280])) > 1e5]
        assert sum(fit(change(own) + np.float32(0.01), own).is_wrong for own in pieces) >= 0.9 * len(pieces)

    def test_an_estimate_that_is_too_soft_says_nothing(self):
        judged = fit(THEIRS[:1280] + 0.001 * OURS[:1280], 0.001 * OURS[:1280])
        assert (judged.is_right, judged.is_wrong) == (False, False)


class TestMeter:
    def test_it_measures_in_db(self):
        meter = RemovalMeter()
        assert meter.erle_db() == 0.0
        meter.add(1000.0, 10.0)
        assert meter.erle_db() == pytest.approx(20.0)
        meter.add(1000.0, 0.0)
        assert meter.erle_db() < MOST_DB

    def test_the_noise_is_what_is_always_there(self):
        noise = NoiseFloor()
        for number in range(400):
            noise.add(5000.0 if number % 50 < 40 else 100.0)
        assert noise.power() == pytest.approx(100.0)
        assert noise.without(1120.0) == pytest.approx(1000.0)
        assert noise.without(110.0) == pytest.approx(11.0)
