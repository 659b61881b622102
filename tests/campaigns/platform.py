"""A small real HTTP server that speaks Sautikit's REST and can be told to hang, to refuse and to break off."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass
class Asked:
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: dict[str, Any]


@dataclass
class Reply:
    status: int = 201
    body: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)


BREAK_OFF = object()  # the connection closes without a reply
HANG = object()  # no reply until `release`


class Platform:
    """Each POST /v1/calls gets the next of `replies`, by default a call that rings. `calls` are the records that GET finds."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.replies: list[Reply | object] = []
        self.calls: list[dict[str, Any]] = []
        self.arrived = asyncio.Condition()
        self.release = asyncio.Event()
        self.url = ""

    @property
    def placed(self) -> list[Asked]:
        return [asked for asked in self.asked if (asked.method, asked.path) == ("POST", "/v1/calls")]

    @property
    def hung_up(self) -> list[str]:
        return [asked.path.split("/")[3] for asked in self.asked if asked.path.endswith("/hangup")]

    async def until_placed(self, n_calls: int) -> None:
        async with asyncio.timeout(180), self.arrived:
            await self.arrived.wait_for(lambda: len(self.placed) >= n_calls)

    async def __aenter__(self) -> Platform:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *problem: object) -> None:
        self.release.set()
        self._server.close()
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            asked = await self._read(reader)
            async with self.arrived:
                self.asked.append(asked)
                self.arrived.notify_all()
            reply = self._reply(asked)
            if reply is HANG:
                await self.release.wait()
            elif isinstance(reply, Reply):
                writer.write(self._encode(reply))
                await writer.drain()
        finally:
            writer.close()

    async def _read(self, reader: asyncio.StreamReader) -> Asked:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        request, *lines = head.strip().split("\r\n")
        method, target, _ = request.split(" ")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        parts = urlsplit(target)
        return Asked(method, parts.path, {k: v[0] for k, v in parse_qs(parts.query).items()}, headers, json.loads(body) if body else {})

    def _reply(self, asked: Asked) -> Reply | object:
        if asked.path == "/v1/calls" and asked.method == "POST":
            return self.replies.pop(0) if self.replies else self._ringing()
        if asked.path == "/v1/calls":
            return Reply(200, {"data": self.calls, "next_cursor": None})
        if asked.path.endswith("/hangup"):
            return Reply(200, {"status": "hung_up"})
        wanted = asked.path.rsplit("/", 1)[-1]
        found = [call for call in self.calls if wanted in (call.get("id"), call.get("session_id"))]
        return Reply(200, {"call": found[0]}) if found else Reply(404, {"error": {"code": "calls.not_found", "message": "no such call"}})

    def _ringing(self) -> Reply:
        number = len(self.placed)
        return Reply(201, {"call_id": f"call-{number}", "session_id": f"HD_{number:012x}", "status": "ringing"})

    @staticmethod
    def _encode(reply: Reply) -> bytes:
        body = json.dumps(reply.body).encode()
        headers = {"Content-Type": "application/json", "Content-Length": str(len(body)), "Connection": "close", **reply.headers}
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        return f"HTTP/1.1 {reply.status} Reply\r\n{lines}\r\n".encode() + body


def record(**fields: Any) -> dict[str, Any]:
    """A call detail record as the platform writes it."""
    return {
        "id": "call-1",
        "session_id": "HD_000000000001",
        "direction": "outbound",
        "local_e164": "+254711000001",
        "remote_e164": "+254712123401",
        "status": "ringing",
        "cost_currency": "KES",
        **fields,
    }
