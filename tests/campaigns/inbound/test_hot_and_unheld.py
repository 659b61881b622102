"""A lead calls our number and is hot, or nobody can hold the call; and calls that nobody closed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from asgiref.sync import sync_to_async
from django.utils import timezone

from bridge.events import Outcome
from bridge.reports import SessionReport
from campaigns import calls, inbound, money, servers, stop_all
from campaigns.call_desk import DatabaseCallDesk
from campaigns.handoff import offers
from campaigns.look_ups import look_up
from campaigns.models import Call, Campaign, Handoff, ServerProcess
from campaigns.states import CallStatus, Disposition
from leads.models import DoNotCallEntry
from tests.campaigns.conftest import live_call
from tests.campaigns.inbound.callers import ASHA, EMPTY, MANY, SECRET, YES, talk, theirs, told, verbs, words
from tests.campaigns.platform import record
from tests.conftest import NOW

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("closed_connections", "loopback", "server")]


# ---- hot ---------------------------------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("signed")
async def test_a_promise_made_before_is_kept_when_they_call_and_a_rep_is_found(async_client, missed):
    await Call.objects.filter(pk=missed.pk).aupdate(status="completed", disposition="qualified", answered_at=NOW)
    await Handoff.objects.acreate(call=missed, strategy="dial", status="promised", offered_at=NOW, promised_for=NOW + timedelta(minutes=20))
    document = await told(async_client)
    call, desk = await theirs(), DatabaseCallDesk()
    brief = await desk.open(call.stream_token or "")
    assert not brief.is_notice
    await desk.request_handoff(brief.call_id)
    await desk.finish(brief.call_id, SessionReport(Outcome.PROMISED, is_disclosure_heard=True))
    desk.close()
    assert document and {handoff.status async for handoff in Handoff.objects.filter(call=missed)} == {"kept"}
    assert await Handoff.objects.filter(call=call, status="promised").aexists()


@pytest.mark.usefixtures("signed")
async def test_a_promise_made_before_stands_when_they_call_and_do_not_turn_hot(async_client, missed):
    promised = await Handoff.objects.acreate(call=missed, strategy="dial", status="promised", offered_at=NOW, promised_for=NOW)
    await told(async_client)
    call = await theirs()
    await Handoff.objects.acreate(call=call, strategy="dial", status="cooled", offered_at=NOW, ended_at=NOW)
    await sync_to_async(inbound.take_over_promises)(call, now=NOW)
    await promised.arefresh_from_db()
    assert promised.status == "promised"


@pytest.mark.usefixtures("signed")
async def test_the_kill_switch_leaves_them_answered_and_the_rep_s_phone_silent(async_client, missed, django_user_model):
    await sync_to_async(stop_all.stop_all)(by="Mosi", reason="a mistake in the script")
    document = await told(async_client)
    assert b"<Stream" in document
    brief = await talk(document, YES, MANY, outcome=Outcome.HANDED_OFF)
    call = await theirs()

    def accepted() -> None:
        rehema = django_user_model.objects.create(username="rehema")
        rep = missed.campaign.reps.model.objects.create(user=rehema, name="Rehema", number="+254711000777", is_verified=True)
        Handoff.objects.filter(call=call).update(status="accepted", rep=rep, accepted_at=NOW, released_at=NOW)

    await sync_to_async(accepted)()
    next_step = await told(async_client, f"/voice/answer/{call.answer_token}", callSessionState="StreamStopped")
    assert "Dial" not in verbs(next_step) and verbs(next_step) == ["Say", "Hangup"]
    assert brief.call_id and "call you back" in words(next_step)


# ---- nobody can hold it --------------------------------------------------------------------------------------------------------------------


async def no_server(campaign: Campaign) -> None:
    await ServerProcess.objects.aupdate(stopped_at=timezone.now())


async def no_budget(campaign: Campaign) -> None:
    await Campaign.objects.filter(pk=campaign.pk).aupdate(budget_minor=0)


@pytest.mark.usefixtures("signed")
@pytest.mark.parametrize("happened", [no_server, no_budget])
async def test_without_a_bot_they_hear_who_we_are_and_can_press_a_key_to_be_left_alone(async_client, missed, campaign, happened):
    await happened(campaign)
    document = await told(async_client)
    assert verbs(document) == ["GetDigits", "Say", "Hangup"]
    assert "automated line of Acme" in words(document) and "press 9" in words(document)
    assert (await theirs()).failure

    assert "not call you again" in words(await told(async_client, callSessionState="Answered", Digits="9"))
    assert await DoNotCallEntry.objects.filter(phone=ASHA).aexists()
    assert (await theirs()).disposition == Disposition.OPTED_OUT


@pytest.mark.usefixtures("signed")
async def test_another_key_is_no_opt_out(async_client, missed):
    await no_server(missed.campaign)
    await told(async_client)
    await told(async_client, callSessionState="Answered", Digits="1")
    assert not await DoNotCallEntry.objects.aexists()


@pytest.mark.usefixtures("signed")
async def test_a_key_while_the_bot_talks_means_nothing(async_client, missed):
    await told(async_client)
    await sync_to_async(calls.open_stream)((await theirs()).stream_token, at=NOW)
    assert await told(async_client, callSessionState="Answered", Digits="9") == EMPTY
    assert not await DoNotCallEntry.objects.aexists()


@pytest.mark.usefixtures("signed")
async def test_one_place_is_kept_for_people_who_call(async_client, missed, server):
    await ServerProcess.objects.aupdate(room=0)
    assert await sync_to_async(servers.roomiest)() is None, "the dialer has none"
    assert b"<Stream" in await told(async_client)
    await ServerProcess.objects.filter(pk=server.pk).aupdate(room=0)
    assert await sync_to_async(servers.roomiest)(beyond=servers.KEPT_FOR_CALLERS) is None, "and now it is taken"


@pytest.mark.usefixtures("signed")
async def test_a_voice_that_may_not_talk_to_people_does_not_talk_to_callers(async_client, missed, line):
    await type(line).objects.filter(pk=line.pk).aupdate(is_simulated=False)
    assert verbs(await told(async_client)) == ["GetDigits", "Say", "Hangup"]


@pytest.mark.usefixtures("signed")
async def test_a_call_without_any_id_is_held_by_nobody_and_still_hears_something(async_client, missed):
    document = await told(async_client, sessionId="")
    assert (verbs(document), "Acme" in words(document)) == (["Say", "Hangup"], True)


# ---- closing what nobody closed --------------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("signed")
async def test_their_calls_are_looked_up_and_settled_like_ours(async_client, missed, platform, provider, settings):
    settings.SAUTIKIT_SIGNING_SECRETS = [SECRET]
    await told(async_client)
    platform.calls = [record(session_id="HD_in", direction="inbound", status="completed", duration_seconds=30, cost_minor=25)]
    assert await look_up(await theirs(), provider)
    call = await theirs()
    assert (call.status, call.cost_minor, call.settled_at is not None) == (CallStatus.COMPLETED, 25, True)
    assert await sync_to_async(money.totals_that_are_off)() == ()
    assert (await sync_to_async(money.spending_of)(missed.campaign)).spent_minor == 25


@pytest.mark.usefixtures("signed")
@pytest.mark.parametrize(("minutes", "status"), [(9, CallStatus.RINGING), (11, CallStatus.FAILED)], ids=["9 minutes", "11 minutes"])
async def test_a_call_that_everybody_has_forgotten_does_not_keep_its_lead_busy(async_client, missed, minutes, status):
    await told(async_client)
    await Call.objects.filter(pk=(await theirs()).pk).aupdate(claimed_at=timezone.now() - timedelta(minutes=minutes))
    await sync_to_async(inbound.close_forgotten)(now=NOW)
    assert (await theirs()).status == status


async def test_offers_are_made_for_their_calls_as_for_ours(campaign, asha, server):
    call = await sync_to_async(live_call)(campaign, asha, status="in_progress", occasion="inbound", attempt_number=0, dialled_at=None)
    handoff = await sync_to_async(offers.offer)(call, now=NOW)
    assert handoff.call_id == call.pk
