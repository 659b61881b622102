"""The faked server itself: a port on this machine, the handshake and its refusals."""

from __future__ import annotations

import json
from collections.abc import Callable
from http import HTTPStatus
from types import TracebackType

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from bridge.ports import VoiceModel
from bridge.voice.fakes.ending import Ending, Moment
from bridge.voice.fakes.openai_live.faults import FakeFaults
from bridge.voice.fakes.openai_live.session import FakeSession
from bridge.voice.fakes.openai_live.wording import Manners, error

API_KEY = "key-of-the-fake"
_CLOSE_CODE = 3000  # of OpenAI, with the error's code as the reason


class FakeOpenAILive:
    """`sessions` in the order in which they began."""

    def __init__(self, new_voice: Callable[[], VoiceModel], manners: Manners | None = None, api_key: str = API_KEY) -> None:
        self.faults = FakeFaults()
        self.sessions: list[FakeSession] = []
        self.api_key = api_key
        self._new_voice = new_voice
        self._manners = manners or Manners()
        self._server: Server | None = None

    async def __aenter__(self) -> FakeOpenAILive:
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
    def session(self) -> FakeSession:
        """The last one."""
        return self.sessions[-1]

    async def _admit(self, socket: ServerConnection, request: Request) -> Response | None:
        await Ending(self.faults.ends, self.faults.happened, socket).at(Moment.HANDSHAKE)
        if self.faults.refuse_status is not None:
            self.faults.happened["refuse_status"] += 1
            return socket.respond(HTTPStatus(self.faults.refuse_status), "The faked server refuses.\n")
        if request.path != "/v1/live/sessions":
            return socket.respond(HTTPStatus.NOT_FOUND, "There is no such path.\n")
        if request.headers.get("Authorization") != f"Bearer {self.api_key}":
            return socket.respond(HTTPStatus.UNAUTHORIZED, "The key is not known.\n")
        return None

    async def _serve(self, socket: ServerConnection) -> None:
        if (code := self.faults.refuse_code) is not None:
            self.faults.happened["refuse_code"] += 1
            await socket.send(json.dumps(error(code, None)))
            await socket.close(_CLOSE_CODE, f"invalid_request_error.{code}")
            return
        session = FakeSession(socket, self._manners, self.faults, self._new_voice)
        self.sessions.append(session)
        try:
            await session.run()
        except ConnectionClosed:
            return
