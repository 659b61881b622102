"""What a listener hears of a call: both sides, in step, a little behind; and what a tap costs when nobody listens."""

from __future__ import annotations

import asyncio

import numpy as np

from bridge.events import FRAME_SAMPLES, RATE_HZ
from campaigns.listening.taps import BLOCK_SAMPLES, CallTap, Taps
from tests.bridge.fakes import in_jumping_time

FRAME_S = FRAME_SAMPLES / RATE_HZ


def tone(level: int, n_samples: int = FRAME_SAMPLES):
    return np.full(n_samples, level, dtype=np.int16)


class Playing:
    """A call on the jumping clock. The callee says 100 from the first frame on; the bot what it is told to."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.began_s = self.loop.time()
        self.tap = CallTap(self.now)
        self.heard: list[bytes] = []

    def now(self) -> float:
        return self.loop.time() - self.began_s

    async def goes_on(self, seconds: float, *, callee: int = 100) -> None:
        for _ in range(round(seconds / FRAME_S)):
            await asyncio.sleep(FRAME_S)
            self.tap.callee(tone(callee), self.now())

    async def listens(self) -> None:
        async for piece in self.tap.pieces():
            self.heard.append(piece)

    def sides(self):
        sound = np.frombuffer(b"".join(self.heard), dtype="<i2").reshape(-1, 2)
        return sound[:, 0], sound[:, 1]


def during(tell):
    """The story of a call with one listener, who hangs on to its end."""

    @in_jumping_time
    async def test() -> None:
        call = Playing()
        listener = asyncio.create_task(call.listens())
        await asyncio.sleep(0)
        await tell(call)
        call.tap.end()
        await listener

    test.__name__ = tell.__name__
    return test


@during
async def test_both_sides_are_heard_in_step_a_third_of_a_second_behind(call):
    await call.goes_on(1.0)
    call.tap.bot(tone(-200, RATE_HZ // 2), call.now())
    await call.goes_on(1.0)
    callee, bot = call.sides()
    assert 1.5 * RATE_HZ <= callee.size <= 1.7 * RATE_HZ
    assert set(callee.tolist()) == {100}
    begins = int(np.flatnonzero(bot)[0])
    assert abs(begins - RATE_HZ) <= 2 and set(bot[begins : begins + RATE_HZ // 2].tolist()) == {-200}


@during
async def test_what_a_barge_in_took_back_is_not_heard(call):
    await call.goes_on(0.5)
    call.tap.bot(tone(-200, RATE_HZ // 4), call.now())
    await call.goes_on(0.1)
    call.tap.cut(call.now())
    await call.goes_on(1.0)
    assert abs(np.count_nonzero(call.sides()[1]) - RATE_HZ // 10) <= 1


@during
async def test_audio_that_was_held_up_for_a_moment_is_heard_without_a_gap(call):
    await call.goes_on(0.5)
    await asyncio.sleep(0.1)
    call.tap.callee(tone(100, RATE_HZ // 10), call.now())
    await call.goes_on(0.6)
    assert np.count_nonzero(call.sides()[0]) == call.sides()[0].size


@during
async def test_a_line_that_is_silent_for_a_while_is_silence_and_then_heard_where_it_belongs(call):
    await call.goes_on(0.5)
    await asyncio.sleep(1.0)
    await call.goes_on(1.0)
    callee, _bot = call.sides()
    assert not callee[RATE_HZ * 6 // 10 : RATE_HZ * 14 // 10].any()
    assert callee[RATE_HZ * 16 // 10 :].all()


@during
async def test_a_flood_of_audio_neither_grows_nor_breaks_anything(call):
    await call.goes_on(0.4)
    call.tap.callee(tone(7, 20 * RATE_HZ), call.now())
    for _ in range(50):
        call.tap.callee(tone(7, RATE_HZ), call.now())
    await call.goes_on(1.0)
    assert len(call.heard) >= 10


@during
async def test_a_listener_who_falls_behind_loses_the_oldest_and_goes_on_with_the_newest(call):
    pieces = call.tap.pieces()
    first = asyncio.ensure_future(anext(pieces))
    await call.goes_on(0.5)
    await first
    await call.goes_on(3.0)  # they read nothing meanwhile
    call.tap.bot(tone(-9, RATE_HZ), call.now())
    late = [await anext(pieces) for _ in range(4)]
    assert any(b"\xf7\xff" in piece for piece in late), "what is said now, not what was said three seconds ago"
    await pieces.aclose()


@during
async def test_a_refusal_of_recording_ends_the_listening_at_once(call):
    await call.goes_on(1.0)
    n_heard = len(call.heard)
    call.tap.shut()
    await call.goes_on(0.5)
    assert len(call.heard) == n_heard and call.tap.is_shut


@in_jumping_time
async def test_who_comes_to_a_call_that_was_shut_hears_nothing():
    call = Playing()
    call.tap.shut()
    await call.listens()
    assert call.heard == []


@in_jumping_time
async def test_nothing_is_kept_while_nobody_listens_nor_played_to_who_comes_later():
    call = Playing()
    await call.goes_on(2.0, callee=55)
    listener = asyncio.create_task(call.listens())
    await asyncio.sleep(0)
    await call.goes_on(1.0)
    listener.cancel()
    await asyncio.gather(listener, return_exceptions=True)
    assert 55 not in call.sides()[0] and 100 in call.sides()[0]


@in_jumping_time
async def test_two_listeners_hear_the_same_and_one_leaving_does_not_end_it_for_the_other():
    call, other = Playing(), []

    async def listens_too():
        async for piece in call.tap.pieces():
            other.append(piece)

    tasks = [asyncio.create_task(call.listens()), asyncio.create_task(listens_too())]
    await asyncio.sleep(0)
    await call.goes_on(1.0)
    tasks[0].cancel()
    await call.goes_on(1.0)
    call.tap.end()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert call.heard and other[: len(call.heard)] == call.heard and len(other) > len(call.heard) + 5
    assert {len(piece) for piece in other} == {BLOCK_SAMPLES * 4}


async def test_a_tap_is_there_for_as_long_as_its_call_is_held():
    taps = Taps()
    with taps.opened("one", lambda: 0.0) as tap:
        assert taps.of("one") is tap and taps.of("two") is None
    assert taps.of("one") is None
    assert [piece async for piece in tap.pieces()] == []


async def test_a_stream_that_opens_while_the_one_before_still_closes_keeps_its_tap():
    taps = Taps()
    with taps.opened("one", lambda: 0.0):
        second = taps.opened("one", lambda: 0.0)
        tap = second.__enter__()
    assert taps.of("one") is tap
    second.__exit__(None, None, None)
    assert taps.of("one") is None
