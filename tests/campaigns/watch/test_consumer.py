"""The board's socket over real rows: drawn cards for those who may see them, once for all pages, and nothing lost with the line."""

from __future__ import annotations

import pytest
from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns import live
from campaigns.watch import consumer, feed
from campaigns.watch.consumer import MAY_NOT, NOT_SIGNED_IN, BoardConsumer
from campaigns.watch.drawing import Eyes
from campaigns.watch.feed import BoardFeed
from tests.campaigns.handoff.conftest import session_of
from tests.campaigns.watch.conftest import MANAGER, person

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("closed_connections", "quick")]
DEADLINE_S = 60


@pytest.fixture
def quick(monkeypatch) -> None:
    monkeypatch.setattr(feed, "EVERY_S", 0.05)


async def opened(board: BoardFeed, user: User | None, *, query: str = "?after=0"):
    socket = WebsocketCommunicator(BoardConsumer.as_asgi(feed=board), f"/ws/live/{query}")
    socket.scope["user"] = user
    socket.scope["session"] = await sync_to_async(session_of)(user) if user else None
    is_open, _ = await socket.connect(timeout=DEADLINE_S)
    assert is_open
    return socket


async def heard(socket):
    return await socket.receive_json_from(timeout=DEADLINE_S)


async def watching(board, user, *, query="?after=0"):
    socket = await opened(board, user, query=query)
    assert set(await heard(socket)) <= {"look", "current"}
    return socket


async def publish(*event) -> None:
    await sync_to_async(live.publish)(*event)


async def test_what_is_said_comes_as_a_drawn_card_with_its_live_event(talking, mosi):
    socket = await watching(BoardFeed(), mosi)
    await publish(talking.pk, live.Kind.BOT_SAYS, {"text": "And when?"})
    told = await heard(socket)
    assert f'id="call-{talking.pk}"' in told["cards"][0] and "And when?" in told["cards"][0] and "Asha" in told["cards"][0]
    assert told["event"] == await sync_to_async(live.newest_id)()
    await socket.disconnect(timeout=DEADLINE_S)


async def test_each_is_sent_what_they_may_see(talking, mosi, analyst):
    board = BoardFeed()
    his, hers = await watching(board, mosi), await watching(board, analyst)
    await publish(talking.pk, live.Kind.BOT_SAYS, {"text": "And when?"})
    assert "Asha" in (await heard(his))["cards"][0]
    card = (await heard(hers))["cards"][0]
    assert "Asha" not in card and "And when?" not in card and "data-listen" not in card
    await his.disconnect(timeout=DEADLINE_S)
    await hers.disconnect(timeout=DEADLINE_S)


async def test_a_limited_manager_and_a_page_of_another_campaign_are_sent_nothing(talking, draft, mosi):
    limited = await sync_to_async(person)("limited", *MANAGER, campaigns=[draft])
    board = BoardFeed()
    theirs, filtered = await watching(board, limited), await watching(board, mosi, query=f"?after=0&campaign={draft.pk}")
    await publish(talking.pk, live.Kind.ANSWERED)
    assert await theirs.receive_nothing(timeout=0.4)
    assert await filtered.receive_nothing(timeout=0.1)
    await theirs.disconnect(timeout=DEADLINE_S)
    await filtered.disconnect(timeout=DEADLINE_S)


async def test_a_stop_of_all_dialing_and_a_pause_are_told(mosi):
    socket = await watching(BoardFeed(), mosi)
    await publish(None, live.Kind.DIALING, {})
    assert await heard(socket) == {"around": True}
    await publish(None, live.Kind.CAMPAIGN, {})
    assert await heard(socket) == {"around": True}
    await socket.disconnect(timeout=DEADLINE_S)


async def test_who_missed_nothing_is_told_so_and_who_did_looks(talking, mosi):
    board = BoardFeed()
    after = await sync_to_async(live.newest_id)()
    socket = await opened(board, mosi, query=f"?after={after}")
    assert await heard(socket) == {"current": True}
    await socket.disconnect(timeout=DEADLINE_S)
    await publish(talking.pk, live.Kind.CALLEE_SAYS, {"text": "Sixty."})
    socket = await opened(board, mosi, query=f"?after={after}")
    assert await heard(socket) == {"look": True}
    await socket.disconnect(timeout=DEADLINE_S)


async def test_the_next_page_goes_on_reading_when_the_first_leaves(talking, mosi):
    board = BoardFeed()
    first, second = await watching(board, mosi), await watching(board, mosi)
    await first.disconnect(timeout=DEADLINE_S)
    await publish(talking.pk, live.Kind.BOT_SAYS, {"text": "And when?"})
    assert "And when?" in (await heard(second))["cards"][0]
    await second.disconnect(timeout=DEADLINE_S)


@pytest.mark.parametrize("who", ["nobody", "zuri"])
async def test_who_may_not_see_calls_is_shut_out_with_a_reason(db, who):
    user = await sync_to_async(person)("zuri") if who == "zuri" else None
    socket = await opened(BoardFeed(), user)
    assert await socket.receive_output(timeout=DEADLINE_S) == {"type": "websocket.close", "code": MAY_NOT if user else NOT_SIGNED_IN}
    await socket.disconnect(timeout=DEADLINE_S)


async def test_who_signed_out_is_sent_nothing_more(talking, mosi, monkeypatch):
    monkeypatch.setattr(feed, "SIGNED_IN_EVERY", 1)
    socket = await watching(BoardFeed(), mosi)
    await Session.objects.all().adelete()
    assert await socket.receive_output(timeout=DEADLINE_S) == {"type": "websocket.close", "code": NOT_SIGNED_IN}
    await socket.disconnect(timeout=DEADLINE_S)


async def test_who_lost_a_right_loads_the_page_anew(talking, mosi, monkeypatch):
    monkeypatch.setattr(consumer, "BEAT_S", 0.05)
    monkeypatch.setattr(consumer, "RIGHTS_EVERY_BEATS", 1)
    socket = await watching(BoardFeed(), mosi)
    await sync_to_async(mosi.user_permissions.clear)()
    while (said := await socket.receive_output(timeout=DEADLINE_S))["type"] == "websocket.send":
        pass
    assert said == {"type": "websocket.close", "code": MAY_NOT}
    await socket.disconnect(timeout=DEADLINE_S)


def test_a_look_with_nothing_new_is_one_query_and_one_with_news_few_for_all_pages(talking):
    tail = live.Tail(live.newest_id(), kinds=feed.FOLLOWED)
    eyes = Eyes("en", True, True, True, True)
    with CaptureQueriesContext(connection) as seen:
        assert feed.look_at(tail, {eyes}) is None
    assert len(seen) == 1
    live.publish(talking.pk, live.Kind.BOT_SAYS, {"text": "And when?"})
    with CaptureQueriesContext(connection) as seen:
        look = feed.look_at(tail, {eyes, Eyes("sw", True, True, False, False)})
    assert look is not None and len(look.cards[0].html) == 2
    assert len(seen) <= 8
