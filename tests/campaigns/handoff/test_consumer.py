"""The queue's socket over the real ASGI application parts: it says THAT something changed, to those it concerns, and hears who is awake."""

from __future__ import annotations

import json

import pytest
from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.contrib.auth.models import User

from campaigns import live
from campaigns.handoff import consumer, offers, presence
from campaigns.handoff.consumer import NOT_A_REP, NOT_SIGNED_IN, QueueConsumer
from campaigns.handoff.feed import Feed
from campaigns.handoff.moves import move
from campaigns.handoff.states import HandoffEvent
from campaigns.models import Handoff, Reservation
from leads import clock
from tests.campaigns.handoff.conftest import make_rep, session_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("closed_connections")]
DEADLINE_S = 60
CARDS = {"cards": True}
CURRENT = {"current": True}


@pytest.fixture
def feed() -> Feed:
    return Feed()


async def opened(feed, user=None, *, query=""):
    socket = WebsocketCommunicator(QueueConsumer.as_asgi(feed=feed), f"/ws/queue/{query}")
    socket.scope["user"] = user
    socket.scope["session"] = await sync_to_async(session_of)(user) if isinstance(user, User) else None
    is_open, _ = await socket.connect(timeout=DEADLINE_S)
    assert is_open
    return socket


async def heard(socket):
    return await socket.receive_json_from(timeout=DEADLINE_S)


async def listening(feed, user, *, query=""):
    """Open, and past the first word, which says whether anything was missed."""
    socket = await opened(feed, user, query=query)
    assert await heard(socket) in (CARDS, CURRENT)
    return socket


async def showing(feed, user, *handoffs):
    """Open, and the server knows which cards are on the page."""
    socket = await listening(feed, user)
    await shows(socket, *handoffs)
    return socket


async def shows(socket, *handoffs, **more):
    await socket.send_json_to({"shown": [str(handoff.id) for handoff in handoffs], **more})


async def offered(call) -> Handoff:
    return await sync_to_async(offers.offer)(call, now=clock.now())


async def publish(*event) -> None:
    await sync_to_async(live.publish)(*event)


# ---- what the page is told ------------------------------------------------------------------------------------------------


async def test_a_new_offer_is_told(feed, rehema, hot_call):
    socket = await listening(feed, rehema.user)
    handoff = await offered(hot_call)
    assert f'id="card-{handoff.pk}"' in (await heard(socket))["offers"]
    await socket.disconnect(timeout=DEADLINE_S)


async def test_words_and_an_offer_of_the_same_instant_are_both_told(feed, rehema, hot_call):
    shown = await offered(hot_call)
    socket = await showing(feed, rehema.user, shown)
    await publish(hot_call.pk, live.Kind.BOT_SAYS, {"text": "And when?"})
    await publish(hot_call.pk, live.Kind.HANDOFF, {"reservation": "pending", "rep_id": rehema.pk})
    told = await heard(socket)
    if "offers" not in told:  # the words were read a moment before
        told |= await heard(socket)
    assert told["words"] == [str(shown.id)] and f'id="card-{shown.id}"' in told["offers"]
    await socket.disconnect(timeout=DEADLINE_S)


async def test_an_answer_on_a_shown_card_is_told(feed, rehema, hot_call):
    socket = await showing(feed, rehema.user, await offered(hot_call))
    await publish(hot_call.pk, live.Kind.UNDERSTOOD, {"text": "60 seats"})
    assert (await heard(socket))["offers"]
    await socket.disconnect(timeout=DEADLINE_S)


@pytest.mark.parametrize("kind", [live.Kind.BOT_SAYS, live.Kind.CALLEE_SAYS])
async def test_words_on_a_shown_card_are_told_by_its_hand_off(feed, rehema, hot_call, kind):
    handoff = await offered(hot_call)
    socket = await showing(feed, rehema.user, handoff)
    await publish(hot_call.pk, kind, {"text": "About sixty."})
    assert await heard(socket) == {"words": [str(handoff.id)]}
    await socket.disconnect(timeout=DEADLINE_S)


