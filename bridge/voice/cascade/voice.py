"""Three OpenAI-compatible services as a `VoiceModel`: a recogniser, a text model and a speaker, with our ear in front.

The model is only asked what the callee meant; lines are spoken word for word. Nothing that a provider or a callee says is logged.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator

from bridge.brief import CallBrief
from bridge.events import (
    Expectation,
    Line,
    LineFailed,
    LineSaid,
    Samples,
    SpeechEnded,
    SpeechStarted,
    VoiceAudio,
    VoiceAudioEnd,
    VoiceEvent,
    VoiceFailed,
    VoiceFault,
)
from bridge.ports import VoiceTraits
from bridge.voice.cascade.faults import ServiceFailed
from bridge.voice.cascade.hearing import Hearing
from bridge.voice.cascade.memory import Memory
from bridge.voice.cascade.proving import prove
from bridge.voice.cascade.services import Services
from bridge.voice.cascade.settings import CascadeSettings
from bridge.voice.cascade.shared import Shared
from bridge.voice.cascade.speaking import Speaking
from bridge.voice.cascade.utterance import Utterance
from bridge.voice.catalogue import CASCADE
from bridge.voice.ear import Ear, Sound, Speech, pause_s

logger = logging.getLogger(__name__)

SHARED = Shared()


class CascadeVoice:
    """`shared`: by calls; that of the process by default."""

    def __init__(self, settings: CascadeSettings, shared: Shared = SHARED) -> None:
        self._events: asyncio.Queue[VoiceEvent | None] = asyncio.Queue()
        self._utterances: asyncio.Queue[Utterance] = asyncio.Queue()
        self._services = Services(settings, self._tell)
        self._speaking = Speaking(settings, self._services, shared.spoken, self._tell)
        self._settings = settings
        self._shared = shared
        self._ear = Ear()
        self._utterance: Utterance | None = None
        self._expectation = Expectation(None)
        self._brief: CallBrief | None = None
        self._memory: Memory | None = None
        self._hearing: Hearing | None = None
        self._task: asyncio.Task[None] | None = None
        self._is_dead = self._is_closed = False

    @property
    def traits(self) -> VoiceTraits:
        return CASCADE

    async def open(self, brief: CallBrief) -> None:
        """Idempotent. Asks each service for something small and has the first sentence ready. Raises VoiceUnavailable, within 6 s."""
        if self._brief is not None or self._is_closed:
            return
        await self._services.open()
        try:
            await prove(self._services, self._speaking, self._settings, brief, self._shared)
        except BaseException:
            await self._services.close()
            raise
        if self._is_closed:  # the call ended meanwhile
            await self._services.close()
            return
        self._brief = brief
        self._memory = Memory(brief)
        self._hearing = Hearing(brief, self._services, self._memory, self._tell)
        self._task = asyncio.create_task(self._run(self._hearing))

    def hear(self, pcm: Samples) -> None:
        if self._brief is None or self._is_dead or self._is_closed:
            return
        for sound in self._ear.hear(pcm):
            self._on_sound(sound)

    def expect(self, expectation: Expectation) -> None:
        self._expectation = expectation
        self._ear.pause_s = pause_s(expectation)

    def speak(self, line: Line) -> None:
        if self._memory is not None and not self._is_dead:
            self._memory.told(line, self._expectation)
            self._speaking.say(line)

    def cancel(self, line_id: int, heard_ms: int) -> None:
        self._speaking.cancel(line_id)
        if self._memory is not None:
            self._memory.cut(line_id, heard_ms)

    async def events(self) -> AsyncIterator[VoiceEvent]:
        while (event := await self._events.get()) is not None:
            if isinstance(event, VoiceAudio | VoiceAudioEnd | LineSaid | LineFailed) and self._speaking.is_cancelled(event.line_id):
                continue
            yield event

    async def close(self) -> None:
        """Idempotent."""
        if self._is_closed:
            return
        self._is_closed = True
        self._events.put_nowait(None)
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})
            await self._services.close()
        self._log_account()

    def _on_sound(self, sound: Sound) -> None:
        if isinstance(sound, SpeechStarted):
            self._utterance = Utterance(sound.at_s, self._expectation)
        utterance = self._utterance
        assert utterance is not None, "the ear says first that speech has begun"
        if isinstance(sound, Speech):
            utterance.pieces.append(sound.pcm)
            return
        self._tell(sound)
        if isinstance(sound, SpeechEnded):
            utterance.ended_s = sound.at_s
            self._utterances.put_nowait(utterance)

    async def _run(self, hearing: Hearing) -> None:
        try:
            async with asyncio.TaskGroup() as tasks:
                speaking = tasks.create_task(self._speaking.run())
                await self._hear_utterances(hearing)
                speaking.cancel()
        except Exception:  # the edge of this task: the call is told
            logger.exception("call %s: the cascade voice broke", self._call_id)
            self._fail("a fault of the voice", VoiceFault.CUT)

    async def _hear_utterances(self, hearing: Hearing) -> None:
        """Until a service is lost."""
        while True:
            utterance = await self._utterances.get()
            try:
                await hearing.understand(utterance)
            except ServiceFailed as failed:
                logger.warning("call %s: the cascade voice is lost: %s, %s", self._call_id, failed.service.name, failed.fault)
                self._fail(f"{failed.service.name} failed", failed.fault)
                return

    def _tell(self, event: VoiceEvent) -> None:
        if not self._is_dead:
            self._events.put_nowait(event)

    def _fail(self, reason: str, fault: VoiceFault) -> None:
        """Nothing follows."""
        self._tell(VoiceFailed(reason, fault))
        self._is_dead = True

    def _log_account(self) -> None:
        if self._hearing is None:
            return
        logger.info(
            "call %s: cascade voice closed: %d lines, %d failed, %d utterances without words, %d times talk in place of a call, %d calls refused",
            self._call_id,
            self._speaking.n_lines,
            self._speaking.n_failed,
            self._hearing.n_invented,
            self._hearing.n_talked,
            self._hearing.n_refused,
        )

    @property
    def _call_id(self) -> str:
        return self._brief.call_id if self._brief is not None else ""
