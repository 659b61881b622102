"""The queue's socket over the real ASGI application parts: it says THAT something changed, to those it concerns."""

from __future__ import annotations

import pytest
from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator

from campaigns import live
from campaigns.handoff import offers, presence
from campaigns.handoff.consumer import NOT_A_REP, NOT_SIGNED_IN, QueueConsumer
from campaigns.handoff.feed import Feed
from leads import clock
from tests.campaigns.handoff.conftest import make_rep

pytestmark = pytest.mark.django_db(transaction=True)
DEADLINE_S = 5
CHANGED = {"changed": True}


@pytest.fixture
def feed() -> Feed:
    return Feed()


async def opened(feed, user=None):
    socket = WebsocketCommunicator(QueueConsumer.as_asgi(feed=feed), "/ws/queue/")
    socket.scope["user"] = user
    is_open, _ = await socket.connect(timeout=DEADLINE_S)
    assert is_open
    return socket


async def listening(feed, user):
    """Open, and past the first word, with which a new reader makes everybody look."""
    socket = await opened(feed, user)
    assert await socket.receive_json_from(timeout=DEADLINE_S) == CHANGED
    return socket


async def test_a_new_offer_is_told(feed, rehema, hot_call):
    socket = await listening(feed, rehema.user)
    await sync_to_async(offers.offer)(hot_call, now=clock.now())
    assert await socket.receive_json_from(timeout=DEADLINE_S) == CHANGED
    await socket.disconnect()


async def test_an_answer_that_lands_while_it_waits_is_told(feed, rehema, hot_call):
    await sync_to_async(offers.offer)(hot_call, now=clock.now())
    socket = await listening(feed, rehema.user)
    await sync_to_async(live.publish)(hot_call.pk, live.Kind.UNDERSTOOD, {"text": "60 seats"})
    assert await socket.receive_json_from(timeout=DEADLINE_S) == CHANGED
    await socket.disconnect()


async def test_a_rep_of_another_campaign_is_told_nothing(feed, rehema, hot_call):
    neema = await sync_to_async(make_rep)("Neema", "+254722000013")
    hers, other = await listening(feed, rehema.user), await opened(feed, neema.user)
    await sync_to_async(offers.offer)(hot_call, now=clock.now())
    assert await hers.receive_json_from(timeout=DEADLINE_S) == CHANGED
    assert await other.receive_nothing()
    await hers.disconnect()
    await other.disconnect()


async def test_another_window_of_mine_learns_that_i_went_away(feed, rehema):
    socket = await listening(feed, rehema.user)
    await sync_to_async(presence.set_available)(rehema, False, now=clock.now())
    assert await socket.receive_json_from(timeout=DEADLINE_S) == CHANGED
    await socket.disconnect()


async def test_one_reader_serves_all_and_the_next_takes_over_when_it_leaves(feed, rehema, juma, hot_call):
    first = await listening(feed, rehema.user)
    second = await opened(feed, juma.user)
    await first.disconnect()
    assert await second.receive_json_from(timeout=DEADLINE_S) == CHANGED  # the new reader has begun
    await sync_to_async(offers.offer)(hot_call, now=clock.now())
    assert await second.receive_json_from(timeout=DEADLINE_S) == CHANGED
    await second.disconnect()


async def test_an_open_page_says_that_the_rep_is_there(feed, rehema):
    await sync_to_async(lambda: type(rehema).objects.update(seen_at=None))()
    socket = await listening(feed, rehema.user)
    await rehema.arefresh_from_db()
    assert rehema.seen_at is not None
    await socket.disconnect()


@pytest.mark.parametrize("who", ["nobody", "zuri"])
async def test_who_is_no_rep_is_shut_out_with_a_reason(feed, zuri, who):
    socket = await opened(feed, zuri if who == "zuri" else None)
    closed = await socket.receive_output(timeout=DEADLINE_S)
    assert closed == {"type": "websocket.close", "code": NOT_A_REP if who == "zuri" else NOT_SIGNED_IN}
    await socket.disconnect()


@pytest.mark.parametrize("text", ["not json", '{"accept": 1}', "[]"])
async def test_what_the_page_sends_changes_nothing(feed, rehema, hot_call, text):
    await sync_to_async(offers.offer)(hot_call, now=clock.now())
    socket = await listening(feed, rehema.user)
    await socket.send_to(text_data=text)
    await sync_to_async(live.publish)(hot_call.pk, live.Kind.UNDERSTOOD, {"text": "60 seats"})
    assert await socket.receive_json_from(timeout=DEADLINE_S) == CHANGED
    await socket.disconnect()
