"""The true state on the rep's own card, step by step in each strategy, from what the platform reports and its clock."""

from __future__ import annotations

import pytest
from asgiref.sync import sync_to_async

from bridge.brief import HandoffStrategy
from bridge.events import Outcome
from bridge.telephony.dialect import ProviderStatus
from campaigns.handoff.cards import queue_of
from campaigns.handoff.dial_result import DIAL_GRACE
from campaigns.handoff.talk_state import with_states
from campaigns.handoff.talk_words import TALKING, LegFacts, state_in_words
from campaigns.models import Line
from campaigns.states import HandoffStatus
from tests.campaigns.handoff.conftest import at

pytestmark = pytest.mark.django_db(transaction=True)


async def shown(rep, second: float) -> str:
    def states() -> list[str]:
        return [card.state for card in with_states(queue_of(rep, now=at(second)), now=at(second)).mine]

    (state,) = await sync_to_async(states)()
    return state


async def rings_s() -> float:
    return (await Line.objects.aget()).ring_timeout_s + DIAL_GRACE.total_seconds()


async def test_dial_the_phone_rings_until_its_time_is_out_and_then_they_talk(story, rehema):
    await story.offer()
    await story.accept(rehema)
    assert "then your phone rings" in await shown(rehema, 2)
    await story.release(5)
    assert "The bot has left" in await shown(rehema, 5)
    await story.fetch(6)
    assert await shown(rehema, 7) == "Your phone is ringing. Take the call: the lead is on the line."
    limit = 6 + await rings_s()
    assert await shown(rehema, limit) != TALKING
    assert await shown(rehema, limit + 0.1) == TALKING


async def test_callback_each_step_of_the_rep_s_phone_is_said(rung, rehema):
    assert (await shown(rehema, 7)).startswith("Your phone rings now.")
    await rung.rep_leg(15)
    assert (await shown(rehema, 16)).startswith("You have picked up.")
    await rung.rep_leg(20, digits="1")
    assert (await shown(rehema, 21)).startswith("The lead's phone is ringing.")
    assert await shown(rehema, 20 + await rings_s() + 0.1) == TALKING


async def test_callback_while_the_first_call_still_ends_nobody_is_dialled_yet(story, strategy_callback, rehema):
    await story.offer()
    await story.accept(rehema)
    await story.finish(Outcome.CALLING_BACK, 5)
    await story.tend(6)
    await story.rep_leg(10)
    await story.rep_leg(15, digits="1")
    assert (await shown(rehema, 16)).startswith("You have pressed 1. The lead is called back")


async def test_conference_they_talk_when_the_bot_has_left(story, strategy_conference, rehema):
    await story.offer()
    await story.accept(rehema)
    await story.release(5)
    await story.tend(6)
    assert (await shown(rehema, 7)).startswith("Your phone rings now.")
    await story.rep_leg(10)
    assert (await shown(rehema, 11)).startswith("You have picked up.")
    await story.rep_leg(15, ProviderStatus.ANSWERED, digits="1")
    assert (await shown(rehema, 16)).startswith("You have pressed 1. The bot introduces you")
    await story.finish(Outcome.HANDED_OFF, 18)
    assert await shown(rehema, 19) == TALKING


@pytest.mark.parametrize("strategy", HandoffStrategy)
@pytest.mark.parametrize("status", [HandoffStatus.WARMING, HandoffStatus.ACCEPTED, HandoffStatus.BRIDGED])
def test_only_who_is_through_is_said_to_talk(status, strategy):
    for leg in (LegFacts(), LegFacts(is_released=True), LegFacts(is_released=True, is_picked_up=True, is_accepted=True, is_dialled=True)):
        assert (state_in_words(status, strategy, leg) == TALKING) is (status is HandoffStatus.BRIDGED)
    through = LegFacts(is_released=True, is_dialled=True, is_through=True)
    assert (state_in_words(status, strategy, through) == TALKING) is (status is not HandoffStatus.WARMING)
