"""Strategy callback, chosen or as the fallback: the rep is rung, hears the brief, presses 1, and the lead is dialled."""

from __future__ import annotations

from datetime import timedelta

import pytest
from asgiref.sync import sync_to_async

from bridge.telephony.answer_xml import Dial, GetDigits, Hangup, Redirect, Say
from bridge.telephony.dialect import ProviderStatus
from campaigns.handoff import offers
from campaigns.models import Call, DialDecision, Handoff, Rep, StaffCall
from campaigns.states import CallStatus, HandoffStatus
from tests.campaigns.handoff.conftest import Story, at, promised_call

pytestmark = pytest.mark.django_db(transaction=True)
P = ProviderStatus


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
