"""The REST endpoints over real HTTP, in the shapes of the provider's own client."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from datetime import timedelta
from io import BytesIO

import httpx
import pytest
import soundfile

from bridge.telephony.dialect import Dialect
from bridge.telephony.simulator.settings import FaultKind, RecordingFate, SimulatorSettings
from tests.bridge.telephony.simulator.rig import LEAD, LINE, Rig, running

CALL = {"from": LINE, "to": [LEAD]}


def code_of(reply: httpx.Response) -> str:
    return str(reply.json()["error"]["code"])


async def test_placing_a_call_answers_before_anybody_picks_up(settings: SimulatorSettings) -> None:
    async with running(settings) as rig:
        reply = await rig.api.post("/v1/calls", json={**CALL, "client_request_id": "attempt-1"})
    body = reply.json()
    assert reply.status_code == 201
    assert re.fullmatch("HD_[0-9a-f]{12}", body["session_id"])
    assert (body["status"], body["client_request_id"]) == ("ringing", "attempt-1")


async def test_the_older_path_places_calls_as_well(settings: SimulatorSettings) -> None:
    async with running(settings) as rig:
        assert (await rig.api.post("/v1/calls/originate", json=CALL)).status_code == 201
        assert [dial.number for dial in rig.sim.exchange.dials] == [LEAD]


async def test_the_pages_dialect_spells_as_the_vendors_page(settings: SimulatorSettings) -> None:
    async with running(replace(settings, dialect=Dialect.PAGES)) as rig:
        body = (await rig.api.post("/v1/calls", json={"from": LINE, "to": LEAD, "clientRequestId": "lead-42"})).json()
    assert body["clientRequestId"] == "lead-42"
    assert "call_sid" in body


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        pytest.param({"from": LINE, "to": ["0711000101"]}, 422, "calls.invalid_to", id="not E.164"),
        pytest.param({"from": LINE, "to": []}, 422, "calls.invalid_to", id="nobody"),
        pytest.param({"from": LINE, "to": [LEAD, LEAD]}, 422, "calls.invalid_to", id="two"),
        pytest.param({"from": "+254799999999", "to": [LEAD]}, 403, "calls.number_not_owned", id="foreign number"),
        pytest.param({**CALL, "caller_id": "+254799999999"}, 403, "calls.number_not_owned", id="foreign caller id"),
        pytest.param({**CALL, "client_request_id": "mcp:1"}, 422, "calls.invalid_client_request_id", id="reserved label"),
        pytest.param({**CALL, "client_request_id": "a\nb"}, 422, "calls.invalid_client_request_id", id="control character"),
    ],
)
async def test_it_refuses_what_it_cannot_ring(settings: SimulatorSettings, body: dict, status: int, code: str) -> None:
    async with running(settings) as rig:
        reply = await rig.api.post("/v1/calls", json=body)
        assert (reply.status_code, code_of(reply)) == (status, code)
        assert not rig.sim.exchange.dials


async def test_it_refuses_a_body_that_is_no_json(settings: SimulatorSettings) -> None:
    async with running(settings) as rig:
        assert (await rig.api.post("/v1/calls", content=b"from=1")).status_code == 400


async def test_a_suspended_number_rings_nobody(settings: SimulatorSettings) -> None:
    async with running(settings) as rig:
        rig.sim.exchange.numbers[0].is_suspended = True
        assert code_of(await rig.api.post("/v1/calls", json=CALL)) == "numbers.suspended"
        assert not rig.sim.exchange.dials


async def test_an_empty_wallet_is_402(settings: SimulatorSettings) -> None:
    async with running(replace(settings, wallet_minor=0)) as rig:
        reply = await rig.api.post("/v1/calls", json=CALL)
        assert (reply.status_code, code_of(reply)) == (402, "wallet.insufficient_funds")
        assert not rig.sim.exchange.dials


@pytest.mark.parametrize("header", ["", "Bearer wrong", "simulator-key", 'Bearer "simulator-key"'], ids=["none", "wrong", "no scheme", "quotes"])
async def test_a_wrong_key_is_401(settings: SimulatorSettings, header: str) -> None:
    async with running(settings) as rig:
        reply = await rig.api.get("/v1/wallet", headers={"Authorization": header})
    assert (reply.status_code, code_of(reply)) == (401, "api_key.invalid")


async def test_a_simulator_without_a_key_asks_for_none(settings: SimulatorSettings) -> None:
    async with running(replace(settings, api_key="")) as rig:
        assert (await rig.api.get("/v1/wallet", headers={"Authorization": "Bearer none"})).status_code == 200


async def test_a_key_without_the_scope_is_403(settings: SimulatorSettings) -> None:
    async with running(replace(settings, scopes=frozenset({"calls.read"}))) as rig:
        reply = await rig.api.get("/v1/wallet")
    assert (reply.status_code, code_of(reply)) == (403, "api_key.scope_denied")


# ---- idempotency


async def test_the_same_key_rings_once_while_the_leg_lives(settings: SimulatorSettings) -> None:
    async with running(settings) as rig:
        first, second = [await rig.api.post("/v1/calls", json=CALL, headers={"Idempotency-Key": "k"}) for _ in range(2)]
        assert second.json() == first.json()
        assert second.headers["Idempotent-Replay"] == "true" and "Idempotent-Replay" not in first.headers
        assert len(rig.sim.exchange.dials) == 1


async def test_the_same_key_with_another_body_is_a_conflict(settings: SimulatorSettings) -> None:
    async with running(settings) as rig:
        await rig.api.post("/v1/calls", json=CALL, headers={"Idempotency-Key": "k"})
        reply = await rig.api.post("/v1/calls", json={**CALL, "client_request_id": "other"}, headers={"Idempotency-Key": "k"})
        assert (reply.status_code, code_of(reply)) == (409, "idempotency.conflict")
        assert len(rig.sim.exchange.dials) == 1


async def test_the_same_key_rings_again_once_the_leg_is_gone(settings: SimulatorSettings) -> None:
    """Why a client must never repeat a request whose outcome it does not know."""
    async with running(settings) as rig:
        for _ in range(2):
            reply = await rig.api.post("/v1/calls", json=CALL, headers={"Idempotency-Key": "k"})
            call = rig.sim.exchange.find(reply.json()["call_id"])
            await rig.api.post(f"/v1/calls/{call.call_id}/hangup")
            await rig.ended(call)
        assert "Idempotent-Replay" not in reply.headers
        assert len(rig.sim.exchange.dials) == 2


# ---- faults


async def test_a_rate_limit_says_when_to_come_back_and_rings_nobody(settings: SimulatorSettings) -> None:
    async with running(settings) as rig:
        await rig.api.post("/simulator/faults", json={"kind": "rate_limit"})
        refused, accepted = [await rig.api.post("/v1/calls", json=CALL) for _ in range(2)]
        assert (refused.status_code, refused.headers["Retry-After"], accepted.status_code) == (429, "1", 201)
        assert len(rig.sim.exchange.dials) == 1


async def test_a_server_error_rings_nobody(settings: SimulatorSettings) -> None:
    async with running(settings) as rig:
        rig.sim.exchange.desk.faults.append(FaultKind.SERVER_ERROR)
        assert (await rig.api.post("/v1/calls", json=CALL)).status_code == 500
        assert not rig.sim.exchange.dials


async def test_a_lost_reply_has_rung_the_phone(settings: SimulatorSettings) -> None:
    async with running(settings) as rig:
        rig.sim.exchange.desk.faults.append(FaultKind.LOST_REPLY)
        assert (await rig.api.post("/v1/calls", json=CALL)).status_code == 502
        assert len(rig.sim.exchange.dials) == 1


async def test_a_reply_that_never_comes_has_rung_the_phone(settings: SimulatorSettings) -> None:
    async with running(settings) as rig:
        rig.sim.exchange.desk.faults.append(FaultKind.HANG)
        with pytest.raises(httpx.ReadTimeout):
            await rig.api.post("/v1/calls", json=CALL, timeout=0.3)
        assert len(rig.sim.exchange.dials) == 1


async def test_an_unknown_fault_is_refused(settings: SimulatorSettings) -> None:
    async with running(settings) as rig:
        assert (await rig.api.post("/simulator/faults", json={"kind": "earthquake"})).status_code == 422


# ---- look-ups


async def test_a_call_is_found_by_both_its_ids(settings: SimulatorSettings) -> None:
    async with running(settings) as rig:
        call = await rig.call()
        rows = [(await rig.api.get(f"/v1/calls/{one}")).json()["call"] for one in (call.call_id, call.session_id)]
        assert rows[0]["id"] == rows[1]["id"] == call.call_id
        assert code_of(await rig.api.get("/v1/calls/HD_000000000000")) == "calls.not_found"


async def listed(rig: Rig, **query: object) -> list[str]:
    reply = await rig.api.get("/v1/calls", params={key.rstrip("_"): str(value) for key, value in query.items()})
    assert reply.status_code == 200, reply.text
    return [row["id"] for row in reply.json()["data"]]


async def test_calls_are_listed_newest_first_and_filtered(settings: SimulatorSettings) -> None:
    async with running(settings) as rig:
        first, second = await rig.call(), await rig.call("+254711999999")
        await rig.ended(second)
        assert await listed(rig) == [second.call_id, first.call_id]
        assert await listed(rig, q=LEAD[3:]) == [first.call_id]
        assert await listed(rig, session_id=second.session_id) == [second.call_id]
        assert await listed(rig, status="failed,busy") == [second.call_id]
        assert await listed(rig, direction="inbound") == []
        late = first.created_at + timedelta(days=1)
        assert await listed(rig, from_=late.isoformat()) == []
        assert len(await listed(rig, from_=int(first.created_at.timestamp()), to=late.isoformat())) == 2


async def test_a_long_list_comes_in_pages(settings: SimulatorSettings) -> None:
    async with running(settings) as rig:
        calls = [await rig.call("+254711999999") for _ in range(3)]
        first = (await rig.api.get("/v1/calls", params={"limit": 2})).json()
        rest = (await rig.api.get("/v1/calls", params={"limit": 2, "cursor": first["next_cursor"]})).json()
    assert [row["id"] for row in first["data"] + rest["data"]] == [call.call_id for call in reversed(calls)]
    assert rest["next_cursor"] is None


async def test_a_query_that_means_nothing_is_400(settings: SimulatorSettings) -> None:
    async with running(settings) as rig:
        assert (await rig.api.get("/v1/calls", params={"from": "yesterday"})).status_code == 400
        assert (await rig.api.get("/v1/calls", params={"limit": "many"})).status_code == 400


async def test_hanging_up_twice_is_fine(settings: SimulatorSettings) -> None:
    async with running(settings) as rig:
        call = await rig.call()
        for _ in range(2):
            assert (await rig.api.post(f"/v1/calls/{call.call_id}/hangup")).json()["status"] == "hung_up"
        await rig.ended(call)
        cdr = (await rig.api.get(f"/v1/calls/{call.call_id}")).json()["call"]
        assert (cdr["status"], cdr["failure_code"], cdr["cost_minor"]) == ("canceled", "originator_cancel", 0)


# ---- recordings


async def finished(rig: Rig, position: int = 0):
    call = await rig.call()
    await rig.socket(position)
    await rig.until(lambda: call.leg.talked_s > 1.0)
    await rig.api.post(f"/v1/calls/{call.call_id}/hangup")
    return await rig.ended(call)


async def test_a_recording_comes_late_behind_a_redirect(settings: SimulatorSettings) -> None:
    async with running(replace(settings, recording_delay_s=4.0)) as rig:
        call = await finished(rig)
        pending = await rig.api.get(f"/v1/calls/{call.call_id}/recording")
        assert (pending.status_code, pending.json()["status"]) == (202, "pending")
        async with asyncio.timeout(60):
            while (reply := await rig.api.get(f"/v1/calls/{call.session_id}/recording")).status_code == 202:
                continue
        async with httpx.AsyncClient(trust_env=False) as anybody:
            wav = await anybody.get(reply.headers["Location"])
    assert reply.status_code == 302
    pcm, rate_hz = soundfile.read(BytesIO(wav.content), dtype="int16")
    assert rate_hz == 16000 and pcm.shape == (round(call.leg.talked_s * 16000), 2)


@pytest.mark.parametrize(
    ("fate", "status"), [pytest.param(RecordingFate.NEVER, 202, id="pending for ever"), pytest.param(RecordingFate.GONE, 410, id="gone")]
)
async def test_a_recording_may_never_come(settings: SimulatorSettings, fate: RecordingFate, status: int) -> None:
    async with running(replace(settings, recording=fate, recording_delay_s=0.0)) as rig:
        call = await finished(rig)
        assert (await rig.api.get(f"/v1/calls/{call.call_id}/recording")).status_code == status


async def test_old_recordings_make_room_for_new_ones(settings: SimulatorSettings) -> None:
    async with running(replace(settings, n_recordings_kept=1, recording_delay_s=0.0)) as rig:
        calls = [await finished(rig, position) for position in range(2)]
        assert [(await rig.api.get(f"/v1/calls/{call.call_id}/recording")).status_code for call in calls] == [410, 302]


async def test_a_live_call_has_no_recording_yet(settings: SimulatorSettings) -> None:
    async with running(settings) as rig:
        reply = await rig.api.get(f"/v1/calls/{(await rig.call()).call_id}/recording")
    assert (reply.status_code, reply.json()["code"]) == (404, "calls.recording_not_found")


async def test_a_recordings_address_cannot_be_guessed(settings: SimulatorSettings) -> None:
    async with running(settings) as rig:
        assert (await rig.api.get("/storage/guess")).status_code == 403


# ---- wallet, numbers, web hooks


async def test_both_wallet_paths_tell_the_balance(settings: SimulatorSettings) -> None:
    async with running(replace(settings, wallet_minor=4200)) as rig:
        assert (await rig.api.get("/v1/wallet")).json()["balance_minor"] == 4200
        assert (await rig.api.get("/v1/wallet/balance")).json()["low_balance_threshold_minor"] > 0


async def test_a_finished_call_is_debited_once(settings: SimulatorSettings) -> None:
    async with running(replace(settings, wallet_minor=20_000)) as rig:
        call = await finished(rig)
        assert rig.sim.exchange.wallet.balance_minor == 20_000 - call.cost_minor
        assert call.cost_minor > 0


@pytest.mark.parametrize("method", ["PATCH", "PUT"])
async def test_routing_is_set_as_the_sdk_does(settings: SimulatorSettings, method: str) -> None:
    async with running(settings) as rig:
        body = {"voice_callback_url": "http://127.0.0.1/a", "events_url": "http://127.0.0.1/e"}
        reply = await rig.api.request(method, "/v1/numbers/num_continues/routing", json=body)
        number = (await rig.api.get("/v1/numbers")).json()["numbers"][0]
    assert reply.status_code == 200
    assert (number["voice_callback_url"], number["events_url"]) == ("http://127.0.0.1/a", "http://127.0.0.1/e")


async def test_routing_is_set_as_the_pages_do(settings: SimulatorSettings) -> None:
    async with running(settings) as rig:
        await rig.api.patch("/v1/numbers/num_continues", json={"routing_url": "http://127.0.0.1/a"})
        assert rig.sim.exchange.numbers[0].voice_callback_url == "http://127.0.0.1/a"


async def test_a_platform_may_know_only_put(settings: SimulatorSettings) -> None:
    async with running(replace(settings, routing_methods=frozenset({"PUT"}))) as rig:
        assert (await rig.api.patch("/v1/numbers/num_continues/routing", json={"voice_callback_url": "http://127.0.0.1/a"})).status_code == 405


async def test_bad_routing_is_refused(settings: SimulatorSettings) -> None:
    async with running(settings) as rig:
        assert (await rig.api.patch("/v1/numbers/num_continues", json={"routing_url": "/voice"})).status_code == 422
        assert (await rig.api.patch("/v1/numbers/nobodys", json={"routing_url": "http://127.0.0.1/a"})).status_code == 404


async def test_a_web_hook_shows_its_secret_once_and_hears_of_a_low_balance(settings: SimulatorSettings) -> None:
    async with running(replace(settings, wallet_minor=10_000)) as rig:
        made = (await rig.api.post("/v1/webhooks", json={"url": f"{rig.url}/wallet", "events": ["*"]})).json()
        (listed_hook,) = (await rig.api.get("/v1/webhooks")).json()["data"]
        rotated = (await rig.api.post(f"/v1/webhooks/{made['id']}/rotate-secret")).json()
        await finished(rig)
        await rig.until(lambda: bool(rig.paths("/wallet")))
    assert made["secret"].startswith("whsec_") and "secret" not in listed_hook and rotated["secret"] != made["secret"]
    (told,) = rig.paths("/wallet")
    assert told.fields["kind"] == "wallet.low_balance" and "x-sautikit-signature" in told.headers


async def test_an_unknown_path_and_a_wrong_method_are_told_apart(settings: SimulatorSettings) -> None:
    async with running(settings) as rig:
        assert (await rig.api.get("/v1/nothing")).status_code == 404
        assert (await rig.api.delete("/v1/wallet")).status_code == 405
        assert (await rig.api.post("/v1/webhooks/none/rotate-secret")).status_code == 404
