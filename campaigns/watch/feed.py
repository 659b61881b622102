"""Tells open boards of this process what changed: one tail of the live events, read and drawn once a second for all of them.

The pages are sent drawn cards: were they only told that something changed, twenty of them would fetch fifty calls each second. Whoever comes first
does the reading for all; when it leaves, the next one goes on from the same place.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from channels.db import database_sync_to_async

from campaigns import live
from campaigns.handoff.feed import missed_in
from campaigns.handoff.signed_in import signed_in
from campaigns.models import LiveEvent
from campaigns.shared_tail import SharedTail
from campaigns.watch.board import TROUBLE
from campaigns.watch.drawing import Drawn, Eyes, drawn

EVERY_S = 1.0
SIGNED_IN_EVERY = 10  # looks

ON_A_CARD = (
    *(live.Kind.CALL_STARTED, live.Kind.CALLED_US, live.Kind.RINGING, live.Kind.ANSWERED, live.Kind.BOT_SAYS, live.Kind.CALLEE_SAYS),
    *(live.Kind.UNDERSTOOD, live.Kind.SCORE, live.Kind.HOT, live.Kind.HANDOFF, live.Kind.OPTED_OUT, live.Kind.LED, live.Kind.NOT_RECORDED),
    *(live.Kind.FINISHED, live.Kind.ENDED, TROUBLE),
)
AROUND = (live.Kind.CAMPAIGN, live.Kind.DIALING)  # a campaign was paused …, all dialing was stopped
FOLLOWED = (*ON_A_CARD, *AROUND)


@dataclass(frozen=True, slots=True)
class News:
    """`event_id`: the page is then as things were at this live event."""

    event_id: int
    cards: tuple[str, ...]
    is_around: bool  # look at the campaigns and at what keeps the phones still
    is_signed_out: bool


@dataclass(eq=False)
class Watcher:
    """One open board. Belongs to one event loop."""

    eyes: Eyes
    limit: frozenset[int] | None  # ids of campaigns; None: all
    session_key: str
    _cards: dict[UUID, str] = field(default_factory=dict)  # the newest of each call
    _event_id: int = 0
    _is_around: bool = False
    _is_signed_out: bool = False
    _anything: asyncio.Event = field(default_factory=asyncio.Event)

    def tell(self, look: Look) -> None:
        for each in look.cards:
            if self.limit is None or each.campaign_id in self.limit:
                self._cards[each.call_id] = each.html[self.eyes]
        self._event_id = look.event_id
        self._is_around = self._is_around or look.is_around
        if self._cards or self._is_around:
            self._anything.set()

    def sign_out(self) -> None:
        self._is_signed_out = True
        self._anything.set()

    async def news(self) -> News:
        """Waits for some; cards that changed twice meanwhile come once."""
        await self._anything.wait()
        self._anything.clear()
        news = News(self._event_id, tuple(self._cards.values()), self._is_around, self._is_signed_out)
        self._cards, self._is_around = {}, False
        return news


@dataclass(frozen=True, slots=True)
class Look:
    event_id: int
    cards: Sequence[Drawn]
    is_around: bool


class BoardFeed(SharedTail[Watcher]):
    def __init__(self) -> None:
        super().__init__(FOLLOWED, every_s=EVERY_S)
        self._n_looks = 0

    async def _look(self, tail: live.Tail) -> None:
        """Where the database fails, the pages look at everything when they come to know of the next event."""
        self._n_looks += 1
        watchers = tuple(self._pages)
        look = await database_sync_to_async(look_at)(tail, {watcher.eyes for watcher in watchers})
        for watcher in watchers if look is not None else ():
            if look is not None:
                watcher.tell(look)
        if self._n_looks % SIGNED_IN_EVERY == 0:
            known = await database_sync_to_async(signed_in)([watcher.session_key for watcher in watchers])
            for watcher in watchers:
                if watcher.session_key not in known:
                    watcher.sign_out()


def look_at(tail: live.Tail, looks: Collection[Eyes]) -> Look | None:
    """None: nothing has happened, which costs one query."""
    events = tail.fetch()
    if not events:
        return None
    event_id = max(event.id for event in events)
    call_ids = list(dict.fromkeys(event.call_id for event in events if event.call_id is not None and event.kind in ON_A_CARD))
    return Look(event_id, drawn(call_ids, looks) if call_ids else [], any(event.kind in AROUND for event in events))


def missed(after_id: int) -> bool:
    """Has anything happened after this live event that a board shows? In doubt yes."""
    return missed_in(LiveEvent.objects.filter(kind__in=FOLLOWED), after_id)
