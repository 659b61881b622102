"""A voice without recognition for tests and journeys: it speaks tones and replays a given list of replies.

Deterministic: the length of a tone follows from its text, and every utterance of the callee (found by its energy) takes the
next reply from the list, whatever was said. It must never be used on a real line.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from bridge.audio import Framer, level_dbfs
from bridge.brief import CallBrief
from bridge.events import (
    FRAME_MS,
    RATE_HZ,
    CalleeSaid,
    Expectation,
    Line,
    Samples,
    SpeechEnded,
    SpeechStarted,
    Tool,
    ToolCall,
    VoiceAudio,
    VoiceAudioEnd,
    VoiceEvent,
)
from bridge.ports import VoiceTraits

MS_PER_LETTER = 16
TONE_HZ = 440
TONE_AMPLITUDE = 8000
PIECE_SAMPLES = RATE_HZ // 10

SPEECH_DBFS = -40.0
ONSET_FRAMES = 3  # a click is no speech
PAUSE_FRAMES = 15  # 300 ms of silence end an utterance

TRAITS = VoiceTraits(name="scripted", speaks_verbatim=True, may_call_real_people=False)


@dataclass(frozen=True, slots=True)
class Reply:
    """What one utterance of the callee is taken to mean; `{"quote": text}` is added to each tool's arguments."""

    text: str
    tools: Sequence[tuple[Tool, Mapping[str, Any]]] = ()


@dataclass(slots=True)
class _Ear:
    """Finds utterances by their energy."""

    framer: Framer = field(default_factory=Framer)
    n_frames: int = 0
    n_loud: int = 0
    n_quiet: int = 0
    started_s: float | None = None

    def hear(self, pcm: Samples) -> list[SpeechStarted | SpeechEnded]:
        marks = (self._mark(level_dbfs(frame) >= SPEECH_DBFS) for frame in self.framer.frames(pcm))
        return [mark for mark in marks if mark is not None]

    def _mark(self, is_loud: bool) -> SpeechStarted | SpeechEnded | None:
        self.n_frames += 1
        self.n_loud = self.n_loud + 1 if is_loud else 0
        self.n_quiet = 0 if is_loud else self.n_quiet + 1
        if self.started_s is None and self.n_loud == ONSET_FRAMES:
            self.started_s = self._seconds_ago(ONSET_FRAMES)
            return SpeechStarted(self.started_s)
        if self.started_s is not None and self.n_quiet == PAUSE_FRAMES:
            self.started_s = None
            return SpeechEnded(self._seconds_ago(PAUSE_FRAMES))
        return None

    def _seconds_ago(self, n_frames: int) -> float:
        return (self.n_frames - n_frames) * FRAME_MS / 1000


class ScriptedVoice:
    def __init__(self, replies: Sequence[Reply] = ()) -> None:
        self._replies = iter(replies)
        self._ear = _Ear()
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
        for mark in self._ear.hear(pcm):
            self._queue.put_nowait(mark)
            if isinstance(mark, SpeechStarted):
                self._started_s = mark.at_s
                continue
            self._reply(mark.at_s)

    def expect(self, expectation: Expectation) -> None:
        """The list of replies decides, not the question."""

    def speak(self, line: Line) -> None:
        times_s = np.arange(len(line.text) * MS_PER_LETTER * RATE_HZ // 1000) / RATE_HZ
        tone = np.rint(TONE_AMPLITUDE * np.sin(2 * np.pi * TONE_HZ * times_s)).astype(np.int16)
        for start in range(0, tone.size, PIECE_SAMPLES):
            self._queue.put_nowait(VoiceAudio(line.line_id, tone[start : start + PIECE_SAMPLES]))
        self._queue.put_nowait(VoiceAudioEnd(line.line_id))

    def cancel(self, line_id: int, heard_ms: int) -> None:
        self._canceled.add(line_id)

    async def events(self) -> AsyncIterator[VoiceEvent]:
        while (event := await self._queue.get()) is not None:
            if isinstance(event, (VoiceAudio, VoiceAudioEnd)) and event.line_id in self._canceled:
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
