"""Strategy callback, chosen or as the fallback: the rep is rung, hears the brief, presses 1, and the lead is dialled."""

from __future__ import annotations

from datetime import timedelta

import pytest
from asgiref.sync import sync_to_async

from bridge.events import Outcome
from bridge.telephony.answer_xml import Dial, GetDigits, Hangup, Redirect, Say
from bridge.telephony.dialect import ProviderStatus
from campaigns.handoff import offers, presence, tending
from campaigns.handoff.offers import Accepted
from campaigns.models import Call, Campaign, DialDecision, Handoff, Line, LiveEvent, Rep, StaffCall
from campaigns.provider import Provider
from campaigns.states import CallStatus, HandoffStatus
from leads.do_not_call import add_to_do_not_call
from leads.models import DoNotCallEntry, Lead
from tests.campaigns.handoff.conftest import Story, at, make_rep
from tests.campaigns.platform import BREAK_OFF, Reply, record
from tests.conftest import NOW

pytestmark = pytest.mark.django_db(transaction=True)
P = ProviderStatus


@pytest.fixture
async def rung(story, strategy_callback, rehema):
    """Rehema accepted, the bot has hung up at second 5, her phone rings."""
    await story.offer()
    await story.accept(rehema)
    await story.finish(Outcome.CALLING_BACK, 5)
    await story.lead_hangs_up(5.5)
    await story.tend(6)
    return story


@pytest.fixture
async def dialled(rung):
    """…she pressed 1 at second 20, Asha's phone rings."""
    await rung.rep_leg(15)
    await rung.rep_leg(20, digits="1")
    return rung


async def promised_call() -> Call:
    return await Call.objects.select_related("lead", "line").aget(occasion=Call.Occasion.PROMISED)


async def test_it_rings_the_rep_from_the_line_of_the_call(rung, platform):
    [asked] = platform.placed
    staff_call = await StaffCall.objects.aget()
    assert (asked.body["to"], asked.body["from"]) == (["+254722000011"], "+254711000001")
    assert asked.body["voice_callback_url"] == f"http://127.0.0.1:8000/voice/answer/{staff_call.answer_token}"
    assert asked.headers["idempotency-key"] == staff_call.id.hex
    assert (staff_call.status, staff_call.provider_call_id) == (CallStatus.RINGING, "call-1")


async def test_it_rings_the_rep_once(rung, platform):
    await rung.tend(7)
    await rung.tend(8)
    assert len(platform.placed) == 1


async def test_the_rep_hears_who_is_waiting_before_pressing_1(rung):
    [brief, end] = await rung.rep_leg(15)
    spoken = " ".join(say.text for say in brief.prompt)
    assert isinstance(brief, GetDigits) and brief.max_digits == 1
    assert end == Hangup()
    for part in ("Rehema", "Asha", "Acme November", "Score 70", "Seats: 60 seats", "Press 1"):
        assert part in spoken
    assert "+254" not in spoken


async def test_pressing_1_dials_the_lead_with_our_number_shown(rung):
    await rung.rep_leg(15)
    say, dial, again = await rung.rep_leg(20, digits="1")
    staff_call = await StaffCall.objects.aget()
    assert dial == Dial(("+254712123401",), caller_id="+254711000001", timeout_s=25)
    assert again == Redirect(f"http://127.0.0.1:8000/voice/answer/{staff_call.answer_token}")
    assert staff_call.is_accepted


async def test_the_call_back_is_an_attempt_with_a_decision_of_its_own(dialled):
    call = await promised_call()
    decision = await DialDecision.objects.aget(call=call)
    assert (call.attempt_number, call.status, call.dialled_at) == (2, CallStatus.DIALING, at(20))
    assert (decision.is_allowed, decision.decided_at) == (True, at(20))
    assert (await StaffCall.objects.aget()).lead_call_id == call.pk


async def test_rep_and_lead_are_bridged(dialled):
    verbs = await dialled.rep_leg(100, P.DIAL_COMPLETED, dial_status=P.COMPLETED, dial_duration_s=70.0)
    handoff, call = await dialled.handoff(), await promised_call()
    assert verbs == (Hangup(),)
    assert (handoff.status, handoff.bridged_at, handoff.ended_at) == (HandoffStatus.BRIDGED, at(30), at(100))
    assert (call.status, call.answered_at, call.talk_s) == (CallStatus.COMPLETED, at(30), 70)


