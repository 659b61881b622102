"""OpenAI Realtime, or a server that speaks its protocol, as a `VoiceModel`: the ear and the session around `Dialogue`."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator

from websockets.asyncio.client import ClientConnection

from bridge.brief import CallBrief, TurnControl
from bridge.events import Expectation, Line, Samples, SpeechStarted, VoiceEvent, VoiceFault
from bridge.ports import VoiceTraits, VoiceUnavailable
from bridge.voice.catalogue import OPENAI
from bridge.voice.ear import Ear, Speech, pause_s
from bridge.voice.openai_realtime.dialogue import Dialogue
from bridge.voice.openai_realtime.faults import SERVER
from bridge.voice.openai_realtime.incoming import SessionSet, read
from bridge.voice.openai_realtime.outgoing import append, session_update
from bridge.voice.openai_realtime.settings import OPENAI_URL, RealtimeSettings
from bridge.voice.openai_socket.carrier import Carrier, now_s
from bridge.voice.openai_socket.connection import connected
from bridge.voice.openai_socket.faults import fault_of_words
from bridge.voice.openai_socket.fields import ProviderError
from bridge.voice.openai_socket.upload import Upload

logger = logging.getLogger(__name__)

SETTLE_LIMIT_S = 1.0  # for the answer to our settings; an error may be about a field that the server only does without (speaches)


class OpenAIRealtimeVoice:
    def __init__(self, settings: RealtimeSettings) -> None:
        self._settings = settings
        self._carrier: Carrier[Dialogue] = Carrier("realtime", read)
        self._turns = TurnControl.LOCAL
        self._ear = Ear()
        self._upload = Upload(settings.input_rate_hz, append)

    @property
    def traits(self) -> VoiceTraits:
        return OPENAI

    async def open(self, brief: CallBrief) -> None:
        """Idempotent. Raises VoiceUnavailable, within 6 s."""
        await self._carrier.open(brief.call_id, lambda: self._connected(brief), lambda: self._begin(brief))

    def hear(self, pcm: Samples) -> None:
        if (dialogue := self._carrier.listening) is None:
            return
        self._carrier.n_heard += pcm.size
        if self._turns is TurnControl.PROVIDER:
            self._carrier.send_audio(self._upload.add(pcm))
        else:
            self._hear_locally(dialogue, pcm)

    def expect(self, expectation: Expectation) -> None:
        self._ear.pause_s = pause_s(expectation)
        if self._carrier.dialogue is not None:
            self._carrier.dialogue.expect(expectation)

    def speak(self, line: Line) -> None:
        if (dialogue := self._carrier.dialogue) is not None:
            dialogue.speak(line, now_s())
            self._carrier.follow(dialogue)

    def cancel(self, line_id: int, heard_ms: int) -> None:
        if (dialogue := self._carrier.dialogue) is not None:
            dialogue.cancel(line_id, heard_ms, now_s())
            self._carrier.follow(dialogue)

    def events(self) -> AsyncIterator[VoiceEvent]:
        return self._carrier.events()

    async def close(self) -> None:
        """Idempotent."""
        if not self._carrier.is_closed:
            await self._carrier.close()
            self._log_account()

    # -- opening --

    async def _connected(self, brief: CallBrief) -> ClientConnection:
        if not self._settings.api_key and self._settings.base_url.rstrip("/") == OPENAI_URL:
            raise VoiceUnavailable("No API key of OpenAI is set.", VoiceFault.KEY)

        async def set_up(socket: ClientConnection) -> None:
            await socket.send(json.dumps(session_update(brief, self._settings)))
            if self._settings.acknowledges:
                await _acknowledged(socket)

        return await connected(SERVER, self._settings.socket_url, self._settings.headers(), set_up)

    def _begin(self, brief: CallBrief) -> Dialogue:
        self._turns = brief.turns
        return Dialogue(brief, self._settings)

    # -- while the call runs --

    def _hear_locally(self, dialogue: Dialogue, pcm: Samples) -> None:
        """Only speech is sent: a commit takes all of the buffer, and silence would be paid for."""
        for sound in self._ear.hear(pcm):
            if isinstance(sound, Speech):
                self._carrier.send_audio(self._upload.add(sound.pcm))
                continue
            if isinstance(sound, SpeechStarted):
                dialogue.speech_started(sound.at_s)
            else:
                self._carrier.send_audio(self._upload.flush())
                dialogue.speech_ended(sound.at_s, now_s())
            self._carrier.follow(dialogue)

    def _log_account(self) -> None:
        if (dialogue := self._carrier.dialogue) is None:
            return
        logger.info(
            "call %s: realtime voice closed: %d lines, %d in other words, %d stray pieces of sound, %d errors, %d unreadable messages",
            self._carrier.call_id,
            dialogue.n_lines,
            dialogue.n_other_words,
            dialogue.n_stray_pieces,
            dialogue.n_errors,
            self._carrier.n_unreadable,
        )


async def _acknowledged(socket: ClientConnection) -> None:
    """Until the session is as we want it. A server that is there and says nothing more has taken it; one that has complained has not, unless it
    says so."""
    is_there = is_refused = False
    while True:
        try:
            async with asyncio.timeout(SETTLE_LIMIT_S if is_there or is_refused else None):
                message = read(await socket.recv())
        except TimeoutError:
            if is_refused:
                raise SERVER.unavailable(VoiceFault.REFUSED) from None
            return
        match message:
            case SessionSet(is_updated=True):
                return
            case SessionSet():
                is_there = True
            case ProviderError():
                fault = fault_of_words(message.code, message.kind)
                if fault is not None:
                    raise SERVER.unavailable(fault)
                is_refused = True
