"""A provider on 127.0.0.1 that answers exactly what a test tells it to, half of it, or nothing."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.message import Message
from email.parser import BytesHeaderParser
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    query: dict[str, str]
    headers: Message
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)


@dataclass(frozen=True)
class Reply:
    status: int = 200
    body: object = None  # bytes as they are, anything else as JSON
    headers: dict[str, str] = field(default_factory=dict)

    def encode(self) -> bytes:
        body = self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()
        lines = [f"HTTP/1.1 {self.status} Any", f"Content-Length: {len(body)}", *(f"{name}: {value}" for name, value in self.headers.items())]
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class HangUp:
    """Reads the request and closes the connection."""


class HalfReply:
    """Promises more than it sends."""


class Gibberish:
    """Answers something that is not HTTP."""


class Silence:
    """Reads the request and never answers."""


Behaviour = Reply | HangUp | HalfReply | Gibberish | Silence


class MisbehavingProvider:
    def __init__(self) -> None:
        self.url = ""
        self.requests: list[Request] = []
        self.was_reached = asyncio.Event()
        self.script: list[Behaviour] = []

    def will(self, *behaviours: Behaviour) -> None:
        self.script += behaviours

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await self._exchange(reader, writer):
                pass
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the client went away
        finally:
            writer.close()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """False: the connection is to be closed."""
        self.requests.append(await _read_request(reader))
        self.was_reached.set()
        behaviour = self.script.pop(0)
        match behaviour:
            case Reply():
                writer.write(behaviour.encode())
            case HalfReply():
                writer.write(b'HTTP/1.1 201 Created\r\nContent-Length: 500\r\n\r\n{"call_id":')
            case Gibberish():
                writer.write(b"SSH-2.0-OpenSSH_9.2\r\n")
            case Silence():
                await reader.read()  # until the client gives up
        await writer.drain()
        return isinstance(behaviour, Reply)


async def _read_request(reader: asyncio.StreamReader) -> Request:
    first, _, head = (await reader.readuntil(b"\r\n\r\n")).partition(b"\r\n")
    method, target, _ = first.decode().split(" ")
    headers = BytesHeaderParser().parsebytes(head)
    body = await reader.readexactly(int(headers.get("Content-Length", "0")))
    parts = urlsplit(target)
    return Request(method, parts.path, {name: values[0] for name, values in parse_qs(parts.query).items()}, headers, body)


@asynccontextmanager
async def misbehaving_provider() -> AsyncIterator[MisbehavingProvider]:
    provider = MisbehavingProvider()
    server = await asyncio.start_server(provider.serve, "127.0.0.1", 0)
    provider.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        yield provider
