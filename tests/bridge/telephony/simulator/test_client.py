"""Our own client against the simulated platform, in both dialects: what one writes the other reads."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from bridge.telephony.client import CallSearch, PlaceCall, SautikitClient
from bridge.telephony.dialect import Dialect, ProviderStatus
from bridge.telephony.errors import OutcomeUnknown, TooManyRequests, WalletEmpty
from bridge.telephony.replies import Direction, RecordingPending, RecordingReady
from bridge.telephony.simulator.settings import FaultKind, SimulatorSettings
from tests.bridge.telephony.simulator.rig import LEAD, LINE, Rig, running

pytestmark = pytest.mark.parametrize("dialect", list(Dialect))


@asynccontextmanager
async def calling(settings: SimulatorSettings, dialect: Dialect) -> AsyncIterator[tuple[Rig, SautikitClient]]:
    async with running(replace(settings, dialect=dialect)) as rig, SautikitClient(rig.sim.url, settings.api_key, dialect=dialect) as client:
        yield rig, client


def a_call(rig: Rig) -> PlaceCall:
    return PlaceCall(to=LEAD, from_number=LINE, client_request_id="attempt-1", answer_url=f"{rig.url}/voice/answer", idempotency_key="key-1")


async def test_a_call_is_placed_looked_up_and_hung_up(settings: SimulatorSettings, dialect: Dialect) -> None:
    async with calling(settings, dialect) as (rig, client):
        placed = await client.place_call(a_call(rig))
        await rig.socket()
        assert placed.status is ProviderStatus.RINGING and placed.client_request_id == "attempt-1"
        assert placed.call_id and placed.session_id
        await client.hang_up(placed.session_id)
        call = rig.sim.exchange.find(placed.call_id)
        await rig.ended(call)
        cdr = await client.get_call(placed.call_id)
    assert (cdr.status, cdr.direction, cdr.remote_e164) == (ProviderStatus.COMPLETED, Direction.OUTBOUND, LEAD)
    assert (cdr.cost_minor, cdr.currency, cdr.client_request_id) == (call.cost_minor, "KES", "attempt-1")


async def test_a_repeated_request_is_known_as_a_replay(settings: SimulatorSettings, dialect: Dialect) -> None:
    async with calling(settings, dialect) as (rig, client):
        first, second = await client.place_call(a_call(rig)), await client.place_call(a_call(rig))
    assert (first.is_replay, second.is_replay, second.call_id) == (False, True, first.call_id)


async def test_a_call_whose_reply_was_lost_is_found(settings: SimulatorSettings, dialect: Dialect) -> None:
    async with calling(settings, dialect) as (rig, client):
        rig.sim.exchange.desk.faults.append(FaultKind.LOST_REPLY)
        with pytest.raises(OutcomeUnknown):
            await client.place_call(a_call(rig))
        (found,) = await client.list_calls(CallSearch(remote_e164=LEAD, direction=Direction.OUTBOUND))
        assert found.call_id == rig.sim.exchange.calls[0].call_id


async def test_refusals_have_their_own_classes(settings: SimulatorSettings, dialect: Dialect) -> None:
    async with calling(settings, dialect) as (rig, client):
        rig.sim.exchange.desk.faults.append(FaultKind.RATE_LIMIT)
        with pytest.raises(TooManyRequests) as limited:
            await client.place_call(a_call(rig))
        rig.sim.exchange.wallet.balance_minor = 0
        with pytest.raises(WalletEmpty):
            await client.place_call(a_call(rig))
        assert not rig.sim.exchange.dials
    assert limited.value.retry_after_s == 1.0


async def test_a_busy_callee_is_busy_in_the_record(settings: SimulatorSettings, dialect: Dialect) -> None:
    async with calling(settings, dialect) as (rig, client):
        placed = await client.place_call(replace(a_call(rig), to="+254711999999"))
        await rig.ended(rig.sim.exchange.find(placed.call_id))
        cdr = await client.get_call(placed.call_id)
    assert (cdr.status, cdr.hangup_cause, cdr.cost_minor) == (ProviderStatus.FAILED, "UNALLOCATED_NUMBER", 0)


async def test_wallet_numbers_and_routing_are_read_and_set(settings: SimulatorSettings, dialect: Dialect) -> None:
    async with calling(settings, dialect) as (_, client):
        number = (await client.numbers())[0]
        await client.route_number(number.number_id, voice_callback_url="http://127.0.0.1/a", events_url="http://127.0.0.1/e")
        routed = (await client.numbers())[0]
        wallet = await client.wallet()
    assert (routed.e164, routed.voice_callback_url) == (LINE, "http://127.0.0.1/a")
    assert wallet.balance_minor == settings.wallet_minor


async def test_a_recording_is_pending_and_then_there(settings: SimulatorSettings, dialect: Dialect) -> None:
    async with calling(replace(settings, recording_delay_s=4.0), dialect) as (rig, client):
        placed = await client.place_call(a_call(rig))
        await rig.socket()
        await client.hang_up(placed.call_id)
        await rig.ended(rig.sim.exchange.find(placed.call_id))
        assert isinstance(await client.recording(placed.call_id), RecordingPending)
        await rig.until(lambda: rig.sim.exchange.clock.now_s() > 15.0)
        assert isinstance(await client.recording(placed.call_id), RecordingReady)
