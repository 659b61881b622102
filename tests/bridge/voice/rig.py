"""Any voice that is open, somebody who listens to it, and a callee who speaks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

import numpy as np

from bridge.audio import silence
from bridge.brief import CallBrief
from bridge.events import FRAME_SAMPLES, RATE_HZ, Line, LineSaid, Samples, Tool, ToolCall, VoiceAudio, VoiceAudioEnd, VoiceEvent
from bridge.ports import VoiceModel
from bridge.voice.scripted import Reply, ScriptedVoice
from tests.bridge.cast import brief
from tests.bridge.fakes import utterance

DEADLINE_S = 90.0  # for any one event, on a machine on which much else runs
FORTY = Reply("About forty.", [(Tool.RECORD_ANSWER, {"question_id": "seats", "value": 40})])
BRIEF = brief()
LINE = Line(1, "How many seats do you need?")
NEXT = Line(2, "And when would the first of them be used?")
LONG = Line(1, " ".join([LINE.text] * 10))

Voice = TypeVar("Voice", bound=VoiceModel)


class Listener:
    """Takes a voice's events as they come and waits for one of a kind."""

    def __init__(self, voice: VoiceModel, deadline_s: float) -> None:
        self.events: list[VoiceEvent] = []
        self.has_ended = asyncio.Event()
        self._voice = voice
        self._deadline_s = deadline_s
        self._changed = asyncio.Condition()

    async def listen(self) -> None:
        async for event in self._voice.events():
            async with self._changed:
                self.events.append(event)
                self._changed.notify_all()
        self.has_ended.set()

    async def wait_for(self, is_it: Callable[[VoiceEvent], bool]) -> VoiceEvent:
        async with asyncio.timeout(self._deadline_s), self._changed:
            await self._changed.wait_for(lambda: any(map(is_it, self.events)))
        return next(event for event in self.events if is_it(event))

    async def wait_for_end_of(self, line_id: int) -> None:
        await self.wait_for(lambda event: isinstance(event, VoiceAudioEnd) and event.line_id == line_id)

    def audio_of(self, line_id: int) -> list[Samples]:
        return [event.pcm for event in self.events if isinstance(event, VoiceAudio) and event.line_id == line_id]

    def said_of(self, line_id: int) -> list[LineSaid]:
        return [event for event in self.events if isinstance(event, LineSaid) and event.line_id == line_id]

    def n_ends_of(self, line_id: int) -> int:
        return sum(isinstance(event, VoiceAudioEnd) and event.line_id == line_id for event in self.events)


@asynccontextmanager
async def listened(voice: Voice, call: CallBrief = BRIEF, deadline_s: float = DEADLINE_S) -> AsyncIterator[tuple[Voice, Listener]]:
    await voice.open(call)
    listener = Listener(voice, deadline_s)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(listener.listen())
        try:
            yield voice, listener
        finally:
            await voice.close()


def new_mind(*replies: Reply) -> Callable[[], VoiceModel]:
    return lambda: ScriptedVoice(replies or [FORTY] * 8)


def hear(voice: VoiceModel, *pieces: Samples) -> None:
    pcm = np.concatenate(pieces)
    for at in range(0, pcm.size, FRAME_SAMPLES):
        voice.hear(pcm[at : at + FRAME_SAMPLES])


def say_something(voice: VoiceModel, duration_ms: int = 500) -> None:
    """An utterance of the callee, and silence until it is over."""
    hear(voice, silence(RATE_HZ // 5), utterance(duration_ms), silence(RATE_HZ))


def is_a(*kinds: type) -> Callable[[VoiceEvent], bool]:
    return lambda event: isinstance(event, kinds)


async def until(is_so: Callable[[], bool]) -> None:
    """Something at the server, of which no event tells."""
    async with asyncio.timeout(DEADLINE_S):
        while not is_so():  # noqa: ASYNC110
            await asyncio.sleep(0.005)


async def tool_called(voice: VoiceModel, listener: Listener) -> ToolCall:
    say_something(voice)
    call = await listener.wait_for(is_a(ToolCall))
    assert isinstance(call, ToolCall)
    return call
