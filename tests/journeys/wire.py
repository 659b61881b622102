"""A wire between two programs on 127.0.0.1 that can be cut, or dead in one direction: a TCP relay."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Self

MEDIA = b"GET /audio/"


class Wire:
    """`url` is there once entered."""

    def __init__(self, port: int) -> None:
        self.url = ""
        self._port = port
        self._server: asyncio.Server
        self._links: dict[asyncio.Task[None], list[asyncio.StreamWriter]] = {}
        self._media: list[asyncio.StreamWriter] = []
        self._silent: set[asyncio.StreamWriter] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._link, "127.0.0.1", 0)
        self.url = "http://{}:{}".format(*self._server.sockets[0].getsockname()[:2])
        return self

    async def __aexit__(self, *problem: object) -> None:
        self._server.close()
        links = list(self._links)
        for link in links:
            link.cancel()
        await asyncio.gather(*links, return_exceptions=True)

    @property
    def n_media(self) -> int:
        """Open media sockets."""
        return len(self._media)

    def cut_media(self, position: int) -> None:
        """By the order of opening; without a closing handshake."""
        self._media[position].transport.abort()

    def silence_media(self, position: int) -> None:
        """It stays open, and nothing more comes from the platform."""
        self._silent.add(self._media[position])

    async def _link(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is None:
            raise AssertionError("connections are served in tasks")
        self._links[task] = [writer]
        try:
            with contextlib.suppress(OSError, asyncio.CancelledError):
                far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._port)
                self._links[task].append(far_writer)
                async with asyncio.TaskGroup() as group:
                    group.create_task(self._pump(reader, far_writer, is_inward=True))
                    group.create_task(self._pump(far_reader, writer, is_inward=False))
        finally:
            for end in self._links.pop(task):
                end.close()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, is_inward: bool) -> None:
        is_first = True
        with contextlib.suppress(OSError):
            while data := await reader.read(1 << 16):
                if is_inward and is_first and data.startswith(MEDIA):
                    self._media.append(writer)
                is_first = False
                if writer not in self._silent:
                    writer.write(data)
                    await writer.drain()
        writer.close()
        if writer in self._media:
            self._media.remove(writer)
