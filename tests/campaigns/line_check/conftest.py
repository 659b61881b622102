"""A server of ours in this process, simulated platforms as they are asked for, and an operator at each of their phones."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import socket
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace

import pytest
import uvicorn
from asgiref.sync import sync_to_async
from channels.routing import ProtocolTypeRouter, URLRouter
from django.core.asgi import get_asgi_application
from django.urls import path

from bridge.telephony.simulator.server import Simulator
from bridge.telephony.simulator.settings import SimulatorSettings
from campaigns import servers
from campaigns.call_desk import Threads
from campaigns.line_check.running import begin, carry_out
from campaigns.line_check.socket import CheckSocket
from campaigns.models import Line, LineCheck, Rep
from campaigns.provider import Provider
from tests.campaigns.handoff.conftest import make_rep

SPEED = 3.0  # of the platform: faster, and a busy machine falls behind its audio
PATIENCE_SPEED = 1.5  # of whoever waits for its next step, which a busy machine brings late
SECRETS = ["another-secret", "the-number-s-secret"]


class _Uvicorn(uvicorn.Server):
    def capture_signals(self):
        return contextlib.nullcontext()  # the process belongs to the tests


@dataclass
class Ours:
    """`check` plays a whole check against a platform of its own."""

    url: str
    set_api_url: Callable[[str], None]
    rung: list[str] = field(default_factory=list)  # numbers that rang in the newest check
    _n: itertools.count = field(default_factory=lambda: itertools.count(1))

    async def check(self, platform: SimulatorSettings, *, persona: str = "operator", is_routed: bool = True, **line_fields) -> LineCheck:
        n = next(self._n)
        line, rep = await sync_to_async(self._rows)(n, line_fields)
        own = replace(platform.numbers[0], number_id=f"num_{n}", e164=line.number)
        platform = replace(platform, seed=n, speed=SPEED, ring_s=0.5, numbers=(own,))
        if is_routed:
            platform = platform.answering_at(f"{self.url}/voice/answer", f"{self.url}/voice/events")
        async with Simulator(platform) as simulator:
            people = simulator.exchange.people.personas
            people[rep.number] = replace(next(one for one in people.values() if one.name == persona), number=rep.number)
            check = await sync_to_async(begin)(line, rep, by="mosi")
            assert isinstance(check, LineCheck), check
            self.set_api_url(simulator.url)
            async with Provider() as provider:
                ended = await carry_out(check.pk, provider, speed=PATIENCE_SPEED)
            self.rung = [dial.number for dial in simulator.exchange.dials]
        return ended

    def _rows(self, n: int, fields) -> tuple[Line, Rep]:
        line = Line.objects.create(number=f"+2547110010{n:02d}", is_simulated=True, label=f"line {n}", **fields)
        return line, make_rep(f"Operator{n}", f"+2547220010{n:02d}")


@pytest.fixture
async def ours(settings, transactional_db, closed_connections) -> AsyncIterator[Ours]:
    settings.SAUTIKIT_API_URL = "http://127.0.0.1:9"
    settings.SAUTIKIT_API_KEY = SimulatorSettings().api_key
    settings.PUBLIC_URL = ""
    settings.SAUTIKIT_SIGNING_SECRETS = SECRETS
    threads = Threads()
    websocket = URLRouter([path("line-check/<str:token>/<int:number>", CheckSocket(threads.run, speed=SPEED))])
    application = ProtocolTypeRouter({"http": get_asgi_application(), "websocket": websocket})
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(application, lifespan="off", ws="websockets-sansio", log_config=None, access_log=False, timeout_graceful_shutdown=1)
    server = _Uvicorn(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    url = "http://{}:{}".format(*listener.getsockname()[:2])
    row = await sync_to_async(servers.register)(url.replace("http", "ws"), room=50)
    beating = asyncio.create_task(_beat(row))
    yield Ours(url, lambda api_url: setattr(settings, "SAUTIKIT_API_URL", api_url))
    beating.cancel()
    server.should_exit = True
    await serving
    threads.close()


async def _beat(row) -> None:
    while True:
        await asyncio.sleep(2)
        await sync_to_async(servers.beat)(row)
