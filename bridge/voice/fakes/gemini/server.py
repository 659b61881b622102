"""A server on 127.0.0.1 that speaks Gemini Live over TLS, with one mind per session. It reaches nobody."""

from __future__ import annotations

import asyncio
import json
import logging
import ssl
from collections.abc import Callable, Mapping
from contextlib import suppress
from types import TracebackType
from typing import Any

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from bridge.ports import VoiceModel
from bridge.voice.fakes.ending import Ending, Moment
from bridge.voice.fakes.gemini.certificate import tls_pair
from bridge.voice.fakes.gemini.faults import FakeFaults
from bridge.voice.fakes.gemini.mouth import Pace
from bridge.voice.fakes.gemini.protocol import Refused, Setup, read, read_setup
from bridge.voice.fakes.gemini.session import Session
from bridge.voice.fakes.mind import Mind

PATH = "/ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent"
_MAX_BYTES = 2**24
_wire_logger = logging.getLogger(f"{__name__}.wire")
_wire_logger.setLevel(logging.WARNING)


class FakeGemini:
    """`async with FakeGemini(new_voice=…) as fake`: then `fake.base_url` and `fake.tls` are what a client needs."""

    def __init__(self, new_voice: Callable[[], VoiceModel], faults: FakeFaults | None = None, pace: Pace | None = None, port: int = 0) -> None:
        self.faults = faults or FakeFaults()
        self.setups: list[Setup] = []  # of every connection
        self.sessions: list[Session] = []
        self.messages: list[dict[str, Any]] = []  # from clients, without audio
        self.refusals: list[str] = []  # what clients did wrong
        self.n_audio = 0
        self._new_voice = new_voice
        self._pace = pace or Pace()
        self._port = port
        self._server_tls, self.certificate_pem = tls_pair()
        self.tls = ssl.create_default_context(cadata=self.certificate_pem)
        self._tasks = asyncio.TaskGroup()
        self._server: Server | None = None
        self._connections: dict[ServerConnection, Session] = {}

    @property
    def base_url(self) -> str:
        assert self._server is not None, "it is entered"
        return f"https://127.0.0.1:{next(iter(self._server.sockets)).getsockname()[1]}"

    @property
    def n_connections(self) -> int:
        """Open ones."""
        return len(self._connections)

    async def __aenter__(self) -> FakeGemini:
        await self._tasks.__aenter__()
        self._server = await serve(
            self._serve,
            "127.0.0.1",
            self._port,
            ssl=self._server_tls,
            process_request=self._admit,
            compression=None,
            max_size=_MAX_BYTES,
            ping_interval=None,
            close_timeout=0.5,
            logger=_wire_logger,
        )
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        assert self._server is not None, "it is entered"
        self._server.close()
        await self._server.wait_closed()
        for session in self.sessions:
            await session.close()
        await self._tasks.__aexit__(kind, error, trace)

    async def go_away(self, left_s: float) -> None:
        """Tells all clients that their connections end, and ends them then."""
        for connection in list(self._connections):
            await self._tell_to_go(connection, left_s)

    async def close_all(self, code: int, reason: str = "") -> None:
        for connection in list(self._connections):
            await connection.close(code, reason)

    async def _tell_to_go(self, connection: ServerConnection, left_s: float) -> None:
        await self._send(connection, {"goAway": {"timeLeft": f"{left_s:g}s"}})
        asyncio.get_running_loop().call_later(left_s, self._end, connection)

    def _ending(self, connection: ServerConnection) -> Ending:
        return Ending(self.faults.ends, self.faults.counted, connection)

    def _end(self, connection: ServerConnection) -> None:
        if connection in self._connections:
            self._tasks.create_task(connection.close(1011, "the session is over"))

    async def _admit(self, connection: ServerConnection, request: Request) -> Response | None:
        await self._ending(connection).at(Moment.HANDSHAKE)
        if self.faults.refuse_status is not None:
            self.faults.happens("refuse_status")
            return connection.respond(self.faults.refuse_status, "")
        if request.path != PATH:
            return connection.respond(404, "")
        return None if request.headers.get("x-goog-api-key") else connection.respond(403, "")

    async def _serve(self, connection: ServerConnection) -> None:
        with suppress(ConnectionClosed):
            try:
                session = await self._set_up(connection, read_setup(await connection.recv()))
                if session is not None:
                    await self._take_all(connection, session)
            except Refused as refused:
                self.refusals.append(refused.reason)
                await connection.close(refused.code, refused.reason)

    async def _set_up(self, connection: ServerConnection, setup: Setup) -> Session | None:
        """None: it was closed."""
        self.setups.append(setup)
        if self.faults.hangs_at_setup:
            self.faults.happens("hangs_at_setup")
            await connection.wait_closed()
            return None
        if await self._ending(connection).at(Moment.SETUP):
            return None
        if self.faults.refuse_close is not None:
            self.faults.happens("refuse_close")
            await connection.close(*self.faults.refuse_close)
            return None
        await asyncio.sleep(self.faults.open_late_s)
        session = await self._new(setup) if setup.handle is None else self._resumed(setup.handle)
        session.send = Outlet(connection, self.faults, self._ending(connection))
        self._connections[connection] = session
        await self._send(connection, {"setupComplete": {"sessionId": session.handle}})
        await session.offer_resumption()
        if self.faults.leaves_after_s is not None:
            self.faults.happens("leaves_after_s")
            await self._tell_to_go(connection, self.faults.leaves_after_s)
        return session

    async def _new(self, setup: Setup) -> Session:
        mind = Mind(self._new_voice)
        await mind.instruct(setup.instruction)
        session = Session(mind, setup, self.faults, self._pace, self._tasks)
        self.sessions.append(session)
        self._tasks.create_task(session.run())
        return session

    def _resumed(self, handle: str) -> Session:
        if self.faults.refuse_resumption is not None:
            self.faults.happens("refuse_resumption")
            raise Refused("the session cannot be resumed", self.faults.refuse_resumption)
        session = next((session for session in self.sessions if session.handle == handle), None)
        if session is None:
            raise Refused("no such session")
        if session.send is not None:  # seen on the real service: the old socket has to be closed first
            raise Refused("the session is connected", 1011)
        return session

    async def _take_all(self, connection: ServerConnection, session: Session) -> None:
        try:
            async for message in connection:
                self._note(message)
                await session.take(read(message, session.setup))
        finally:
            del self._connections[connection]
            session.disconnected()

    def _note(self, message: str | bytes) -> None:
        told = json.loads(message)
        if "audio" in told.get("realtime_input", {}):
            self.n_audio += 1
        else:
            self.messages.append(told)

    @staticmethod
    async def _send(connection: ServerConnection, message: Mapping[str, Any]) -> None:
        await connection.send(json.dumps(message).encode())


class Outlet:
    """The way to one client; it may be cut."""

    def __init__(self, connection: ServerConnection, faults: FakeFaults, ending: Ending) -> None:
        self.ending = ending
        self._connection = connection
        self._faults = faults
        self._n_sent = 0

    async def __call__(self, message: Mapping[str, Any] | bytes) -> None:
        limit = self._faults.cut_after_messages
        self._n_sent += 1
        if limit is not None and self._n_sent > limit:
            self._faults.happens("cut_after_messages")
            self.cut()
            return
        with suppress(ConnectionClosed):
            await self._connection.send(message if isinstance(message, bytes) else json.dumps(message).encode())

    def cut(self) -> None:
        self._connection.transport.abort()