async def test_what_was_talked_stays_reserved_because_nothing_settles_it(dialled):
    await dialled.rep_leg(100, P.DIAL_COMPLETED, dial_status=P.COMPLETED, dial_duration_s=70.0)
    assert (await promised_call()).reserved_minor == 2 * 650


async def test_it_is_bridged_when_the_rep_hangs_up_after_talking(dialled):
    await dialled.rep_leg(100, P.COMPLETED, dial_status=P.COMPLETED, dial_duration_s=70.0)
    assert (await dialled.handoff()).status == HandoffStatus.BRIDGED
    assert (await StaffCall.objects.aget()).status == CallStatus.COMPLETED


async def test_a_lead_who_does_not_answer_stays_promised(dialled):
    verbs = await dialled.rep_leg(50, P.DIAL_COMPLETED, dial_status=P.NO_ANSWER)
    handoff, call = await dialled.handoff(), await promised_call()
    assert isinstance(verbs[0], Say) and "stays in your queue" in verbs[0].text
    assert (handoff.status, handoff.reason) == (HandoffStatus.PROMISED, "The lead did not answer the call back.")
    assert (call.status, call.reserved_minor) == (CallStatus.NO_ANSWER, 0)


@pytest.fixture
async def owed(rung):
    """…she picked up, pressed nothing and hung up, so Asha is owed a call back."""
    await rung.rep_leg(15)
    await rung.rep_leg(30, P.COMPLETED)
    assert (await rung.handoff()).status == HandoffStatus.PROMISED
    return rung


async def called_now(story: Story, rep: Rep, second: float) -> Handoff:
    await sync_to_async(offers.call_now)((await story.handoff()).id, rep, now=at(second))
    await story.tend(second + 1)
    await story.rep_leg(second + 10)
    await story.rep_leg(second + 20, digits="1")
    return await story.handoff()


async def test_a_promise_is_kept_the_moment_the_lead_s_phone_rings_for_it(owed, rehema):
    assert (await called_now(owed, rehema, 1200)).kept_at == at(1220)


async def test_what_rang_before_the_promise_does_not_keep_it(dialled):
    await dialled.rep_leg(50, P.DIAL_COMPLETED, dial_status=P.NO_ANSWER)
    assert (await dialled.handoff()).kept_at is None


async def test_a_promise_that_the_hours_forbid_is_not_kept_and_keeps_its_time(owed, rehema):
    promised_for = (await owed.handoff()).promised_for
    handoff = await called_now(owed, rehema, timedelta(hours=12).total_seconds())  # 22:00 in Nairobi
    assert (handoff.status, handoff.kept_at, handoff.promised_for) == (HandoffStatus.PROMISED, None, promised_for)


async def test_a_lost_reply_dials_the_lead_once(dialled):
    await dialled.rep_leg(21, digits="1")
    assert await Call.objects.filter(occasion=Call.Occasion.PROMISED).acount() == 1


async def test_a_rep_who_hangs_up_while_the_lead_is_rung_leaves_the_promise(dialled):
    await dialled.rep_leg(25, P.COMPLETED)
    await dialled.tend(41)  # nothing was said of the Dial, and nothing more has come
    assert (await dialled.handoff()).status == HandoffStatus.PROMISED
    assert (await promised_call()).status == CallStatus.NO_ANSWER


async def test_the_end_that_knows_of_the_dial_may_come_after_the_one_that_does_not(dialled):
    await dialled.rep_leg(25, P.COMPLETED)
    assert (await dialled.handoff()).status == HandoffStatus.ACCEPTED
    await dialled.rep_leg(26, P.COMPLETED, dial_status=P.COMPLETED, dial_duration_s=9)
    assert (await dialled.handoff()).status == HandoffStatus.BRIDGED
    assert (await promised_call()).status == CallStatus.COMPLETED


@pytest.mark.parametrize("state", [P.NO_ANSWER, P.BUSY, P.FAILED], ids=str)
async def test_a_rep_who_does_not_answer_leaves_the_promise(rung, state):
    await rung.rep_leg(30, state)
    handoff = await rung.handoff()
    assert (handoff.status, handoff.reason) == (HandoffStatus.PROMISED, "The rep did not answer.")
    assert not await Call.objects.filter(occasion=Call.Occasion.PROMISED).aexists()


