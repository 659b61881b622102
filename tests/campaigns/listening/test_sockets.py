"""The sound over real sockets: from this process, from another one that holds the call, and until one may not hear it any more."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from uuid import uuid4

import numpy as np
import pytest
import uvicorn
from asgiref.sync import sync_to_async
from channels.routing import URLRouter
from channels.testing import WebsocketCommunicator
from django.urls import path

from bridge.events import FRAME_SAMPLES
from campaigns.listening import desk, sockets
from campaigns.listening.sockets import ListenSocket, RelaySocket
from campaigns.listening.taps import Taps
from campaigns.models import Call, Listening, ServerProcess
from leads.models import AuditEntry
from tests.campaigns.handoff.conftest import session_of
from tests.campaigns.watch.conftest import mosi, talking  # noqa: F401 - fixtures
from tests.journeys.stage import until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("closed_connections")]
DEADLINE_S = 30


async def in_thread(work, *args):
    return await sync_to_async(work)(*args)


class Held:
    """A process that holds the call: callee and bot both speak, without end."""

    def __init__(self, call: Call) -> None:
        self.call_id = str(call.pk)
        self.taps = Taps()

    async def speak(self) -> None:
        loop = asyncio.get_running_loop()
        began_s = loop.time()
        with self.taps.opened(self.call_id, lambda: loop.time() - began_s) as self.tap:
            while not self.tap.is_shut:
                await asyncio.sleep(0.02)
                self.tap.callee(np.full(FRAME_SAMPLES, 100, dtype=np.int16), loop.time() - began_s)
                self.tap.bot(np.full(FRAME_SAMPLES, -200, dtype=np.int16), loop.time() - began_s)


@pytest.fixture
async def held(talking) -> AsyncIterator[Held]:  # noqa: F811
    made = Held(talking)
    speaking = asyncio.create_task(made.speak())
    await asyncio.sleep(0)
    yield made
    speaking.cancel()
    await asyncio.gather(speaking, return_exceptions=True)


async def connected(taps: Taps, user, *, own_id=None):
    socket = WebsocketCommunicator(ListenSocket(taps, in_thread, lambda: own_id), "/ws/listen/")
    session = await sync_to_async(session_of)(user) if user else None
    socket.scope |= {"user": user, "session": session}
    assert (await socket.connect(timeout=DEADLINE_S))[0]
    return socket


async def listening(taps: Taps, call, user, **more):
    socket = await connected(taps, user, **more)
    await socket.send_json_to({"token": await sync_to_async(desk.ask)(call, user)})
    return socket


async def sound_of(socket, n: int) -> np.ndarray:
    assert await socket.receive_json_from(timeout=DEADLINE_S) == {"rate_hz": 16000, "channels": 2}
    pieces = [await socket.receive_from(timeout=DEADLINE_S) for _ in range(n)]
    return np.frombuffer(b"".join(pieces), dtype="<i2").reshape(-1, 2)


async def the_end(socket) -> str:
    """Past what sound is still on its way."""
    while True:
        said = await socket.receive_output(timeout=DEADLINE_S)
        if said.get("text"):
            return str(json.loads(said["text"])["over"])


async def log() -> list[str]:
    return [entry.detail["what"] async for entry in AuditEntry.objects.filter(act="listen").order_by("id")]


def both_are_heard(sound: np.ndarray) -> bool:
    return bool(np.count_nonzero(sound[:, 0] == 100) > 1000 and np.count_nonzero(sound[:, 1] == -200) > 1000)


async def test_both_sides_are_heard_and_it_is_logged_when_one_leaves(held, talking, mosi):  # noqa: F811
    socket = await listening(held.taps, talking, mosi)
    assert both_are_heard(await sound_of(socket, 5))
    assert await log() == ["began"]
    await socket.disconnect(timeout=DEADLINE_S)
    assert await log() == ["began", "ended"]


async def test_the_sound_of_a_call_that_another_process_holds_comes_over_its_own_address(held, talking, mosi, unused_tcp_port):  # noqa: F811
    relay = URLRouter([path("listen-relay/<str:token>", RelaySocket(held.taps, in_thread))])
    config = uvicorn.Config(relay, host="127.0.0.1", port=unused_tcp_port, lifespan="off", log_level="error", ws="websockets-sansio")
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    await until(lambda: server.started, "the other process listens")
    await ServerProcess.objects.aupdate(stream_url=f"ws://127.0.0.1:{unused_tcp_port}")
    socket = await listening(Taps(), talking, mosi)
    assert both_are_heard(await sound_of(socket, 5))
    held.tap.end()
    assert await the_end(socket) == "ended"
    await socket.wait(timeout=DEADLINE_S)
    server.should_exit = True
    await serving
    assert (await Listening.objects.aget()).relayed_at is not None


async def test_a_process_that_is_not_found_at_its_address_is_said(talking, mosi, unused_tcp_port):  # noqa: F811
    await ServerProcess.objects.aupdate(stream_url=f"ws://127.0.0.1:{unused_tcp_port}")
    socket = await listening(Taps(), talking, mosi)
    assert await the_end_after_greeting(socket) == "unreachable"
    await socket.wait(timeout=DEADLINE_S)
    assert await log() == ["began", "ended"]


async def the_end_after_greeting(socket) -> str:
    assert "rate_hz" in await socket.receive_json_from(timeout=DEADLINE_S)
    return await the_end(socket)


async def test_a_call_of_this_very_process_that_ended_in_this_moment_is_over(talking, mosi, server):  # noqa: F811
    socket = await listening(Taps(), talking, mosi, own_id=server.pk)
    assert await the_end(socket) == "ended"
    await socket.wait(timeout=DEADLINE_S)


async def test_a_callee_who_wants_no_recording_is_not_heard_any_more(held, talking, mosi):  # noqa: F811
    socket = await listening(held.taps, talking, mosi)
    await sound_of(socket, 2)
    held.tap.shut()
    assert await the_end(socket) == "ended"
    await socket.wait(timeout=DEADLINE_S)


async def test_who_may_not_any_more_is_sent_away(held, talking, mosi, monkeypatch):  # noqa: F811
    monkeypatch.setattr(sockets, "LOOK_EVERY_S", 0.05)
    socket = await listening(held.taps, talking, mosi)
    await sound_of(socket, 1)
    await sync_to_async(mosi.user_permissions.clear)()
    assert await the_end(socket) == "refused"
    await socket.wait(timeout=DEADLINE_S)
    assert await log() == ["began", "ended"]


@pytest.mark.parametrize("said", ['{"token": "made up"}', "[]", "no json", '{"token": 3}', "{}"])
async def test_without_a_good_token_nothing_is_heard(held, talking, mosi, said):  # noqa: F811
    socket = await connected(held.taps, mosi)
    await socket.send_to(text_data=said)
    assert await the_end(socket) == "refused"
    await socket.wait(timeout=DEADLINE_S)
    assert await log() == []


async def test_without_a_session_nothing_is_heard(held, talking, mosi):  # noqa: F811
    token = await sync_to_async(desk.ask)(talking, mosi)
    socket = await connected(held.taps, None)
    await socket.send_json_to({"token": token})
    assert await the_end(socket) == "refused"
    await socket.wait(timeout=DEADLINE_S)


async def test_between_servers_nothing_opens_without_a_signed_token(held):
    for token in ("made-up", str(uuid4())):
        socket = WebsocketCommunicator(URLRouter([path("r/<str:token>", RelaySocket(held.taps, in_thread))]), f"/r/{token}")
        assert await socket.connect(timeout=DEADLINE_S) == (False, sockets.REFUSED)
