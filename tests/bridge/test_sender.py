from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

import numpy as np

from bridge.events import FRAME_BYTES, Line, LineBegan, LineEnded, Samples, VoiceAudio
from bridge.playback import OutFrame, Playback
from bridge.sender import Sender
from bridge.wire import KILL_AUDIO, caption
from tests.bridge.fakes import FakeMedia, in_jumping_time


def voice(n_ms: int) -> Samples:
    return np.full(n_ms * 16, 1000, dtype=np.int16)


class SlowMedia(FakeMedia):
    """A socket whose buffer is full after the first frame, until it is told to flow."""

    def __init__(self) -> None:
        super().__init__([])
        self.flows = asyncio.Event()

    async def send_bytes(self, pcm: bytes) -> None:
        await super().send_bytes(pcm)
        await self.flows.wait()


class GoneMedia(FakeMedia):
    async def send_bytes(self, pcm: bytes) -> None:
        raise BrokenPipeError


@asynccontextmanager
async def sending(media: FakeMedia):
    """A running sender, what it says about lines and the frames it tells of."""
    lines: list[LineBegan | LineEnded] = []
    frames: list[OutFrame] = []
    now = asyncio.get_running_loop().time
    sender = Sender(media, Playback(prebuffer_ms=160), now=now, on_line=lines.append, on_frame=frames.append)
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(sender.run())
        yield sender, lines, frames
        running.cancel()


@in_jumping_time
async def test_it_sends_a_line_at_its_pace_and_says_when_it_was_heard():
    async with sending(media := FakeMedia([])) as (sender, lines, frames):
        sender.push(VoiceAudio(1, voice(1000)))
        sender.end(1)
        await asyncio.sleep(2.0)
    assert lines == [LineBegan(1), LineEnded(1, heard_ms=1000, is_complete=True, voice_ms=1000)]
    assert {len(message) for _at_s, message in media.sent} == {FRAME_BYTES}
    assert len(frames) == len(media.sent)
    assert 0.8 < media.sent[-1][0] < 1.0


@in_jumping_time
async def test_a_caption_goes_right_before_its_line():
    async with sending(media := FakeMedia([])) as (sender, _lines, _frames):
        sender.caption(Line(2, "second"))
        for line_id in (1, 2):
            sender.push(VoiceAudio(line_id, voice(200)))
            sender.end(line_id)
        await asyncio.sleep(2.0)
    assert media.texts() == [caption(2, "second")]
    place = [message for _at_s, message in media.sent].index(caption(2, "second"))
    assert place == 16  # 200 ms, and silence up to a multiple of 80 ms that leaves 100 ms at least


@in_jumping_time
async def test_frames_that_a_slow_socket_has_not_taken_are_not_sent_after_a_barge_in():
    async with sending(media := SlowMedia()) as (sender, _lines, _frames):
        sender.push(VoiceAudio(1, voice(1000)))
        await asyncio.sleep(0.1)
        assert sender.stop(1) == 100
        media.flows.set()
        await asyncio.sleep(1.0)
    assert len(media.audio_times()) == 1
    assert media.texts() == [KILL_AUDIO]


@in_jumping_time
async def test_a_line_stopped_before_its_voice_began_is_over_unheard():
    async with sending(FakeMedia([])) as (sender, lines, _frames):
        assert sender.stop(1) == 0
        sender.push(VoiceAudio(1, voice(1000)))
        await asyncio.sleep(1.0)
    assert lines == [LineEnded(1, heard_ms=0, is_complete=False)]


@in_jumping_time
async def test_drained_it_has_sent_nothing_more_and_all_was_heard():
    async with sending(media := FakeMedia([])) as (sender, _lines, _frames):
        sender.push(VoiceAudio(1, voice(5000)))
        await asyncio.sleep(1.0)
        n_sent = len(media.sent)
        await sender.drain()
        assert len(media.sent) == n_sent
        assert asyncio.get_running_loop().time() >= n_sent * 0.02


@in_jumping_time
async def test_a_socket_that_is_gone_ends_it_quietly():
    async with asyncio.timeout(5), asyncio.TaskGroup() as tasks:
        sender = Sender(GoneMedia([]), Playback(160), now=asyncio.get_running_loop().time, on_line=lambda _e: None, on_frame=lambda _f: None)
        tasks.create_task(sender.run())
        sender.push(VoiceAudio(1, voice(1000)))