async def test_a_voicemail_presses_no_key_and_leaves_the_promise(rung):
    await rung.rep_leg(15)
    await rung.rep_leg(40, P.COMPLETED)
    statuses = [event.payload["status"] async for event in LiveEvent.objects.filter(kind="handoff").order_by("id")]
    assert statuses[-2:] == ["rep_voicemail", "promised"]
    assert not await Call.objects.filter(occasion=Call.Occasion.PROMISED).aexists()


async def test_another_key_is_not_a_yes(rung):
    await rung.rep_leg(15)
    [brief, _] = await rung.rep_leg(20, digits="2")
    assert isinstance(brief, GetDigits)
    assert not await Call.objects.filter(occasion=Call.Occasion.PROMISED).aexists()


async def test_a_first_completed_is_only_the_leg_being_set_up(rung):
    [brief, _] = await rung.rep_leg(7, P.COMPLETED)
    assert isinstance(brief, GetDigits)


async def test_the_first_call_must_have_ended_before_the_lead_is_dialled(story, strategy_callback, rehema):
    await story.offer()
    await story.accept(rehema)
    await story.finish(Outcome.CALLING_BACK, 5)
    await story.tend(6)
    await story.rep_leg(10)
    wait, again = await story.rep_leg(15, digits="1")
    assert isinstance(wait, GetDigits) and isinstance(again, Redirect)
    await story.lead_hangs_up(16)
    assert any(isinstance(verb, Dial) for verb in await story.rep_leg(17))


async def test_a_first_call_that_never_ends_does_not_hold_the_rep_for_ever(story, strategy_callback, rehema):
    await story.offer()
    await story.accept(rehema)
    await story.finish(Outcome.CALLING_BACK, 5)
    await story.tend(6)
    await story.rep_leg(10)
    await story.rep_leg(15, digits="1")
    await story.rep_leg(51)
    assert (await story.handoff()).status == HandoffStatus.PROMISED


# ---- the lead may not be called any more -----------------------------------------------------------------------------------


async def test_an_opt_out_in_between_rings_nobody_and_ends_it(rung, asha):
    await rung.rep_leg(15)
    await sync_to_async(add_to_do_not_call)(asha.phone, origin=DoNotCallEntry.Origin.CALLEE, reason="asked", at=at(16))
    say, end = await rung.rep_leg(20, digits="1")
    handoff, call = await rung.handoff(), await promised_call()
    assert "do-not-call list" in say.text and end == Hangup()
    assert (handoff.status, handoff.ended_at) == (HandoffStatus.BRIDGE_FAILED, at(20))
    assert (call.status, call.dialled_at) == (CallStatus.BLOCKED, None)
    assert [reason["reason"] for reason in (await DialDecision.objects.aget(call=call)).reasons] == ["do_not_call"]


async def test_closing_hours_in_between_ring_nobody_and_keep_the_promise(rung):
    evening = timedelta(hours=12).total_seconds()  # 22:00 in Nairobi
    await rung.rep_leg(15)
    say, _ = await rung.rep_leg(evening, digits="1")
    handoff = await rung.handoff()
    assert "calls are allowed" in say.text
    assert (handoff.status, handoff.ended_at) == (HandoffStatus.PROMISED, None)
    assert (await promised_call()).status == CallStatus.BLOCKED


async def test_an_empty_budget_rings_nobody(rung, campaign):
    await Campaign.objects.filter(id=campaign.id).aupdate(budget_minor=5000)
    await rung.rep_leg(15)
    say, _ = await rung.rep_leg(20, digits="1")
    assert "budget" in say.text
    assert (await promised_call()).status == CallStatus.BLOCKED


# ---- which rep ------------------------------------------------------------------------------------------------------------


async def test_without_an_accept_the_next_free_rep_is_rung(story, strategy_callback, rehema, platform):
    await story.offer()
    await story.finish(Outcome.CALLING_BACK, 5)
    await story.lead_hangs_up(5.5)
    await story.tend(6)
    assert (await story.handoff()).rep == rehema
    assert len(platform.placed) == 1


async def test_without_a_rep_it_is_promised(story, strategy_callback, platform):
    await story.offer()
    await story.finish(Outcome.CALLING_BACK, 5)
    await story.tend(6)
    assert (await story.handoff()).status == HandoffStatus.PROMISED
    assert platform.placed == []


