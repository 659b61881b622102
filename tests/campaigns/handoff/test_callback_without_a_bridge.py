"""A call back that reaches nobody, or may ring nobody: what was promised stays promised, or is told to be over."""

from __future__ import annotations

from datetime import timedelta

import pytest
from asgiref.sync import sync_to_async

from bridge.events import Outcome
from bridge.telephony.answer_xml import Dial, GetDigits, Hangup, Redirect
from bridge.telephony.dialect import ProviderStatus
from campaigns.handoff import offers
from campaigns.handoff.offers import Accepted
from campaigns.models import Call, Campaign, DialDecision, LiveEvent
from campaigns.states import CallStatus, HandoffStatus
from leads.do_not_call import add_to_do_not_call
from leads.models import DoNotCallEntry
from tests.campaigns.handoff.conftest import at, promised_call

pytestmark = pytest.mark.django_db(transaction=True)
P = ProviderStatus


@pytest.mark.parametrize("state", [P.NO_ANSWER, P.BUSY, P.FAILED], ids=str)
async def test_a_rep_who_does_not_answer_leaves_the_promise(rung, state):
    await rung.rep_leg(30, state)
    handoff = await rung.handoff()
    assert (handoff.status, handoff.reason) == (HandoffStatus.PROMISED, "The rep did not answer.")
    assert not await Call.objects.filter(occasion=Call.Occasion.PROMISED).aexists()


async def test_a_voicemail_presses_no_key_and_leaves_the_promise(rung):
    await rung.rep_leg(15)
    await rung.rep_leg(40, P.COMPLETED)
    statuses = [event.payload["status"] async for event in LiveEvent.objects.filter(kind="handoff").order_by("id") if "event" in event.payload]
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
