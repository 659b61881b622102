"""A faked server's port on this machine, the handshake and its refusals."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from http import HTTPStatus
from types import TracebackType
from typing import Any, Generic, Protocol, Self, TypeAlias, TypeVar

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from bridge.voice.fakes.ending import Ending, Moment
from bridge.voice.fakes.openai_socket.faults import SocketFaults

API_KEY = "key-of-the-fake"
_CLOSE_CODE = 3000  # of OpenAI, with the error's code as the reason

Refusal: TypeAlias = tuple[HTTPStatus, str]


class Served(Protocol):
    async def run(self) -> None: ...


Faults = TypeVar("Faults", bound=SocketFaults)
Session = TypeVar("Session", bound=Served)


class SocketServer(Generic[Faults, Session]):
    """`sessions` in the order in which they began. `refusal` is of who comes with a wrong address or dialect; keys are looked at here."""

    def __init__(
        self,
        faults: Faults,
        api_key: str,
        *,
        new_session: Callable[[ServerConnection], Session],
        refusal: Callable[[Request], Refusal | None],
        error: Callable[[str, str | None], dict[str, Any]],
    ) -> None:
        self.faults = faults
        self.sessions: list[Session] = []
        self.api_key = api_key
        self._new_session = new_session
        self._refusal = refusal
        self._error = error
        self._server: Server | None = None

    async def __aenter__(self) -> Self:
        self._server = await serve(self._serve, "127.0.0.1", 0, process_request=self._admit, compression=None, close_timeout=0.5)
        return self

    async def __aexit__(self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None) -> None:
        assert self._server is not None, "it was entered"
        self._server.close()
        await self._server.wait_closed()

    @property
    def base_url(self) -> str:
        assert self._server is not None, "it has a port only while it runs"
        return f"http://127.0.0.1:{next(iter(self._server.sockets)).getsockname()[1]}/v1"

    @property
    def session(self) -> Session:
        """The last one."""
        return self.sessions[-1]

    async def _admit(self, socket: ServerConnection, request: Request) -> Response | None:
        await Ending(self.faults.ends, self.faults.happened, socket).at(Moment.HANDSHAKE)
        if self.faults.refuse_status is not None:
            self.faults.happened["refuse_status"] += 1
            return socket.respond(HTTPStatus(self.faults.refuse_status), "The faked server refuses.\n")
        if (refusal := self._refusal(request)) is not None:
            return socket.respond(*refusal)
        if request.headers.get("Authorization") != f"Bearer {self.api_key}":
            return socket.respond(HTTPStatus.UNAUTHORIZED, "The key is not known.\n")
        return None

    async def _serve(self, socket: ServerConnection) -> None:
        if (code := self.faults.refuse_code) is not None:
            self.faults.happened["refuse_code"] += 1
            await socket.send(json.dumps(self._error(code, None)))
            await socket.close(_CLOSE_CODE, f"invalid_request_error.{code}")
            return
        await asyncio.sleep(self.faults.open_late_s)
        session = self._new_session(socket)
        self.sessions.append(session)
        try:
            await session.run()
        except ConnectionClosed:
            return
