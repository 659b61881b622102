"""One unit of dialing: who is rung, who never is, and what each answer of the provider leads to."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from asgiref.sync import sync_to_async
from django.utils import timezone

from campaigns import calls, dialer, pace, servers
from campaigns.dialer import Blocked, Dialled, Postponed, dial_next
from campaigns.models import BusinessClock, Call, Campaign, DialDecision, Line, LiveEvent, ServerProcess
from campaigns.states import CallStatus
from leads.models import Lead
from tests.campaigns.conftest import enrolled, live_call
from tests.campaigns.platform import BREAK_OFF, Reply
from tests.conftest import NOW
from tests.leads.conftest import consent_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("closed_connections")]


@pytest.fixture
def asha_queued(campaign: Campaign, server: ServerProcess, asha: Lead) -> Call:
    return enrolled(campaign, asha)


async def fresh(call: Call) -> Call:
    return await Call.objects.select_related("campaign", "server").aget(pk=call.pk)


async def test_it_rings_asha_who_consented(asha_queued, provider, platform, server):
    result = await dial_next(NOW, provider)
    call = await fresh(asha_queued)
    assert result == Dialled(call.pk)
    assert (call.status, call.provider_call_id, call.dialled_at, call.server) == (CallStatus.DIALING, "call-1", NOW, server)
    assert call.reserved_minor == 6 * 350
    [asked] = platform.placed
    assert asked.headers["idempotency-key"] == str(call.pk)
    assert asked.body == {
        "to": ["+254712123401"],
        "from": "+254711000001",
        "client_request_id": call.pk.hex,
        "voice_callback_url": f"http://127.0.0.1:8000/voice/answer/{call.answer_token}",
    }


async def test_it_keeps_the_decision_that_allowed_the_call(asha_queued, provider, asha):
    await dial_next(NOW, provider)
    decision = await DialDecision.objects.aget(call=asha_queued)
    assert decision.is_allowed and decision.decided_at == NOW and decision.reasons == []
    assert decision.pack_version
    assert decision.consent_record_id == (await asha.consent_records.aget()).pk


async def test_it_gives_each_call_tokens_of_its_own(asha_queued, provider):
    await dial_next(NOW, provider)
    call = await fresh(asha_queued)
    assert call.answer_token != call.stream_token
    assert min(len(call.answer_token or ""), len(call.stream_token or "")) >= 40


async def test_it_dials_a_number_once(asha_queued, provider, platform):
    await dial_next(NOW, provider)
    assert await dial_next(NOW, provider) is None
    assert len(platform.placed) == 1


# ---- who is never rung ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "reason"),
    [("baraka", "do_not_call"), ("chiku", "consent_withdrawn")],
    ids=["on the do-not-call list", "withdrew"],
)
async def test_it_never_rings_whom_it_must_not(request, campaign, server, provider, platform, who, reason):
    call = await sync_to_async(enrolled)(campaign, await sync_to_async(request.getfixturevalue)(who))
    result = await dial_next(NOW, provider)
    assert isinstance(result, Blocked)
    assert reason in [refusal.reason for refusal in result.refusals]
    call = await fresh(call)
    assert (call.status, call.ended_at, call.dialled_at, call.reserved_minor) == (CallStatus.BLOCKED, NOW, None, 0)
    decision = await DialDecision.objects.aget(call=call)
    assert not decision.is_allowed
    assert reason in [one["reason"] for one in decision.reasons]
    assert platform.asked == []


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [("time_zone", "", "zone_unknown"), ("market", "", "market_unknown"), ("time_zone", "Africa/Atlantis", "zone_invalid")],
    ids=["zone unknown", "market unknown", "zone is no place"],
)
async def test_it_does_not_call_on_facts_it_does_not_know(asha_queued, asha, provider, platform, field, value, reason):
    await Lead.objects.filter(pk=asha.pk).aupdate(**{field: value})
    result = await dial_next(NOW, provider)
    assert isinstance(result, Blocked) and reason in [refusal.reason for refusal in result.refusals]
    assert platform.asked == []


async def test_it_does_not_call_without_consent(campaign, server, provider, platform):
    lead = await Lead.objects.acreate(phone="+254712123499", time_zone="Africa/Nairobi", market="KE")
    await sync_to_async(enrolled)(campaign, lead)
    result = await dial_next(NOW, provider)
    assert isinstance(result, Blocked) and platform.asked == []


async def test_an_opt_out_after_enrolment_counts_at_the_dial_instant(asha_queued, asha, provider, platform):
    withdrawn = consent_of(asha)
    withdrawn.kind = "withdrawn"
    await withdrawn.asave()
    assert isinstance(await dial_next(NOW, provider), Blocked)
    assert platform.asked == []


@pytest.mark.parametrize("hour", [4, 16, 18, 22], ids=["07:00", "19:00", "21:00", "01:00"])
async def test_it_does_not_call_outside_the_hours_of_the_callee(asha_queued, provider, platform, hour):
    result = await dial_next(NOW.replace(hour=hour), provider)
    allowed = isinstance(result, Dialled)
    assert allowed is bool(platform.placed)
    assert hour == 16 or not allowed


async def test_whom_it_is_too_early_for_waits_for_the_opening(campaign, server, provider, platform, daudi):
    call = await sync_to_async(enrolled)(campaign, daudi)
    assert await dial_next(NOW, provider) == Postponed(call.pk)
    call = await fresh(call)
    assert (call.status, call.due_at, call.dialled_at) == (CallStatus.QUEUED, NOW + timedelta(hours=1), None)  # 08:00 in Accra
    [reason] = (await DialDecision.objects.aget(call=call)).reasons
    assert reason["reason"] == "outside_calling_hours"
    assert await dial_next(NOW, provider) is None
    assert isinstance(await dial_next(NOW + timedelta(hours=1), provider), Dialled)
    assert len(platform.placed) == 1


async def test_one_night_is_one_for_all_who_live_by_the_same_clock(campaign, server, provider, asha, chiku, daudi):
    evening = NOW.replace(hour=17)  # 20:00 in Nairobi, still open in Accra
    calls = [await sync_to_async(enrolled)(campaign, lead) for lead in (asha, chiku, daudi)]
    assert isinstance(await dial_next(evening, provider), Postponed)
    due = [(await fresh(call)).due_at for call in calls]
    assert due == [NOW.replace(day=25, hour=5)] * 2 + [NOW]
    assert await DialDecision.objects.acount() == 1


async def test_attempts_of_another_campaign_count(asha_queued, campaign, asha, provider, platform):
    for n in range(2, 12):
        await sync_to_async(live_call)(campaign, asha, status="no_answer", attempt_number=n, answer_token=f"a{n}", stream_token=f"s{n}")
    assert await dial_next(NOW, provider) == Postponed(asha_queued.pk)
    decision = await DialDecision.objects.aget(call=asha_queued)
    assert "attempts_today" in [reason["reason"] for reason in decision.reasons]
    assert platform.asked == []


# ---- what keeps a call from starting ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["draft", "paused", "closed"])
async def test_only_a_running_campaign_calls(asha_queued, campaign, provider, platform, status):
    await Campaign.objects.filter(pk=campaign.pk).aupdate(status=status)
    assert await dial_next(NOW, provider) is None
    assert platform.asked == []


async def test_it_waits_until_a_call_is_due(asha_queued, provider, platform):
    assert await dial_next(NOW - timedelta(minutes=1), provider) is None
    assert platform.asked == []


@pytest.mark.parametrize(
    "change",
    [{"heartbeat_at": timezone.now() - timedelta(seconds=11)}, {"stopped_at": timezone.now()}, {"room": 0}],
    ids=["silent", "stopped", "full"],
)
async def test_it_places_nothing_that_no_server_could_hold(asha_queued, server, provider, platform, change):
    await ServerProcess.objects.filter(pk=server.pk).aupdate(**change)
    assert await dial_next(NOW, provider) is None
    assert platform.asked == []


@pytest.mark.parametrize("cap_of", ["campaign", "line"])
async def test_it_keeps_to_the_caps(asha_queued, campaign, line, baraka, provider, platform, cap_of):
    await sync_to_async(live_call)(campaign, baraka)
    rows = Campaign.objects.filter(pk=campaign.pk) if cap_of == "campaign" else Line.objects.filter(pk=line.pk)
    await rows.aupdate(max_calls_in_flight=1)
    assert await dial_next(NOW, provider) is None
    assert platform.asked == []


async def test_a_lead_on_the_phone_with_another_campaign_is_called_later(asha_queued, campaign, script, line, asha, provider, platform):
    other = await Campaign.objects.acreate(name="Other", line=line, script=script, controller="Acme", status="running")
    await sync_to_async(live_call)(other, asha)
    assert await dial_next(NOW, provider) == Postponed(asha_queued.pk)
    call = await fresh(asha_queued)
    assert (call.status, call.due_at) == (CallStatus.QUEUED, NOW + dialer.BUSY_ELSEWHERE_DELAY)
    assert platform.asked == []


async def test_campaigns_take_turns_by_how_full_they_are(loopback, campaign, script, line, server, asha, baraka, chiku):
    other = await Campaign.objects.acreate(name="Other", line=line, script=script, controller=campaign.controller, status="running")
    await sync_to_async(live_call)(campaign, baraka)
    await sync_to_async(enrolled)(campaign, chiku)
    of_other = await sync_to_async(enrolled)(other, asha)
    claim = await sync_to_async(dialer.claim_next)(NOW)
    assert claim is not None and claim.call_id == of_other.pk


# ---- money ------------------------------------------------------------------------------------------------------------------


async def test_it_does_not_start_a_call_that_the_budget_may_not_cover(asha_queued, campaign, baraka, provider, platform):
    await sync_to_async(live_call)(campaign, baraka, reserved_minor=2100)
    await Campaign.objects.filter(pk=campaign.pk).aupdate(budget_minor=4199)
    assert await dial_next(NOW, provider) is None
    assert (await Campaign.objects.aget(pk=campaign.pk)).status == "running"  # the live call may yet give something back
    await Campaign.objects.filter(pk=campaign.pk).aupdate(budget_minor=4200)
    assert isinstance(await dial_next(NOW, provider), Dialled)


async def test_a_budget_that_is_used_up_pauses_the_campaign_in_words(asha_queued, campaign, baraka, provider):
    await sync_to_async(live_call)(campaign, baraka, status="completed", cost_minor=900, settled_at=NOW)
    await Campaign.objects.filter(pk=campaign.pk).aupdate(budget_minor=1000)
    assert await dial_next(NOW, provider) is None
    paused = await Campaign.objects.aget(pk=campaign.pk)
    assert paused.status == "paused" and "KES 9.00 spent" in paused.pause_reason


# ---- lines ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("is_simulated", "setting", "word"),
    [
        (True, {"SAUTIKIT_API_URL": "https://api.sautikit.com"}, "not on this machine"),
        (False, {}, "points at this machine"),
        (False, {"SAUTIKIT_API_URL": "https://api.sautikit.com"}, "SAUTIKIT_API_KEY"),
        (False, {"SAUTIKIT_API_URL": "https://api.sautikit.com", "SAUTIKIT_API_KEY": "k"}, "PUBLIC_URL"),
        (False, {"SAUTIKIT_API_URL": "https://api.sautikit.com", "SAUTIKIT_API_KEY": "k", "PUBLIC_URL": "https://x.example"}, "demonstration"),
    ],
    ids=["simulated line, real platform", "real line, simulator", "no key", "no public address", "the embedded voice"],
)
async def test_a_line_that_does_not_fit_the_set_up_pauses_the_campaign(
    asha_queued, campaign, line, provider, platform, settings, is_simulated, setting, word
):
    await Line.objects.filter(pk=line.pk).aupdate(is_simulated=is_simulated)
    for name, value in setting.items():
        setattr(settings, name, value)
    assert await dial_next(NOW, provider) is None
    paused = await Campaign.objects.aget(pk=campaign.pk)
    assert paused.status == "paused" and word in paused.pause_reason
    assert platform.asked == []


async def test_a_voice_that_does_not_exist_rings_nobody(asha_queued, campaign, provider, platform):
    await Campaign.objects.filter(pk=campaign.pk).aupdate(voice="nobody")
    assert await dial_next(NOW, provider) is None
    assert "There is no voice" in (await Campaign.objects.aget(pk=campaign.pk)).pause_reason
    assert platform.asked == []


async def test_a_real_line_refuses_a_clock_that_is_ahead(asha_queued, campaign, line, provider, platform, settings):
    await Line.objects.filter(pk=line.pk).aupdate(is_simulated=False)
    settings.SAUTIKIT_API_URL, settings.SAUTIKIT_API_KEY, settings.PUBLIC_URL = "https://api.sautikit.com", "k", "https://x.example"
    await BusinessClock.objects.acreate(offset_s=60)
    assert await dial_next(NOW, provider) is None
    assert "clock" in (await Campaign.objects.aget(pk=campaign.pk)).pause_reason


# ---- what the provider answers ------------------------------------------------------------------------------------------------


async def test_a_call_that_was_not_sent_goes_back_to_the_queue(asha_queued, provider, platform, settings):
    platform._server.close()
    await platform._server.wait_closed()
    await dial_next(NOW, provider)
    call = await fresh(asha_queued)
    assert (call.status, call.dialled_at, call.reserved_minor, call.answer_token) == (CallStatus.QUEUED, None, 0, None)
    assert call.due_at == NOW + dialer.NOT_SENT_DELAY


async def test_a_refusal_fails_the_call_in_the_provider_s_words(asha_queued, provider, platform):
    platform.replies = [Reply(422, {"error": {"code": "calls.bad_number", "message": "That number cannot be dialled."}})]
    await dial_next(NOW, provider)
    call = await fresh(asha_queued)
    assert (call.status, call.failure, call.reserved_minor) == (CallStatus.FAILED, "That number cannot be dialled.", 0)


async def test_an_empty_wallet_pauses_the_campaign_and_says_why(asha_queued, provider, platform):
    platform.replies = [Reply(402, {"error": {"code": "wallet.insufficient_funds", "message": "Top up."}})]
    await dial_next(NOW, provider)
    call = await fresh(asha_queued)
    assert (call.status, call.dialled_at) == (CallStatus.QUEUED, None)
    assert call.campaign.status == "paused" and "wallet is empty (Top up.)" in call.campaign.pause_reason
    assert await dial_next(NOW, provider) is None


async def test_too_many_requests_are_honoured(asha_queued, provider, platform):
    platform.replies = [Reply(429, {"error": {"code": "slow", "message": "slow down"}}, {"Retry-After": "40"})]
    await dial_next(NOW, provider)
    call = await fresh(asha_queued)
    assert (call.status, call.due_at, call.dialled_at) == (CallStatus.QUEUED, NOW + timedelta(seconds=40), None)


@pytest.mark.parametrize(
    "reply", [BREAK_OFF, Reply(500), Reply(409), Reply(201, {"nothing": "known"})], ids=["broken off", "500", "409", "unreadable"]
)
async def test_an_unknown_outcome_is_never_dialled_again(asha_queued, provider, platform, reply):
    platform.replies = [reply]
    await dial_next(NOW, provider)
    call = await fresh(asha_queued)
    assert call.status == CallStatus.DIALING and call.unknown_at is not None
    assert (call.dialled_at, call.reserved_minor) == (NOW, 2100)
    assert await dial_next(NOW + timedelta(hours=3), provider) is None
    assert len(platform.placed) == 1


TOO_OLD_S = dialer.MAX_CLAIM_AGE_S + 1


@pytest.mark.parametrize(
    "aged",
    [
        lambda claim: {"claimed_monotonic_s": claim.claimed_monotonic_s - TOO_OLD_S},
        lambda claim: {"claimed_at": claim.claimed_at - timedelta(seconds=TOO_OLD_S)},
    ],
    ids=["its process was stopped", "the whole machine slept"],
)
async def test_a_claim_that_lay_about_is_given_back_instead_of_sent(asha_queued, provider, platform, server, aged):
    claim = await sync_to_async(dialer.claim_next)(NOW)
    assert isinstance(claim, dialer.Claimed)
    await dialer.place(replace(claim, **aged(claim)), provider.client("sdk"), now=NOW)
    assert (await fresh(asha_queued)).status == CallStatus.QUEUED
    assert platform.asked == []


async def test_a_claim_that_another_process_gave_up_is_not_sent(asha_queued, provider, platform, server):
    claim = await sync_to_async(dialer.claim_next)(NOW)
    assert isinstance(claim, dialer.Claimed)
    await sync_to_async(calls.mark_unknown)(claim.call_id)
    await dialer.place(claim, provider.client("sdk"), now=NOW)
    call = await fresh(asha_queued)
    assert (call.status, call.unknown_at is not None) == (CallStatus.DIALING, True)
    assert platform.asked == []


async def test_consoles_are_told(asha_queued, provider):
    await dial_next(NOW, provider)
    assert [event.kind async for event in LiveEvent.objects.filter(call=asha_queued)] == ["call_started"]


def test_the_roomiest_server_gets_the_call(campaign, asha):
    servers.register("ws://127.0.0.1:1", room=2)
    roomy = servers.register("ws://127.0.0.1:2", room=5)
    assert servers.roomiest() == roomy
    assert servers.total_room(pace.calls_in_flight().by_server) == 7
    live_call(campaign, asha, server=roomy)
    assert servers.total_room(pace.calls_in_flight().by_server) == 6
