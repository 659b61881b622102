"""People who call us and whom we have not called: they hear whose number this is, may ask never to be called, and are forgotten."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from datetime import UTC, datetime, timedelta

import pytest
from asgiref.sync import sync_to_async
from django.utils import timezone

from bridge.events import Outcome, Party
from bridge.ports import TokenRefused
from bridge.reports import SessionReport, TurnReport
from bridge.telephony.signatures import sign
from campaigns import inbound, pace, servers, strangers
from campaigns.call_desk import DatabaseCallDesk, RestPhoneLine
from campaigns.models import Call, Campaign, LiveEvent, ServerProcess, StrangerCall, Turn
from campaigns.states import CallStatus
from leads.do_not_call import add_to_do_not_call, is_on_do_not_call
from leads.models import DoNotCallEntry, Lead
from tests.campaigns.conftest import LINE_NUMBER, live_call
from tests.conftest import NOW

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("closed_connections", "campaign", "server", "signed")]

STRANGER = "+254712999999"
EMPTY = b"<Response></Response>"
SECRET = "one"
RINGING = {"sessionId": "HD_s", "callerNumber": STRANGER, "destinationNumber": LINE_NUMBER, "direction": "inbound", "callSessionState": "Ringing"}
INFORMED = SessionReport(Outcome.INFORMED, is_disclosure_heard=True)


@pytest.fixture
def signed(loopback, settings) -> None:
    settings.SAUTIKIT_SIGNING_SECRETS = [SECRET]


@pytest.fixture
async def desk():
    opened = DatabaseCallDesk()
    yield opened
    opened.close()


async def told(client, **fields) -> bytes:
    body = json.dumps({**RINGING, **fields}).encode()
    headers = {"X-Sautikit-Signature": sign(body, SECRET, at=datetime.now(UTC))}
    reply = await client.post("/voice/answer", body, content_type="application/json", headers=headers)
    assert reply.status_code == 200
    return bytes(reply.content)


async def row() -> StrangerCall:
    return await StrangerCall.objects.select_related("line", "campaign").aget()


async def is_on_the_list(phone: str = STRANGER) -> bool:
    return await sync_to_async(is_on_do_not_call)(phone)


def verbs(xml: bytes) -> list[str]:
    return [verb.tag for verb in ET.fromstring(xml)]


def words(xml: bytes) -> str:
    return " ".join(verb.text or "" for verb in ET.fromstring(xml).iter("Say"))


async def test_they_get_a_stream_and_hear_whose_number_it_is_and_how_never_to_be_called(async_client, desk):
    document = await told(async_client)
    assert verbs(document) == ["Stream"]
    brief = await desk.open((await row()).stream_token or "")
    assert brief.lines.disclosure == "Hello, this number belongs to Acme. I am Zawadi, the automated AI assistant that makes its calls."
    assert "stop calling me" in brief.offer
    assert (brief.questions, brief.is_notice, brief.is_recorded, brief.voice) == ((), True, False, "embedded")


async def test_their_opt_out_is_on_the_list_and_nothing_else_is_kept(async_client, desk):
    await told(async_client)
    brief = await desk.open((await row()).stream_token or "")
    await desk.save_turn(brief.call_id, TurnReport(0, Party.CALLEE, "my name is Zuri", 0, 900))
    await desk.announce(brief.call_id, "callee_says", "my name is Zuri")
    await desk.save_opt_out(brief.call_id, "my name is Zuri, stop calling me")
    assert await is_on_the_list()
    await desk.finish(brief.call_id, SessionReport(Outcome.OPTED_OUT, is_disclosure_heard=True))

    entry, stranger = await DoNotCallEntry.objects.aget(), await row()
    assert "Zuri" not in entry.reason and entry.phone is None, "the list knows the number by its digest alone"
    assert (stranger.phone, stranger.status) == ("", CallStatus.COMPLETED)
    assert not any([await Turn.objects.aexists(), await LiveEvent.objects.aexists(), await Lead.objects.aexists(), await Call.objects.aexists()])


async def test_an_opt_out_in_the_last_breath_is_kept_though_the_platform_reports_the_end_first(async_client, desk):
    await told(async_client)
    brief = await desk.open((await row()).stream_token or "")
    assert await told(async_client, callSessionState="Completed") == EMPTY
    await desk.save_opt_out(brief.call_id, "stop")
    await desk.finish(brief.call_id, SessionReport(Outcome.OPTED_OUT, is_disclosure_heard=True))
    assert await is_on_the_list() and (await row()).phone == ""


async def test_who_is_on_the_list_already_hears_that(async_client, desk):
    await sync_to_async(add_to_do_not_call)(STRANGER, origin=DoNotCallEntry.Origin.STAFF, reason="", at=NOW)
    await told(async_client)
    brief = await desk.open((await row()).stream_token or "")
    assert "on our do not call list" in brief.lines.disclosure and brief.offer == ""


@pytest.mark.parametrize("caller", ["", "anonymous", "+266696687"])
async def test_who_hides_their_number_is_offered_nothing_that_we_cannot_do(async_client, desk, caller):
    await told(async_client, callerNumber=caller, sessionId="HD_hidden")
    brief = await desk.open((await row()).stream_token or "")
    assert (await row()).phone == "" and brief.offer == ""
    assert "cannot see your number" in brief.lines.opted_out
    await desk.save_opt_out(brief.call_id, "stop")
    assert not await DoNotCallEntry.objects.aexists()


async def test_a_lead_who_was_never_called_is_a_stranger_and_their_opt_out_counts_for_the_lead(async_client, desk, asha):
    await told(async_client, callerNumber=asha.phone)
    brief = await desk.open((await row()).stream_token or "")
    await desk.save_opt_out(brief.call_id, "stop")
    assert await is_on_the_list(asha.phone)


async def test_repeated_callbacks_open_one_call_and_the_same_stream_until_it_is_open(async_client, desk):
    documents = {await told(async_client) for _ in range(3)}
    assert len(documents) == 1 and await StrangerCall.objects.acount() == 1
    token = (await row()).stream_token or ""
    await desk.open(token)
    with pytest.raises(TokenRefused):
        await desk.open(token)
    assert await told(async_client, callSessionState="StreamStarted") == EMPTY


async def test_a_token_expires(async_client, desk):
    await told(async_client)
    await StrangerCall.objects.aupdate(stream_expires_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(TokenRefused):
        await desk.open((await row()).stream_token or "")


async def test_a_call_that_is_over_gets_nothing(async_client, desk):
    await told(async_client)
    brief = await desk.open((await row()).stream_token or "")
    await desk.finish(brief.call_id, INFORMED)
    assert [await told(async_client), await told(async_client, callSessionState="Completed")] == [EMPTY, EMPTY]


async def test_who_gives_up_while_it_rings_is_forgotten_at_once(async_client):
    await told(async_client)
    await told(async_client, callSessionState="canceled")
    assert ((await row()).phone, (await row()).status) == ("", CallStatus.COMPLETED)


async def test_strangers_cannot_take_the_leads_room_away(async_client, server):
    documents = [await told(async_client, sessionId=f"HD_{n}", callerNumber=f"+25471299999{n}") for n in range(3)]
    assert [verbs(document)[0] for document in documents] == ["Stream", "Stream", "GetDigits"]


async def test_without_a_bot_a_key_is_enough(async_client):
    await ServerProcess.objects.aupdate(stopped_at=timezone.now())
    document = await told(async_client)
    assert (verbs(document), "press 9" in words(document)) == (["GetDigits", "Say", "Hangup"], True)
    assert "not call you again" in words(await told(async_client, callSessionState="Answered", Digits="9"))
    assert await is_on_the_list()


async def test_their_places_count_for_the_server(async_client, server):
    before = await sync_to_async(lambda: servers.total_room(pace.calls_in_flight().by_server))()
    await told(async_client)
    assert await sync_to_async(lambda: servers.total_room(pace.calls_in_flight().by_server))() == before - 1


@pytest.mark.parametrize(("status", "has_ended"), [("draft", False), ("closed", True)], ids=["a draft has called nobody", "a closed one has"])
async def test_a_number_that_never_called_anybody_says_nothing(async_client, status, has_ended):
    await Campaign.objects.aupdate(status=status)
    assert (await told(async_client) != EMPTY) is has_ended


async def test_the_number_speaks_for_the_campaign_that_still_may_call(campaign, line, script):
    def another(**fields) -> Campaign:
        return Campaign.objects.create(line=line, script=script, controller="Acme Ltd", **fields)

    await sync_to_async(another)(name="Newer and closed", status="closed")
    assert await sync_to_async(inbound.campaign_of)(line) == campaign


async def test_what_nobody_ended_is_ended_and_forgotten(async_client):
    await told(async_client)
    await StrangerCall.objects.aupdate(created_at=timezone.now() - strangers.OVER_AFTER - timedelta(seconds=1))
    await sync_to_async(strangers.tidy)()
    assert ((await row()).phone, (await row()).status) == ("", CallStatus.COMPLETED)
    await StrangerCall.objects.aupdate(created_at=timezone.now() - strangers.KEPT_FOR - timedelta(seconds=1))
    await sync_to_async(strangers.tidy)()
    assert not await StrangerCall.objects.aexists()


async def test_their_call_is_hung_up_at_the_platform(async_client, desk, platform, provider, settings):
    settings.SAUTIKIT_SIGNING_SECRETS = [SECRET]
    await told(async_client)
    await RestPhoneLine(desk.threads, provider).hang_up(strangers.call_id_of(await row()))
    assert platform.hung_up == ["HD_s"]


async def test_nobody_sends_notes_to_them(async_client, desk):
    await told(async_client)
    assert [note async for note in desk.notes(strangers.call_id_of(await row()))] == []


async def test_their_number_is_in_no_line_of_the_log(async_client, desk, caplog):
    caplog.set_level("DEBUG", logger="campaigns")
    await told(async_client)
    brief = await desk.open((await row()).stream_token or "")
    await desk.save_opt_out(brief.call_id, "stop")
    assert STRANGER.removeprefix("+") not in caplog.text


def test_the_id_of_a_lead_s_call_is_not_a_stranger_s(campaign, asha):
    assert strangers.id_of(str(live_call(campaign, asha).pk)) is None