async def test_no_word_of_the_talk_goes_over_the_socket(feed, rehema, hot_call):
    socket = await showing(feed, rehema.user, await offered(hot_call))
    await publish(hot_call.pk, live.Kind.CALLEE_SAYS, {"text": "About sixty."})
    assert "sixty" not in json.dumps(await heard(socket))
    await socket.disconnect(timeout=DEADLINE_S)


async def test_a_rep_of_another_campaign_is_told_nothing_whatever_their_page_says_it_shows(feed, rehema, hot_call):
    neema = await sync_to_async(make_rep)("Neema", "+254722000013")
    handoff = await offered(hot_call)
    hers, other = await showing(feed, rehema.user, handoff), await showing(feed, neema.user, handoff)
    await publish(hot_call.pk, live.Kind.UNDERSTOOD, {"text": "60 seats"})
    assert (await heard(hers))["offers"]
    assert await other.receive_nothing()
    await hers.disconnect(timeout=DEADLINE_S)
    await other.disconnect(timeout=DEADLINE_S)


async def test_another_window_of_mine_learns_that_i_went_away(feed, rehema):
    socket = await listening(feed, rehema.user)
    await sync_to_async(presence.set_available)(rehema, False, now=clock.now())
    assert await heard(socket) == CARDS
    await socket.disconnect(timeout=DEADLINE_S)


async def test_one_reader_serves_all_and_the_next_takes_over_when_it_leaves(feed, rehema, juma, hot_call):
    first, second = await listening(feed, rehema.user), await listening(feed, juma.user)
    await first.disconnect(timeout=DEADLINE_S)
    await offered(hot_call)
    assert (await heard(second))["offers"]
    await second.disconnect(timeout=DEADLINE_S)


# ---- coming back ----------------------------------------------------------------------------------------------------------


async def test_a_page_that_saw_everything_is_told_that_it_is_current(feed, rehema, hot_call):
    await publish(None, live.Kind.CAMPAIGN, {})
    after = await sync_to_async(live.newest_id)()
    socket = await opened(feed, rehema.user, query=f"?after={after}")
    assert await heard(socket) == CURRENT
    await socket.disconnect(timeout=DEADLINE_S)


async def test_what_happened_while_the_line_was_lost_is_told_when_it_is_back(feed, rehema, hot_call):
    await publish(None, live.Kind.CAMPAIGN, {})
    after = await sync_to_async(live.newest_id)()
    await offered(hot_call)
    socket = await opened(feed, rehema.user, query=f"?after={after}")
    assert await heard(socket) == CARDS
    await socket.disconnect(timeout=DEADLINE_S)


@pytest.mark.parametrize("query", ["?after=", "?after=-1", "?after=²", f"?after={9 * 10**30}", "?after=1&after=x"])
async def test_a_place_that_makes_no_sense_means_that_everything_is_looked_at(feed, rehema, hot_call, query):
    await offered(hot_call)
    socket = await opened(feed, rehema.user, query=query)
    assert await heard(socket) == CARDS
    await socket.disconnect(timeout=DEADLINE_S)


async def test_what_was_said_between_the_fetch_and_the_report_is_not_lost(feed, rehema, hot_call):
    handoff = await offered(hot_call)
    fetched = await sync_to_async(live.newest_id)()
    await publish(hot_call.pk, live.Kind.BOT_SAYS, {"text": "And when?"})
    socket = await listening(feed, rehema.user)
    await shows(socket, handoff, after=fetched)
    assert await heard(socket) == CARDS
    await socket.disconnect(timeout=DEADLINE_S)


async def test_a_move_between_the_fetch_and_the_report_is_not_lost(feed, rehema, hot_call):
    handoff = await offered(hot_call)
    fetched = await sync_to_async(live.newest_id)()
    await sync_to_async(move)(handoff, HandoffEvent.LEAD_LEFT, now=clock.now())
    socket = await listening(feed, rehema.user)
    await shows(socket, handoff, after=fetched)
    assert await heard(socket) == CARDS
    await socket.disconnect(timeout=DEADLINE_S)


