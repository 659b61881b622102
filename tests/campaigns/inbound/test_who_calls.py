"""A lead calls our number: who is believed to call, what is opened for them, and what becomes of our own attempt."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from datetime import UTC, datetime, timedelta

import pytest
from asgiref.sync import sync_to_async
from django_tasks_db.models import DBTaskResult

from bridge.telephony.signatures import sign
from campaigns import calls, dialer
from campaigns.models import Call, Campaign, Handoff, LiveEvent, StrangerCall
from campaigns.states import CallStatus
from tests.campaigns.conftest import LINE_NUMBER, live_call
from tests.campaigns.inbound.callers import ASHA, EMPTY, RINGING, SECRET, posted, theirs, told, verbs, words
from tests.campaigns.platform import record
from tests.conftest import NOW

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("closed_connections", "loopback", "server")]


# ---- who is believed to call --------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("signed")
async def test_a_signed_callback_opens_a_call_that_is_no_attempt_and_gets_the_stream(async_client, missed, server):
    document = await told(async_client)
    call = await theirs()
    assert verbs(document) == ["Stream", "Redirect"]
    assert f"ws://127.0.0.1:8000/audio/{call.stream_token}".encode() in document
    assert (call.campaign_id, call.lead_id, call.line.number, call.script_id) == (missed.campaign_id, missed.lead_id, LINE_NUMBER, missed.script_id)
    assert (call.attempt_number, call.dialled_at, call.status, call.provider_session_id) == (0, None, CallStatus.RINGING, "HD_in")
    assert (call.server_id, call.voice) == (server.pk, "embedded")
    assert 0 < call.reserved_minor < missed.reserved_minor, "the stream costs, the call itself does not"
    assert [event.kind async for event in LiveEvent.objects.filter(call=call)] == ["called_us"]


@pytest.mark.parametrize("dialect", ["sdk", "pages"])
async def test_unsigned_the_platform_s_record_says_who_calls(async_client, missed, line, platform, dialect):
    await sync_to_async(lambda: type(line).objects.filter(pk=line.pk).update(dialect=dialect))()
    platform.calls = [record(id="in-1", session_id="HD_in", direction="inbound", local_e164=LINE_NUMBER, remote_e164=ASHA)]
    document = await posted(async_client, CallId="HD_in", From="+254712123402", To=LINE_NUMBER, direction="inbound")
    call = await theirs()
    assert b"<Stream" in document
    assert (call.lead_id, call.provider_call_id, call.provider_session_id) == (missed.lead_id, "in-1", "HD_in")


@pytest.mark.parametrize(
    "found",
    [[], [record(session_id="HD_in", direction="outbound")], [record(session_id="HD_in", direction="inbound", local_e164="+254711000009")]],
    ids=["no record", "an outbound call", "a number that is not ours"],
)
async def test_an_unsigned_body_alone_opens_nothing(async_client, missed, platform, found):
    platform.calls = found
    assert await posted(async_client, **RINGING) == EMPTY
    assert not await Call.objects.filter(occasion=Call.Occasion.INBOUND).aexists()
    assert not await StrangerCall.objects.aexists()


async def test_a_bad_signature_opens_nothing(async_client, missed, settings):
    settings.SAUTIKIT_SIGNING_SECRETS = ["another"]
    body = json.dumps(RINGING).encode()
    headers = {"X-Sautikit-Signature": sign(body, SECRET, at=datetime.now(UTC))}
    assert (await async_client.post("/voice/answer", body, content_type="application/json", headers=headers)).status_code == 403
    assert not await Call.objects.filter(occasion=Call.Occasion.INBOUND).aexists()


async def test_an_inbound_record_is_never_taken_for_our_own_nameless_call_between_the_same_numbers(async_client, campaign, asha, platform, server):
    ours = await sync_to_async(live_call)(campaign, asha, server=server)
    platform.calls = [record(id="in-1", session_id="HD_in", direction="inbound")]
    assert "calling you at this very moment" in words(await posted(async_client, CallId="HD_in"))
    await ours.arefresh_from_db()
    assert (ours.provider_call_id, ours.provider_session_id, ours.status) == ("", "", CallStatus.DIALING)


@pytest.mark.usefixtures("signed")
async def test_the_call_they_return_is_the_last_one_from_the_number_they_ring(async_client, missed, line, asha, script):
    def called_from_elsewhere_since() -> None:
        other_line = type(line).objects.create(number="+254711000002", is_simulated=True)
        other = Campaign.objects.create(name="Later", line=other_line, script=script, controller="Acme Ltd", status="running")
        live_call(other, asha, line=other_line, status="busy", dialled_at=NOW, answer_token="other", stream_token="other2")

    await sync_to_async(called_from_elsewhere_since)()
    await told(async_client)
    assert (await theirs()).campaign_id == missed.campaign_id


@pytest.mark.usefixtures("signed")
@pytest.mark.parametrize(("days", "is_known"), [(29, True), (31, False)], ids=["29 days ago", "31 days ago"])
async def test_a_call_of_long_ago_is_not_what_they_return(async_client, missed, days, is_known):
    await Call.objects.filter(pk=missed.pk).aupdate(dialled_at=NOW - timedelta(days=days))
    await told(async_client)
    assert await Call.objects.filter(occasion=Call.Occasion.INBOUND).aexists() is is_known
    assert await StrangerCall.objects.aexists() is not is_known


# ---- repeated, late and odd callbacks -------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("signed")
async def test_repeated_callbacks_get_the_same_stream_until_it_is_open_and_then_nothing(async_client, missed):
    documents = {await told(async_client) for _ in range(3)}
    assert len(documents) == 1
    await sync_to_async(calls.open_stream)((await theirs()).stream_token, at=NOW)
    assert await told(async_client, callSessionState="StreamStarted") == EMPTY
    assert await told(async_client) == EMPTY
    assert (await theirs()).status == CallStatus.IN_PROGRESS


@pytest.mark.usefixtures("signed")
async def test_its_end_is_learnt_from_the_voice_url_and_from_the_events_url_alike(async_client, missed):
    await told(async_client)
    await sync_to_async(calls.open_stream)((await theirs()).stream_token, at=NOW)
    await told(async_client, "/voice/events", callSessionState="Completed", durationInSeconds=40)
    assert ((await theirs()).status, (await theirs()).talk_s) == (CallStatus.COMPLETED, 40)
    assert await told(async_client, callSessionState="Completed") == EMPTY


@pytest.mark.usefixtures("signed")
async def test_the_tokened_address_after_the_stream_is_its_own(async_client, missed):
    document = await told(async_client)
    redirect = ET.fromstring(document)[1].text or ""
    await sync_to_async(calls.open_stream)((await theirs()).stream_token, at=NOW)
    assert redirect.endswith(f"/voice/answer/{(await theirs()).answer_token}")
    assert await told(async_client, redirect.removeprefix("http://127.0.0.1:8000"), callSessionState="StreamStopped") == EMPTY


@pytest.mark.usefixtures("signed")
@pytest.mark.parametrize(("status", "is_opened"), [("ringing", True), ("completed", False)], ids=["it still rings", "it is over"])
async def test_a_first_callback_that_says_completed_is_looked_up(async_client, missed, platform, status, is_opened, settings):
    settings.SAUTIKIT_SIGNING_SECRETS = [SECRET]
    platform.calls = [record(id="in-1", session_id="HD_in", direction="inbound", status=status)]
    document = await told(async_client, callSessionState="Completed")
    assert (b"<Stream" in document) is is_opened
    assert await Call.objects.filter(occasion=Call.Occasion.INBOUND).aexists() is is_opened


@pytest.mark.usefixtures("signed")
async def test_a_plus_sign_that_nobody_escaped_is_no_reason_to_know_nobody(async_client, missed):
    await told(async_client, callerNumber=ASHA.removeprefix("+"), destinationNumber=LINE_NUMBER.removeprefix("+"))
    assert (await theirs()).lead_id == missed.lead_id


# ---- our own attempt at the same moment ---------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("signed")
async def test_an_attempt_that_rings_at_this_moment_is_taken_back_and_they_are_answered(async_client, campaign, asha, platform, settings):
    settings.SAUTIKIT_SIGNING_SECRETS = [SECRET]
    ours = await sync_to_async(live_call)(campaign, asha, status="ringing", provider_call_id="call-1", provider_session_id="HD_out")
    platform.calls = [record(id="call-1", session_id="HD_out", status="ringing")]
    assert b"<Stream" in await told(async_client)
    await ours.arefresh_from_db()
    assert (ours.status, ours.dialled_at is not None) == (CallStatus.CANCELED, True)
    assert "same moment" in ours.failure
    assert "campaigns.tasks.hang_up_call" in [job.task_path async for job in DBTaskResult.objects.all()]
    assert not await Call.objects.filter(status=CallStatus.QUEUED).aexists()


@pytest.mark.usefixtures("signed")
async def test_one_call_at_a_time_holds_when_they_talk_with_us_already(async_client, campaign, asha, platform, settings):
    settings.SAUTIKIT_SIGNING_SECRETS = [SECRET]
    await sync_to_async(live_call)(campaign, asha, status="in_progress", provider_call_id="call-1", provider_session_id="HD_out")
    platform.calls = [record(id="call-1", session_id="HD_out", status="answered")]
    document = await told(async_client)
    assert (verbs(document), "already" in words(document)) == (["Say", "Hangup"], True)
    assert not await Call.objects.filter(occasion=Call.Occasion.INBOUND).aexists()


@pytest.mark.usefixtures("signed")
async def test_a_line_that_dropped_a_moment_ago_is_looked_up_and_is_in_nobody_s_way(async_client, campaign, asha, platform, settings):
    settings.SAUTIKIT_SIGNING_SECRETS = [SECRET]
    ours = await sync_to_async(live_call)(campaign, asha, status="in_progress", provider_call_id="call-1", provider_session_id="HD_out")
    platform.calls = [record(id="call-1", session_id="HD_out", status="completed", duration_seconds=12)]
    assert b"<Stream" in await told(async_client)
    await ours.arefresh_from_db()
    assert ours.status == CallStatus.COMPLETED


@pytest.mark.usefixtures("signed")
async def test_whom_a_rep_is_about_to_call_back_is_told_to_take_that_call(async_client, missed):
    await Handoff.objects.acreate(call=missed, strategy="callback", status="accepted", offered_at=NOW, released_at=NOW)
    assert "calling you at this very moment" in words(await told(async_client))


@pytest.mark.usefixtures("signed")
async def test_the_dialer_leaves_alone_who_is_on_the_phone_with_us(async_client, missed, campaign):
    await told(async_client)
    await Call.objects.filter(status=CallStatus.QUEUED).aupdate(due_at=NOW)
    assert isinstance(await sync_to_async(dialer.claim_next)(NOW), dialer.Postponed)
