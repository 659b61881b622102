"""The desk's side of an offered time: reads diaries, rules and what is booked, lets `slots` decide, and books in the database.

Nothing is kept free by looking. A booking is one transaction: the hand-off is promised, with its rep and time, or nothing has changed.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction

from bridge.slots import SlotBooked, SlotsFound
from campaigns.dialing_stop import why_stopped
from campaigns.handoff import offers
from campaigns.handoff.diaries import Book, book_of, booked_by
from campaigns.handoff.moves import move
from campaigns.handoff.promising import PROMISED_WITHIN
from campaigns.handoff.slots import is_free, reps_free_at, slots_to_offer
from campaigns.handoff.states import UNTAKEN, HandoffEvent
from campaigns.models import Call, Handoff, Rep
from campaigns.states import HandoffStatus
from leads.said import sentence

NOTHING = SlotsFound((), is_soon=False)
BOOKABLE = frozenset({HandoffStatus.OFFERED, *UNTAKEN})


def find(call_id: UUID, *, after: datetime | None, now: datetime) -> SlotsFound:
    """Nothing while all dialing is stopped: nobody knows until when."""
    book = None if why_stopped() else book_of(_call(call_id), now=now)
    return _found(book, after=after, now=now) if book else NOTHING


def book(call_id: UUID, at: datetime, *, now: datetime) -> SlotBooked | SlotsFound:
    """Idempotent. Not free any more: the next times from then on; a rep has the lead already, or nothing is owed: none."""
    call = _call(call_id)
    handoff = offers.offer(call, now=now)
    if _is_booked(handoff, at):
        return SlotBooked(at)
    known = None if why_stopped() else book_of(call, now=now)
    if known is None or handoff.status not in BOOKABLE or handoff.ended_at is not None:
        return NOTHING
    for rep_id in reps_free_at(known.diaries, at, known.terms, now=now):
        if _book_with(handoff, rep_id, at, now=now):
            return SlotBooked(at)
    return _found(known, after=at, now=now)


def _book_with(handoff: Handoff, rep_id: int, at: datetime, *, now: datetime) -> bool:
    """False: another lead has this rep's time since we looked, or the hand-off has moved."""
    length = timedelta(minutes=settings.PROMISE_SLOT_MINUTES)
    try:
        with transaction.atomic():
            # The hand-off before the rep, as everywhere. The rep's row is held so that two leads do not get overlapping times; for the same
            # time the database has a rule of its own.
            Handoff.objects.select_for_update(no_key=True).get(id=handoff.id)
            rep = Rep.objects.select_for_update().get(id=rep_id)
            if any(abs(at - taken) < length for taken in booked_by([rep_id], since=now).get(rep_id, ())):
                return False
            slot = {"rep": rep, "promised_for": at, "is_slot": True}
            if not Handoff.objects.filter(id=handoff.id, status=handoff.status, ended_at=None).update(**slot):
                return False
            handoff.refresh_from_db()
            if not move(handoff, HandoffEvent.PROMISED, now=now, rep=rep, reason=sentence("The lead chose this time.")):
                transaction.set_rollback(True)
                return False
    except IntegrityError:
        return False
    return True


def _is_booked(handoff: Handoff, at: datetime) -> bool:
    return handoff.status == HandoffStatus.PROMISED and handoff.is_slot and handoff.promised_for == at


def _call(call_id: UUID) -> Call:
    return Call.objects.select_related("campaign", "line", "lead").get(pk=call_id)


def _found(book: Book, *, after: datetime | None, now: datetime) -> SlotsFound:
    in_a_moment = now + PROMISED_WITHIN
    is_soon = book.terms.may_ring(in_a_moment) and any(is_free(diary, in_a_moment, book.terms.length) for diary in book.diaries)
    return SlotsFound(slots_to_offer(book.diaries, book.terms, now=now, after=after), is_soon=is_soon)
