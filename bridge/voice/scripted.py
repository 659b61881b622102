"""A voice without recognition for tests and journeys: it speaks tones and replays a given list of replies.

Deterministic: the length of a tone follows from its text, and every utterance of the callee (found by its energy) takes the
next reply from the list, whatever was said. It must never be used on a real line.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bridge.brief import CallBrief
from bridge.events import (
    RATE_HZ,
    CalleeSaid,
    Expectation,
    Line,
    LineSaid,
    Samples,
    SpeechStarted,
    Tool,
    ToolCall,
    VoiceAudio,
    VoiceAudioEnd,
    VoiceEvent,
    WordSource,
)
from bridge.ports import VoiceTraits
from bridge.voice.ear import Ear, Speech

MS_PER_LETTER = 16
TONE_HZ = 440
TONE_AMPLITUDE = 8000
PIECE_SAMPLES = RATE_HZ // 10

PAUSE_S = 0.3

TRAITS = VoiceTraits(name="scripted", speaks_verbatim=True, may_call_real_people=False)


@dataclass(frozen=True, slots=True)
class Reply:
    """What one utterance of the callee is taken to mean; `{"quote": text}` is added to each tool's arguments."""

    text: str
    tools: Sequence[tuple[Tool, Mapping[str, Any]]] = ()


class ScriptedVoice:
    def __init__(self, replies: Sequence[Reply] = ()) -> None:
        self._replies = iter(replies)
        self._ear = Ear()
        self._ear.pause_s = PAUSE_S
        self._started_s = 0.0
        self._n_tool_calls = 0
        self._canceled: set[int] = set()
        self._queue: asyncio.Queue[VoiceEvent | None] = asyncio.Queue()

    @property
    def traits(self) -> VoiceTraits:
        return TRAITS

    async def open(self, brief: CallBrief) -> None:
        """There is nothing to open."""

    def hear(self, pcm: Samples) -> None:
        for sound in self._ear.hear(pcm):
            if isinstance(sound, Speech):
                continue
            self._queue.put_nowait(sound)
            if isinstance(sound, SpeechStarted):
                self._started_s = sound.at_s
            else:
                self._reply(sound.at_s)

    def expect(self, expectation: Expectation) -> None:
        """The list of replies decides, not the question."""

    def speak(self, line: Line) -> None:
        times_s = np.arange(len(line.text) * MS_PER_LETTER * RATE_HZ // 1000) / RATE_HZ
        tone = np.rint(TONE_AMPLITUDE * np.sin(2 * np.pi * TONE_HZ * times_s)).astype(np.int16)
        for start in range(0, tone.size, PIECE_SAMPLES):
            self._queue.put_nowait(VoiceAudio(line.line_id, tone[start : start + PIECE_SAMPLES]))
        self._queue.put_nowait(LineSaid(line.line_id, line.text, tone.size * 1000 // RATE_HZ, WordSource.READ_OUT))
        self._queue.put_nowait(VoiceAudioEnd(line.line_id))

    def cancel(self, line_id: int, heard_ms: int) -> None:
        self._canceled.add(line_id)

    async def events(self) -> AsyncIterator[VoiceEvent]:
        while (event := await self._queue.get()) is not None:
            if isinstance(event, (VoiceAudio, VoiceAudioEnd, LineSaid)) and event.line_id in self._canceled:
                continue
            yield event

    async def close(self) -> None:
        self._queue.put_nowait(None)

    def next_reply(self) -> Reply:
        """To the utterance that has just ended."""
        return next(self._replies, Reply("", [(Tool.NOT_UNDERSTOOD, {})]))

    def _reply(self, ended_s: float) -> None:
        reply = self.next_reply()
        self._queue.put_nowait(CalleeSaid(reply.text, self._started_s, ended_s, confidence=1.0))
        for tool, arguments in reply.tools:
            self._n_tool_calls += 1
            self._queue.put_nowait(ToolCall(f"scripted-{self._n_tool_calls}", tool, {"quote": reply.text, **arguments}))
