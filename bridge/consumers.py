"""The media socket of one call: checks the handshake, then passes messages between the socket and the session.

Decides nothing. It refuses a handshake without the subprotocol or without a good token before any call is touched.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, TypeAlias

from channels.consumer import AsyncConsumer

from bridge.ports import TokenRefused
from bridge.session import CallSession, SessionParts
from bridge.wire import SUBPROTOCOL

logger = logging.getLogger(__name__)

Message: TypeAlias = dict[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]

WRONG_SUBPROTOCOL = 4406
BAD_TOKEN = 4403
NO_CODE = 1005  # RFC 6455 §7.4.1, and the default of the ASGI specification
GONE = 1006


class _Socket:
    """The sending half of the ASGI connection, as the session's `Media`."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._is_closed = False

    async def send_bytes(self, pcm: bytes) -> None:
        await self._send_open({"type": "websocket.send", "bytes": pcm})

    async def send_text(self, text: str) -> None:
        await self._send_open({"type": "websocket.send", "text": text})

    async def close(self) -> None:
        if not self._is_closed:
            self._is_closed = True
            with suppress(OSError):  # the other side was quicker
                await self._send({"type": "websocket.close", "code": 1000})

    async def _send_open(self, message: Message) -> None:
        if self._is_closed:  # servers answer a message after a close in ways of their own
            raise BrokenPipeError
        await self._send(message)


class AudioStreamConsumer(AsyncConsumer):  # type: ignore[misc]  # Channels has no types
    """Stock dispatch waits for a database hop on one thread of the whole process before every message: measured, a query of
    300 ms in one call froze the audio of all others for as long. So `__call__` is a bare ASGI loop, without dispatch and
    without a channel layer; the database is reached through the session's desk only, in tasks of its own."""

    channel_layer_alias = None

    def __init__(self, *, parts: SessionParts) -> None:
        self._parts = parts

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        await receive()  # websocket.connect
        if SUBPROTOCOL not in scope["subprotocols"]:
            logger.warning("media socket refused: the subprotocol was not offered")
            await send({"type": "websocket.close", "code": WRONG_SUBPROTOCOL})
            return
        try:
            brief = await self._parts.desk.open(scope["url_route"]["kwargs"]["token"])
        except TokenRefused:
            logger.warning("media socket refused: the token is not good")
            await send({"type": "websocket.close", "code": BAD_TOKEN})
            return
        session = CallSession(brief, _Socket(send), self._parts)
        async with asyncio.TaskGroup() as tasks:
            running = tasks.create_task(session.run())
            reading = tasks.create_task(self._read(receive, session))
            running.add_done_callback(lambda _task: reading.cancel())  # a peer may never answer our close
            try:
                await send({"type": "websocket.accept", "subprotocol": SUBPROTOCOL})
            except OSError:  # gone before we answered; the token is spent, so the call has to be ended
                session.media_closed(GONE)

    async def _read(self, receive: Receive, session: CallSession) -> None:
        while (message := await receive())["type"] == "websocket.receive":
            pcm = message.get("bytes")
            if pcm is None:
                session.read_text(message["text"])
                continue
            session.read_binary(pcm)
        session.media_closed(message.get("code", NO_CODE))
