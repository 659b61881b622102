"""The media socket: who may open it, what it survives, and what is kept when it dies."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator

import numpy as np
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Subprotocol

from bridge.events import FRAME_SAMPLES, RATE_HZ
from bridge.telephony.answer_xml import Stream
from bridge.telephony.answer_xml_parse import parse_document
from bridge.telephony.dialect import MEDIA_SUBPROTOCOL, ProviderStatus
from bridge.telephony.simulator.sound import silence, tone
from tests.journeys.people import COLD, late
from tests.journeys.stage import Lead, Stage, until, values

pytestmark = [pytest.mark.journey, pytest.mark.asyncio(loop_scope="session")]

SECOND_QUESTION = "How many seats"
TOKEN_LIVES_S = 2.0  # see hasty.py


async def stream_url(on: Stage, lead: Lead) -> str:
    """Where the platform would open the socket: it asks for the document while the phone rings."""
    call = await until(lambda: on.platform_call(lead), "the phone rings")
    (verb,) = [verb for verb in parse_document(await on.simulator.exchange.ask(call, ProviderStatus.RINGING) or b"") if isinstance(verb, Stream)]
    return verb.url


async def is_refused(url: str, *subprotocols: str) -> bool:
    try:
        async with connect(url, subprotocols=[Subprotocol(one) for one in subprotocols] or None, proxy=None):
            return False
    except InvalidStatus as refusal:
        return refusal.response.status_code == 403


async def test_a_bad_handshake_is_refused_and_the_call_goes_on(shared: Stage):
    lead = await shared.lead(late(COLD, after_rings=3.5))
    campaign_id = await shared.campaign([lead])
    url = await stream_url(shared, lead)
    expires_at_s = asyncio.get_running_loop().time() + TOKEN_LIVES_S
    base, token = url.rsplit("/", 1)

    assert await is_refused(url)
    assert await is_refused(url, "audio.example.org")
    assert await is_refused(f"{base}/", MEDIA_SUBPROTOCOL)
    assert await is_refused(f"{base}/{token[:-1]}", MEDIA_SUBPROTOCOL)
    await until(lambda: asyncio.get_running_loop().time() > expires_at_s, "the token expires")
    assert await is_refused(url, MEDIA_SUBPROTOCOL)
    assert (await shared.call_of(lead))["status"] == "ringing"

    await until(lambda: shared.heard(lead, "Are you the person"), "the bot asks")
    assert await is_refused(url, MEDIA_SUBPROTOCOL), "a token works once"
    (call,) = await shared.first_calls_over(campaign_id)
    assert (call["disposition"], values(call)) == ("not_qualified", {"decider": True, "seats": 40})


GARBAGE: list[str | bytes] = ["no JSON", "{", "[1]", '{"type": "kill", "data": null}', "", b"", b"\x01", b"{" + bytes(639), b"{}", bytes(3_000_001)]


async def test_garbage_on_the_socket_does_not_end_the_call(shared: Stage):
    """We play the platform by hand, because the simulated one sends no garbage."""
    lead = await shared.lead(late(COLD, after_rings=9.0))
    campaign_id = await shared.campaign([lead])
    async with connect(await stream_url(shared, lead), subprotocols=[Subprotocol(MEDIA_SUBPROTOCOL)], proxy=None) as socket:
        for garbage in GARBAGE:
            await socket.send(garbage)
        await answer_every_question(socket)

    (call,) = await shared.first_calls_over(campaign_id)
    assert (call["disposition"], values(call)) == ("not_qualified", {"decider": True, "seats": 40})


async def answer_every_question(socket: ClientConnection) -> None:
    """A callee who makes a sound for half a second, a while after each caption with a question; until the socket is closed."""
    asked = asyncio.Event()

    async def talk() -> None:
        async for frame in frames(asked):
            await socket.send(frame)

    talking = asyncio.create_task(talk())
    with contextlib.suppress(ConnectionClosed):
        async for message in socket:
            if isinstance(message, str) and "?" in json.dumps(json.loads(message)):
                asked.set()
    talking.cancel()
    await asyncio.gather(talking, return_exceptions=True)


async def frames(asked: asyncio.Event) -> AsyncIterator[bytes]:
    """20 ms each, in real time."""
    loop, n_sent, started_s = asyncio.get_running_loop(), 0, asyncio.get_running_loop().time()
    sounds: list[np.ndarray] = []
    while True:
        if asked.is_set():
            asked.clear()
            sounds = [silence(FRAME_SAMPLES)] * 50 + [tone(300.0, FRAME_SAMPLES, dbfs=-15.0)] * 25
        yield (sounds.pop(0) if sounds else silence(FRAME_SAMPLES)).tobytes()
        n_sent += 1
        await asyncio.sleep(max(0.0, started_s + n_sent * FRAME_SAMPLES / RATE_HZ - loop.time()))


async def test_sockets_that_die_keep_the_answers_and_are_tried_again_by_rule(shared: Stage):
    leads = await shared.leads(COLD, 2)
    campaign_id = await shared.campaign(leads)
    await until(lambda: all(shared.heard(lead, SECOND_QUESTION) for lead in leads), "the first answers are saved")

    shared.wire.silence_media(0)
    shared.wire.cut_media(1)
    calls = await shared.first_calls_over(campaign_id)

    on_platform = [shared.platform_call(lead) for lead in leads]
    assert not any(call.is_live for call in on_platform if call), "nobody is left on a dead line"
    assert [(call["status"], call["disposition"], values(call)) for call in calls] == [("completed", "incomplete", {"decider": True})] * 2
    assert [(await shared.call_of(lead, attempt=2))["status"] for lead in leads] == ["queued", "queued"]
    assert shared.rings(leads) == [1, 1]
