"""Tells open queue pages of this process what changed on them: one shared tail of the live events for all.

Says only THAT; the page fetches what. Two loudnesses: cards (an offer, a move, an answer) are told at once, words that were spoken are
gathered, and only for cards that the page says it shows. Reps between two leads, who are asked many at once, are given their waiting leads
along with the news (`new_offers`).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from channels.db import database_sync_to_async
from django.db import DatabaseError
from django.db.models import Q, QuerySet

from campaigns import live
from campaigns.handoff.new_offers import drawn_offers
from campaigns.handoff.presence import PRESENCE_KIND
from campaigns.models import Handoff, LiveEvent, Reservation
from campaigns.shared_tail import SharedTail
from campaigns.states import ReservationStatus
from leads import clock

logger = logging.getLogger(__name__)

WORDS_EVERY_S = 0.25  # to one page, at most
FAR_BEHIND = 5000  # events: who has missed so many looks at everything without asking
LATE_IDS = 500  # so far back an id may have been given to a row that committed late

# What changes a card that is shown already. A HANDOFF may also change which cards there are.
ON_A_CARD = (live.Kind.UNDERSTOOD, live.Kind.SCORE, live.Kind.HOT, live.Kind.FINISHED, live.Kind.ENDED, live.Kind.OPTED_OUT, live.Kind.LED)
OPENED = ("offered", "warming")  # a hand-off begins: whoever is asked to take it learns so by their reservation
FOLLOWED = (live.Kind.HANDOFF, live.Kind.DIALING, PRESENCE_KIND, *ON_A_CARD, *live.WORDS)


@dataclass(frozen=True, slots=True)
class News:
    """What one page has to look at: all its cards, or the words of these hand-offs; and what it has to show of its offers, "": no news of them."""

    is_cards: bool
    spoken: tuple[UUID, ...]
    offers: str = ""


@dataclass(eq=False)
class Listener:
    """One open page. Belongs to one event loop."""

    campaign_ids: frozenset[int]
    rep_id: int
    session_key: str = ""  # of the browser's session; "": none is known, and nothing but THAT is told
    shown: Mapping[UUID, UUID] = field(default_factory=dict)  # the hand-offs of the cards on the page, by call
    _spoken: set[UUID] = field(default_factory=set)
    _words_not_before_s: float = 0.0  # of the event loop's clock
    _is_cards: bool = False
    _offers: str = ""  # HTML, the newest
    _cards: asyncio.Event = field(default_factory=asyncio.Event)  # all of them, or the offers
    _anything: asyncio.Event = field(default_factory=asyncio.Event)

    def tell_cards(self) -> None:
        self._is_cards = True
        self._cards.set()
        self._anything.set()

    def tell_offers(self, html: str) -> None:
        self._offers = html
        self._cards.set()
        self._anything.set()

    def tell_words(self, call_ids: frozenset[UUID]) -> None:
        if spoken := {self.shown[call_id] for call_id in call_ids & self.shown.keys()}:
            self._spoken |= spoken
            self._anything.set()

    async def news(self) -> News:
        """Waits for some. Words alone come at most every `WORDS_EVERY_S`, with all that were spoken meanwhile."""
        await self._anything.wait()
        if not self._cards.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout_at(self._words_not_before_s):
                    await self._cards.wait()
        self._words_not_before_s = asyncio.get_running_loop().time() + WORDS_EVERY_S
        news = News(self._is_cards, tuple(self._spoken), "" if self._is_cards else self._offers)
        self._is_cards, self._offers = False, ""
        self._cards.clear()
        self._anything.clear()
        self._spoken.clear()
        return news


@dataclass(frozen=True, slots=True)
class Changes:
    """Campaigns in which a promise moved, calls of which a card changed, calls in which somebody spoke, reps of whom something changed, reps who
    are asked to take one more lead or one less, and whether all dialing was stopped or goes on."""

    campaign_ids: frozenset[int]
    call_ids: frozenset[UUID]
    spoken_ids: frozenset[UUID]
    rep_ids: frozenset[int]
    asked_ids: frozenset[int]
    is_for_all: bool

    def is_about_all(self, listener: Listener) -> bool:
        return self.is_for_all or bool(listener.campaign_ids & self.campaign_ids) or listener.rep_id in self.rep_ids

    def is_about_offers(self, listener: Listener) -> bool:
        """If the rep has no lead. Who has one looks at all cards."""
        return not self.is_about_all(listener) and (listener.rep_id in self.asked_ids or bool(self.call_ids & listener.shown.keys()))

    def tell(self, listener: Listener, drawn: Mapping[str, str]) -> None:
        """`drawn`: waiting leads as HTML, by the session's key."""
        if self.is_about_offers(listener) and (html := drawn.get(listener.session_key)):
            listener.tell_offers(html)
        elif self.is_about_all(listener) or self.is_about_offers(listener):
            listener.tell_cards()
        listener.tell_words(self.spoken_ids)


