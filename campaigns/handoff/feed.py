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


@dataclass(frozen=True, slots=True)
class Changes:
    """Campaigns in which a lead with a hand-off moved, reps whose presence changed, and whether all dialing was stopped or goes on."""

    campaign_ids: frozenset[int]
    rep_ids: frozenset[int]
    is_for_all: bool

    def concern(self, listener: Listener) -> bool:
        return self.is_for_all or bool(listener.campaign_ids & self.campaign_ids) or listener.rep_id in self.rep_ids


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
                    changes = await database_sync_to_async(_changes)(tail)
                except DatabaseError:  # the next tick tries again
                    logger.exception("live events could not be read")
                    continue
                self._wake({each for each in self._listeners if changes.concern(each)})

    def _wake(self, listeners: set[Listener]) -> None:
        for listener in listeners:
            listener.changed.set()


def _changes(tail: live.Tail) -> Changes:
    events = tail.fetch()
    call_ids = {event.call_id for event in events if event.call_id is not None}
    campaign_ids = Handoff.objects.filter(call__in=call_ids).values_list("call__campaign", flat=True) if call_ids else ()
    rep_ids = {event.payload["rep_id"] for event in events if event.kind == PRESENCE_KIND}
    return Changes(frozenset(campaign_ids), frozenset(rep_ids), is_for_all=any(event.kind == live.Kind.DIALING for event in events))
