"""A call back whose line drops, whose request is lost or refused, or whose end nobody reports."""

from __future__ import annotations

import pytest
from asgiref.sync import sync_to_async

from bridge.events import Outcome
from bridge.telephony.answer_xml import GetDigits
from bridge.telephony.dialect import ProviderStatus
from campaigns.handoff import presence, tending
from campaigns.models import Line, StaffCall
from campaigns.provider import Provider
from campaigns.states import CallStatus, HandoffStatus
from leads.do_not_call import add_to_do_not_call
from leads.models import DoNotCallEntry, Lead
from tests.campaigns.handoff.conftest import at, make_rep, promised_call
from tests.campaigns.platform import BREAK_OFF, Reply, record
from tests.conftest import NOW

pytestmark = pytest.mark.django_db(transaction=True)
P = ProviderStatus


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