async def test_a_rep_who_accepts_as_the_bot_gives_up_is_rung_all_the_same(story, rehema, platform):
    await story.offer()
    await story.accept(rehema, 14.9)
    await story.finish(Outcome.PROMISED, 15)
    await story.tend(16)
    assert len(platform.placed) == 1


async def test_a_rep_keeps_a_promise_from_the_queue(story, rehema, platform):
    await story.finish(Outcome.PROMISED, 20)
    await story.lead_hangs_up(21)
    handoff = await story.handoff()
    assert isinstance(await sync_to_async(offers.call_now)(handoff.id, rehema, now=at(600)), Accepted)
    await story.tend(601)
    await story.rep_leg(605)
    await story.rep_leg(610, digits="1")
    await story.rep_leg(700, P.DIAL_COMPLETED, dial_status=P.COMPLETED, dial_duration_s=60.0)
    assert (await story.handoff()).status == HandoffStatus.BRIDGED


# ---- the platform does not continue: dial falls back -----------------------------------------------------------------------


@pytest.fixture
async def dead_air(story, rehema):
    """Strategy dial; the socket was closed at second 5 and the platform asks for nothing."""
    await story.offer()
    await story.accept(rehema)
    await story.release(5)
    await story.finish(Outcome.HANDED_OFF, 5)
    return story


async def test_a_next_step_not_fetched_in_three_seconds_falls_back(dead_air, platform):
    await dead_air.tend(7.9)
    assert platform.asked == []
    await dead_air.tend(8)
    handoff = await dead_air.handoff()
    assert platform.hung_up[0] == "lead-1"
    assert (handoff.is_fallback, handoff.strategy, handoff.status) == (True, "callback", HandoffStatus.ACCEPTED)
    assert len(platform.placed) == 1


async def test_a_fetch_that_comes_too_late_rings_nobody_a_second_time(dead_air):
    await dead_air.tend(8)
    assert await dead_air.fetch(8.1) is None


async def test_the_fallback_ends_bridged(dead_air):
    await dead_air.tend(8)
    await dead_air.lead_hangs_up(8.2)
    await dead_air.rep_leg(12)
    await dead_air.rep_leg(18, digits="1")
    await dead_air.rep_leg(90, P.DIAL_COMPLETED, dial_status=P.COMPLETED, dial_duration_s=60.0)
    handoff = await dead_air.handoff()
    assert (handoff.status, handoff.is_fallback) == (HandoffStatus.BRIDGED, True)


async def test_a_line_that_drops_before_the_next_step_is_called_right_back(dead_air, platform):
    await dead_air.fetch(6, P.COMPLETED)
    await dead_air.lead_hangs_up(6)
    await dead_air.tend(6.2)
    assert (await dead_air.handoff()).is_fallback is True
    assert len(platform.placed) == 1


# ---- ringing the rep goes wrong ---------------------------------------------------------------------------------------------


@pytest.fixture
async def about_to_ring(story, strategy_callback, rehema):
    await story.offer()
    await story.accept(rehema)
    await story.finish(Outcome.CALLING_BACK, 5)
    await story.lead_hangs_up(5.5)
    return story


async def test_a_request_whose_outcome_is_unknown_is_never_repeated(about_to_ring, platform):
    platform.replies = [BREAK_OFF]
    for second in (6, 7, 30, 49):
        await about_to_ring.tend(second)
    assert len(platform.placed) == 1
    assert (await StaffCall.objects.aget()).status == CallStatus.OUTCOME_UNKNOWN
    assert (await about_to_ring.handoff()).status == HandoffStatus.ACCEPTED


async def test_an_unknown_outcome_that_answers_was_a_call_after_all(about_to_ring, platform):
    platform.replies = [BREAK_OFF]
    await about_to_ring.tend(6)
    [brief, _] = await about_to_ring.rep_leg(15)
    assert isinstance(brief, GetDigits)
    assert (await StaffCall.objects.aget()).status == CallStatus.IN_PROGRESS


async def test_an_unknown_outcome_that_stays_silent_ends_as_a_promise(about_to_ring, platform):
    platform.replies = [BREAK_OFF]
    await about_to_ring.tend(6)
    await about_to_ring.tend(51.1)
    assert (await about_to_ring.handoff()).status == HandoffStatus.PROMISED
    assert len(platform.placed) == 1


