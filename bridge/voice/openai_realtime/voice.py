"""OpenAI Realtime, or a server that speaks its protocol, as a `VoiceModel`: the socket, the clock and the ear around `Dialogue`.

Raw `websockets` instead of a provider's library, so that one voice serves all these servers. Nothing that a provider or a callee says is logged.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException

from bridge.brief import CallBrief, TurnControl
from bridge.events import RATE_HZ, Expectation, Line, Samples, SpeechStarted, VoiceEvent, VoiceFault
from bridge.ports import VoiceTraits, VoiceUnavailable
from bridge.voice.catalogue import OPENAI
from bridge.voice.ear import Ear, Speech, pause_s
from bridge.voice.openai_realtime.dialogue import Dialogue
from bridge.voice.openai_realtime.faults import fault_of_close, fault_of_status, fault_of_words, message_for
from bridge.voice.openai_realtime.incoming import ProviderError, SessionSet, Unreadable, read
from bridge.voice.openai_realtime.outgoing import Message, session_update
from bridge.voice.openai_realtime.settings import OPENAI_URL, RealtimeSettings
from bridge.voice.openai_realtime.upload import Upload

logger = logging.getLogger(__name__)

OPEN_LIMIT_S = 6.0
CLOSE_LIMIT_S = 0.5
SETTLE_LIMIT_S = 1.0  # for the answer to our settings; an error may be about a field that the server only does without (speaches)
MAX_UNSENT = 500  # messages; 30 s of audio that a server does not take
MAX_UNREADABLE = 3
MAX_MESSAGE_BYTES = 4 * 2**20

# At DEBUG the library writes down every frame and the handshake with its key: never, whatever the level of all others.
_socket_logger = logging.getLogger(f"{__name__}.socket")
_socket_logger.setLevel(logging.WARNING)


class OpenAIRealtimeVoice:
    def __init__(self, settings: RealtimeSettings) -> None:
        self._settings = settings
        self._events: asyncio.Queue[VoiceEvent | None] = asyncio.Queue()
        self._unsent: asyncio.Queue[str] = asyncio.Queue()
        self._dialogue: Dialogue | None = None
        self._brief: CallBrief | None = None
        self._ear = Ear()
        self._upload = Upload(settings.input_rate_hz)
        self._heard_samples = 0
        self._n_unreadable = 0
        self._timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None
        self._opening = asyncio.Lock()
        self._is_closed = False

    @property
    def traits(self) -> VoiceTraits:
        return OPENAI

    async def open(self, brief: CallBrief) -> None:
        """Idempotent. Raises VoiceUnavailable, within 6 s."""
        async with self._opening:
            if self._dialogue is None and not self._is_closed:
                await self._open(brief)

    def hear(self, pcm: Samples) -> None:
        dialogue, brief = self._dialogue, self._brief
        if dialogue is None or brief is None or dialogue.is_dead or self._is_closed:
            return
        self._heard_samples += pcm.size
        if brief.turns is TurnControl.PROVIDER:
            self._send_audio(self._upload.add(pcm))
        else:
            self._hear_locally(dialogue, pcm)

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
            self._dialogue.cancel(line_id, heard_ms, _now_s())
            self._follow(self._dialogue)

    def words_of_line(self, line_id: int) -> str:
        return self._dialogue.words_of_line(line_id) if self._dialogue is not None else ""

    async def events(self) -> AsyncIterator[VoiceEvent]:
        while (event := await self._events.get()) is not None:
            yield event

    async def close(self) -> None:
        """Idempotent."""
        if self._is_closed:
            return
        self._is_closed = True
        if self._timer is not None:
            self._timer.cancel()
        self._events.put_nowait(None)
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})
        self._log_account()

    # -- opening --

    async def _open(self, brief: CallBrief) -> None:
        if not self._settings.api_key and self._settings.base_url.rstrip("/") == OPENAI_URL:
            raise VoiceUnavailable("No API key of OpenAI is set.", VoiceFault.KEY)
        try:
            async with asyncio.timeout(OPEN_LIMIT_S):
                socket = await self._connected(brief)
        except TimeoutError as late:
            raise _unavailable(VoiceFault.UNREACHABLE) from late
        if self._is_closed:  # the call ended meanwhile
            await socket.close()
            return
        self._brief = brief
        self._dialogue = Dialogue(brief, self._settings)
        self._task = asyncio.create_task(self._carry(socket))

    async def _connected(self, brief: CallBrief) -> ClientConnection:
        """With the session as we want it."""
        try:
            socket = await connect(
                self._settings.socket_url(),
                additional_headers=self._settings.headers(),
                compression=None,
                open_timeout=None,
                close_timeout=CLOSE_LIMIT_S,
                max_size=MAX_MESSAGE_BYTES,
                logger=_socket_logger,
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
            await socket.send(json.dumps(session_update(brief, self._settings)))
            if self._settings.acknowledges:
                await self._acknowledged(socket)
        except ConnectionClosed as closed:
            raise _unavailable(_fault_of(closed)) from None  # its text are the provider's words
        except Unreadable as garbage:
            raise _unavailable(VoiceFault.GARBAGE) from garbage

    async def _acknowledged(self, socket: ClientConnection) -> None:
        """Until the session is as we want it. A server that is there and says nothing more has taken it; one that has complained has not, unless it
        says so."""
        is_there = is_refused = False
        while True:
            try:
                async with asyncio.timeout(SETTLE_LIMIT_S if is_there or is_refused else None):
                    message = read(await socket.recv())
            except TimeoutError:
                if is_refused:
                    raise _unavailable(VoiceFault.REFUSED) from None
                return
            match message:
                case SessionSet(is_updated=True):
                    return
                case SessionSet():
                    is_there = True
                case ProviderError():
                    fault = fault_of_words(message.code, message.kind)
                    if fault is not None:
                        raise _unavailable(fault)
                    is_refused = True

    # -- while the call runs --

    def _hear_locally(self, dialogue: Dialogue, pcm: Samples) -> None:
        """Only speech is sent: a commit takes all of the buffer, and silence would be paid for."""
        for sound in self._ear.hear(pcm):
            if isinstance(sound, Speech):
                self._send_audio(self._upload.add(sound.pcm))
                continue
            if isinstance(sound, SpeechStarted):
                dialogue.speech_started(sound.at_s)
            else:
                self._send_audio(self._upload.flush())
                dialogue.speech_ended(sound.at_s, _now_s())
            self._follow(dialogue)

    def _send_audio(self, message: str | None) -> None:
        if message is not None:
            self._unsent.put_nowait(message)
            if self._unsent.qsize() > MAX_UNSENT and self._dialogue is not None:
                self._dialogue.fail("the provider takes no audio", VoiceFault.UNREACHABLE)
                self._follow(self._dialogue)

    async def _carry(self, socket: ClientConnection) -> None:
        try:
            async with asyncio.TaskGroup() as tasks:
                writer = tasks.create_task(self._write(socket))
                await self._read(socket)
                writer.cancel()
        except Exception:  # the edge of this task: the call is told
            logger.exception("call %s: the realtime voice broke", self._call_id)
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
                self._fail("the provider's messages cannot be read", VoiceFault.GARBAGE)
            return
        if message is not None:
            dialogue.handle(message, self._heard_samples / RATE_HZ, _now_s())
            self._follow(dialogue)

    def _fail(self, reason: str, fault: VoiceFault) -> None:
        if self._dialogue is None or self._is_closed:
            return
        if not self._dialogue.is_dead:
            logger.warning("call %s: the realtime voice is lost, %s: %s", self._call_id, fault, reason)
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
        if dialogue.is_dead and self._task is not None:  # what cannot go on shall not be paid for
            self._task.cancel()
        due_s = dialogue.next_deadline()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if due_s is not None and not self._is_closed:
            self._timer = asyncio.get_running_loop().call_at(due_s, self._on_time)

    def _on_time(self) -> None:
        assert self._dialogue is not None, "timers are set after opening"
        self._dialogue.on_time(_now_s())
        self._follow(self._dialogue)

    def _log_account(self) -> None:
        if self._dialogue is None:
            return
        logger.info(
            "call %s: realtime voice closed: %d lines, %d in other words, %d stray pieces of sound, %d errors, %d unreadable messages",
            self._call_id,
            self._dialogue.n_lines,
            self._dialogue.n_other_words,
            self._dialogue.n_stray_pieces,
            self._dialogue.n_errors,
            self._n_unreadable,
        )

    @property
    def _call_id(self) -> str:
        return self._brief.call_id if self._brief is not None else ""


def _now_s() -> float:
    return asyncio.get_running_loop().time()


def _json(message: Message) -> str:
    return json.dumps(message, ensure_ascii=False)


def _fault_of(closed: ConnectionClosed) -> VoiceFault:
    return fault_of_close(closed.rcvd.code, closed.rcvd.reason) if closed.rcvd is not None else VoiceFault.CUT


def _unavailable(fault: VoiceFault) -> VoiceUnavailable:
    return VoiceUnavailable(message_for(fault), fault)
