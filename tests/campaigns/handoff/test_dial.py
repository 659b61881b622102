"""Strategy dial on a platform that goes on after the stream: the rep is dialled on the same call."""

from __future__ import annotations

import pytest
from asgiref.sync import sync_to_async

from bridge.events import Outcome
from bridge.telephony.answer_xml import Dial, Hangup, Redirect, Say
from bridge.telephony.dialect import ProviderStatus
from campaigns.models import LiveEvent
from campaigns.states import HandoffStatus
from leads.do_not_call import add_to_do_not_call
from leads.models import DoNotCallEntry
from tests.campaigns.handoff.conftest import at
from tests.conftest import NOW

pytestmark = pytest.mark.django_db(transaction=True)
P = ProviderStatus


@pytest.fixture
async def released(story, rehema):
    """Rehema accepted, the bot has said goodbye, the socket is closed at second 5."""
    await story.offer()
    await story.accept(rehema)
    await story.release(5)
    await story.finish(Outcome.HANDED_OFF, 5)
    return story


async def test_it_dials_the_rep_who_accepted_with_our_number_shown(released, hot_call):
    verbs = await released.fetch(5.5)
    assert verbs == (
        Say("Connecting you to Rehema now.", "en-KE"),
        Dial(("+254722000011",), caller_id="+254711000001", timeout_s=25),
        Redirect(f"http://127.0.0.1:8000/voice/answer/{hot_call.answer_token}"),
    )
    handoff = await released.handoff()
    assert (handoff.status, handoff.next_step_at) == (HandoffStatus.ACCEPTED, at(5.5))


async def test_it_tells_the_bot_who_accepted(story, rehema):
    await story.offer()
    await story.accept(rehema)
    note = await LiveEvent.objects.aget(kind="note.rep_accepted")
    assert note.payload == {"rep_name": "Rehema"}


async def test_it_is_bridged_when_the_dial_was_answered(released):
    await released.fetch(5.5)
    verbs = await released.fetch(65.5, P.DIAL_COMPLETED, dial_status=P.COMPLETED, dial_duration_s=50.0)
    handoff = await released.handoff()
    assert verbs == (Hangup(),)
    assert (handoff.status, handoff.bridged_at, handoff.ended_at) == (HandoffStatus.BRIDGED, at(15.5), at(65.5))
    assert handoff.is_fallback is False


async def test_it_is_bridged_when_the_lead_hangs_up_after_talking(released):
    await released.fetch(5.5)
    assert await released.fetch(65.5, P.COMPLETED, dial_status=P.COMPLETED, dial_duration_s=40.0) is None
    assert (await released.handoff()).status == HandoffStatus.BRIDGED


@pytest.mark.parametrize("dial_status", [P.NO_ANSWER, P.BUSY, P.FAILED, P.CANCELED], ids=str)
async def test_a_rep_who_does_not_answer_leaves_the_promise(released, dial_status):
    await released.fetch(5.5)
    verbs = await released.fetch(30, P.DIAL_COMPLETED, dial_status=dial_status)
    handoff = await released.handoff()
    assert isinstance(verbs[0], Say) and "will call you back" in verbs[0].text
    assert verbs[1:] == (Hangup(),)
    assert (handoff.status, handoff.reason) == (HandoffStatus.PROMISED, "The rep did not answer.")
    assert handoff.promised_for > NOW


async def test_it_passes_through_no_answer_on_the_way_to_the_promise(released):
    await released.fetch(5.5)
    await released.fetch(30, P.DIAL_COMPLETED, dial_status=P.NO_ANSWER)
    statuses = [event.payload["status"] async for event in LiveEvent.objects.filter(kind="handoff").order_by("id") if "event" in event.payload]
    assert statuses == ["offered", "accepted", "accepted", "no_answer", "promised"]


async def test_a_lost_reply_is_given_again_and_rings_the_rep_once(released):
    assert await released.fetch(5.5) == await released.fetch(6)
    assert (await released.handoff()).next_step_at == at(5.5)


@pytest.mark.parametrize(("second", "status"), [(20, HandoffStatus.PROMISED), (90, HandoffStatus.BRIDGED)], ids=["within-ring-time", "long-after"])
async def test_a_platform_that_says_nothing_of_the_dial_is_judged_by_the_clock(released, second, status):
    await released.fetch(5.5)
    await released.fetch(second)
    assert (await released.handoff()).status == status


@pytest.mark.parametrize("edge", [P.RINGING, P.STREAM_STARTED], ids=str)
async def test_an_old_edge_that_comes_again_is_no_next_step(released, edge):
    assert await released.fetch(5.5, edge) is None
    assert (await released.handoff()).next_step_at is None


async def test_a_dial_under_way_is_not_disturbed_by_an_old_edge(released):
    await released.fetch(5.5)
    assert await released.fetch(15, P.STREAM_STARTED) is None
    assert (await released.handoff()).status == HandoffStatus.ACCEPTED


async def test_a_lead_who_hangs_up_while_the_rep_is_rung_is_gone(released):
    await released.fetch(5.5)
    await released.fetch(12, P.COMPLETED)
    handoff = await released.handoff()
    assert (handoff.status, handoff.ended_at) == (HandoffStatus.LEAD_HUNG_UP, at(12))


async def test_the_promise_is_repeated_when_asked_again(released):
    await released.fetch(5.5)
    first = await released.fetch(30, P.DIAL_COMPLETED, dial_status=P.NO_ANSWER)
    assert await released.fetch(31, P.DIAL_COMPLETED, dial_status=P.NO_ANSWER) == first


async def test_nothing_is_due_before_the_bot_lets_go(story, rehema):
    await story.offer()
    await story.accept(rehema)
    assert await story.fetch(2) is None


async def test_nothing_is_due_on_a_call_without_a_hand_off(story):
    assert await story.fetch(2) is None


async def test_a_rep_whose_number_went_on_do_not_call_is_not_dialled(released, rehema):
    await sync_to_async(add_to_do_not_call)(rehema.number, origin=DoNotCallEntry.Origin.STAFF, reason="asked", at=NOW)
    verbs = await released.fetch(5.5)
    assert not any(isinstance(verb, Dial) for verb in verbs)
    assert (await released.handoff()).status == HandoffStatus.PROMISED


async def test_a_call_whose_end_nobody_reported_to_us_is_settled_later(released):
    await released.fetch(5.5)
    await released.lead_hangs_up(15)
    await released.tend(16)
    assert (await released.handoff()).status == HandoffStatus.ACCEPTED
    await released.tend(31)
    assert (await released.handoff()).status == HandoffStatus.LEAD_HUNG_UP