async def test_a_refusal_ends_as_a_promise_in_the_providers_words(about_to_ring, platform):
    platform.replies = [Reply(402, {"error": {"code": "wallet.insufficient_funds", "message": "Top up your wallet."}})]
    await about_to_ring.tend(6)
    await about_to_ring.tend(7)
    handoff = await about_to_ring.handoff()
    assert handoff.status == HandoffStatus.PROMISED and "Top up your wallet." in handoff.reason
    assert len(platform.placed) == 1


async def test_a_platform_that_cannot_be_reached_is_tried_again_for_a_while(about_to_ring, settings, platform):
    reachable, settings.SAUTIKIT_API_URL = platform.url, "http://127.0.0.1:9"
    async with Provider() as nowhere:
        await tending.tend(at(6), nowhere)
        assert (await about_to_ring.handoff()).status == HandoffStatus.ACCEPTED
        assert not await StaffCall.objects.aexists()
        await tending.tend(at(25.1), nowhere)
    settings.SAUTIKIT_API_URL = reachable
    assert (await about_to_ring.handoff()).status == HandoffStatus.PROMISED


async def test_a_rep_who_rings_for_ever_is_looked_up_and_hung_up(rung, platform):
    platform.calls = [record(id="call-1", status="ringing")]
    await rung.tend(50.9)
    assert (await rung.handoff()).status == HandoffStatus.ACCEPTED
    await rung.tend(51.1)
    assert "call-1" in platform.hung_up
    assert (await rung.handoff()).status == HandoffStatus.PROMISED


async def test_an_end_that_was_never_reported_is_looked_up(dialled, platform):
    platform.calls = [record(id="call-1", status="completed", duration_seconds=100)]
    await dialled.tend(135.1)
    await dialled.tend(151)
    assert (await StaffCall.objects.aget()).status == CallStatus.COMPLETED
    assert (await dialled.handoff()).ended_at == at(135.1)


# ---- forbidden staff calls --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("why", ["not-verified", "a-leads-number", "do-not-call", "real-line-on-loopback", "inactive-line"])
async def test_a_forbidden_staff_call_rings_nobody(about_to_ring, rehema, platform, why):
    await sync_to_async(forbid)(why, rehema)
    await about_to_ring.tend(6)
    handoff = await about_to_ring.handoff()
    assert platform.placed == []
    assert not await StaffCall.objects.aexists()
    assert handoff.status == HandoffStatus.PROMISED and handoff.reason


def forbid(why, rehema):
    match why:
        case "not-verified":
            rehema.is_verified = False
            rehema.save()
        case "a-leads-number":
            Lead.objects.create(phone=rehema.number)
        case "do-not-call":
            add_to_do_not_call(rehema.number, origin=DoNotCallEntry.Origin.STAFF, reason="asked", at=NOW)
        case "real-line-on-loopback":
            Line.objects.update(is_simulated=False)
        case "inactive-line":
            Line.objects.update(is_active=False)


async def test_a_rep_has_one_live_call_of_ours(about_to_ring, rehema, line, platform):
    await StaffCall.objects.acreate(rep=rehema, line=line, status="ringing", answer_token="another", placed_at=at(5))
    await about_to_ring.tend(6)
    assert platform.placed == []
    assert (await about_to_ring.handoff()).status == HandoffStatus.ACCEPTED


async def test_a_rep_leg_whose_end_was_reported_to_a_dying_process_is_settled(dialled):
    await StaffCall.objects.all().aupdate(status="completed", ended_at=at(60))
    await dialled.tend(74.9)
    assert (await promised_call()).status == CallStatus.DIALING
    await dialled.tend(75)
    assert (await promised_call()).status == CallStatus.COMPLETED
    handoff = await dialled.handoff()
    assert (handoff.status, handoff.ended_at) == (HandoffStatus.BRIDGED, at(60))


async def test_a_second_rep_can_be_rung_while_the_first_talks(rung, juma, hot_call):
    neema = await sync_to_async(make_rep)("Neema", "+254722000013", hot_call.campaign)
    free = await sync_to_async(lambda: {rep.name for rep in presence.available_reps(hot_call.campaign, now=at(10))})()
    assert free == {juma.name, neema.name}
