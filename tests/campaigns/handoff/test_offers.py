"""Who is offered a hot lead, who gets it, and what the end of the bot's part means for the offer."""

from __future__ import annotations

import pytest
from asgiref.sync import sync_to_async

from bridge.events import Outcome
from campaigns.handoff import offers, presence
from campaigns.handoff.offers import Accepted, Gone, TakenBy
from campaigns.models import Handoff, Line, Rep, StaffCall
from campaigns.states import HandoffStatus
from tests.campaigns.handoff.conftest import at, make_rep
from tests.conftest import NOW

pytestmark = pytest.mark.django_db(transaction=True)


async def change(rep: Rep, **fields: object) -> None:
    await Rep.objects.filter(id=rep.id).aupdate(**fields)


async def decline(story, rep, second=1):
    handoff = await story.handoff()
    await sync_to_async(offers.decline)(handoff.id, rep, now=at(second))


async def test_it_offers_the_lead_to_whoever_is_there(story, rehema):
    handoff = await story.offer()
    assert (handoff.status, handoff.offered_at, handoff.strategy) == (HandoffStatus.OFFERED, NOW, "dial")
    assert await story.notes() == []


async def test_asking_twice_makes_one_offer(story, rehema):
    assert (await story.offer()).id == (await story.offer(3)).id
    assert await Handoff.objects.acount() == 1


@pytest.mark.parametrize(
    "missing",
    [{"is_available": False}, {"is_verified": False}, {"seen_at": at(-31)}, {"seen_at": None}],
    ids=["away", "number-not-verified", "page-closed", "never-seen"],
)
async def test_it_tells_the_bot_at_once_that_nobody_is_there(story, rehema, missing):
    await change(rehema, **missing)
    handoff = await story.offer()
    assert handoff.status == HandoffStatus.NO_ANSWER
    assert await story.notes() == ["note.no_rep"]


async def test_a_rep_seen_thirty_seconds_ago_is_still_there(story, rehema):
    await change(rehema, seen_at=at(-30))
    assert (await story.offer()).status == HandoffStatus.OFFERED


async def test_a_rep_of_another_campaign_is_not_asked(story, hot_call):
    await sync_to_async(make_rep)("Neema", "+254722000013")
    assert (await story.offer()).status == HandoffStatus.NO_ANSWER


async def test_a_rep_who_left_is_not_asked(story, rehema):
    rehema.user.is_active = False
    await rehema.user.asave()
    assert (await story.offer()).status == HandoffStatus.NO_ANSWER


async def test_the_first_rep_has_it_and_the_second_is_told_who(story, rehema, juma):
    await story.offer()
    assert isinstance(await story.accept(rehema), Accepted)
    assert await story.accept(juma, 1.1) == TakenBy("Rehema")
    assert (await story.handoff()).rep == rehema
    assert await story.notes() == ["note.rep_accepted"]


async def test_accepting_twice_is_no_mistake(story, rehema):
    await story.offer()
    await story.accept(rehema)
    assert isinstance(await story.accept(rehema, 2), Accepted)
    assert await story.notes() == ["note.rep_accepted"]


async def test_a_busy_rep_cannot_take_a_second_lead(story, rehema, hot_call, asha):
    await story.offer()
    handoff = await story.handoff()
    await story.accept(rehema)
    free = await sync_to_async(lambda: list(presence.available_reps(hot_call.campaign, now=NOW)))()
    assert free == []
    assert handoff.id == (await story.handoff()).id


async def test_a_rep_who_is_away_cannot_accept(story, rehema, juma):
    await story.offer()
    await change(rehema, is_available=False)
    await rehema.arefresh_from_db()
    assert isinstance(await story.accept(rehema), Gone)
    assert (await story.handoff()).status == HandoffStatus.OFFERED


async def test_a_rep_of_another_campaign_cannot_accept(story, rehema):
    neema = await sync_to_async(make_rep)("Neema", "+254722000013")
    await story.offer()
    assert await story.accept(neema) == Gone("This lead is not in your queue.")


async def test_one_who_declines_leaves_it_to_the_others(story, rehema, juma):
    await story.offer()
    await decline(story, rehema)
    assert (await story.handoff()).status == HandoffStatus.OFFERED
    assert isinstance(await story.accept(juma, 2), Accepted)


async def test_when_all_decline_the_bot_is_told(story, rehema, juma):
    await story.offer()
    await decline(story, rehema)
    await decline(story, juma)
    assert (await story.handoff()).status == HandoffStatus.DECLINED
    assert await story.notes() == ["note.no_rep"]


async def test_nobody_can_accept_what_all_have_declined(story, rehema):
    await story.offer()
    await decline(story, rehema)
    assert isinstance(await story.accept(rehema, 2), Gone)


