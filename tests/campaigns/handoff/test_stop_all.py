"""While all dialing is stopped no rep's phone rings, and no lead is dialled from a rep's: the promise stays owed."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db.models.signals import post_save

from bridge.events import Outcome
from bridge.telephony.answer_xml import Dial
from bridge.telephony.client import SautikitClient
from campaigns import staff_calls, stop_all
from campaigns.handoff import offers
from campaigns.handoff.feed import Feed, Listener
from campaigns.models import Call, Handoff, StaffCall
from campaigns.provider import Provider
from campaigns.states import CallStatus, HandoffStatus
from tests.campaigns.handoff.conftest import at
from tests.campaigns.handoff.test_dial import released  # noqa: F401

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("closed_connections")]

SENTENCE = "All dialing is stopped by mosi: a wrong list."


async def shut() -> None:
    await sync_to_async(stop_all.stop_all)(by="mosi", reason="a wrong list")


async def resume() -> None:
    await sync_to_async(stop_all.resume_all)(by="mosi")


@pytest.fixture
async def accepted(story, strategy_callback, rehema):
    """Rehema accepted, the bot has hung up at second 5; nobody was rung yet."""
    await story.offer()
    await story.accept(rehema)
    await story.finish(Outcome.CALLING_BACK, 5)
    await story.lead_hangs_up(5.5)
    return story


def is_dialled(verbs: tuple[Any, ...] | None) -> bool:
    return any(isinstance(verb, Dial) for verb in verbs or ())


async def test_no_rep_is_rung_while_stopped(accepted, platform):
    await shut()
    await accepted.tend(6)
    assert platform.placed == []
    assert not await StaffCall.objects.aexists()
    assert (await accepted.handoff()).status == HandoffStatus.ACCEPTED


async def test_the_rep_is_rung_after_a_short_stop(accepted, platform):
    await shut()
    await accepted.tend(6)
    await resume()
    await accepted.tend(8)
    assert [asked.body["to"] for asked in platform.placed] == [["+254722000011"]]


async def test_a_longer_stop_leaves_the_call_back_promised_with_the_reason(accepted, platform):
    await shut()
    await accepted.tend(40)
    handoff = await accepted.handoff()
    assert (handoff.status, handoff.reason, platform.placed) == (HandoffStatus.PROMISED, SENTENCE, [])


async def test_a_rep_claimed_before_the_stop_is_not_rung_after_it(accepted, platform, rehema):
    """The stop commits between the claim of the rep's phone and the request."""

    class AsksNobody(Provider):
        def client(self, dialect: str) -> SautikitClient:
            raise AssertionError("nobody may be asked")

    handoff = await Handoff.objects.select_related("call__line", "call__campaign", "call__server", "rep__user").aget()

    def stop_at_the_claim(**_signal: Any) -> None:
        stop_all.stop_all(by="mosi", reason="a wrong list")

    post_save.connect(stop_at_the_claim, sender=StaffCall)
    try:
        async with AsksNobody() as provider:
            result = await staff_calls.ring(handoff.rep, handoff, provider, now=at(6))
    finally:
        post_save.disconnect(stop_at_the_claim, sender=StaffCall)
    assert result == staff_calls.Forbidden(SENTENCE, may_try_again=True)
    assert not await StaffCall.objects.aexists()


async def test_no_lead_is_dialled_from_the_reps_phone_while_stopped(rung):  # noqa: F811
    await rung.rep_leg(15)
    await shut()
    verbs = await rung.rep_leg(20, digits="1")
    handoff = await rung.handoff()
    assert not is_dialled(verbs)
    assert (handoff.status, handoff.reason) == (HandoffStatus.PROMISED, SENTENCE)
    assert not await Call.objects.filter(occasion=Call.Occasion.PROMISED).aexists()


async def test_a_lead_whose_dial_got_lost_is_not_dialled_again_while_stopped(rung):  # noqa: F811
    await rung.rep_leg(15)
    assert is_dialled(await rung.rep_leg(20, digits="1"))
    await shut()
    assert not is_dialled(await rung.rep_leg(20.5))
    handoff, lead_call = await rung.handoff(), await Call.objects.aget(occasion=Call.Occasion.PROMISED)
    assert (handoff.status, handoff.reason) == (HandoffStatus.PROMISED, SENTENCE)
    assert lead_call.status == CallStatus.CANCELED


async def test_no_rep_is_dialled_on_a_live_call_while_stopped_and_the_lead_hears_the_promise(released):  # noqa: F811
    await shut()
    verbs = await released.fetch(5.5)
    handoff = await released.handoff()
    assert verbs and not is_dialled(verbs)
    assert (handoff.status, handoff.reason) == (HandoffStatus.PROMISED, SENTENCE)


async def test_a_rep_whose_dial_got_lost_is_not_dialled_again_while_stopped(released):  # noqa: F811
    assert is_dialled(await released.fetch(5.5))
    await shut()
    assert not is_dialled(await released.fetch(6))
    assert (await released.handoff()).status == HandoffStatus.PROMISED


async def test_call_now_says_why_it_does_not(accepted, rehema):
    await shut()
    await accepted.tend(40)
    handoff = await accepted.handoff()
    result = await sync_to_async(lambda: offers.call_now(handoff.id, rehema, now=at(60)))()
    assert result == offers.Gone(SENTENCE)


async def test_an_open_queue_page_is_told_and_shows_it(rehema, async_client, settings):
    await sync_to_async(async_client.force_login)(rehema.user)
    listener = Listener(frozenset(), rehema.id)
    feed = Feed()
    with feed.joined(listener):
        async with asyncio.timeout(60), asyncio.TaskGroup() as group:
            reading = group.create_task(feed.read())
            await feed.begun()
            await shut()
            assert (await listener.news()).is_cards
            reading.cancel()
    page = (await async_client.get("/queue/cards/")).content.decode()
    assert SENTENCE in page
