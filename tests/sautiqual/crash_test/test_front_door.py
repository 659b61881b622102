"""What has arrived at the platform counts, whoever is dead by then."""

from __future__ import annotations

import asyncio

import httpx

from bridge.telephony.simulator.server import Simulator
from bridge.telephony.simulator.settings import SimulatorSettings
from sautiqual.crash_test.front_door import FrontDoor
from sautiqual.processes import free_port
from tests.journeys.stage import until

HOST = "127.0.0.1"
BODY = b'{"to": ["+254712300001"], "from": "+254711000001"}'
REQUEST = b"POST /v1/calls HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (len(BODY), BODY)


async def test_the_phone_rings_for_a_request_whose_sender_died_at_once() -> None:
    port = free_port(HOST, ())
    async with Simulator(SimulatorSettings(api_key="")) as simulator, FrontDoor(HOST, port, int(simulator.url.rsplit(":", 1)[1])):
        _, writer = await asyncio.open_connection(HOST, port)
        writer.write(REQUEST)
        writer.close()  # what a SIGKILL does to a socket whose bytes are out
        await until(lambda: simulator.exchange.dials, "the phone rings")


async def test_whoever_lives_gets_the_reply() -> None:
    port = free_port(HOST, ())
    async with (
        Simulator(SimulatorSettings(api_key="")) as simulator,
        FrontDoor(HOST, port, int(simulator.url.rsplit(":", 1)[1])),
        httpx.AsyncClient(base_url=f"http://{HOST}:{port}") as http,
    ):
        replies = [await http.get("/v1/wallet"), await http.post("/v1/calls", content=BODY)]
    assert [reply.status_code for reply in replies] == [200, 201]