async def reservation_of(rep) -> Reservation:
    return await Reservation.objects.aget(rep=rep)


async def test_a_reservation_counts_as_shown_once_the_page_has_its_card(feed, rehema, juma, hot_call):
    handoff = await offered(hot_call)
    mine, theirs = await reservation_of(rehema), await reservation_of(juma)
    socket = await listening(feed, rehema.user)
    await shows(socket, handoff, reservations=[str(mine.id), str(theirs.id), "x"])
    await publish(hot_call.pk, live.Kind.UNDERSTOOD, {})
    assert (await heard(socket))["offers"]  # so the report was read
    assert (await reservation_of(rehema)).shown_at is not None
    assert (await reservation_of(juma)).shown_at is None  # of which this page knows nothing
    await socket.disconnect(timeout=DEADLINE_S)


async def test_who_is_asked_next_is_told_and_nobody_else(feed, rehema, juma, hot_call):
    handoff = await offered(hot_call)
    hers, his = await listening(feed, rehema.user), await listening(feed, juma.user)
    await sync_to_async(offers.decline)(handoff.id, rehema, now=clock.now())
    assert await heard(hers) == CARDS
    assert await his.receive_nothing()
    await hers.disconnect(timeout=DEADLINE_S)
    await his.disconnect(timeout=DEADLINE_S)


# ---- who is awake ---------------------------------------------------------------------------------------------------------


async def never_seen(rep) -> None:
    await type(rep).objects.filter(pk=rep.pk).aupdate(seen_at=None)


async def test_an_open_page_says_that_the_rep_is_there(feed, rehema):
    await never_seen(rehema)
    socket = await listening(feed, rehema.user)
    await rehema.arefresh_from_db()
    assert rehema.seen_at is not None
    await socket.disconnect(timeout=DEADLINE_S)


@pytest.mark.parametrize("is_awake", [True, False], ids=["awake", "asleep"])
async def test_a_rep_is_there_as_long_as_their_browser_replies_to_the_beat(feed, rehema, monkeypatch, is_awake):
    monkeypatch.setattr(consumer, "BEAT_S", 0.05)
    socket = await listening(feed, rehema.user)
    await never_seen(rehema)
    assert await heard(socket) == {"beat": True}
    if is_awake:
        await socket.send_json_to({"here": True})
    assert await heard(socket) == {"beat": True}
    assert await heard(socket) == {"beat": True}
    await rehema.arefresh_from_db()
    assert (rehema.seen_at is not None) is is_awake
    await socket.disconnect(timeout=DEADLINE_S)


@pytest.mark.parametrize("who", ["nobody", "zuri"])
async def test_who_is_no_rep_is_shut_out_with_a_reason(feed, zuri, who):
    socket = await opened(feed, zuri if who == "zuri" else None)
    closed = await socket.receive_output(timeout=DEADLINE_S)
    assert closed == {"type": "websocket.close", "code": NOT_A_REP if who == "zuri" else NOT_SIGNED_IN}
    await socket.disconnect(timeout=DEADLINE_S)


@pytest.mark.parametrize(
    "text",
    ["not json", '{"accept": 1}', "[]", "[" * 5000, '{"shown": 3}', '{"shown": ["x", 1, null]}', '{"shown": [], "after": "x"}', '{"here": 1}'],
    ids=lambda text: text[:20],
)
async def test_what_else_the_page_sends_changes_nothing(feed, rehema, hot_call, text):
    socket = await listening(feed, rehema.user)
    await never_seen(rehema)
    await socket.send_to(text_data=text)
    handoff = await offered(hot_call)
    await publish(None, live.Kind.DIALING, {})
    assert await heard(socket) == CARDS  # so all that was sent was read
    await rehema.arefresh_from_db()
    assert (await Handoff.objects.aget(pk=handoff.pk)).rep_id is None and rehema.seen_at is None
    await socket.disconnect(timeout=DEADLINE_S)
