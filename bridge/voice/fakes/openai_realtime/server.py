"""The faked server itself: its address, its dialect, and a session for each client."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from urllib.parse import parse_qs, urlsplit

from websockets.http11 import Request

from bridge.ports import VoiceModel
from bridge.voice.fakes.openai_realtime.faults import FakeFaults
from bridge.voice.fakes.openai_realtime.session import FakeSession
from bridge.voice.fakes.openai_realtime.wording import Manners, error
from bridge.voice.fakes.openai_socket.server import API_KEY, Refusal, SocketServer
from bridge.voice.openai_realtime.settings import Dialect


class FakeOpenAIRealtime(SocketServer[FakeFaults, FakeSession]):
    def __init__(self, new_voice: Callable[[], VoiceModel], manners: Manners | None = None, api_key: str = API_KEY) -> None:
        faults, own = FakeFaults(), manners or Manners()
        super().__init__(
            faults,
            api_key,
            new_session=lambda socket: FakeSession(socket, own, faults, new_voice),
            refusal=lambda request: _refusal(request, own.dialect),
            error=error,
        )


def _refusal(request: Request, dialect: Dialect) -> Refusal | None:
    url = urlsplit(request.path)
    if url.path != "/v1/realtime" or not parse_qs(url.query).get("model"):
        return HTTPStatus.NOT_FOUND, "There is no such path.\n"
    is_beta = request.headers.get("OpenAI-Beta") == "realtime=v1"
    if is_beta != (dialect is Dialect.BETA):
        return HTTPStatus.BAD_REQUEST, "This is not the dialect spoken here.\n"
    return None
