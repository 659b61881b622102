"""Pacing and the heard-ledger, against a player written the slow way."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bridge.audio import silence
from bridge.events import FRAME_SAMPLES, HeardSoFar, LineBegan, LineEnded, Samples
from bridge.playback import Playback

MS = 0.001


def voice(n_ms: int) -> Samples:
    return np.full(n_ms * 16, 1000, dtype=np.int16)


def run_until(playback: Playback, now_s: float, end_s: float) -> tuple[int, list[LineBegan | LineEnded]]:
    """Call `due` at the moments it asks for; frames handed over and what happened."""
    n_frames, events = 0, []
    while now_s <= end_s:
        n_frames += len(playback.due(now_s))
        events += playback.events()
        moment = playback.next_due()
        if moment is None:
            break
        now_s = max(moment, now_s)
    return n_frames, events


class TestPacing:
    def test_it_begins_an_utterance_with_at_least_180_ms_and_at_most_250_ms(self):
        playback = Playback(prebuffer_ms=160)
        playback.push(1, voice(3000))
        assert 180 <= 20 * len(playback.due(0.0)) <= 250

    @pytest.mark.parametrize(("prebuffer_ms", "lump"), [(0, 1), (80, 2), (160, 4), (240, 6)])
    def test_it_then_hands_over_in_the_lumps_in_which_the_platform_lets_go(self, prebuffer_ms: int, lump: int):
        playback = Playback(prebuffer_ms)
        playback.push(1, voice(3000))
        n_first = len(playback.due(0.0))
        handed_over = [len(playback.due(n * 0.02)) for n in range(1, 49)]
        assert handed_over == ([0] * (lump - 1) + [lump]) * (48 // lump)
        assert n_first == 12

    def test_what_is_no_whole_lump_yet_waits_here(self):
        playback = Playback(prebuffer_ms=160)
        playback.push(1, voice(300))
        assert sum(len(playback.due(n * 0.01)) for n in range(20)) == 12
        playback.push(1, voice(20))
        assert len(playback.due(0.2)) == 4

    def test_it_waits_until_a_slow_voice_has_enough_for_a_start(self):
        playback = Playback(prebuffer_ms=160)
        playback.push(1, voice(160))
        assert playback.due(0.0) == []
        assert playback.next_due() is None
        playback.push(1, voice(20))
        assert playback.next_due() == 0.0
        assert len(playback.due(0.01)) == 8

    def test_it_starts_anew_after_the_voice_has_stalled(self):
        playback = Playback(prebuffer_ms=160)
        playback.push(1, voice(200))
        playback.due(0.0)
        playback.push(1, voice(100))
        assert playback.due(1.0) == []
        playback.push(1, voice(100))
        frames = playback.due(1.1)
        assert len(frames) == 12
        assert frames[0].heard_at_s == 1.1

    @pytest.mark.parametrize("n_ms", [1, 20, 100, 160, 1000])
    def test_it_pads_a_line_with_100_ms_of_silence_and_to_180_ms(self, n_ms: int):
        playback = Playback(prebuffer_ms=160)
        playback.push(1, voice(n_ms))
        playback.end(1)
        n_frames, _events = run_until(playback, 0.0, 10.0)
        assert 20 * n_frames >= max(180, n_ms + 100)

    def test_its_frames_are_20_ms_and_hold_the_voice_unchanged(self):
        playback = Playback(prebuffer_ms=160)
        spoken = np.arange(3333, dtype=np.int16)
        for piece in np.array_split(spoken, 7):
            playback.push(1, piece)
        playback.end(1)
        frames = [frame.samples for tick in range(30) for frame in playback.due(tick * 0.02)]
        assert {frame.size for frame in frames} == {FRAME_SAMPLES}
        assert np.array_equal(np.concatenate(frames)[: spoken.size], spoken)

    def test_it_says_which_frame_is_the_first_of_a_line(self):
        playback = Playback(prebuffer_ms=160)
        for line_id in (1, 2):
            playback.push(line_id, voice(20))
            playback.end(line_id)
        firsts = [(tick, frame.line_id) for tick in range(40) for frame in playback.due(tick * 0.02) if frame.is_first]
        assert [line_id for _tick, line_id in firsts] == [1, 2]

    def test_it_keeps_a_second_line_behind_an_unfinished_first(self):
        playback = Playback(prebuffer_ms=160)
        playback.push(1, voice(400))
        playback.push(2, voice(400))
        handed_over = [frame.line_id for tick in range(100) for frame in playback.due(tick * 0.02)]
        assert handed_over == [1] * 20


class TestLedger:
    def test_it_reports_the_begin_and_the_end_when_the_last_sample_was_heard(self):
        playback = Playback(prebuffer_ms=160)
        playback.push(1, voice(1000))
        playback.end(1)
        _n, early = run_until(playback, 0.0, 0.999)
        _n, late = run_until(playback, 0.999, 1.001)
        assert early == [LineBegan(1)]
        assert late == [LineEnded(1, heard_ms=1000, is_complete=True, voice_ms=1000)]

    def test_a_cleared_line_ends_with_what_was_heard_of_it(self):
        playback = Playback(prebuffer_ms=160)
        playback.push(1, voice(1000))
        playback.end(1)
        run_until(playback, 0.0, 0.5)
        playback.clear(0.5)
        assert playback.events() == [LineEnded(1, heard_ms=500, is_complete=False, voice_ms=1000)]
        assert playback.next_due() is None

    def test_a_line_cleared_in_its_silence_was_heard_completely(self):
        playback = Playback(prebuffer_ms=160)
        playback.push(1, voice(1000))
        playback.end(1)
        for tick in range(51):
            playback.due(tick * 0.02 - MS)
        playback.clear(1.05)
        assert playback.events()[-1] == LineEnded(1, heard_ms=1000, is_complete=True, voice_ms=1000)

    def test_audio_that_comes_after_the_barge_in_is_dropped(self):
        playback = Playback(prebuffer_ms=160)
        playback.push(1, voice(400))
        playback.due(0.0)
        playback.clear(0.1)
        playback.push(1, voice(400))
        playback.end(1)
        assert playback.due(0.2) == []
        assert len(playback.events()) == 2

    def test_the_next_line_is_heard_from_the_moment_it_is_sent(self):
        playback = Playback(prebuffer_ms=160)
        playback.push(1, voice(2000))
        playback.due(0.0)
        playback.clear(0.1)
        playback.push(2, voice(400))
        assert playback.due(0.15)[0].heard_at_s == 0.15

    def test_a_line_without_audio_is_over_at_once_and_was_not_heard(self):
        playback = Playback(prebuffer_ms=160)
        playback.end(1)
        playback.end(1)
        assert playback.events() == [LineEnded(1, heard_ms=0, is_complete=False)]

    def test_it_knows_nothing_heard_of_a_line_that_has_not_begun(self):
        playback = Playback(prebuffer_ms=160)
        playback.push(2, voice(20))
        assert (playback.heard_ms(2, 1.0), playback.heard_ms(3, 1.0)) == (0, 0)

    def test_it_says_which_line_is_being_heard_and_how_far(self):
        playback = Playback(prebuffer_ms=160)
        assert playback.heard_so_far(0.0) is None
        playback.push(1, voice(1000))
        playback.push(2, voice(1000))
        playback.due(0.0)
        assert playback.heard_so_far(0.15) == HeardSoFar(1, 150, None)
        playback.end(1)
        assert playback.heard_so_far(0.2) == HeardSoFar(1, 200, 1000)
        run_until(playback, 0.2, 1.5)
        heard = playback.heard_so_far(1.5)
        assert heard is not None and (heard.line_id, heard.voice_ms) == (2, None)

    def test_all_is_heard_only_after_the_silence_behind_the_last_line(self):
        playback = Playback(prebuffer_ms=160)
        playback.push(1, voice(500))
        playback.end(1)
        run_until(playback, 0.0, 0.6)
        assert playback.heard_out_at_s() >= 0.6


class SlowPlayer:
    """The platform by the millisecond: holds back until it has `prebuffer_ms`, plays, and holds back again once it is empty."""

    def __init__(self, prebuffer_ms: int) -> None:
        self.prebuffer_ms = prebuffer_ms
        self.queue: list[tuple[int, bool]] = []  # line, is it voice: one entry a millisecond
        self.is_playing = False
        self.heard_ms: dict[int, int] = {}

    def take(self, line_id: int, samples: Samples) -> None:
        self.queue += [(line_id, bool(samples[n * 16])) for n in range(20)]
        self.is_playing = self.is_playing or len(self.queue) >= self.prebuffer_ms

    def pass_ms(self) -> None:
        if self.is_playing and self.queue:
            line_id, is_voice = self.queue.pop(0)
            self.heard_ms[line_id] = self.heard_ms.get(line_id, 0) + is_voice
        self.is_playing = self.is_playing and bool(self.queue)


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("push"), st.integers(1, 700)),
        st.tuples(st.just("end"), st.just(0)),
        st.tuples(st.just("clear"), st.just(0)),
        st.tuples(st.just("wait"), st.integers(1, 400)),
        st.tuples(st.just("stall"), st.integers(1, 400)),
    ),
    max_size=25,
)


class World:
    """Playback and the slow player side by side, in whole milliseconds."""

    def __init__(self, prebuffer_ms: int) -> None:
        self.playback, self.player = Playback(prebuffer_ms), SlowPlayer(prebuffer_ms)
        self.prebuffer_ms = prebuffer_ms
        self.now_ms, self.line_id = 0, 1
        self.ended: dict[int, int] = {}
        self.n_sent_ms, self.began_ms = 0, 0

    def send(self) -> None:
        if not self.player.queue:
            self.n_sent_ms, self.began_ms = 0, self.now_ms
        for frame in self.playback.due(self.now_ms * MS):
            self.player.take(frame.line_id, frame.samples)
            self.n_sent_ms += 20
        self.note()
        assert self.n_sent_ms - (self.now_ms - self.began_ms) <= 250

    def note(self) -> None:
        for event in self.playback.events():
            if isinstance(event, LineEnded):
                self.ended[event.line_id] = event.heard_ms

    def step(self, what: str, amount: int) -> None:
        if what == "push":
            self.playback.push(self.line_id, voice(amount))
        elif what == "end":
            self.playback.end(self.line_id)
            self.line_id += 1
        elif what == "clear":
            self.playback.clear(self.now_ms * MS)
            self.player.queue, self.player.is_playing = [], False
            self.line_id += 1
        self.send()
        for _ in range(amount if what in ("wait", "stall") else 0):
            self.player.pass_ms()
            self.now_ms += 1
            if what == "wait":
                self.send()
        self.send()


@settings(max_examples=60, deadline=None)
@given(steps=STEPS, prebuffer_ms=st.sampled_from([0, 80, 160, 240, 300]))
@example(steps=[("push", 240), ("wait", 81)], prebuffer_ms=300)  # a voice that stalls before the platform has enough to start
def test_the_ledger_agrees_with_a_slow_player_and_never_leads_by_more_than_250_ms(steps, prebuffer_ms):
    world = World(prebuffer_ms)
    for what, amount in steps:
        # Whoever stalls before a platform that holds back more than our lead has started cannot know when it starts.
        world.step("wait" if what == "stall" and prebuffer_ms > 240 else what, amount)
        for line_id in range(1, world.line_id + 1):
            ledger_ms = world.ended.get(line_id, world.playback.heard_ms(line_id, world.now_ms * MS))
            assert abs(ledger_ms - world.player.heard_ms.get(line_id, 0)) <= 20


@settings(max_examples=30, deadline=None)
@given(pieces=st.lists(st.integers(0, 3000), max_size=10))
def test_every_line_that_ends_is_heard_to_its_end_whatever_its_pieces(pieces):
    playback = Playback(prebuffer_ms=160)
    for n_samples in pieces:
        playback.push(1, silence(n_samples) + 1)
    playback.end(1)
    _n, events = run_until(playback, 0.0, 100.0)
    assert events[-1] == LineEnded(1, sum(pieces) // 16, is_complete=sum(pieces) > 0, voice_ms=sum(pieces) // 16 if sum(pieces) else None)
    assert playback.next_due() is None
