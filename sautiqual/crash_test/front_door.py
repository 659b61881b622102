"""The platform's front door: a request that has arrived is carried out, also when whoever sent it is dead before it is read.

A web server alone drops a request whose connection is gone, and with it the very case this is about: a phone that rings for a dead dialer.
"""

from __future__ import annotations

import asyncio
import contextlib
from types import TracebackType
from typing import Self

LINGER_S = 5.0  # for the reply that nobody waits for any more


class FrontDoor:
    """A TCP relay on loopback from `port` to the platform's own. Use as `async with`."""

    def __init__(self, host: str, port: int, inner_port: int) -> None:
        self._host = host
        self._port = port
        self._inner_port = inner_port
        self._links: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server

    async def __aenter__(self) -> Self:
        """Raises OSError if the port is taken."""
        self._server = await asyncio.start_server(self._link, self._host, self._port)
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._server.close()
        links = list(self._links)
        for link in links:
            link.cancel()
        await asyncio.gather(*links, return_exceptions=True)

    async def _link(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is None:
            raise AssertionError("connections are served in tasks")
        self._links.add(task)
        ends = [writer]
        try:
            with contextlib.suppress(OSError, asyncio.CancelledError):
                inner_reader, inner_writer = await asyncio.open_connection(self._host, self._inner_port)
                ends.append(inner_writer)
                replying = asyncio.create_task(_pump(inner_reader, writer))
                await _pump(reader, inner_writer)
                await asyncio.wait({replying}, timeout=LINGER_S)
                replying.cancel()
        finally:
            self._links.discard(task)
            for end in ends:
                end.close()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Until one of the two is gone."""
    with contextlib.suppress(OSError):
        while data := await reader.read(1 << 16):
            writer.write(data)
            await writer.drain()
