"""OpenAI's Live API as a `VoiceModel`: the ear and the session around `Dialogue`.

The service wants sound without a pause, silence included, and does nothing while there is none: where the phone line gives none (it still rings, it
stalls) silence is sent.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator

from websockets.asyncio.client import ClientConnection

from bridge.audio import silence
from bridge.brief import CallBrief
from bridge.events import RATE_HZ, Expectation, Line, Samples, SpeechStarted, VoiceEvent, VoiceFault
from bridge.ports import VoiceTraits, VoiceUnavailable
from bridge.voice.catalogue import OPENAI_LIVE
from bridge.voice.ear import Ear, Speech, pause_s
from bridge.voice.openai_live.dialogue import Dialogue
from bridge.voice.openai_live.faults import SERVER, fault_of_end
from bridge.voice.openai_live.incoming import Ended, Started, read
from bridge.voice.openai_live.outgoing import append, close, session_start
from bridge.voice.openai_live.settings import LiveSettings
from bridge.voice.openai_socket.carrier import Carrier, now_s
from bridge.voice.openai_socket.connection import connected
from bridge.voice.openai_socket.faults import fault_of_words
from bridge.voice.openai_socket.fields import ProviderError
from bridge.voice.openai_socket.upload import Upload

logger = logging.getLogger(__name__)

FILL_S = 0.1  # of silence at a time
STALLED_S = 0.5  # without sound from a line that has given some; less may only be late, and silence would cut into speech


class OpenAILiveVoice:
    def __init__(self, settings: LiveSettings) -> None:
        self._settings = settings
        self._carrier: Carrier[Dialogue] = Carrier("live", read, beside=self._fill)
        self._ear = Ear()
        self._upload = Upload(RATE_HZ, append)
        self._filled_samples = 0

    @property
    def traits(self) -> VoiceTraits:
        return OPENAI_LIVE

    async def open(self, brief: CallBrief) -> None:
        """Idempotent. Raises VoiceUnavailable, within 6 s."""
        await self._carrier.open(brief.call_id, lambda: self._connected(brief), lambda: Dialogue(brief, self._settings, now_s()))

    def hear(self, pcm: Samples) -> None:
        if (dialogue := self._carrier.listening) is None:
            return
        self._carrier.n_heard += pcm.size
        self._carrier.send_audio(self._upload.add(pcm))
        for sound in self._ear.hear(pcm):
            if isinstance(sound, Speech):
                continue
            if isinstance(sound, SpeechStarted):
                dialogue.speech_started(sound.at_s, sound.at_s + self._filled_samples / RATE_HZ)
            else:
                dialogue.speech_ended(sound.at_s, now_s())
            self._carrier.follow(dialogue)

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
            dialogue.cancel(line_id, heard_ms)
            self._carrier.follow(dialogue)

    def events(self) -> AsyncIterator[VoiceEvent]:
        return self._carrier.events()

    async def close(self) -> None:
        """Idempotent. The last figure of the session's seconds is waited for, but not long."""
        if self._carrier.is_closed:
            return
        dialogue = self._carrier.dialogue
        if dialogue is None or dialogue.is_dead:
            await self._carrier.close(close())
        else:
            dialogue.is_closing = True
            await self._carrier.close(close(), settle=lambda: dialogue.close_account(now_s()))
        self._log_account()

    async def _connected(self, brief: CallBrief) -> ClientConnection:
        if not self._settings.api_key:
            raise VoiceUnavailable("No API key of OpenAI is set.", VoiceFault.KEY)

        async def set_up(socket: ClientConnection) -> None:
            await socket.send(json.dumps(session_start(brief, self._settings), ensure_ascii=False))
            await _started(socket)

        # Sound never pauses: what is dead shows sooner than by a ping.
        return await connected(SERVER, self._settings.socket_url, self._settings.headers(), set_up, ping_every_s=None)

    async def _fill(self) -> None:
        """Silence, for as long as nothing is heard."""
        pause = silence(round(FILL_S * RATE_HZ))
        n_before, since_s = 0, now_s() - STALLED_S
        while self._carrier.listening is not None:
            await asyncio.sleep(FILL_S)
            if self._carrier.n_heard > n_before:
                n_before, since_s = self._carrier.n_heard, now_s()
            elif now_s() - since_s >= STALLED_S:
                self._filled_samples += pause.size
                self._carrier.send_audio(self._upload.add(pause))

    def _log_account(self) -> None:
        if (dialogue := self._carrier.dialogue) is None:
            return
        logger.info(
            "call %s: live voice closed: %d lines, %d in other words, %d ms of stray sound, %d errors, %d unreadable messages, %.1f s filled",
            self._carrier.call_id,
            dialogue.n_lines,
            dialogue.n_other_words,
            dialogue.n_stray_ms,
            dialogue.n_errors,
            self._carrier.n_unreadable,
            self._filled_samples / RATE_HZ,
        )


async def _started(socket: ClientConnection) -> None:
    """An error before it means that there will be no session."""
    while True:
        match read(await socket.recv()):
            case Started():
                return
            case ProviderError() as error:
                raise SERVER.unavailable(fault_of_words(error.code, error.kind) or VoiceFault.REFUSED)
            case Ended() as ended:
                raise SERVER.unavailable(fault_of_end(ended.reason))
