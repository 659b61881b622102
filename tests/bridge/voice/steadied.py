"""A steady voice in a call, the voices behind it in every way they fail, and somebody who notes when what came out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import numpy as np

from bridge.audio import silence
from bridge.brief import CallBrief
from bridge.events import (
    RATE_HZ,
    Line,
    LineFailed,
    LineSaid,
    Samples,
    Tool,
    ToolCall,
    VoiceAudio,
    VoiceAudioEnd,
    VoiceEvent,
    VoiceFailed,
    VoiceFault,
    VoiceTrouble,
    WordSource,
)
from bridge.ports import VoiceModel, VoiceTraits, VoiceUnavailable
from bridge.voice.breakers import Breakers
from bridge.voice.clips import Clips
from bridge.voice.order import Candidate
from bridge.voice.scripted import TRAITS, Reply, ScriptedVoice
from bridge.voice.steady import SteadyVoice
from tests.bridge.cast import LINES, brief
from tests.bridge.fakes import utterance

LINE = Line(7, "How many seats do you need?")
FILLER = utterance(1000)
APOLOGY = utterance(2000)
YES = Reply("yes", [(Tool.CONFIRM, {"is_yes": True})])
ALL_CLIPS = Clips({LINES.apology: APOLOGY, LINES.apology_call_back: APOLOGY}, (FILLER,))


class MuteVoice(ScriptedVoice):
    """Connected, and never makes a sound."""

    def speak(self, line: Line) -> None:
        pass


class ZeroVoice(ScriptedVoice):
    """Speaks zeros, and never comes to an end."""

    def speak(self, line: Line) -> None:
        self._queue.put_nowait(VoiceAudio(line.line_id, silence(RATE_HZ)))


class EmptyOnce(ScriptedVoice):
    """Its first turn is empty."""

    n_asked = 0

    def speak(self, line: Line) -> None:
        self.n_asked += 1
        if self.n_asked == 1:
            self._queue.put_nowait(LineFailed(line.line_id, "empty turn"))
        else:
            super().speak(line)


class CutVoice(ScriptedVoice):
    """Its connection is lost as soon as it is asked to speak."""

    def __init__(self, replies=(), fault: VoiceFault = VoiceFault.CUT) -> None:
        super().__init__(replies)
        self.fault = fault

    def speak(self, line: Line) -> None:
        self._queue.put_nowait(VoiceFailed("cut", self.fault))


class HalfVoice(ScriptedVoice):
    """Its connection is lost in the middle of a line."""

    def speak(self, line: Line) -> None:
        self._queue.put_nowait(VoiceAudio(line.line_id, utterance(500)))
        self._queue.put_nowait(LineSaid(line.line_id, "How many ", 480, WordSource.UNTIMED))
        self._queue.put_nowait(VoiceFailed("cut"))


class BrokenVoice(ScriptedVoice):
    async def events(self) -> AsyncIterator[VoiceEvent]:
        raise ConnectionError("reset")
        yield  # pragma: no cover


class ClosedVoice(ScriptedVoice):
    async def open(self, brief: CallBrief) -> None:
        raise VoiceUnavailable("no key", VoiceFault.KEY)


class DeafVoice(ScriptedVoice):
    """Its session dies of the first utterance."""

    def hear(self, pcm: Samples) -> None:
        if np.any(pcm):
            self._queue.put_nowait(VoiceFailed("cut"))


class NoMeaning(ScriptedVoice):
    """Its session dies when it is to say what the callee meant."""

    async def events(self) -> AsyncIterator[VoiceEvent]:
        async for event in super().events():
            yield VoiceFailed("cut") if isinstance(event, ToolCall) else event


class LastWords(ScriptedVoice):
    """Its session dies once it has reported what the callee meant."""

    async def events(self) -> AsyncIterator[VoiceEvent]:
        async for event in super().events():
            yield event
            if isinstance(event, ToolCall):
                yield VoiceFailed("cut")


class Heard:
    """What came out of the steady voice, with the time at which it came."""

    def __init__(self, voice: SteadyVoice, tasks: asyncio.TaskGroup) -> None:
        self.voice = voice
        self.now = asyncio.get_running_loop().time
        self.began_s = self.now()
        self.events: list[tuple[float, VoiceEvent]] = []
        self._task = tasks.create_task(self._listen())

    async def _listen(self) -> None:
        async for event in self.voice.events():
            self.events.append((self.now() - self.began_s, event))

    async def until(self, is_it: Callable[[VoiceEvent], bool], limit_s: float = 60.0) -> float:
        async with asyncio.timeout(limit_s):
            while True:
                found = next((at_s for at_s, event in self.events if is_it(event)), None)
                if found is not None:
                    return found
                await asyncio.sleep(0.01)

    async def until_end_of(self, line: Line) -> float:
        return await self.until(lambda event: event == VoiceAudioEnd(line.line_id))

    def of(self, kind: type[VoiceEvent]) -> list[VoiceEvent]:
        return [event for _at_s, event in self.events if isinstance(event, kind)]

    def steps(self) -> list[str]:
        return [event.step for event in self.of(VoiceTrouble) if isinstance(event, VoiceTrouble)]

    def longest_silence_s(self, until_s: float) -> float:
        """Of what the callee hears, if it is played as it comes."""
        ends_s, longest_s = 0.0, 0.0
        for at_s, event in self.events:
            if isinstance(event, VoiceAudio) and np.any(event.pcm):
                longest_s = max(longest_s, at_s - ends_s)
                ends_s = max(ends_s, at_s) + event.pcm.size / RATE_HZ
        return max(longest_s, until_s - ends_s)


def candidate(new: Callable[[], VoiceModel], name: str = "scripted") -> Candidate:
    return Candidate(VoiceTraits(name, TRAITS.speaks_verbatim, TRAITS.may_call_real_people), new)


@asynccontextmanager
async def calling(
    *new: Callable[[], VoiceModel], clips: Clips = ALL_CLIPS, breakers: Breakers | None = None, names: Sequence[str] = ()
) -> AsyncIterator[Heard]:
    async with asyncio.TaskGroup() as tasks:

        async def load(_brief: CallBrief) -> Clips:
            return clips

        candidates = [candidate(each, name) for each, name in zip(new, names or ["scripted"] * len(new), strict=True)]
        voice = SteadyVoice(candidates, tasks, load_clips=load, breakers=breakers)
        await voice.open(brief())
        heard = Heard(voice, tasks)
        try:
            yield heard
        finally:
            await voice.close()


def is_end(event: VoiceEvent) -> bool:
    return event == VoiceAudioEnd(LINE.line_id)