@pytest.mark.parametrize(
    ("outcome", "status"),
    [
        (Outcome.PROMISED, HandoffStatus.PROMISED),
        (Outcome.MEDIA_LOST, HandoffStatus.PROMISED),
        (Outcome.VOICE_FAILED, HandoffStatus.PROMISED),
        (Outcome.FINISHED, HandoffStatus.PROMISED),
        (Outcome.NO_INPUT, HandoffStatus.PROMISED),
        (Outcome.CALLEE_LEFT, HandoffStatus.LEAD_HUNG_UP),
        (Outcome.OPTED_OUT, HandoffStatus.BRIDGE_FAILED),
        (Outcome.NOT_INTERESTED, HandoffStatus.BRIDGE_FAILED),
    ],
    ids=str,
)
async def test_the_end_of_the_bots_part_ends_the_offer(story, rehema, outcome, status):
    await story.offer()
    await story.finish(outcome, 20)
    handoff = await story.handoff()
    assert handoff.status == status
    assert (handoff.ended_at is None) == (status == HandoffStatus.PROMISED)


async def test_a_promise_after_a_refusal_keeps_its_reason(story, rehema):
    await story.offer()
    await decline(story, rehema)
    await story.finish(Outcome.PROMISED, 20)
    handoff = await story.handoff()
    assert (handoff.status, handoff.reason) == (HandoffStatus.PROMISED, "Every rep who was there declined.")


async def test_a_promise_without_an_offer_lands_in_the_queue(story):
    await story.finish(Outcome.PROMISED, 20)
    assert (await story.handoff()).status == HandoffStatus.PROMISED


async def test_a_call_that_was_not_hot_gets_no_hand_off(story):
    await story.finish(Outcome.FINISHED, 20)
    assert not await Handoff.objects.aexists()


async def test_a_second_report_changes_nothing(story, rehema):
    await story.offer()
    await story.finish(Outcome.CALLEE_LEFT, 20)
    await story.finish(Outcome.PROMISED, 21)
    assert (await story.handoff()).status == HandoffStatus.LEAD_HUNG_UP


# ---- time alone -----------------------------------------------------------------------------------------------------------


async def test_an_offer_nobody_takes_ends_by_itself(story, rehema):
    await story.offer()
    await story.tend(14.9)
    assert (await story.handoff()).status == HandoffStatus.OFFERED
    await story.tend(15)
    handoff = await story.handoff()
    assert (handoff.status, handoff.reason) == (HandoffStatus.NO_ANSWER, "Nobody took it in time.")
    assert await story.notes() == ["note.no_rep"]


async def test_nobody_waits_for_ever_for_a_rep_who_is_busy(story, rehema):
    await StaffCall.objects.acreate(rep=rehema, line=await Line.objects.aget(), status="in_progress", answer_token="another", placed_at=NOW)
    await story.offer()
    await change(rehema, seen_at=at(121))
    await story.tend(120)
    assert (await story.handoff()).status == HandoffStatus.OFFERED
    await story.tend(121)
    assert (await story.handoff()).status == HandoffStatus.NO_ANSWER


async def test_an_offer_ends_when_the_last_rep_closes_the_page(story, rehema):
    await story.offer()
    await story.tend(31)
    assert (await story.handoff()).status == HandoffStatus.NO_ANSWER


async def test_a_call_that_died_with_its_process_leaves_a_promise(story, rehema):
    await story.offer()
    await story.accept(rehema)
    await story.lead_hangs_up(5)
    await story.tend(20)
    assert (await story.handoff()).status == HandoffStatus.ACCEPTED
    await story.tend(21)
    handoff = await story.handoff()
    assert (handoff.status, handoff.reason) == (HandoffStatus.PROMISED, "The call broke off.")


async def test_a_declined_lead_whose_call_just_ended_is_promised(story, rehema):
    await story.offer()
    await decline(story, rehema)
    await story.lead_hangs_up(5)
    await story.tend(21)
    assert (await story.handoff()).status == HandoffStatus.PROMISED


async def test_tending_a_quiet_queue_does_nothing(story, rehema):
    await story.offer()
    assert await story.tend(1) == 0


# ---- promises -------------------------------------------------------------------------------------------------------------


async def test_a_promise_is_kept_when_the_rep_says_so(story, rehema):
    await story.finish(Outcome.PROMISED, 20)
    handoff = await story.handoff()
    assert await sync_to_async(offers.keep_promise)(handoff.id, rehema, now=at(600)) is True
    handoff = await story.handoff()
    assert (handoff.status, handoff.rep, handoff.ended_at) == (HandoffStatus.KEPT, rehema, at(600))
    assert await sync_to_async(offers.keep_promise)(handoff.id, rehema, now=at(601)) is False


async def test_a_rep_of_another_campaign_cannot_keep_it(story, rehema):
    neema = await sync_to_async(make_rep)("Neema", "+254722000013")
    await story.finish(Outcome.PROMISED, 20)
    assert await sync_to_async(offers.keep_promise)((await story.handoff()).id, neema, now=at(600)) is False
