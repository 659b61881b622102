"""What the platform posts, and what it gets: documents by our memory, proof by token or signature, nothing by hearsay."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
from asgiref.sync import sync_to_async
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from bridge.telephony.signatures import SignatureForm, sign
from campaigns import calls, servers
from campaigns.models import Call, Handoff, Line, Rep, ServerProcess, StaffCall
from campaigns.states import CallStatus
from tests.campaigns.conftest import live_call
from tests.campaigns.platform import record
from tests.conftest import NOW

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("closed_connections")]

EMPTY = b"<Response></Response>"


@pytest.fixture
def call(loopback, campaign, asha, server) -> Call:
    return live_call(campaign, asha, server=server)


async def fresh(call: Call) -> Call:
    return await Call.objects.aget(pk=call.pk)


async def post(client, path: str, *, as_json: bool = False, headers: dict | None = None, **fields):
    if as_json:
        return await client.post(path, json.dumps(fields), content_type="application/json", headers=headers)
    return await client.post(path, urlencode(fields), content_type="application/x-www-form-urlencoded", headers=headers)


async def answer(client, call: Call, state: str, **fields) -> bytes:
    reply = await post(client, f"/voice/answer/{call.answer_token}", callSessionState=state, **fields)
    assert reply.status_code == 200
    assert reply["Content-Type"].startswith("application/xml")
    return bytes(reply.content)


# ---- the Stream ---------------------------------------------------------------------------------------------------------------


async def test_the_answer_is_a_stream_to_the_claimed_server(async_client, call):
    document = ET.fromstring(await answer(async_client, call, "Ringing", sessionId="HD_1"))
    stream, redirect = document
    assert stream.tag == "Stream"
    assert stream.attrib == {
        "name": "lead-qualifier",
        "url": f"ws://127.0.0.1:8000/audio/{call.stream_token}",
        "track": "inbound_track",
        "connect": "true",
        "outputSamplingRate": "16000",
        "bidirectionalSamplingRate": "16000",
        "statusCallback": f"http://127.0.0.1:8000/voice/stream-status/{call.answer_token}",
        "statusEvents": "stream-started stream-stopped stream-error",
    }
    assert redirect.tag == "Redirect" and redirect.text == f"http://127.0.0.1:8000/voice/answer/{call.answer_token}"
    after = await fresh(call)
    assert (after.status, after.provider_session_id) == (CallStatus.RINGING, "HD_1")


@pytest.mark.parametrize(("field", "value"), [("strategy", "callback"), ("dialect", "pages")], ids=["call back", "as on the page"])
async def test_only_the_strategy_dial_names_a_next_step(async_client, call, line, field, value):
    await Line.objects.filter(pk=line.pk).aupdate(**{field: value})
    assert [verb.tag for verb in ET.fromstring(await answer(async_client, call, "Ringing"))] == ["Stream"]


async def test_the_public_address_is_used_when_there_is_one(async_client, call, settings):
    settings.PUBLIC_URL = "https://calls.example.com"
    stream = ET.fromstring(await answer(async_client, call, "Ringing"))[0]
    assert stream.attrib["statusCallback"].startswith("https://calls.example.com/voice/stream-status/")


async def test_the_same_stream_comes_again_until_its_socket_opens(async_client, call):
    first = await answer(async_client, call, "Ringing")
    assert await answer(async_client, call, "Answered") == first
    assert await sync_to_async(calls.open_stream)(call.stream_token, at=NOW) is not None
    for state in ("Answered", "StreamStarted", "Ringing"):
        assert await answer(async_client, call, state) == EMPTY


async def test_each_edge_gives_the_token_a_fresh_minute(async_client, call):
    await Call.objects.filter(pk=call.pk).aupdate(stream_expires_at=timezone.now() - timedelta(minutes=5))
    await answer(async_client, call, "Answered")
    assert await Call.objects.filter(pk=call.pk, stream_expires_at__gt=timezone.now()).aexists()


async def test_a_first_post_that_says_completed_still_gets_the_stream(async_client, call):
    document = await answer(async_client, call, "Completed", sessionId="HD_1")
    assert b"<Stream" in document
    after = await fresh(call)
    assert (after.status, after.provider_session_id) == (CallStatus.DIALING, "HD_1")
    assert await DBTaskResult.objects.acount() == 1  # the record will tell


async def test_completed_ends_a_call_whose_socket_was_open(async_client, call):
    await sync_to_async(calls.open_stream)(call.stream_token, at=NOW)
    assert await answer(async_client, call, "Completed", durationInSeconds=40) == EMPTY
    after = await fresh(call)
    assert (after.status, after.talk_s) == (CallStatus.COMPLETED, 40)


@pytest.mark.parametrize("state", ["no-answer", "busy", "failed", "canceled"])
async def test_an_end_without_an_answer_gets_nothing_to_do(async_client, call, state):
    assert await answer(async_client, call, state) == EMPTY
    assert (await fresh(call)).status == state.replace("-", "_")


async def test_a_call_that_ended_gets_nothing_to_do(async_client, call):
    await answer(async_client, call, "busy")
    assert await answer(async_client, call, "Ringing") == EMPTY


@pytest.mark.parametrize("as_json", [True, False], ids=["json", "form"])
async def test_both_encodings_are_read(async_client, call, as_json):
    await post(async_client, f"/voice/answer/{call.answer_token}", as_json=as_json, callSessionState="Answered", callSid="c-1")
    after = await fresh(call)
    assert (after.status, after.provider_call_id) == (CallStatus.IN_PROGRESS, "c-1")


async def test_another_server_takes_over_when_the_claimed_one_died(async_client, call, server):
    await ServerProcess.objects.filter(pk=server.pk).aupdate(stopped_at=timezone.now())
    other = await sync_to_async(servers.register)("ws://127.0.0.1:9000", room=3)
    assert b"ws://127.0.0.1:9000/audio/" in await answer(async_client, call, "Answered")
    assert (await fresh(call)).server_id == other.pk


async def test_without_any_server_the_callee_hears_an_apology(async_client, call, server):
    await ServerProcess.objects.filter(pk=server.pk).aupdate(stopped_at=timezone.now())
    document = ET.fromstring(await answer(async_client, call, "Answered"))
    assert [verb.tag for verb in document] == ["Say", "Hangup"]
    assert (await fresh(call)).failure


# ---- proof ----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", list(SignatureForm), ids=str)
@pytest.mark.parametrize("secret", ["one", "two"])
async def test_a_right_signature_is_let_in(async_client, call, settings, form, secret):
    settings.SAUTIKIT_SIGNING_SECRETS = ["one", "two"]
    body = json.dumps({"callSessionState": "Ringing"}).encode()
    headers = {"X-Sautikit-Signature": sign(body, secret, at=datetime.now(UTC), form=form)}
    reply = await async_client.post(f"/voice/answer/{call.answer_token}", body, content_type="application/json", headers=headers)
    assert reply.status_code == 200 and b"<Stream" in reply.content


@pytest.mark.parametrize("path", ["/voice/answer/{token}", "/voice/answer", "/voice/events", "/voice/stream-status/{token}"])
@pytest.mark.parametrize("header", [None, "t=1,v1=00", "nonsense"], ids=["none", "too old", "nonsense"])
async def test_a_bad_signature_changes_nothing(async_client, call, settings, path, header):
    settings.SAUTIKIT_SIGNING_SECRETS = ["one"]
    headers = {"X-Sautikit-Signature": header} if header else None
    fields = {"callSessionState": "busy", "clientRequestId": call.pk.hex}
    reply = await post(async_client, path.format(token=call.answer_token), headers=headers, **fields)
    assert reply.status_code == 403
    assert (await fresh(call)).status == CallStatus.DIALING
    assert await DBTaskResult.objects.acount() == 0


@pytest.mark.parametrize("path", ["/voice/answer/x", "/voice/answer", "/voice/events", "/voice/stream-status/x"])
async def test_reading_is_not_asking(async_client, call, path):
    assert (await async_client.get(path)).status_code == 405


async def test_an_unknown_token_gets_a_polite_empty_answer_and_a_line_in_the_log(async_client, call, caplog):
    reply = await post(async_client, "/voice/answer/guess", callSessionState="Ringing", callerNumber="+254712123401")
    assert (reply.status_code, reply.content) == (200, EMPTY)
    assert "unknown token" in caplog.text
    assert "254712123401" not in caplog.text and "guess" not in caplog.text.replace("a voice callback", "")


@pytest.mark.parametrize("body", [b"{", b"\xff\xfe", b"[1]", b"{}" * 40_000, b""], ids=["half JSON", "not UTF-8", "a list", "huge", "empty"])
async def test_a_body_that_says_nothing_still_gets_the_document(async_client, call, body):
    reply = await async_client.post(f"/voice/answer/{call.answer_token}", body, content_type="application/json")
    assert reply.status_code == 200 and b"<Stream" in reply.content


# ---- events -----------------------------------------------------------------------------------------------------------------------


async def test_an_unsigned_event_only_asks_for_a_look_up(async_client, call):
    reply = await post(async_client, "/voice/events", as_json=True, kind="call.completed", data={"clientRequestId": call.pk.hex})
    assert reply.status_code == 204
    assert (await fresh(call)).status == CallStatus.DIALING
    assert await DBTaskResult.objects.acount() == 1


async def test_a_flood_of_events_asks_once(async_client, call):
    for _ in range(5):
        await post(async_client, "/voice/events", clientRequestId=call.pk.hex, callSessionState="Completed")
    assert await DBTaskResult.objects.acount() == 1


async def test_a_signed_event_is_believed(async_client, call, settings):
    settings.SAUTIKIT_SIGNING_SECRETS = ["one"]
    body = json.dumps({"kind": "call.failed", "data": {"failure_reason": "no_answer", "clientRequestId": call.pk.hex}}).encode()
    headers = {"X-Sautikit-Signature": sign(body, "one", at=datetime.now(UTC))}
    await async_client.post("/voice/events", body, content_type="application/json", headers=headers)
    assert (await fresh(call)).status == CallStatus.NO_ANSWER


async def test_an_event_about_nobody_is_ignored(async_client, call):
    reply = await post(async_client, "/voice/events", callId="somebody-elses", callSessionState="Completed")
    assert reply.status_code == 204
    assert await DBTaskResult.objects.acount() == 0


async def test_the_stream_s_status_moves_the_call(async_client, call):
    reply = await post(async_client, f"/voice/stream-status/{call.answer_token}", streamEvent="stream-started")
    assert reply.status_code == 204
    assert (await fresh(call)).status == CallStatus.IN_PROGRESS


# ---- without a token: the dialect `pages` ---------------------------------------------------------------------------------------------


@pytest.fixture
async def on_pages(call: Call, platform, line, settings) -> Call:
    settings.SAUTIKIT_API_URL = platform.url
    await Line.objects.filter(pk=line.pk).aupdate(dialect="pages")
    return call


@pytest.mark.parametrize(
    "fields",
    [{}, {"client_request_id": "{hex}"}],
    ids=["by the two numbers", "by our label"],
)
async def test_a_number_s_routing_url_finds_the_call_by_asking(async_client, on_pages, platform, fields):
    labelled = {name: value.format(hex=on_pages.pk.hex) for name, value in fields.items()}
    platform.calls = [record(status="answered", **labelled)]
    reply = await post(async_client, "/voice/answer", CallId="HD_000000000001")
    assert b"<Stream" in reply.content
    after = await fresh(on_pages)
    assert (after.status, after.provider_call_id) == (CallStatus.IN_PROGRESS, "call-1")


@pytest.mark.parametrize(
    "change",
    [{"remote_e164": "+254712123402"}, {"local_e164": "+254711000009"}, {"client_request_id": "another"}, {"status": "no_answer"}],
    ids=["another callee", "another line", "somebody else's label", "it is over"],
)
async def test_no_stream_is_given_out_for_a_call_that_is_not_ours(async_client, on_pages, platform, change):
    platform.calls = [record(**{"status": "answered", **change})]
    reply = await post(async_client, "/voice/answer", CallId="HD_000000000001")
    assert (reply.status_code, reply.content) == (200, EMPTY)


async def test_a_posted_end_that_the_record_denies_ends_nothing(async_client, on_pages, platform):
    platform.calls = [record(status="answered")]
    await sync_to_async(calls.open_stream)(on_pages.stream_token, at=NOW)
    await post(async_client, "/voice/answer", CallId="HD_000000000001", callSessionState="Completed")
    assert (await fresh(on_pages)).status == CallStatus.IN_PROGRESS


@pytest.mark.parametrize("fields", [{}, {"CallId": "HD_unknown"}], ids=["no id", "an id nobody knows"])
async def test_what_cannot_be_looked_up_gets_the_empty_answer(async_client, on_pages, fields):
    reply = await post(async_client, "/voice/answer", callSessionState="Ringing", **fields)
    assert reply.content == EMPTY


# ---- our own people ---------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def rung_rep(call, line, django_user_model) -> StaffCall:
    """Rehema's phone rings: she is to take Asha."""
    rehema = Rep.objects.create(user=django_user_model.objects.create(username="rehema"), name="Rehema", number="+254711000777", is_verified=True)
    handoff = Handoff.objects.create(call=call, strategy="callback", status="accepted", rep=rehema, offered_at=NOW, accepted_at=NOW, released_at=NOW)
    return StaffCall.objects.create(rep=rehema, handoff=handoff, line=line, status="dialing", answer_token="for-rehema", placed_at=NOW)


