"""The media socket of a check: plays its programme, listens, and has noted what came back before it closes.

A bare ASGI application like the one for calls; the database is reached on threads of its own, before the first frame and after the last.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Protocol, TypeAlias
from uuid import UUID

from bridge.audio import to_bytes
from bridge.consumers import BAD_TOKEN, WRONG_SUBPROTOCOL
from bridge.wire import KILL_AUDIO, SUBPROTOCOL
from campaigns.line_check.answering import check_of_token
from campaigns.line_check.guide import course_of
from campaigns.line_check.hearing import Received, as_json, hear
from campaigns.line_check.notes import note, seen_of
from campaigns.line_check.seen import StreamClosed, StreamOpened
from campaigns.line_check.tones import Close, Kill, Send, long_tone_at_s, programme

logger = logging.getLogger(__name__)

Message: TypeAlias = dict[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Reply: TypeAlias = Callable[[Message], Awaitable[None]]

MAX_BYTES = 8 << 20  # four times what a stream brings at the highest rate
MAX_TEXTS = 20


class InThread(Protocol):
    async def __call__(self, work: Callable[..., Any], *args: Any) -> Any: ...


class _Ears:
    """What came in, in call seconds since the socket opened."""

    def __init__(self, now_s: Callable[[], float]) -> None:
        self._now_s = now_s
        self._pcm = bytearray()
        self._messages: list[tuple[float, int]] = []
        self._texts: list[str] = []
        self._is_text_first = False
        self.sent_at_s: float | None = None

    async def listen(self, receive: Receive) -> None:
        """Until the platform closes."""
        while (message := await receive())["type"] == "websocket.receive":
            pcm = message.get("bytes")
            if pcm is None:
                self._is_text_first = self._is_text_first or not self._messages
                self._texts += [message["text"]] if len(self._texts) < MAX_TEXTS else []
            elif len(self._pcm) + len(pcm) <= MAX_BYTES:
                self._messages.append((self._now_s(), len(pcm)))
                self._pcm += pcm

    def received(self) -> Received:
        return Received(bytes(self._pcm), tuple(self._messages), tuple(self._texts), self._is_text_first, self.sent_at_s)


class CheckSocket:
    """`in_thread`: runs work that may use the database. `speed`: a simulated platform's clock runs so much faster."""

    def __init__(self, in_thread: InThread, *, speed: float = 1.0) -> None:
        self._in_thread = in_thread
        self._speed = speed

    async def __call__(self, scope: Message, receive: Receive, send: Reply) -> None:
        await receive()  # websocket.connect
        if SUBPROTOCOL not in scope["subprotocols"]:
            await send({"type": "websocket.close", "code": WRONG_SUBPROTOCOL})
            return
        place = scope["url_route"]["kwargs"]
        check_id = await self._in_thread(_open, place["token"], place["number"], _is_tls(scope))
        if check_id is None:
            logger.warning("the media socket of a check was refused: the token is not good, or it was open before")
            await send({"type": "websocket.close", "code": BAD_TOKEN})
            return
        await send({"type": "websocket.accept", "subprotocol": SUBPROTOCOL})
        await self._run(check_id, place["number"], receive, send)

    async def _run(self, check_id: UUID, number: int, receive: Receive, send: Reply) -> None:
        loop = asyncio.get_running_loop()
        began_s = loop.time()
        ears = _Ears(lambda: (loop.time() - began_s) * self._speed)
        listening = asyncio.create_task(ears.listen(receive))
        playing = asyncio.create_task(self._play(number, ears, send, began_s))
        await asyncio.wait({listening, playing}, return_when=asyncio.FIRST_COMPLETED)
        is_through = playing.done() and playing.exception() is None
        playing.cancel()
        # Noted before the socket closes: the platform may ask for the next step at that very moment.
        await self._in_thread(_close, check_id, number, is_through, ears.received())
        with suppress(OSError, RuntimeError):  # the platform was quicker
            await send({"type": "websocket.close", "code": 1000})
        listening.cancel()
        await asyncio.gather(listening, playing, return_exceptions=True)

    async def _play(self, number: int, ears: _Ears, send: Reply, began_s: float) -> None:
        now_s = asyncio.get_running_loop().time
        for act in programme(number):
            wait_s = began_s + act.at_s / self._speed - now_s()
            if wait_s > 0:
                await asyncio.sleep(wait_s)
            match act:
                case Send(at_s=at_s, pcm=pcm):
                    if number == 1 and at_s == long_tone_at_s() and ears.sent_at_s is None:
                        ears.sent_at_s = (now_s() - began_s) * self._speed
                    await send({"type": "websocket.send", "bytes": to_bytes(pcm)})
                case Kill():
                    await send({"type": "websocket.send", "text": KILL_AUDIO})
                case Close():
                    return


def _is_tls(scope: Message) -> bool:
    """Behind a proxy or tunnel the header says what the platform used."""
    forwarded = dict(scope["headers"]).get(b"x-forwarded-proto", b"").decode("latin-1")
    return (forwarded or scope.get("scheme", "ws")) in {"https", "wss"}


def _open(token: str, number: int, is_tls: bool) -> UUID | None:
    check = check_of_token(token)
    if check is None or number not in (1, 2) or number in course_of(seen_of(check.pk)).opened:
        return None
    note(check.pk, StreamOpened(number, is_tls))
    return check.pk


def _close(check_id: UUID, number: int, is_through: bool, received: Received) -> None:
    note(check_id, StreamClosed(number, by_us=is_through, heard=as_json(hear(received))))
