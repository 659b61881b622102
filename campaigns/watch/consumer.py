"""The board's WebSocket: sends the cards that changed, drawn.

To the page: {"current": true} nothing was missed since the live event it asked after; {"look": true} fetch the whole board; {"cards": [HTML],
"event": ID} these changed; {"around": true} look at the campaigns; {"beat": true}. What the page sends is passed over.
"""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qs

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.contrib.auth.models import User
from django.utils.translation import get_supported_language_variant

from campaigns.access.viewer import viewer_of
from campaigns.watch.drawing import Eyes
from campaigns.watch.feed import BoardFeed, News, Watcher, missed

BEAT_S = 10.0
RIGHTS_EVERY_BEATS = 6
NOT_SIGNED_IN = 4401
MAY_NOT = 4403


class BoardConsumer(AsyncWebsocketConsumer):  # type: ignore[misc]  # Channels has no types
    channel_layer_alias = None  # the rows tell us; a channel would only be one more thing to lose

    def __init__(self, feed: BoardFeed) -> None:
        super().__init__()
        self._feed = feed
        self._tasks: asyncio.TaskGroup | None = None
        self._serving: asyncio.Task[None] | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Everything that runs beside the socket ends with it."""
        async with asyncio.TaskGroup() as self._tasks:
            await super().__call__(scope, receive, send)
            if self._serving is not None:
                self._serving.cancel()

    async def connect(self) -> None:
        await self.accept()  # a close code before the handshake would reach no browser
        user = self.scope.get("user")
        if not isinstance(user, User):
            await self.close(NOT_SIGNED_IN)
            return
        watcher = await self._watcher(user.pk)
        if watcher is None:
            await self.close(MAY_NOT)
            return
        if self._tasks is None:
            raise AssertionError("connect runs inside __call__")
        self._serving = self._tasks.create_task(self._serve(watcher, user.pk))

    async def _serve(self, watcher: Watcher, user_id: int) -> None:
        with self._feed.joined(watcher):
            async with asyncio.TaskGroup() as group:
                group.create_task(self._feed.read())
                await self._feed.begun()
                has_missed = await database_sync_to_async(missed)(_number(self.scope, "after"))
                await self._tell({"look": True} if has_missed else {"current": True})
                group.create_task(self._beat(watcher, user_id))
                while not (news := await watcher.news()).is_signed_out:
                    await self._tell(_said(news))
                await self.close(NOT_SIGNED_IN)
                await asyncio.Event().wait()  # until the socket has gone

    async def _beat(self, watcher: Watcher, user_id: int) -> None:
        n_beats = 0
        while True:
            await asyncio.sleep(BEAT_S)
            n_beats += 1
            await self._tell({"beat": True})
            if n_beats % RIGHTS_EVERY_BEATS == 0:
                found = await self._watcher(user_id)
                if found is None or (found.eyes, found.limit) != (watcher.eyes, watcher.limit):
                    await self.close(MAY_NOT)  # the page loads anew, and then shows what one may see now

    async def _watcher(self, user_id: int) -> Watcher | None:
        session_key = getattr(self.scope.get("session"), "session_key", None) or ""
        found: Watcher | None = await database_sync_to_async(_watcher)(
            user_id, session_key, _text(self.scope, "language"), _number(self.scope, "campaign")
        )
        return found

    async def _tell(self, what: dict[str, Any]) -> None:
        with suppress(OSError):  # closed in this instant; the disconnect is on its way
            await self.send(json.dumps(what))

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        pass


def _said(news: News) -> dict[str, Any]:
    cards = {"cards": list(news.cards), "event": news.event_id} if news.cards else {}
    return cards | ({"around": True} if news.is_around else {})


def _watcher(user_id: int, session_key: str, language: str, campaign_id: int) -> Watcher | None:
    """None: they may not see calls."""
    user = User.objects.filter(pk=user_id, is_active=True, is_staff=True).first()
    viewer = viewer_of(user)
    if user is None or not viewer.may("campaigns.view_call"):
        return None
    limit = viewer.limit
    if campaign_id:
        limit = frozenset({campaign_id}) if limit is None else limit & {campaign_id}
    return Watcher(Eyes.of(viewer, _known(language)), limit, session_key)


def _known(language: str) -> str:
    try:
        return get_supported_language_variant(language)
    except LookupError:
        return "en"


def _text(scope: Any, name: str) -> str:
    (given, *_) = parse_qs(scope["query_string"].decode("latin-1")).get(name, [""])
    return str(given)[:20]


def _number(scope: Any, name: str) -> int:
    """0: it does not say, or nothing that makes sense."""
    given = _text(scope, name)
    return int(given) if given.isascii() and given.isdigit() and len(given) < 19 else 0
