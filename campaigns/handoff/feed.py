"""Tells open queue pages of this process that something changed in a campaign of theirs: one shared tail of the live events for all.

Says only THAT; the page fetches what. Whoever of the listeners comes first does the reading for all; when they leave, the next one takes over.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from channels.db import database_sync_to_async
from django.db import DatabaseError

from campaigns import live
from campaigns.handoff.presence import PRESENCE_KIND
from campaigns.models import Handoff

logger = logging.getLogger(__name__)


@dataclass(eq=False)
class Listener:
    campaign_ids: frozenset[int]
    rep_id: int
    changed: asyncio.Event = field(default_factory=asyncio.Event)


class Feed:
    """One a process and event loop."""

    def __init__(self) -> None:
        self._listeners: set[Listener] = set()
        self._reading = asyncio.Lock()

    @contextmanager
    def listening(self, listener: Listener) -> Iterator[None]:
        self._listeners.add(listener)
        try:
            yield
        finally:
            self._listeners.discard(listener)

    async def read(self) -> None:
        """Runs beside each listener, until cancelled; only the one that holds the lock reads."""
        async with self._reading:
            tail = live.Tail(await database_sync_to_async(live.newest_id)())
            self._wake(self._listeners)  # what happened while nobody read
            while True:
                await asyncio.sleep(live.POLL_S)
                try:
                    campaign_ids, rep_ids = await database_sync_to_async(_changes)(tail)
                except DatabaseError:  # the next tick tries again
                    logger.exception("live events could not be read")
                    continue
                self._wake({each for each in self._listeners if each.campaign_ids & campaign_ids or each.rep_id in rep_ids})

    def _wake(self, listeners: set[Listener]) -> None:
        for listener in listeners:
            listener.changed.set()


def _changes(tail: live.Tail) -> tuple[frozenset[int], frozenset[int]]:
    """Campaigns in which a lead with a hand-off moved, and reps whose presence changed."""
    events = tail.fetch()
    call_ids = {event.call_id for event in events if event.call_id is not None}
    campaign_ids = Handoff.objects.filter(call__in=call_ids).values_list("call__campaign", flat=True) if call_ids else ()
    rep_ids = {event.payload["rep_id"] for event in events if event.kind == PRESENCE_KIND}
    return frozenset(campaign_ids), frozenset(rep_ids)
