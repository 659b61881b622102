"""One connection to Gemini Live: opened through google-genai, and what went wrong with it in our words."""

from __future__ import annotations

import logging
import os
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import cache
from typing import Any

import certifi
from google import genai
from google.genai import errors, types
from google.genai.live import AsyncSession
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException

from bridge.events import VoiceFault
from bridge.voice.faults_by_status import fault_of_status
from bridge.voice.gemini.audio_socket import AudioSocket
from bridge.voice.gemini.capability import LinesAs
from bridge.voice.gemini.faults import fault_of_close
from bridge.voice.gemini.incoming import Incoming, read
from bridge.voice.gemini.outgoing import ActivityEnd, ActivityStart, Audio, Outgoing, Replies, Reply, Told
from bridge.voice.gemini.settings import GeminiSettings

MAX_GARBAGE = 3  # unreadable messages in a row
_CLOSE_LIMIT_S = 0.5
_wire_logger = logging.getLogger(f"{__name__}.wire")  # websockets logs headers, and so the key, when it may tell everything
_wire_logger.setLevel(logging.WARNING)
_MAX_BYTES = 2**24  # a message may hold seconds of audio; the library's own limit is 1 MiB
_CONNECT_FAILURES = (errors.APIError, WebSocketException, OSError, TimeoutError, ValueError)


class ConnectionLost(Exception):
    """It could not be opened, or it has ended. `code` is the WebSocket's, 0 if there was none."""

    def __init__(self, fault: VoiceFault, code: int = 0) -> None:
        super().__init__(fault.value)
        self.fault = fault
        self.code = code


@cache
def default_tls() -> ssl.SSLContext:
    """Loading the certificates takes a tenth of a second, so all calls share one. The variables are those that the library reads."""
    return ssl.create_default_context(cafile=os.environ.get("SSL_CERT_FILE", certifi.where()), capath=os.environ.get("SSL_CERT_DIR"))


class Connection:
    def __init__(self, session: AsyncSession, socket: AudioSocket, lines_as: LinesAs, *, has_own_turns: bool) -> None:
        self._session = session
        self._socket = socket
        self._lines_as = lines_as
        self._has_own_turns = has_own_turns  # what is not between our signs of activity is no turn
        self._is_active = False

    async def send(self, message: Outgoing) -> None:
        """Raises ConnectionLost."""
        try:
            await self._send(message)
        except ConnectionClosed as closed:
            raise _lost(closed) from closed

    async def messages(self, on_speech: Callable[[Incoming], None]) -> AsyncIterator[Incoming]:
        """Until ConnectionLost is raised; plain speech goes to `on_speech`, in its place among the others."""
        self._socket.on_speech = on_speech
        n_garbage = 0
        while True:
            try:
                async for message in self._session.receive():  # ends with each turn
                    n_garbage = 0
                    for incoming in read(message):
                        yield incoming
            except errors.APIError as error:
                raise _lost(error) from error
            except (ValueError, TypeError, AttributeError, KeyError) as error:  # not JSON, not an object, or not of the shape it should be
                n_garbage += 1
                if n_garbage >= MAX_GARBAGE:
                    raise ConnectionLost(VoiceFault.GARBAGE) from error

    async def close(self) -> None:
        await self._socket.close()

    async def _send(self, message: Outgoing) -> None:
        match message:
            case Audio():
                await self._socket.send_audio(message.pcm)
            case ActivityStart() | ActivityEnd():
                await self._sign(is_active=isinstance(message, ActivityStart))
            case Told() if self._lines_as is LinesAs.TEXT:
                await self._tell_as_text(message)
            case Told():
                content = types.Content(role="user", parts=[types.Part(text=message.text)])
                await self._session.send_client_content(turns=content, turn_complete=message.is_turn)
            case Replies():
                await self._session.send_tool_response(function_responses=[_response(reply) for reply in message.replies])

    async def _sign(self, *, is_active: bool) -> None:
        self._is_active = is_active
        if is_active:
            await self._session.send_realtime_input(activity_start=types.ActivityStart())
        else:
            await self._session.send_realtime_input(activity_end=types.ActivityEnd())

    async def _tell_as_text(self, told: Told) -> None:
        needs_signs = self._has_own_turns and not self._is_active
        if needs_signs:
            await self._sign(is_active=True)
        await self._session.send_realtime_input(text=told.text)
        if needs_signs:
            await self._sign(is_active=False)


@asynccontextmanager
async def connected(settings: GeminiSettings, config: dict[str, Any], tls: ssl.SSLContext | None) -> AsyncIterator[Connection]:
    """An open session; closed on leaving. Raises ConnectionLost when it cannot be opened."""
    sockets: list[AudioSocket] = []
    client = _client(settings, tls or default_tls(), sockets)
    opening = client.aio.live.connect(model=settings.model, config=types.LiveConnectConfig(**config))
    try:
        try:
            session = await opening.__aenter__()
        except _CONNECT_FAILURES as error:
            raise _lost(error) from error
        try:
            has_own_turns = config["realtime_input_config"]["automatic_activity_detection"]["disabled"]
            yield Connection(session, sockets[-1], settings.capability.lines_as, has_own_turns=has_own_turns)
        finally:
            await opening.__aexit__(None, None, None)
    finally:  # its own clean-up would leave a task behind
        await client.aio.aclose()
        client.close()


def _client(settings: GeminiSettings, tls: ssl.SSLContext, sockets: list[AudioSocket]) -> genai.Client:
    """Its sockets are added to the list as they are made."""

    def make_socket(*args: Any, **kwargs: Any) -> AudioSocket:
        sockets.append(AudioSocket(*args, **kwargs))
        return sockets[-1]

    options = {
        "ssl": tls,
        "ping_interval": None,  # pongs were seen 8 to 30 s late (reference of the provider's forum, Oct 2026)
        "max_size": _MAX_BYTES,
        "compression": None,  # audio as base64 hardly shrinks
        "close_timeout": _CLOSE_LIMIT_S,
        "create_connection": make_socket,
        "logger": _wire_logger,
    }
    http = types.HttpOptions(
        base_url=settings.base_url, api_version=settings.api_version, async_client_args=options, client_args={"verify": tls}
    )  # the second for HTTP, which is not used, and would load the certificates again
    return genai.Client(api_key=settings.api_key, http_options=http)


def _response(reply: Reply) -> types.FunctionResponse:
    scheduling = types.FunctionResponseScheduling(reply.scheduling) if reply.scheduling else None
    return types.FunctionResponse(id=reply.call_id, name=reply.name, response=dict(reply.response), scheduling=scheduling)


def _lost(error: BaseException) -> ConnectionLost:
    match error:
        case errors.APIError():
            return ConnectionLost(fault_of_close(error.code or 0, error.details), error.code or 0)
        case ConnectionClosed():
            code, reason = (error.rcvd.code, error.rcvd.reason) if error.rcvd else (1006, "")
            return ConnectionLost(fault_of_close(code, reason), code)
        case InvalidStatus():
            return ConnectionLost(fault_of_status(error.response.status_code))
        case ValueError() if not isinstance(error, OSError):  # a certificate that is not trusted is both
            return ConnectionLost(VoiceFault.GARBAGE)
        case _:
            return ConnectionLost(VoiceFault.UNREACHABLE)
