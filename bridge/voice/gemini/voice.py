"""Gemini Live as a `VoiceModel`, over google-genai.

It says the server's lines and reports by tools what the callee meant; it paraphrases at times, so nothing that must be proven is left to it.
Importing this module loads the library, which takes about a second: whoever does not use it should not import it.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator

from bridge.brief import CallBrief
from bridge.events import Expectation, Line, LineFailed, Samples, VoiceAudio, VoiceAudioEnd, VoiceEvent, VoiceFailed, VoiceFault
from bridge.ports import VoiceTraits, VoiceUnavailable
from bridge.voice.catalogue import GEMINI
from bridge.voice.gemini.connection import ConnectionLost
from bridge.voice.gemini.faults import advice
from bridge.voice.gemini.settings import GeminiSettings
from bridge.voice.gemini.talk import Talk


class GeminiVoice:
    """`tls` tells which certificates are trusted; None: those of the web."""

    def __init__(self, settings: GeminiSettings, tls: ssl.SSLContext | None = None) -> None:
        self._settings = settings
        self._tls = tls
        self._talk: Talk | None = None
        self._task: asyncio.Task[None] | None = None
        self._is_open = asyncio.Event()
        self._is_closed = False
        self._cancelled: set[int] = set()
        self._events: asyncio.Queue[VoiceEvent | None] = asyncio.Queue()

    @property
    def traits(self) -> VoiceTraits:
        return GEMINI

    async def open(self, brief: CallBrief) -> None:
        """Idempotent, so that it may be warmed up while the phone rings. Raises VoiceUnavailable."""
        if not self._settings.api_key:
            raise VoiceUnavailable("No API key for Gemini is set.", VoiceFault.KEY)
        if self._is_closed:
            raise VoiceUnavailable("This voice was closed.", VoiceFault.CUT)
        if self._task is None:
            self._talk = Talk(brief, self._settings, self._tls, self._tell)
            self._task = asyncio.create_task(self._talk.run(self._is_open.set))
        await self._wait_until_open(self._task)

    def hear(self, pcm: Samples) -> None:
        if self._talk is not None:
            self._talk.hear(pcm)

    def expect(self, expectation: Expectation) -> None:
        if self._talk is not None:
            self._talk.expect(expectation)

    def speak(self, line: Line) -> None:
        if self._talk is not None:
            self._talk.speak(line)

    def cancel(self, line_id: int, heard_ms: int) -> None:
        """What is left of the line is dropped; Gemini has no word for how much of it was heard."""
        self._cancelled.add(line_id)
        if self._talk is not None:
            self._talk.cancel(line_id)

    def words_of_line(self, line_id: int) -> str:
        return self._talk.words_of_line(line_id) if self._talk is not None else ""

    async def events(self) -> AsyncIterator[VoiceEvent]:
        while (event := await self._events.get()) is not None:
            if isinstance(event, VoiceAudio | VoiceAudioEnd | LineFailed) and event.line_id in self._cancelled:
                continue
            yield event

    async def close(self) -> None:
        """Idempotent. When it returns nothing of this call is left at work."""
        self._is_closed = True
        self._talk = None
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        self._events.put_nowait(None)

    async def _wait_until_open(self, task: asyncio.Task[None]) -> None:
        opened = asyncio.create_task(self._is_open.wait())
        try:
            await asyncio.wait({task, opened}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            opened.cancel()
        if self._is_open.is_set():
            return
        error = None if task.cancelled() else task.exception()
        fault = error.fault if isinstance(error, ConnectionLost) else VoiceFault.CUT
        raise VoiceUnavailable(advice(fault), fault) from error

    def _tell(self, event: VoiceEvent) -> None:
        self._events.put_nowait(event)
        if isinstance(event, VoiceFailed):
            self._talk = None
