"""The faked server itself: its address, and a session for each client."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from websockets.http11 import Request

from bridge.ports import VoiceModel
from bridge.voice.fakes.openai_live.faults import FakeFaults
from bridge.voice.fakes.openai_live.session import FakeSession
from bridge.voice.fakes.openai_live.wording import Manners, error
from bridge.voice.fakes.openai_socket.server import API_KEY, Refusal, SocketServer


class FakeOpenAILive(SocketServer[FakeFaults, FakeSession]):
    def __init__(self, new_voice: Callable[[], VoiceModel], manners: Manners | None = None, api_key: str = API_KEY) -> None:
        faults, own = FakeFaults(), manners or Manners()
        super().__init__(faults, api_key, new_session=lambda socket: FakeSession(socket, own, faults, new_voice), refusal=_refusal, error=error)


def _refusal(request: Request) -> Refusal | None:
    return None if request.path == "/v1/live/sessions" else (HTTPStatus.NOT_FOUND, "There is no such path.\n")
