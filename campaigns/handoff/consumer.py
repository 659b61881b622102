"""The queue page's WebSocket: says THAT something changed, and while it is open, that the rep is there. Reads nothing the page sends."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from django.contrib.auth.models import User

from campaigns.handoff.feed import Feed, Listener
from campaigns.handoff.presence import mark_seen
from campaigns.models import Rep
from leads import clock

BEAT_S = 10.0
NOT_SIGNED_IN = 4401
NOT_A_REP = 4403


class QueueConsumer(AsyncJsonWebsocketConsumer):  # type: ignore[misc]  # Channels has no types
    channel_layer_alias = None  # the rows tell us; a channel would only be one more thing to lose

    def __init__(self, feed: Feed) -> None:
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
        user = self.scope.get("user")
        listener = await database_sync_to_async(_listener)(user) if isinstance(user, User) else None
        await self.accept()  # a close code before the handshake would reach no browser
        if listener is None:
            await self.close(NOT_A_REP if isinstance(user, User) else NOT_SIGNED_IN)
            return
        if self._tasks is None:
            raise AssertionError("connect runs inside __call__")
        self._serving = self._tasks.create_task(self._serve(listener))

    async def _serve(self, listener: Listener) -> None:
        with self._feed.listening(listener):
            async with asyncio.TaskGroup() as group:
                group.create_task(self._feed.read())
                group.create_task(self._beat(listener.rep_id))
                while True:
                    await listener.changed.wait()
                    listener.changed.clear()
                    with suppress(OSError):  # closed in this instant; the disconnect is on its way
                        await self.send_json({"changed": True})

    async def _beat(self, rep_id: int) -> None:
        while True:
            await database_sync_to_async(mark_seen)(rep_id, now=clock.now())
            await asyncio.sleep(BEAT_S)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Nothing is asked over the socket."""


def _listener(user: User) -> Listener | None:
    rep = Rep.objects.filter(user=user).first()
    return Listener(frozenset(rep.campaigns.values_list("id", flat=True)), rep.id) if rep else None
