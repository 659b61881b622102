"""The sockets of listening in: the browser's, and the one between two processes of ours.

The browser may come to any process, whatever stands before them. If it holds the call itself, it reads its own tap; else it fetches the sound from
the one that does, at the address under which that has registered, so neither Redis nor a second public address is needed. Plain ASGI: nothing waits
for a database between two pieces of sound.

From the browser: {"token": …}, nothing else. To it: {"rate_hz": 16000, "channels": 2}, then the sound (see taps), in the end {"over": WHY}.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing, suppress
from enum import StrEnum
from typing import Any, Protocol, TypeAlias
from uuid import UUID

from django.contrib.auth.models import User
from django.db import DatabaseError
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidURI

from bridge.events import RATE_HZ
from campaigns.listening import desk
from campaigns.listening.desk import Opened
from campaigns.listening.taps import Taps

logger = logging.getLogger(__name__)

Message: TypeAlias = dict[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]

LOOK_EVERY_S = 5.0
FIRST_WORD_WITHIN_S = 10.0
REACHED_WITHIN_S = 5.0
MAX_PIECE = 64_000
REFUSED, NOT_HERE = 4403, 4404


class Over(StrEnum):
    """Why the sound ends, for the page to put into words."""

    ENDED = "ended"  # the call, or its part with the bot
    REFUSED = "refused"  # the token is spent or too old, or one may not any more
    UNREACHABLE = "unreachable"  # the process that holds the call is not found at the address it registered with


class InThread(Protocol):
    async def __call__(self, work: Callable[..., Any], *args: Any) -> Any: ...


class ListenSocket:
    """The browser's. Stands behind the session and the origin check."""

    def __init__(self, taps: Taps, in_thread: InThread, own_id: Callable[[], UUID | None]) -> None:
        """`own_id`: of this process among the servers, once it has registered."""
        self._taps = taps
        self._in_thread = in_thread
        self._own_id = own_id

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        await receive()  # websocket.connect
        await send({"type": "websocket.accept"})
        user, session = scope.get("user"), scope.get("session")
        session_key = getattr(session, "session_key", None) or ""
        token = await _token(receive)
        opened = await self._in_thread(desk.begin, token, user, session_key) if token and isinstance(user, User) else None
        if opened is None or not isinstance(user, User):
            await _close(send, Over.REFUSED)
            return
        try:
            why = await self._play(opened, user.pk, session_key, receive, send)
        finally:
            await self._in_thread(desk.end, opened.listening_id)
        await _close(send, why)

    async def _play(self, opened: Opened, user_id: int, session_key: str, receive: Receive, send: Send) -> Over:
        playing = asyncio.create_task(self._pass_on(opened, send))
        leaving = asyncio.create_task(_until_gone(receive))
        watching = asyncio.create_task(self._until_forbidden(opened, user_id, session_key))
        tasks = {playing, leaving, watching}
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        if watching.done() and not watching.cancelled():
            return Over.REFUSED
        return playing.result() if playing.done() and not playing.cancelled() and not playing.exception() else Over.ENDED

    async def _pass_on(self, opened: Opened, send: Send) -> Over:
        tap = self._taps.of(str(opened.call_id))
        if tap is None and opened.server_id == self._own_id():
            return Over.ENDED  # in this very moment
        sound = tap.pieces() if tap is not None else _from_afar(opened)
        try:
            await send({"type": "websocket.send", "text": json.dumps({"rate_hz": RATE_HZ, "channels": 2})})
            async with aclosing(sound) as pieces:
                async for piece in pieces:
                    await send({"type": "websocket.send", "bytes": piece})
        except (OSError, TimeoutError, ConnectionClosed, InvalidHandshake, InvalidURI) as problem:
            logger.warning("call %s cannot be listened to: %s", opened.call_id, type(problem).__name__)
            return Over.UNREACHABLE
        return Over.ENDED

    async def _until_forbidden(self, opened: Opened, user_id: int, session_key: str) -> None:
        """An open socket outlives signing out, a right that was taken away, and a callee's no."""
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            try:
                if not await self._in_thread(desk.may_hear, opened.call_id, user_id, session_key):
                    return
            except DatabaseError:  # nobody can say that they still may
                logger.exception("call %s: a listener could not be checked", opened.call_id)
                return


class RelaySocket:
    """Between two processes of ours: its token is signed by one and spent at the other, which holds the call."""

    def __init__(self, taps: Taps, in_thread: InThread) -> None:
        self._taps = taps
        self._in_thread = in_thread

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        await receive()  # websocket.connect
        token = scope["url_route"]["kwargs"]["token"]
        call_id = await self._in_thread(desk.relayed_call, token)
        tap = self._taps.of(str(call_id)) if call_id is not None else None
        if tap is None or not await self._in_thread(desk.spend_relay, token):
            await send({"type": "websocket.close", "code": NOT_HERE if call_id is not None else REFUSED})
            return
        await send({"type": "websocket.accept"})
        leaving = asyncio.create_task(_until_gone(receive))
        playing = asyncio.create_task(_all_of(tap.pieces(), send))
        await asyncio.wait({leaving, playing}, return_when=asyncio.FIRST_COMPLETED)
        for task in (leaving, playing):
            task.cancel()
        await asyncio.gather(leaving, playing, return_exceptions=True)
        with suppress(OSError, RuntimeError):  # they were quicker
            await send({"type": "websocket.close", "code": 1000})


async def _from_afar(opened: Opened) -> AsyncGenerator[bytes, None]:
    """Raises OSError and what websockets raises, where the process that holds the call is not found there."""
    if not opened.server_url:
        raise ConnectionError
    address = f"{opened.server_url}/listen-relay/{desk.relay_token(opened)}"
    async with connect(address, open_timeout=REACHED_WITHIN_S, max_size=MAX_PIECE, max_queue=8, compression=None) as socket:
        async for piece in socket:
            if isinstance(piece, bytes):
                yield piece


async def _all_of(sound: AsyncGenerator[bytes, None], send: Send) -> None:
    with suppress(OSError):
        async with aclosing(sound) as pieces:
            async for piece in pieces:
                await send({"type": "websocket.send", "bytes": piece})


async def _token(receive: Receive) -> str:
    """ "": none came, or not in time."""
    with suppress(TimeoutError, ValueError, AttributeError):
        async with asyncio.timeout(FIRST_WORD_WITHIN_S):
            message = await receive()
        said = json.loads((message.get("text") or "")[:1000])
        return str(said.get("token") or "")
    return ""


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "websocket.disconnect":
        pass


async def _close(send: Send, why: Over) -> None:
    with suppress(OSError, RuntimeError):  # gone already
        await send({"type": "websocket.send", "text": json.dumps({"over": why.value})})
        await send({"type": "websocket.close", "code": REFUSED if why is Over.REFUSED else 1000})
