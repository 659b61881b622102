"""OpenAI's Live API as a `VoiceModel`: the socket, the clock and the ear around `Dialogue`.

The service wants sound without a pause, silence included, and does nothing while there is none: where the phone line gives none (it still rings, it
stalls) silence is sent. Raw `websockets`: no library of the provider is needed. Nothing that a provider or a callee says is logged.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException

from bridge.audio import silence
from bridge.brief import CallBrief
from bridge.events import RATE_HZ, Expectation, Line, Samples, SpeechStarted, VoiceEvent, VoiceFault
from bridge.ports import VoiceTraits, VoiceUnavailable
from bridge.voice.catalogue import OPENAI_LIVE
from bridge.voice.ear import Ear, Speech, pause_s
from bridge.voice.openai_live.dialogue import Dialogue
from bridge.voice.openai_live.faults import fault_of_close, fault_of_end, fault_of_status, fault_of_words, message_for
from bridge.voice.openai_live.incoming import Ended, ProviderError, Started, Unreadable, read
from bridge.voice.openai_live.outgoing import Message, close, session_start
from bridge.voice.openai_live.settings import LiveSettings
from bridge.voice.openai_live.upload import Upload

logger = logging.getLogger(__name__)

OPEN_LIMIT_S = 6.0
CLOSE_LIMIT_S = 0.5  # for the last figure of what is paid for; the socket's own closing as well
FILL_S = 0.1  # of silence at a time
STALLED_S = 0.5  # without sound from a line that has given some; less may only be late, and silence would cut into speech
MAX_UNSENT = 500  # messages; 30 s of audio that the service does not take
MAX_UNREADABLE = 3
MAX_MESSAGE_BYTES = 4 * 2**20


class OpenAILiveVoice:
    def __init__(self, settings: LiveSettings) -> None:
        self._settings = settings
        self._events: asyncio.Queue[VoiceEvent | None] = asyncio.Queue()
        self._unsent: asyncio.Queue[str] = asyncio.Queue()
        self._dialogue: Dialogue | None = None
        self._call_id = ""
        self._ear = Ear()
        self._upload = Upload()
        self._heard_samples = 0
        self._filled_samples = 0
        self._n_unreadable = 0
        self._timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None
        self._is_closed = False

    @property
    def traits(self) -> VoiceTraits:
        return OPENAI_LIVE

    async def open(self, brief: CallBrief) -> None:
        """Idempotent. Raises VoiceUnavailable, within 6 s."""
        if self._dialogue is not None or self._is_closed:
            return
        if not self._settings.api_key:
            raise VoiceUnavailable("No API key of OpenAI is set.", VoiceFault.KEY)
        try:
            async with asyncio.timeout(OPEN_LIMIT_S):
                socket = await self._connected(brief)
        except TimeoutError as late:
            raise _unavailable(VoiceFault.UNREACHABLE) from late
        if self._is_closed:  # the call ended meanwhile
            await socket.close()
            return
        self._call_id = brief.call_id
        self._dialogue = Dialogue(brief, self._settings, _now_s())
        self._task = asyncio.create_task(self._carry(socket))

    def hear(self, pcm: Samples) -> None:
        dialogue = self._dialogue
        if dialogue is None or dialogue.is_dead or self._is_closed:
            return
        self._heard_samples += pcm.size
        self._send_audio(dialogue, self._upload.add(pcm))
        for sound in self._ear.hear(pcm):
            if isinstance(sound, Speech):
                continue
            if isinstance(sound, SpeechStarted):
                dialogue.speech_started(sound.at_s, sound.at_s + self._filled_samples / RATE_HZ)
            else:
                dialogue.speech_ended(sound.at_s, _now_s())
            self._follow(dialogue)

    def expect(self, expectation: Expectation) -> None:
        self._ear.pause_s = pause_s(expectation)
        if self._dialogue is not None:
            self._dialogue.expect(expectation)

    def speak(self, line: Line) -> None:
        if self._dialogue is not None:
            self._dialogue.speak(line, _now_s())
            self._follow(self._dialogue)

    def cancel(self, line_id: int, heard_ms: int) -> None:
        if self._dialogue is not None:
            self._dialogue.cancel(line_id, heard_ms)
            self._follow(self._dialogue)

    def words_of_line(self, line_id: int) -> str:
        return self._dialogue.words_of_line(line_id) if self._dialogue is not None else ""

    async def events(self) -> AsyncIterator[VoiceEvent]:
        while (event := await self._events.get()) is not None:
            yield event

    async def close(self) -> None:
        """Idempotent. The last figure of the session's seconds is waited for, but not long."""
        if self._is_closed:
            return
        self._is_closed = True
        if self._timer is not None:
            self._timer.cancel()
        if self._task is not None and self._dialogue is not None:
            self._dialogue.is_closing = True
            self._unsent.put_nowait(_json(close()))
            await asyncio.wait({self._task}, timeout=CLOSE_LIMIT_S)
            self._task.cancel()
            await asyncio.wait({self._task})
        self._events.put_nowait(None)
        self._log_account()

    # -- opening --

    async def _connected(self, brief: CallBrief) -> ClientConnection:
        """With the session as we want it."""
        try:
            socket = await connect(
                self._settings.socket_url(),
                additional_headers=self._settings.headers(),
                compression=None,
                open_timeout=None,
                close_timeout=CLOSE_LIMIT_S,
                ping_interval=None,  # sound never pauses: what is dead shows sooner
                max_size=MAX_MESSAGE_BYTES,
            )
        except InvalidStatus as refusal:
            raise _unavailable(fault_of_status(refusal.response.status_code)) from refusal
        except OSError as unreachable:
            raise _unavailable(VoiceFault.UNREACHABLE) from unreachable
        except (WebSocketException, ValueError) as no_server:
            raise _unavailable(VoiceFault.REFUSED) from no_server
        try:
            await self._set_up(socket, brief)
        except BaseException:
            await socket.close()
            raise
        return socket

    async def _set_up(self, socket: ClientConnection, brief: CallBrief) -> None:
        try:
            await socket.send(_json(session_start(brief, self._settings)))
            await _started(socket)
        except ConnectionClosed as closed:
            raise _unavailable(_fault_of(closed)) from closed
        except Unreadable as garbage:
            raise _unavailable(VoiceFault.GARBAGE) from garbage

    # -- while the call runs --

    def _send_audio(self, dialogue: Dialogue, message: str | None) -> None:
        if message is None:
            return
        self._unsent.put_nowait(message)
        if self._unsent.qsize() > MAX_UNSENT:
            dialogue.fail("the service takes no audio", VoiceFault.UNREACHABLE)
            self._follow(dialogue)

    async def _carry(self, socket: ClientConnection) -> None:
        try:
            async with asyncio.TaskGroup() as tasks:
                others = [tasks.create_task(self._write(socket)), tasks.create_task(self._fill())]
                await self._read(socket)
                for task in others:
                    task.cancel()
        except Exception:  # the edge of this task: the call is told
            logger.exception("call %s: the live voice broke", self._call_id)
            self._fail("a fault of the voice", VoiceFault.CUT)
        finally:
            await socket.close()

    async def _write(self, socket: ClientConnection) -> None:
        while True:
            message = await self._unsent.get()
            try:
                await socket.send(message)
            except ConnectionClosed:  # whoever reads tells
                return

    async def _fill(self) -> None:
        """Silence, for as long as nothing is heard."""
        pause = silence(round(FILL_S * RATE_HZ))
        n_before, since_s = 0, _now_s() - STALLED_S
        while self._dialogue is not None and not self._dialogue.is_dead and not self._is_closed:
            await asyncio.sleep(FILL_S)
            if self._heard_samples > n_before:
                n_before, since_s = self._heard_samples, _now_s()
            elif _now_s() - since_s >= STALLED_S:
                self._filled_samples += pause.size
                self._send_audio(self._dialogue, self._upload.add(pause))

    async def _read(self, socket: ClientConnection) -> None:
        """Until the session is dead."""
        assert self._dialogue is not None, "it is made before the socket is read"
        while not self._dialogue.is_dead:
            try:
                text = await socket.recv()
            except ConnectionClosed as closed:
                self._fail("the connection was closed", _fault_of(closed))
                return
            self._take(self._dialogue, text)

    def _take(self, dialogue: Dialogue, text: str | bytes) -> None:
        try:
            message = read(text)
        except Unreadable:
            self._n_unreadable += 1
            if self._n_unreadable >= MAX_UNREADABLE:
                self._fail("the service's messages cannot be read", VoiceFault.GARBAGE)
            return
        if message is not None:
            dialogue.handle(message, self._heard_samples / RATE_HZ, _now_s())
            self._follow(dialogue)

    def _fail(self, reason: str, fault: VoiceFault) -> None:
        if self._dialogue is None:
            return
        if not self._dialogue.is_dead and not self._is_closed:
            logger.warning("call %s: the live voice is lost, %s: %s", self._call_id, fault, reason)
        self._dialogue.fail(reason, fault)
        self._follow(self._dialogue)

    def _follow(self, dialogue: Dialogue) -> None:
        """Hand on what the dialogue has to say, and look again when it wants to."""
        for message in dialogue.messages:
            self._unsent.put_nowait(_json(message))
        for event in dialogue.events:
            self._events.put_nowait(event)
        dialogue.messages.clear()
        dialogue.events.clear()
        due_s = dialogue.next_deadline()
        if self._timer is not None and self._timer.when() == due_s:
            return
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if due_s is not None and not self._is_closed:
            self._timer = asyncio.get_running_loop().call_at(due_s, self._on_time)

    def _on_time(self) -> None:
        assert self._dialogue is not None, "timers are set after opening"
        self._timer = None
        self._dialogue.on_time(_now_s())
        self._follow(self._dialogue)

    def _log_account(self) -> None:
        if self._dialogue is None:
            return
        logger.info(
            "call %s: live voice closed: %d lines, %d in other words, %d ms of stray sound, %d errors, %d unreadable messages, %.1f s filled",
            self._call_id,
            self._dialogue.n_lines,
            self._dialogue.n_other_words,
            self._dialogue.n_stray_ms,
            self._dialogue.n_errors,
            self._n_unreadable,
            self._filled_samples / RATE_HZ,
        )


async def _started(socket: ClientConnection) -> None:
    """An error before it means that there will be no session."""
    while True:
        match read(await socket.recv()):
            case Started():
                return
            case ProviderError() as error:
                raise _unavailable(fault_of_words(error.code, error.kind) or VoiceFault.REFUSED)
            case Ended() as ended:
                raise _unavailable(fault_of_end(ended.reason))


def _now_s() -> float:
    return asyncio.get_running_loop().time()


def _json(message: Message) -> str:
    return json.dumps(message, ensure_ascii=False)


def _fault_of(closed: ConnectionClosed) -> VoiceFault:
    return fault_of_close(closed.rcvd.code, closed.rcvd.reason) if closed.rcvd is not None else VoiceFault.CUT


def _unavailable(fault: VoiceFault) -> VoiceUnavailable:
    return VoiceUnavailable(message_for(fault), fault)
