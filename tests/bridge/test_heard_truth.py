"""The heard-ledger against the simulator's account of what its callee was played: in virtual time by the millisecond, and over real sockets."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.brief import ChannelLayout
from bridge.events import FRAME_SAMPLES, RATE_HZ, LineEnded, Samples
from bridge.playback import Playback
from bridge.telephony.simulator.playout import Playout
from tests.bridge.heard_figures import TOLERANCE_MS, cuts_on, is_close

JITTER_MS = 20
VOICE = np.full(RATE_HZ, 1000, dtype=np.int16)

LINE = st.tuples(
    st.lists(st.tuples(st.integers(1, 600), st.integers(0, 250)), min_size=1, max_size=6),  # pieces of the voice, and the wait before each (ms)
    st.booleans(),  # said to its end
    st.integers(0, 1200),  # the callee breaks in after so long
    st.integers(0, 300),  # and the next line comes after so long
)


class World:
    """Our playback and the simulated platform side by side: messages take `late_ms` on their way, the platform plays 20 ms every 20 ms."""

    def __init__(self, *, prebuffer_ms: int, late_ms: int, tick_at_ms: int) -> None:
        self.playback = Playback(prebuffer_ms)
        self.playout = Playout(prebuffer_ms=prebuffer_ms, honours_kill=True)
        self.now_ms = self.line_id = 0
        self._late_ms, self._tick_at_ms = late_ms, tick_at_ms
        self._on_its_way: list[tuple[int, int, Samples | None]] = []
        self._captioned = 0
        self._ended_ms: dict[int, int] = {}

    def send(self) -> None:
        for frame in self.playback.due(self.now_ms / 1000):
            self._on_its_way.append((self.now_ms + self._late_ms, frame.line_id, frame.samples))
        self._note_ends()

    def _note_ends(self) -> None:
        for event in self.playback.events():
            if isinstance(event, LineEnded):
                self._ended_ms[event.line_id] = event.heard_ms

    def pass_ms(self) -> None:
        self.send()
        while self._on_its_way and self._on_its_way[0][0] <= self.now_ms:
            self._arrive(*self._on_its_way.pop(0)[1:])
        if self.now_ms % 20 == self._tick_at_ms:
            self.playout.take(FRAME_SAMPLES, self.now_ms / 1000)
        self.now_ms += 1

    def _arrive(self, line_id: int, samples: Samples | None) -> None:
        if samples is None:
            self.playout.kill()
            return
        if line_id != self._captioned:
            self._captioned = line_id
            self.playout.caption(line_id, f"line {line_id}")
        self.playout.push(samples)

    def cut(self) -> None:
        self.playback.clear(self.now_ms / 1000)
        self._on_its_way.append((self.now_ms + self._late_ms, 0, None))
        self._note_ends()

    def heard_ms(self, line_id: int) -> int:
        return self._ended_ms.get(line_id, self.playback.heard_ms(line_id, self.now_ms / 1000))

    def played_ms(self, line_id: int) -> int:
        return sum(line.heard_ms for line in self.playout.lines if line.line.line_id == line_id)

    def say(self, pieces: list[tuple[int, int]], *, is_ended: bool, cut_after_ms: int) -> int:
        """One line, watched at every millisecond; how long its voice is."""
        self.line_id += 1
        due_ms = self.now_ms
        pushes = []
        for n_ms, wait_ms in pieces:
            due_ms += wait_ms
            pushes.append((due_ms, n_ms))
        until_ms = self.now_ms + cut_after_ms
        pushed_ms = 0
        while self.now_ms < until_ms:
            while pushes and pushes[0][0] <= self.now_ms:
                _, n_ms = pushes.pop(0)
                pushed_ms += n_ms
                self.playback.push(self.line_id, np.resize(VOICE, n_ms * RATE_HZ // 1000))
                if not pushes and is_ended:
                    self.playback.end(self.line_id)
            self.pass_ms()
            self.check(self.line_id, pushed_ms)
        return pushed_ms

    def check(self, line_id: int, pushed_ms: int) -> None:
        played_ms = min(pushed_ms, self.played_ms(line_id))  # the silence behind the voice counts as the line's there, and as nothing here
        assert -TOLERANCE_MS <= self.heard_ms(line_id) - played_ms <= TOLERANCE_MS + self._late_ms


@settings(max_examples=60, deadline=None)
@given(
    lines=st.lists(LINE, min_size=1, max_size=5), prebuffer_ms=st.sampled_from([0, 160]), late_ms=st.integers(0, 60), tick_at_ms=st.integers(0, 19)
)
def test_at_every_millisecond_the_ledger_is_within_20_ms_and_the_way_of_a_message(lines, prebuffer_ms, late_ms, tick_at_ms):
    world = World(prebuffer_ms=prebuffer_ms, late_ms=late_ms, tick_at_ms=tick_at_ms)
    for pieces, is_ended, cut_after_ms, pause_ms in lines:
        pushed_ms = world.say(pieces, is_ended=is_ended, cut_after_ms=cut_after_ms)
        world.cut()
        heard_ms = world.heard_ms(world.line_id)
        for _ in range(2 * late_ms + 40 + pause_ms):
            world.pass_ms()
        played_ms = min(pushed_ms, world.played_ms(world.line_id))
        assert played_ms - heard_ms <= TOLERANCE_MS + 2 * late_ms, "what was cut is never played later"


@pytest.mark.parametrize("layout", list(ChannelLayout))
async def test_over_real_sockets_the_ledger_knows_what_was_played_when_it_is_cut(layout: ChannelLayout):
    cuts = await cuts_on(layout, n_calls=6, n_cuts=2, jitter_ms=JITTER_MS)
    assert len(cuts) == 12
    assert any(cut.played_ms for cut in cuts)
    for cut in cuts:
        assert is_close(cut, JITTER_MS)
        assert cut.in_all_ms - cut.heard_ms <= TOLERANCE_MS + JITTER_MS + cut.late_ms
