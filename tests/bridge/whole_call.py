"""A whole call in jumping time: a scripted voice, a platform that sends 20 ms of the callee every 20 ms."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import numpy as np

from bridge.audio import decode_mulaw, encode_mulaw, silence, to_bytes, to_samples
from bridge.brief import CallBrief, ChannelLayout
from bridge.events import FRAME_SAMPLES, Samples, Tool, VoiceEvent
from bridge.ports import VoiceTraits
from bridge.recorder import Recordings
from bridge.recording_file import Recorded
from bridge.session import CallSession, SessionParts
from bridge.voice.scripted import Reply, ScriptedVoice
from tests.bridge.fakes import AtOnce, FakeDesk, FakeLine, FakeMedia, utterance

TEN = Reply("ten seats", [(Tool.RECORD_ANSWER, {"question_id": "seats", "value": 10, "confidence": 0.9, "is_doubtful": False})])
STOP_CALLING = Reply("stop calling me", [(Tool.OPT_OUT, {"is_doubtful": False})])
LIMIT_S = 400.0


class ListeningVoice(ScriptedVoice):
    """Keeps what it reported, what it heard and what was cut."""

    def __init__(self, replies=()) -> None:
        super().__init__(replies)
        self.reported: list[VoiceEvent] = []
        self.heard: list[Samples] = []
        self.cut: list[tuple[int, int]] = []
        self.is_closed = False

    def hear(self, pcm: Samples) -> None:
        self.heard.append(pcm)
        super().hear(pcm)

    def cancel(self, line_id: int, heard_ms: int) -> None:
        self.cut.append((line_id, heard_ms))
        super().cancel(line_id, heard_ms)

    async def events(self) -> AsyncIterator[VoiceEvent]:
        async for event in super().events():
            self.reported.append(event)
            yield event

    async def close(self) -> None:
        self.is_closed = True
        await super().close()


class Call:
    """A session and everything around it. `utterances` are said one by one, each once the bot has been quiet for a while."""

    def __init__(
        self, a_brief: CallBrief, replies=(), utterances: int = 0, *, voice: ListeningVoice | None = None, recordings=None, line_fails=False, **desk
    ) -> None:
        self.brief = a_brief
        self.desk = FakeDesk(a_brief, **desk)
        self.media = FakeMedia(self.desk.log)
        self.voice = voice or ListeningVoice(replies)
        self.line = FakeLine(self.desk.log, fails=line_fails)
        loop = asyncio.get_running_loop()
        parts = SessionParts(desk=self.desk, open_voice=lambda _name: self.voice, line=self.line, recordings=recordings, clock=loop.time)
        self.session = CallSession(a_brief, self.media, parts)
        self.now = loop.time
        self.utterances = [utterance(600) for _ in range(utterances)]
        self.speaking = silence(0)
        self.bot_quiet_s = 1.0
        self.platform_is_quiet = False
        self.tick = asyncio.Event()  # set with each frame, and replaced
        self.echo_delay_frames = 20
        self.echo_gain = 0.7

    async def hold(self) -> None:
        async with asyncio.timeout(LIMIT_S), asyncio.TaskGroup() as tasks:
            platform = tasks.create_task(self.send_audio())
            await self.session.run()
            platform.cancel()

    async def send_audio(self) -> None:
        spoke_at_s = 0.0
        while True:
            if not self.speaking.size and self.utterances and self.is_bot_quiet() and self.now() - spoke_at_s > 1.5:
                self.speaking = self.utterances.pop(0)
            if self.speaking.size:
                spoke_at_s = self.now()
            frame, self.speaking = self.speaking[:FRAME_SAMPLES], self.speaking[FRAME_SAMPLES:]
            if not self.platform_is_quiet:
                self.session.read_binary(self.mixed(np.concatenate((frame, silence(FRAME_SAMPLES - frame.size)))))
            self.tick.set()
            self.tick = asyncio.Event()
            await asyncio.sleep(0.02)

    async def until(self, has_come: Callable[[], object]) -> None:
        while not has_come():
            await self.tick.wait()

    def is_bot_quiet(self) -> bool:
        times_s = self.media.audio_times()
        return bool(times_s) and self.now() - times_s[-1] > self.bot_quiet_s

    def mixed(self, callee: Samples) -> bytes:
        """The callee's frame in the line's layout; our own voice comes back late, through mu-law, at another gain."""
        layout = self.brief.line.layout
        if layout is ChannelLayout.MONO:
            return to_bytes(callee)
        ours = self.own_voice()
        if layout is ChannelLayout.STEREO:
            return to_bytes(np.stack((callee, ours), axis=1).reshape(-1))
        echo = decode_mulaw(encode_mulaw((ours * self.echo_gain).astype(np.int16)))
        return to_bytes(np.clip(callee.astype(int) + echo, -32768, 32767).astype(np.int16))

    def own_voice(self) -> Samples:
        """What the platform plays, delayed: frames in the order they came, from the moment each run of them began."""
        plays_at_s, found = 0.0, silence(FRAME_SAMPLES)
        wanted_s = self.now() - self.echo_delay_frames * 0.02
        for at_s, message in self.media.sent:
            if isinstance(message, bytes):
                plays_at_s = max(plays_at_s, at_s)
                if plays_at_s <= wanted_s < plays_at_s + 0.02:
                    found = to_samples(message)
                plays_at_s += 0.02
        return found

    def report(self):
        assert len(self.desk.reports) == 1
        return self.desk.reports[0]


def recordings_in(folder: Path, kept: list[Recorded]) -> Recordings:
    async def keep(call_id: str, recorded: Recorded) -> None:
        kept.append(recorded)

    return Recordings(folder, AtOnce(), keep)


def played_out_at_s(sent_at_s: list[float]) -> float:
    """When a platform that plays 20 ms for each frame has played all that was sent at these times."""
    plays_until_s = 0.0
    for at_s in sent_at_s:
        plays_until_s = max(plays_until_s, at_s) + 0.02
    return plays_until_s


class RealVoice(ListeningVoice):
    @property
    def traits(self) -> VoiceTraits:
        return VoiceTraits(name="real", speaks_verbatim=True, may_call_real_people=True)