async def test_a_rep_s_answer_url_gets_the_brief(async_client, rung_rep):
    reply = await post(async_client, "/voice/answer/for-rehema", callSessionState="Answered", sessionId="HD_9")
    assert ET.fromstring(reply.content)[0].tag == "GetDigits"
    assert (await StaffCall.objects.aget(pk=rung_rep.pk)).provider_session_id == "HD_9"


async def test_a_rep_s_leg_is_found_without_a_token_as_well(async_client, rung_rep, platform, settings):
    settings.SAUTIKIT_API_URL = platform.url
    platform.calls = [record(client_request_id=rung_rep.pk.hex, status="answered", remote_e164="+254711000777")]
    reply = await post(async_client, "/voice/answer", CallId="HD_000000000001")
    assert ET.fromstring(reply.content)[0].tag == "GetDigits"


@pytest.mark.parametrize(("secrets", "status"), [(["one"], "busy"), ([], "dialing")], ids=["signed", "not signed"])
async def test_only_a_signed_event_moves_a_rep_s_leg(async_client, rung_rep, settings, secrets, status):
    settings.SAUTIKIT_SIGNING_SECRETS = secrets
    body = json.dumps({"callSessionState": "busy", "clientRequestId": rung_rep.pk.hex}).encode()
    headers = {"X-Sautikit-Signature": sign(body, "one", at=datetime.now(UTC))}
    await async_client.post("/voice/events", body, content_type="application/json", headers=headers)
    assert (await StaffCall.objects.aget(pk=rung_rep.pk)).status == status