class Feed(SharedTail[Listener]):
    def __init__(self) -> None:
        super().__init__(FOLLOWED, every_s=live.POLL_S)

    async def _look(self, tail: live.Tail) -> None:
        changes, drawn = await database_sync_to_async(_look)(tail, tuple(self._pages))
        for listener in self._pages:
            changes.tell(listener, drawn)


def _look(tail: live.Tail, listeners: Collection[Listener]) -> tuple[Changes, Mapping[str, str]]:
    """What has changed, and the offers of the reps of whom nothing else has."""
    changes = _changes(tail)
    session_keys = {listener.session_key for listener in listeners if listener.session_key and changes.is_about_offers(listener)}
    try:
        return changes, drawn_offers(session_keys, now=clock.now()) if session_keys else {}
    except DatabaseError:  # the events are read and must be told: the pages fetch their cards
        logger.exception("offers could not be read")
        return changes, {}


def _changes(tail: live.Tail) -> Changes:
    events = tail.fetch()
    # Who is asked, and what they say, concerns that rep alone.
    personal = [event for event in events if "rep_id" in event.payload]
    asked = [event for event in personal if event.payload.get("reservation") in (ReservationStatus.PENDING, ReservationStatus.RESCINDED)]
    moved = {
        event.call_id for event in events if event.kind == live.Kind.HANDOFF and event not in personal and event.payload.get("event") not in OPENED
    }
    # A promise may be any rep's of the campaign. Any other lead is on the pages of those who are asked or have it, and these show its card.
    promised = Handoff.objects.filter(call__in=moved, promised_for__isnull=False).values_list("call__campaign", flat=True) if moved else ()
    return Changes(
        campaign_ids=frozenset(promised),
        call_ids=_calls_of(events, ON_A_CARD) | {call_id for call_id in moved if call_id is not None},
        spoken_ids=_calls_of(events, live.WORDS),
        rep_ids=frozenset(event.payload["rep_id"] for event in personal if event not in asked) | _left(asked),
        asked_ids=frozenset(event.payload["rep_id"] for event in asked),
        is_for_all=any(event.kind == live.Kind.DIALING for event in events),
    )


def _left(asked: list[LiveEvent]) -> frozenset[int]:
    """Reps who had accepted a lead that is theirs no more: it is on their page as their own."""
    taken_back = [event.payload for event in asked if event.payload["reservation"] == ReservationStatus.RESCINDED]
    if not taken_back:
        return frozenset()
    handoffs, reps = [each["handoff_id"] for each in taken_back], [each["rep_id"] for each in taken_back]
    accepted = Reservation.objects.filter(handoff__in=handoffs, rep__in=reps, status=ReservationStatus.RESCINDED, answered_at__isnull=False)
    return frozenset(accepted.values_list("rep_id", flat=True))


def _calls_of(events: list[LiveEvent], kinds: tuple[live.Kind, ...]) -> frozenset[UUID]:
    return frozenset(event.call_id for event in events if event.call_id is not None and event.kind in kinds)


def missed(listener: Listener, after_id: int) -> bool:
    """Has anything happened after this live event that a page of theirs may show? In doubt yes: looking once too often costs little."""
    return missed_in(LiveEvent.objects.filter(_of(listener)), after_id)


def missed_in(events: QuerySet[LiveEvent], after_id: int) -> bool:
    """The same of the events that any page shows."""
    newest_id = live.newest_id()
    seen_at = LiveEvent.objects.filter(id=after_id).values_list("created_at", flat=True).first()
    if seen_at is None:
        return newest_id > 0
    if newest_id - after_id > FAR_BEHIND:
        return True
    return events.filter(_later(after_id, seen_at)).exists()


def have_gone_on(call_ids: Collection[UUID], after_id: int) -> bool:
    """Was an answer given or a word spoken on these calls after this live event, or has their hand-off moved?"""
    return LiveEvent.objects.filter(id__gt=after_id, call__in=call_ids, kind__in=(live.Kind.HANDOFF, *ON_A_CARD, *live.WORDS)).exists()


def _later(after_id: int, seen_at: datetime) -> Q:
    """By id; and the rows that may have committed late under a lower one."""
    return Q(id__gt=after_id) | Q(id__gt=after_id - LATE_IDS, id__lt=after_id, created_at__gt=seen_at - live.LATE_COMMIT)


def _of(listener: Listener) -> Q:
    in_campaign = Q(call__campaign__in=listener.campaign_ids, call__handoff__isnull=False, kind__in=(live.Kind.HANDOFF, *ON_A_CARD, *live.WORDS))
    return in_campaign | Q(kind=PRESENCE_KIND, payload__rep_id=listener.rep_id) | Q(kind=live.Kind.DIALING)
