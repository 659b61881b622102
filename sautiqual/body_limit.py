"""Refuses a request whose body is larger than anything we take, before it is read and kept: Django would first write all of it to disk.

By the length that is stated, and by counting where none is stated or a false one. The rest of a body that is refused is read past and dropped,
within limits, because a browser shows the answer only once it has sent everything.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.typing import ASGIReceiveCallable, ASGISendCallable, Scope

READ_PAST_BYTES = 512 * 2**20
READ_PAST_S = 60.0


class _TooLarge(Exception):
    """Raised in the application while it reads, so that it stops."""


class BodyLimit:
    def __init__(self, application: Callable[..., Awaitable[None]], max_bytes: int) -> None:
        self._application = application
        self._max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        if scope["type"] != "http":
            return await self._application(scope, receive, send)
        if _stated(scope) > self._max_bytes:
            return await self._refuse(receive, send)
        n_bytes, has_answered = 0, False

        async def counted() -> Any:
            nonlocal n_bytes
            message: Any = await receive()
            n_bytes += len(message.get("body", b""))
            if n_bytes > self._max_bytes:
                raise _TooLarge
            return message

        async def noticed(message: Any) -> None:
            nonlocal has_answered
            has_answered = True
            await send(message)

        try:
            await self._application(scope, counted, noticed)
        except _TooLarge:
            if not has_answered:
                await self._refuse(receive, send)

    async def _refuse(self, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        words = f"This is larger than {self._max_bytes // 2**20} MB, so it was not read. Make it smaller, or split it, and send it again.\n".encode()
        headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(words)).encode()), (b"connection", b"close")]
        await send({"type": "http.response.start", "status": 413, "headers": headers, "trailers": False})
        await send({"type": "http.response.body", "body": words, "more_body": True})
        await _read_past(receive)
        await send({"type": "http.response.body", "body": b"", "more_body": False})


def _stated(scope: Any) -> int:
    """0 where nothing is stated, or nothing that can be read."""
    stated = dict(scope["headers"]).get(b"content-length", b"")
    return int(stated) if stated.isdigit() else 0


async def _read_past(receive: ASGIReceiveCallable) -> None:
    n_bytes = 0
    try:
        async with asyncio.timeout(READ_PAST_S):
            while n_bytes <= READ_PAST_BYTES:
                message: Any = await receive()
                n_bytes += len(message.get("body", b""))
                if message["type"] == "http.disconnect" or not message.get("more_body", False):
                    return
    except TimeoutError:
        return
