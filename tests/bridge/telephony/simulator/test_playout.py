"""The platform's playback: what waits, what plays, what is lost; and the exact account of it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.events import FRAME_SAMPLES, RATE_HZ
from bridge.telephony.simulator.ear import Sound
from bridge.telephony.simulator.playout import Playout
from bridge.telephony.simulator.sound import silence, tone

FIRST_RELEASE, NEXT_RELEASE = RATE_HZ * 160 // 1000, RATE_HZ * 80 // 1000


def playing(*, prebuffer_ms: int = 160, honours_kill: bool = True) -> Playout:
    return Playout(prebuffer_ms=prebuffer_ms, honours_kill=honours_kill)


def take_all(playout: Playout, frames: int) -> np.ndarray:
    return np.concatenate([playout.take(FRAME_SAMPLES, position * 0.02).pcm for position in range(frames)])


@pytest.mark.parametrize(
    ("n", "is_heard"), [pytest.param(FIRST_RELEASE - 1, False, id="one sample short of 160 ms"), pytest.param(FIRST_RELEASE, True, id="160 ms")]
)
def test_it_holds_the_first_audio_back_until_160_ms(n: int, is_heard: bool) -> None:
    playout = playing()
    playout.push(tone(400.0, n, dbfs=-20.0))
    assert (playout.take(FRAME_SAMPLES, 0.0).sound is Sound.SPEECH) is is_heard


@pytest.mark.parametrize(
    ("n", "is_heard"), [pytest.param(NEXT_RELEASE - 1, False, id="one sample short of 80 ms"), pytest.param(NEXT_RELEASE, True, id="80 ms")]
)
def test_it_holds_later_audio_back_until_80_ms(n: int, is_heard: bool) -> None:
    playout = playing()
    playout.push(silence(FIRST_RELEASE))
    take_all(playout, FIRST_RELEASE // FRAME_SAMPLES)
    playout.push(tone(400.0, n, dbfs=-20.0))
    assert (playout.take(FRAME_SAMPLES, 0.0).sound is Sound.SPEECH) is is_heard


def test_it_plays_at_once_without_a_prebuffer() -> None:
    playout = playing(prebuffer_ms=0)
    playout.push(tone(400.0, 10, dbfs=-20.0))
    assert np.array_equal(playout.take(FRAME_SAMPLES, 0.0).pcm[:10], tone(400.0, 10, dbfs=-20.0))


def test_kill_empties_the_queue_and_marks_the_line_as_cut() -> None:
    playout = playing()
    playout.caption(1, "a long sentence")
    playout.push(tone(400.0, RATE_HZ, dbfs=-20.0))
    take_all(playout, 5)
    playout.kill()
    assert not take_all(playout, 5).any()
    (line,) = playout.lines
    assert (line.heard_ms, line.is_cut) == (100, True)


def test_what_still_waits_for_its_release_survives_a_kill() -> None:
    playout = playing()
    playout.push(tone(400.0, FIRST_RELEASE, dbfs=-20.0))
    playout.push(tone(400.0, 100, dbfs=-20.0))
    playout.kill()
    assert playout.queued_ms == 100 * 1000 // RATE_HZ


def test_a_line_that_ignores_kill_plays_on() -> None:
    playout = playing(honours_kill=False)
    playout.push(tone(400.0, RATE_HZ, dbfs=-20.0))
    playout.kill()
    assert take_all(playout, 50).any()
    assert not playout.lines[0].is_cut


def test_it_accounts_for_each_line_by_itself() -> None:
    playout = playing(prebuffer_ms=0)
    playout.caption(7, "one")
    playout.push(tone(400.0, RATE_HZ // 2, dbfs=-20.0))
    playout.caption(8, "two")
    playout.push(silence(RATE_HZ // 4))
    take_all(playout, 50)
    one, two = playout.lines
    assert (one.line.line_id, one.line.text, one.heard_ms, one.started_s) == (7, "one", 500, 0.0)
    assert (two.line.line_id, two.heard_ms, two.audible_s) == (8, 250, 0.0)
    assert two.started_s == pytest.approx(0.5)
    assert one.audible_s == pytest.approx(0.5)


def test_a_line_can_begin_in_the_middle_of_a_frame() -> None:
    playout = playing(prebuffer_ms=0)
    playout.push(tone(400.0, 100, dbfs=-20.0))
    playout.caption(2, "next")
    playout.push(tone(400.0, 220, dbfs=-20.0))
    playout.take(FRAME_SAMPLES, 1.0)
    assert playout.lines[1].started_s == pytest.approx(1.0 + 100 / RATE_HZ)


def test_audio_without_a_caption_is_heard_without_words() -> None:
    playout = playing(prebuffer_ms=0)
    playout.push(tone(400.0, 640, dbfs=-20.0))
    frame = playout.take(FRAME_SAMPLES, 0.0)
    assert frame.line is not None and frame.line.text == ""
    assert frame.is_pending


@given(st.lists(st.integers(0, 3000), max_size=20), st.sampled_from([0, 160]))
def test_it_loses_and_invents_no_sample(sizes: list[int], prebuffer_ms: int) -> None:
    playout = playing(prebuffer_ms=prebuffer_ms)
    for size in sizes:
        playout.push(np.ones(size, np.int16))
    played = take_all(playout, sum(sizes) // FRAME_SAMPLES + 2)
    assert int(played.sum()) + playout.queued_ms * RATE_HZ // 1000 == pytest.approx(sum(sizes), abs=RATE_HZ // 1000)
    assert sum(line.n_samples for line in playout.lines) == int(played.sum())
