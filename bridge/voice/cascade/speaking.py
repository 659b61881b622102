"""From a line to sound: sentence by sentence, the next one asked for while this one comes, and none twice in a process.

Lines are said in their order. A line that cannot be said to its end is `LineFailed`; the voice lives on.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from bridge.events import RATE_HZ, Line, LineFailed, LineSaid, Samples, VoiceAudio, VoiceAudioEnd, VoiceEvent, VoiceFault, WordSource
from bridge.voice.cascade.faults import ServiceFailed
from bridge.voice.cascade.sentences import sentences
from bridge.voice.cascade.services import Services
from bridge.voice.cascade.settings import CascadeSettings, Service
from bridge.voice.cascade.spoken import SpokenSentences, key_of

PIECE_SAMPLES = RATE_HZ // 10
FAILED, NO_SOUND = "the speech service failed", "no sound"

Pieces: TypeAlias = "asyncio.Queue[Samples | ServiceFailed | None]"


@dataclass(frozen=True, slots=True)
class Asked:
    """A sentence on its way."""

    sentence: str
    pieces: Pieces
    task: asyncio.Task[None]


class Speaking:
    def __init__(self, settings: CascadeSettings, services: Services, spoken: SpokenSentences, tell: Callable[[VoiceEvent], None]) -> None:
        self._settings = settings
        self._services = services
        self._spoken = spoken
        self._tell = tell
        self._lines: asyncio.Queue[Line] = asyncio.Queue()
        self._line: Line | None = None
        self._task: asyncio.Task[None] | None = None
        self._cancelled: set[int] = set()
        self._n_told = 0  # samples of the line under way
        self.n_lines = self.n_failed = 0

    def say(self, line: Line) -> None:
        self._lines.put_nowait(line)

    def cancel(self, line_id: int) -> None:
        """Nothing more of it, said or asked for."""
        self._cancelled.add(line_id)
        if self._task is not None and self._line is not None and self._line.line_id == line_id:
            self._task.cancel()

    def is_cancelled(self, line_id: int) -> bool:
        return line_id in self._cancelled

    async def run(self) -> None:
        """For ever."""
        async with asyncio.TaskGroup() as tasks:
            while True:
                self._line = await self._lines.get()
                if self._line.line_id not in self._cancelled:
                    self._task = tasks.create_task(self._say(self._line))
                    await asyncio.wait({self._task})
                    if not self._task.cancelled() and self._task.exception() is not None:
                        return  # the group raises it

    async def prime(self, text: str) -> None:
        """Have its first sentence made, whether it was before or not. Raises ServiceFailed, also for a sentence without sound."""
        async with aclosing(self._made(_first(text))) as sound:
            n_samples = sum([pcm.size async for pcm in sound])
        if not n_samples:
            raise ServiceFailed(Service.TTS, VoiceFault.SILENT)

    def is_ready(self, text: str) -> bool:
        """Its first sentence was spoken before."""
        return self._spoken.get(key_of(self._settings, _first(text))) is not None

    async def _say(self, line: Line) -> None:
        self.n_lines += 1
        async with asyncio.TaskGroup() as tasks:
            reason = await self._say_sentences(line, tasks)
        if not reason:
            self._tell(VoiceAudioEnd(line.line_id))
            return
        self.n_failed += 1
        self._tell(LineFailed(line.line_id, reason))

    async def _say_sentences(self, line: Line, tasks: asyncio.TaskGroup) -> str:
        """Why it could not be said to its end; empty when it was."""
        waiting = deque(sentences(line.text))
        now = self._ask_for(waiting.popleft(), tasks) if waiting else None
        reason = NO_SOUND
        self._n_told = 0
        while now is not None:
            ahead = self._ask_for(waiting.popleft(), tasks) if waiting else None
            reason = await self._say_sentence(line, now)
            if reason and ahead is not None:
                ahead.task.cancel()
            now = None if reason else ahead
        return reason

    async def _say_sentence(self, line: Line, asked: Asked) -> str:
        reason = NO_SOUND
        while (piece := await asked.pieces.get()) is not None:
            if isinstance(piece, ServiceFailed):
                return FAILED
            reason = ""
            self._tell_sound(line, piece)
        if not reason:
            self._tell(LineSaid(line.line_id, f"{asked.sentence} ", self._n_told * 1000 // RATE_HZ, WordSource.READ_OUT))
        return reason

    def _ask_for(self, sentence: str, tasks: asyncio.TaskGroup) -> Asked:
        pieces: Pieces = asyncio.Queue()
        return Asked(sentence, pieces, tasks.create_task(self._fetch(sentence, pieces)))

    async def _fetch(self, sentence: str, pieces: Pieces) -> None:
        """A failure waits its turn: what comes before it is said."""
        try:
            async with aclosing(self._sound_of(sentence)) as sound:
                async for piece in sound:
                    pieces.put_nowait(piece)
        except ServiceFailed as failed:
            pieces.put_nowait(failed)
        else:
            pieces.put_nowait(None)

    async def _sound_of(self, sentence: str) -> AsyncGenerator[Samples, None]:
        if (spoken := self._spoken.get(key_of(self._settings, sentence))) is not None:
            yield spoken
            return
        async with aclosing(self._made(sentence)) as sound:
            async for pcm in sound:
                yield pcm

    async def _made(self, sentence: str) -> AsyncGenerator[Samples, None]:
        """Kept once it is whole. What fails at once, before the first sound, is tried once more."""
        kept: list[Samples] = []
        for is_last in (False, True):
            try:
                async with aclosing(self._services.speak(sentence)) as sound:
                    async for pcm in sound:
                        kept.append(pcm)
                        yield pcm
                break
            except ServiceFailed as failed:
                if kept or is_last or not failed.was_short:
                    raise
        if kept:
            self._spoken.keep(key_of(self._settings, sentence), np.concatenate(kept))

    def _tell_sound(self, line: Line, pcm: Samples) -> None:
        self._n_told += pcm.size
        for at in range(0, pcm.size, PIECE_SAMPLES):
            self._tell(VoiceAudio(line.line_id, pcm[at : at + PIECE_SAMPLES]))


def _first(text: str) -> str:
    return next(iter(sentences(text)), "Hello.")
