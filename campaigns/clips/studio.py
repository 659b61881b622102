"""One session of a voice with nobody on the line: it is asked for sentences, and what it says is kept.

The voice comes from the project (`settings.CLIP_VOICES`), which alone knows how voices are made.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from django.conf import settings
from django.utils.module_loading import import_string

from bridge.audio import silence
from bridge.brief import CallBrief
from bridge.events import (
    FRAME_MS,
    FRAME_SAMPLES,
    Expectation,
    Line,
    LineFailed,
    LineSaid,
    Samples,
    VoiceAudio,
    VoiceAudioEnd,
    VoiceEvent,
    VoiceFailed,
    WordSource,
)
from bridge.ports import VoiceModel
from leads.said import sentence

LINE_LIMIT_S = 60.0
WORDS_S = 1.5  # a transcript may come after the sound
MAX_TRIES = 3

ClipVoices: TypeAlias = Callable[[str], AbstractAsyncContextManager[VoiceModel]]
"""A voice by its name, not yet open, with whatever it needs around it. Raises VoiceUnavailable for a name that is not known."""


@dataclass(frozen=True, slots=True)
class Said:
    pcm: Samples
    words: str = ""  # as the voice's provider heard them; "": it does not tell
    failure: str = ""


class Studio:
    def __init__(self, voice: VoiceModel) -> None:
        self._voice = voice
        self._events: asyncio.Queue[VoiceEvent | None] = asyncio.Queue()
        self._words: defaultdict[int, str] = defaultdict(str)  # by line, as the provider transcribed them
        self._n_lines = 0
        self._ended_by = ""  # why nothing more can be said

    async def say(self, text: str) -> Said:
        """One sentence. A turn that came to nothing is asked for again."""
        said = Said(silence(0), failure=self._ended_by)
        n_tries = 0
        while not self._ended_by and n_tries < MAX_TRIES:
            n_tries += 1
            said = await self._try(text)
            if not said.failure:
                break
        return said

    async def _try(self, text: str) -> Said:
        self._n_lines += 1
        line = Line(self._n_lines, text)
        self._voice.expect(Expectation(None))
        self._voice.speak(line)
        try:
            async with asyncio.timeout(LINE_LIMIT_S):
                said = await self._until_over(line)
        except TimeoutError:
            self._voice.cancel(line.line_id, heard_ms=0)
            return Said(silence(0), failure=sentence("The voice did not come to an end within %(most)s s.", most=f"{LINE_LIMIT_S:.0f}"))
        if said.failure or self._voice.traits.speaks_verbatim:
            return said
        await asyncio.sleep(WORDS_S)
        return Said(said.pcm, self._words[line.line_id].strip())

    async def _until_over(self, line: Line) -> Said:
        pieces: list[Samples] = []
        while (event := await self._events.get()) is not None:
            match event:
                case VoiceAudio(line_id=line.line_id):
                    pieces.append(event.pcm)
                case VoiceAudioEnd(line_id=line.line_id):
                    return Said(np.concatenate(pieces) if pieces else silence(0))
                case LineFailed(line_id=line.line_id):
                    return Said(silence(0), failure=sentence("The voice could not say it: %(reason)s.", reason=event.reason))
                case VoiceFailed():
                    break
        self._ended_by = sentence("The voice's session broke off.") if event is None else sentence("The voice failed: %(fault)s.", fault=event.fault)
        return Said(silence(0), failure=self._ended_by)

    async def listen(self) -> None:
        """What the session tells, until it ends."""
        async for event in self._voice.events():
            if isinstance(event, LineSaid) and event.source is not WordSource.READ_OUT:
                self._words[event.line_id] += event.text
            self._events.put_nowait(event)
        self._events.put_nowait(None)

    async def keep_quiet(self) -> None:
        """Some sessions live by what they hear: a silent room, in real time."""
        while True:
            self._voice.hear(silence(FRAME_SAMPLES))
            await asyncio.sleep(FRAME_MS / 1000)


@asynccontextmanager
async def in_studio(brief: CallBrief) -> AsyncIterator[Studio]:
    """Opens the voice of the brief. Raises VoiceUnavailable."""
    voices: ClipVoices = import_string(settings.CLIP_VOICES)
    async with voices(brief.voice) as voice:
        try:
            await voice.open(brief)
            studio = Studio(voice)
            async with asyncio.TaskGroup() as tasks:
                beside = [tasks.create_task(studio.listen()), tasks.create_task(studio.keep_quiet())]
                yield studio
                for task in beside:
                    task.cancel()
        finally:
            await voice.close()
