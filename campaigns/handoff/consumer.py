"""The queue page's WebSocket: says THAT something changed, and hears what the page shows and that it is awake.

To the page: {"current": true} nothing was missed since the live event it asked after; {"cards": true} look at all of them; {"offers": HTML}
show these in the place of the waiting leads; {"words": [hand-offs]} the talk on these went on; {"beat": true}. From the page: {"shown": [hand-offs],
"reservations": [those that wait for an answer], "after": the live event up to which it shows them} whenever other cards are shown, and
{"here": true} in reply to a beat: a browser that sleeps does not reply, and its rep is offered nothing. All else it sends is passed over.
"""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.contrib.auth.models import User
from django.utils import timezone

from campaigns.access.reps import campaigns_of
from campaigns.handoff.feed import Feed, Listener, News, have_gone_on, missed
from campaigns.handoff.presence import mark_seen
from campaigns.handoff.reservations import mark_shown
from campaigns.models import Handoff, Rep, Reservation
from leads import clock

BEAT_S = 10.0
NOT_SIGNED_IN = 4401
NOT_A_REP = 4403
MAX_SHOWN = 200  # a page shows far fewer
MAX_TEXT = 20_000  # characters


class QueueConsumer(AsyncWebsocketConsumer):  # type: ignore[misc]  # Channels has no types
    channel_layer_alias = None  # the rows tell us; a channel would only be one more thing to lose

    def __init__(self, feed: Feed) -> None:
        super().__init__()
        self._feed = feed
        self._listener: Listener | None = None
        self._tasks: asyncio.TaskGroup | None = None
        self._serving: asyncio.Task[None] | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Everything that runs beside the socket ends with it."""
        async with asyncio.TaskGroup() as self._tasks:
            await super().__call__(scope, receive, send)
            if self._serving is not None:
                self._serving.cancel()

    async def connect(self) -> None:
        user = self.scope.get("user")
        session = self.scope.get("session")
        session_key = getattr(session, "session_key", None) or ""
        self._listener = await database_sync_to_async(_listener)(user, session_key) if isinstance(user, User) else None
        await self.accept()  # a close code before the handshake would reach no browser
        if self._listener is None:
            await self.close(NOT_A_REP if isinstance(user, User) else NOT_SIGNED_IN)
            return
        if self._tasks is None:
            raise AssertionError("connect runs inside __call__")
        self._serving = self._tasks.create_task(self._serve(self._listener))

    async def _serve(self, listener: Listener) -> None:
        with self._feed.joined(listener):
            async with asyncio.TaskGroup() as group:
                group.create_task(self._feed.read())
                await database_sync_to_async(mark_seen)(listener.rep_id, now=clock.now())
                await self._feed.begun()
                has_missed = await database_sync_to_async(missed)(listener, _after(self.scope))
                await self._tell({"cards": True} if has_missed else {"current": True})
                group.create_task(self._beat())
                while True:
                    news = await listener.news()
                    await self._tell(_said(news))

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(BEAT_S)
            await self._tell({"beat": True})

    async def _tell(self, what: dict[str, Any]) -> None:
        with suppress(OSError):  # closed in this instant; the disconnect is on its way
            await self.send(json.dumps(what))

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        said = _read(text_data)
        if self._listener is None or said is None:
            return
        if said.get("here") is True:
            await database_sync_to_async(mark_seen)(self._listener.rep_id, now=clock.now())
        if "shown" in said:
            await self._on_shown(self._listener, said)

    async def _on_shown(self, listener: Listener, said: dict[str, Any]) -> None:
        listener.shown = await database_sync_to_async(_shown)(listener, _ids(said["shown"]), _ids(said.get("reservations")))
        after = said.get("after")
        # Between the fetch of the cards and this message a call may have gone on without anybody being told.
        if isinstance(after, int) and await database_sync_to_async(have_gone_on)(listener.shown, after):
            listener.tell_cards()


def _said(news: News) -> dict[str, Any]:
    """Who looks at all cards sees the words as well."""
    if news.is_cards:
        return {"cards": True}
    offers = {"offers": news.offers} if news.offers else {}
    spoken = {"words": [str(handoff_id) for handoff_id in news.spoken]} if news.spoken else {}
    return offers | spoken


def _after(scope: Any) -> int:
    """The newest live event that the page has seen; 0: it does not say."""
    (given, *_) = parse_qs(scope["query_string"].decode("latin-1")).get("after", ["0"])
    return int(given) if given.isascii() and given.isdigit() and len(given) < 19 else 0


def _read(text: str | None) -> dict[str, Any] | None:
    if text is None or len(text) > MAX_TEXT:
        return None
    with suppress(ValueError, RecursionError):
        said = json.loads(text)
        return said if isinstance(said, dict) else None
    return None


def _ids(given: object) -> list[UUID]:
    found = []
    for each in given[:MAX_SHOWN] if isinstance(given, list) else ():
        with suppress(ValueError, AttributeError, TypeError):
            found.append(UUID(each))
    return found


def _listener(user: User, session_key: str) -> Listener | None:
    rep = Rep.objects.filter(user=user).first()
    return Listener(frozenset(campaigns_of(rep).values_list("id", flat=True)), rep.id, session_key) if rep else None


def _shown(listener: Listener, handoff_ids: list[UUID], reservation_ids: list[UUID]) -> dict[UUID, UUID]:
    """By call; nothing of campaigns that are not this rep's, and only their own reservations have reached them."""
    mine = Reservation.objects.filter(id__in=reservation_ids, rep=listener.rep_id, shown_at=None).values_list("id", flat=True)
    mark_shown(list(mine), now=timezone.now())
    own = Handoff.objects.filter(id__in=handoff_ids, call__campaign__in=listener.campaign_ids)
    return dict(own.values_list("call_id", "id"))
