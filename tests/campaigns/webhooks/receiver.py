"""An integrator's server: real HTTP on this machine, which believes nothing that the library of Standard Webhooks does not verify."""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import dataclass, field
from typing import Any

from standardwebhooks import Webhook

HANG = object()  # no answer until the end


@dataclass
class Answer:
    status: int = 204
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Received:
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def event_id(self) -> str:
        return self.headers["webhook-id"]

    def verified(self, secret: str) -> Any:
        """The payload. Raises WebhookVerificationError."""
        return Webhook(secret).verify(self.body, self.headers)


class Receiver:
    """Each request gets the next of `answers`, by default 204."""

    def __init__(self, trust: ssl.SSLContext | None = None) -> None:
        self.received: list[Received] = []
        self.answers: list[Answer | object] = []
        self._trust = trust
        self._release = asyncio.Event()
        self.arrived = asyncio.Event()

    async def __aenter__(self) -> Receiver:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self._trust)
        self.port = self._server.sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/hooks"
        return self

    async def __aexit__(self, *problem: object) -> None:
        self._release.set()
        self._server.close()
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            self.received.append(await _read(reader))
            answer = self.answers.pop(0) if self.answers else Answer()
            self.arrived.set()
            if answer is HANG:
                await self._release.wait()
            elif isinstance(answer, Answer):
                writer.write(_encoded(answer))
                await writer.drain()
        finally:
            writer.close()


async def _read(reader: asyncio.StreamReader) -> Received:
    head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in head[1:] if line)}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Received(head[0].split()[1], headers, body)


def _encoded(answer: Answer) -> bytes:
    headers = {"content-length": str(len(answer.body)), "connection": "close", **answer.headers}
    lines = [f"HTTP/1.1 {answer.status} Whatever", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
    return "\r\n".join(lines).encode() + answer.body
