"""The faked server's end of one socket: messages in and out, and the ways in which it ends."""

from __future__ import annotations

import base64
import binascii
import itertools
import json
from collections.abc import AsyncIterator, Awaitable
from typing import Any

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from bridge.voice.fakes.openai_socket.faults import Garbage

Message = dict[str, Any]

_N_GARBAGE = 3


class Wire:
    """`received` are the client's messages, audio left out."""

    def __init__(self, socket: ServerConnection) -> None:
        self.received: list[Message] = []
        self._socket = socket
        self._numbers = itertools.count(1)

    def new_id(self, kind: str) -> str:
        return f"{kind}_{next(self._numbers)}"

    async def messages(self) -> AsyncIterator[Message]:
        async for text in self._socket:
            message = json.loads(text)
            self.received.append({key: value for key, value in message.items() if key != "audio"})
            yield message

    async def send(self, event: Message) -> None:
        await self._socket.send(json.dumps(event))

    async def send_garbage(self, garbage: Garbage, sound_event: str) -> None:
        for _ in range(_N_GARBAGE):
            await self._socket.send(garbage.written(sound_event))

    async def close(self, code: int) -> None:
        await self._socket.close(code)

    def drop(self) -> None:
        """The connection is gone, without a word."""
        self._socket.transport.abort()


def sound_in(message: Message) -> bytes | None:
    """Whole samples; None for none, and for what are none."""
    try:
        pcm = base64.b64decode(message["audio"], validate=True)
    except (binascii.Error, KeyError):
        return None
    return pcm if pcm and not len(pcm) % 2 else None


async def until_gone(job: Awaitable[None]) -> None:
    """Or until it is done."""
    try:
        await job
    except ConnectionClosed:
        return
