"""A socket to a server that speaks one of OpenAI's protocols, with its session set up, or why there is none.

Raw `websockets` instead of a provider's library, so that one voice serves all these servers. Nothing that a provider or a callee says is logged.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidMessage, InvalidStatus, WebSocketException

from bridge.events import VoiceFault
from bridge.voice.faults_by_status import fault_of_status
from bridge.voice.openai_socket.faults import ServerWords, fault_of_close
from bridge.voice.openai_socket.fields import Unreadable

OPEN_LIMIT_S = 6.0
CLOSE_LIMIT_S = 0.5
PING_EVERY_S = 20.0
MAX_MESSAGE_BYTES = 4 * 2**20

_UNREADABLE = frozenset({1002, 1007, 1009})  # a broken frame, no UTF-8, too long (RFC 6455 section 7.4.1)

# At DEBUG the library writes down every frame and the handshake with its key: never, whatever the level of all others.
_socket_logger = logging.getLogger(f"{__name__}.socket")
_socket_logger.setLevel(logging.WARNING)

SetUp = Callable[[ClientConnection], Awaitable[None]]


async def connected(
    server: ServerWords, url: Callable[[], str], headers: Mapping[str, str], set_up: SetUp, ping_every_s: float | None = PING_EVERY_S
) -> ClientConnection:
    """With the session as `set_up` wants it. Raises VoiceUnavailable, within 6 s."""
    try:
        async with asyncio.timeout(OPEN_LIMIT_S):
            socket = await _connect(server, url, headers, ping_every_s)
            try:
                await _set_up(server, socket, set_up)
            except BaseException:
                await socket.close()
                raise
    except TimeoutError as late:
        raise server.unavailable(VoiceFault.UNREACHABLE) from late
    return socket


def fault_of(closed: ConnectionClosed) -> VoiceFault:
    """Also of a close that began with us, because of what had come: the server only repeats our code then, as if it complained of us."""
    if closed.sent is not None and not closed.rcvd_then_sent and closed.sent.code in _UNREADABLE:
        return VoiceFault.GARBAGE
    return fault_of_close(closed.rcvd.code, closed.rcvd.reason) if closed.rcvd is not None else VoiceFault.CUT


async def _connect(server: ServerWords, url: Callable[[], str], headers: Mapping[str, str], ping_every_s: float | None) -> ClientConnection:
    try:
        return await connect(
            url(),
            additional_headers=headers,
            compression=None,
            open_timeout=None,
            close_timeout=CLOSE_LIMIT_S,
            ping_interval=ping_every_s,
            max_size=MAX_MESSAGE_BYTES,
            logger=_socket_logger,
        )
    except InvalidStatus as refusal:
        raise server.unavailable(fault_of_status(refusal.response.status_code)) from refusal
    except OSError as unreachable:
        raise server.unavailable(VoiceFault.UNREACHABLE) from unreachable
    except InvalidMessage as broken:
        raise server.unavailable(VoiceFault.CUT if isinstance(broken.__cause__, EOFError) else VoiceFault.REFUSED) from broken
    except (WebSocketException, ValueError) as no_server:
        raise server.unavailable(VoiceFault.REFUSED) from no_server


async def _set_up(server: ServerWords, socket: ClientConnection, set_up: SetUp) -> None:
    try:
        await set_up(socket)
    except ConnectionClosed as closed:
        raise server.unavailable(fault_of(closed)) from None  # its text are the provider's words
    except Unreadable as garbage:
        raise server.unavailable(VoiceFault.GARBAGE) from garbage
