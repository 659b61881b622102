"""Which open pages are told of what: cards at once, words gathered and only where they are shown, nothing twice and nothing lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import uuid4

import pytest
from asgiref.sync import sync_to_async
from django.contrib.sessions.models import Session
from django.utils import timezone

from campaigns import live
from campaigns.handoff import offers
from campaigns.handoff.feed import FAR_BEHIND, WORDS_EVERY_S, Feed, Listener, News, have_gone_on, missed
from campaigns.handoff.moves import move, promise
from campaigns.handoff.presence import PRESENCE_KIND
from campaigns.handoff.states import HandoffEvent
from campaigns.models import Handoff, LiveEvent, Reservation
from leads import clock
from tests.campaigns.handoff.conftest import session_of

DEADLINE_S = 60
CALL, HANDOFF, OTHER = uuid4(), uuid4(), uuid4()
CARDS = News(is_cards=True, spoken=())
DRAWN = '<div id="queue" data-part>'
QUIET_S = 0.4


def listener() -> Listener:
    return Listener(frozenset({1}), rep_id=1, shown={CALL: HANDOFF})


async def news_of(page: Listener) -> News:
    async with asyncio.timeout(DEADLINE_S):
        return await page.news()


async def is_quiet(page: Listener) -> bool:
    try:
        async with asyncio.timeout(QUIET_S):
            await page.news()
    except TimeoutError:
        return True
    return False


# ---- one page -------------------------------------------------------------------------------------------------------------


async def test_the_first_words_are_told_at_once():
    page = listener()
    page.tell_words(frozenset({CALL}))
    began_s = asyncio.get_running_loop().time()
    assert await news_of(page) == News(is_cards=False, spoken=(HANDOFF,))
    assert asyncio.get_running_loop().time() - began_s < WORDS_EVERY_S


async def test_words_that_follow_are_gathered():
    page = listener()
    page.tell_words(frozenset({CALL}))
    await news_of(page)
    began_s = asyncio.get_running_loop().time()
    for _ in range(20):
        page.tell_words(frozenset({CALL}))
    assert (await news_of(page)).spoken == (HANDOFF,)
    assert asyncio.get_running_loop().time() - began_s >= WORDS_EVERY_S * 0.9
    assert await is_quiet(page)


async def test_cards_do_not_wait_for_words():
    page = listener()
    page.tell_words(frozenset({CALL}))
    await news_of(page)
    page.tell_words(frozenset({CALL}))
    began_s = asyncio.get_running_loop().time()
    asyncio.get_running_loop().call_soon(page.tell_cards)
    assert (await news_of(page)).is_cards
    assert asyncio.get_running_loop().time() - began_s < WORDS_EVERY_S


@pytest.mark.parametrize("is_first", [True, False])
async def test_all_cards_are_told_instead_of_the_offers_alone_whichever_came_first(is_first):
    page = listener()
    if is_first:
        page.tell_cards()
    page.tell_offers(DRAWN)
    page.tell_cards()
    assert await news_of(page) == CARDS
    assert await is_quiet(page)


async def test_of_offers_that_came_while_the_page_was_told_the_newest_are_shown_and_only_once():
    page = listener()
    page.tell_offers("older")
    page.tell_offers(DRAWN)
    assert (await news_of(page)).offers == DRAWN
    page.tell_words(frozenset({CALL}))
    assert await news_of(page) == News(is_cards=False, spoken=(HANDOFF,))


async def test_an_offer_does_not_wait_for_words_and_takes_them_along():
    page = listener()
    page.tell_words(frozenset({CALL}))
    await news_of(page)
    page.tell_words(frozenset({CALL}))
    began_s = asyncio.get_running_loop().time()
    asyncio.get_running_loop().call_soon(page.tell_offers, DRAWN)
    assert await news_of(page) == News(is_cards=False, spoken=(HANDOFF,), offers=DRAWN)
    assert asyncio.get_running_loop().time() - began_s < WORDS_EVERY_S


async def test_words_of_a_call_that_is_not_shown_wake_nobody():
    page = listener()
    page.tell_words(frozenset({OTHER}))
    assert await is_quiet(page)


# ---- the feed over the rows -----------------------------------------------------------------------------------------------

rows = pytest.mark.django_db(transaction=True)


@asynccontextmanager
async def reading(feed: Feed, *pages: Listener) -> AsyncIterator[None]:
    async with asyncio.TaskGroup() as group:
        with feed.joined(pages[0]), feed.joined(pages[-1]):
            task = group.create_task(feed.read())
            await feed.begun()
            yield
            task.cancel()


async def publish(*event) -> None:
    await sync_to_async(live.publish)(*event)


async def page_of(rep, *calls) -> Listener:
    campaign_ids = await sync_to_async(lambda: frozenset(rep.campaigns.values_list("id", flat=True)))()
    session = await sync_to_async(session_of)(rep.user)
    return Listener(campaign_ids, rep.id, session.session_key or "", shown={call.pk: HANDOFF for call in calls})


@rows
async def test_words_reach_the_page_that_shows_the_call_and_no_other(rehema, juma, hot_call, closed_connections):
    shows, does_not = await page_of(rehema, hot_call), await page_of(juma)
    async with reading(Feed(), shows, does_not):
        await publish(hot_call.pk, live.Kind.CALLEE_SAYS, {"text": "sixty seats"})
        assert await news_of(shows) == News(is_cards=False, spoken=(HANDOFF,))
        assert await is_quiet(does_not)


@rows
async def test_an_answer_reaches_the_page_that_shows_the_call_and_no_other(rehema, juma, hot_call, closed_connections):
    shows, does_not = await page_of(rehema, hot_call), await page_of(juma)
    async with reading(Feed(), shows, does_not):
        await publish(hot_call.pk, live.Kind.UNDERSTOOD, {"text": "60 seats"})
        assert (await news_of(shows)).offers
        assert await is_quiet(does_not)


@rows
async def test_a_new_offer_reaches_a_page_that_shows_nothing_yet_card_and_all(rehema, hot_call, closed_connections):
    page = await page_of(rehema)
    async with reading(Feed(), page):
        handoff = await sync_to_async(offers.offer)(hot_call, now=clock.now())
        assert f'id="card-{handoff.pk}"' in (await news_of(page)).offers


@rows
async def test_each_rep_is_given_their_own_reservation(rehema, juma, hot_call, closed_connections):
    hers, his = await page_of(rehema), await page_of(juma)
    async with reading(Feed(), hers, his):
        await sync_to_async(offers.offer)(hot_call, now=clock.now())
        own = await sync_to_async(lambda: {row.rep_id: str(row.pk) for row in Reservation.objects.all()})()
        assert own[rehema.pk] in (await news_of(hers)).offers
        shown = (await news_of(his)).offers
        assert own[juma.pk] in shown and own[rehema.pk] not in shown


@rows
async def test_a_move_reaches_the_page_that_shows_the_lead_and_no_other_of_the_campaign(rehema, juma, hot_call, closed_connections):
    handoff = await sync_to_async(offers.offer)(hot_call, now=clock.now())
    shows, does_not = await page_of(rehema, hot_call), await page_of(juma)
    async with reading(Feed(), shows, does_not):
        await publish(hot_call.pk, live.Kind.HANDOFF, {"handoff_id": str(handoff.pk), "event": "accepted"})
        assert (await news_of(shows)).offers
        assert await is_quiet(does_not)


@rows
async def test_a_rep_with_a_lead_looks_at_all_cards(rehema, hot_call, closed_connections):
    handoff = await sync_to_async(offers.offer)(hot_call, now=clock.now())
    await sync_to_async(offers.accept)(handoff.pk, rehema, now=clock.now())
    page = await page_of(rehema, hot_call)
    async with reading(Feed(), page):
        await publish(hot_call.pk, live.Kind.UNDERSTOOD, {"text": "60 seats"})
        assert await news_of(page) == CARDS


@rows
async def test_a_rep_whose_accepted_lead_has_hung_up_looks_at_all_cards(rehema, hot_call, closed_connections):
    """It stood on the page as their own, which no list of offers takes away."""
    handoff = await sync_to_async(offers.offer)(hot_call, now=clock.now())
    await sync_to_async(offers.accept)(handoff.pk, rehema, now=clock.now())
    page = await page_of(rehema, hot_call)
    async with reading(Feed(), page):
        await sync_to_async(move)(await Handoff.objects.aget(pk=handoff.pk), HandoffEvent.LEAD_LEFT, now=clock.now())
        assert await news_of(page) == CARDS


@rows
async def test_a_page_whose_rep_has_signed_out_is_told_that_and_not_what(rehema, hot_call, closed_connections):
    page = await page_of(rehema)
    await sync_to_async(Session.objects.all().delete)()
    async with reading(Feed(), page):
        await sync_to_async(offers.offer)(hot_call, now=clock.now())
        assert await news_of(page) == CARDS


@rows
async def test_who_was_slower_sees_the_card_go_and_reads_who_was_faster(rehema, juma, hot_call, closed_connections):
    handoff = await sync_to_async(offers.offer)(hot_call, now=clock.now())
    page = await page_of(juma, hot_call)
    async with reading(Feed(), page):
        await sync_to_async(offers.accept)(handoff.pk, rehema, now=clock.now())
        shown = (await news_of(page)).offers
        assert "Rehema was faster" in shown and f'id="card-{handoff.pk}"' not in shown


@rows
async def test_a_promise_reaches_every_page_of_the_campaign(rehema, hot_call, closed_connections):
    handoff = await sync_to_async(offers.offer)(hot_call, now=clock.now())
    page = await page_of(rehema)
    async with reading(Feed(), page):
        await sync_to_async(promise)(handoff, HandoffEvent.OVERDUE, now=clock.now(), reason="Nobody took it in time.")
        assert await news_of(page) == CARDS


@rows
async def test_who_has_declined_looks_at_all_cards(rehema, hot_call, closed_connections):
    handoff = await sync_to_async(offers.offer)(hot_call, now=clock.now())
    page = await page_of(rehema)
    async with reading(Feed(), page):
        await sync_to_async(offers.decline)(handoff.pk, rehema, now=clock.now())
        assert await news_of(page) == CARDS


@rows
async def test_a_call_that_merely_rings_wakes_nobody(rehema, hot_call, closed_connections):
    page = await page_of(rehema, hot_call)
    async with reading(Feed(), page):
        await publish(hot_call.pk, live.Kind.RINGING)
        assert await is_quiet(page)


@rows
async def test_the_next_reader_goes_on_where_the_first_one_left(rehema, juma, hot_call, closed_connections):
    feed, first, second = Feed(), await page_of(rehema, hot_call), await page_of(juma, hot_call)
    with feed.joined(second):
        async with reading(feed, first):
            pass
        await publish(hot_call.pk, live.Kind.UNDERSTOOD, {"text": "60 seats"})  # while nobody reads
        async with reading(feed, second):
            assert (await news_of(second)).offers


# ---- what a page missed ---------------------------------------------------------------------------------------------------


@pytest.fixture
def since(db) -> int:
    """A live event of long ago that the page has seen."""
    live.publish(None, live.Kind.CAMPAIGN, {})
    LiveEvent.objects.update(created_at=timezone.now() - timedelta(hours=1))
    return live.newest_id()


@pytest.fixture
def page(rehema, hot_call) -> Listener:
    return Listener(frozenset({hot_call.campaign_id}), rehema.id)


@pytest.fixture
def offered(hot_call, rehema, since):
    handoff = offers.offer(hot_call, now=clock.now())
    LiveEvent.objects.filter(id__gt=since).delete()
    return handoff


@pytest.mark.parametrize("kind", [live.Kind.HANDOFF, live.Kind.UNDERSTOOD, live.Kind.SCORE, live.Kind.BOT_SAYS, live.Kind.ENDED])
def test_whatever_a_card_may_show_was_missed(page, offered, hot_call, since, kind):
    live.publish(hot_call.pk, kind, {"text": ""})
    assert missed(page, since)


def test_a_stop_of_all_dialing_was_missed_by_everybody(page, since):
    live.publish(None, live.Kind.DIALING, {})
    assert missed(page, since)


@pytest.mark.parametrize(("is_mine", "is_missed"), [(True, True), (False, False)], ids=["mine", "another rep's"])
def test_only_my_own_presence_was_missed(page, juma, since, is_mine, is_missed):
    live.publish(None, PRESENCE_KIND, {"rep_id": page.rep_id if is_mine else juma.id, "is_available": False})
    assert missed(page, since) is is_missed


def test_nothing_was_missed_where_nothing_happened(page, offered, since):
    assert not missed(page, since)


def test_a_call_without_a_hand_off_is_nothing_to_a_rep(page, hot_call, since):
    live.publish(hot_call.pk, live.Kind.UNDERSTOOD, {})
    assert not missed(page, since)


def test_another_campaign_is_nothing_to_this_rep(offered, hot_call, rehema, since):
    live.publish(hot_call.pk, live.Kind.HANDOFF, {})
    assert not missed(Listener(frozenset(), rehema.id), since)


@pytest.mark.parametrize("after_id", [0, 10**9], ids=["never seen anything", "of another database"])
def test_who_cannot_say_what_they_saw_looks_at_everything(page, since, after_id):
    assert missed(page, after_id)


def test_who_is_far_behind_looks_at_everything(page, since):
    LiveEvent.objects.create(id=since + FAR_BEHIND + 1, kind=live.Kind.CAMPAIGN)
    assert missed(page, since)


@pytest.mark.parametrize(("age_s", "is_missed"), [(1, True), (600, False)], ids=["a moment before", "long before"])
def test_what_committed_late_under_a_lower_id_was_missed(page, offered, hot_call, since, age_s, is_missed):
    """PostgreSQL gives ids out before the commit."""
    live.publish(hot_call.pk, live.Kind.UNDERSTOOD, {})
    late = LiveEvent.objects.latest("id")
    live.publish(None, live.Kind.CAMPAIGN, {})
    seen = LiveEvent.objects.latest("id")
    LiveEvent.objects.filter(id=late.id).update(created_at=seen.created_at - timedelta(seconds=age_s))
    assert missed(page, seen.id) is is_missed


def test_a_shown_call_has_gone_on_only_when_something_came_after(hot_call, since):
    assert not have_gone_on({hot_call.pk}, since)
    live.publish(hot_call.pk, live.Kind.BOT_SAYS, {"text": "And when?"})
    assert have_gone_on({hot_call.pk}, since)
    assert not have_gone_on({hot_call.pk}, live.newest_id())
