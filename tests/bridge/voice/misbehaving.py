"""Servers on this machine that keep to no protocol, and a line to one that does which is cut at any byte."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit

from websockets.asyncio.server import ServerConnection, serve


@asynccontextmanager
async def serving(behave: Callable[[ServerConnection], Awaitable[None]]) -> AsyncIterator[str]:
    """A base URL; each client is met with `behave`."""
    async with serve(behave, "127.0.0.1", 0, compression=None, close_timeout=0.5) as server:
        yield f"http://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}/v1"


@asynccontextmanager
async def replying(reply: bytes) -> AsyncIterator[str]:
    """A base URL where bytes come back for a request, whatever it was, and then nothing."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(reply)
            await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"


class CutLine:
    """Carries bytes both ways, on any number of connections, and is gone for good once `n_bytes` have come from the server."""

    def __init__(self, base_url: str, n_bytes: int) -> None:
        self.n_carried = 0
        self._n_bytes = n_bytes
        self._target = urlsplit(base_url)
        self._ends: list[asyncio.StreamWriter] = []

    @asynccontextmanager
    async def laid(self) -> AsyncIterator[str]:
        async with await asyncio.start_server(self._carry, "127.0.0.1", 0) as server:
            yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}{self._target.path}"

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._ends.append(writer)
        with suppress(ConnectionError):
            far_reader, far_writer = await asyncio.open_connection(self._target.hostname, self._target.port)
            self._ends.append(far_writer)
            up = asyncio.create_task(_pump(reader, far_writer))
            with suppress(ConnectionError):
                await self._pump_down(far_reader, writer)
            up.cancel()
            far_writer.transport.abort()
        writer.transport.abort()

    async def _pump_down(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while self._left and (piece := await reader.read(4096)):
            piece = piece[: self._left]
            self.n_carried += len(piece)
            writer.write(piece)
            await writer.drain()
        await asyncio.sleep(0)  # what was written goes out
        if not self._left:
            for end in self._ends:
                end.transport.abort()

    @property
    def _left(self) -> int:
        return max(0, self._n_bytes - self.n_carried)


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while piece := await reader.read(4096):
            writer.write(piece)
            await writer.drain()
