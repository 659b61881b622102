"""Moves of a hand-off's row: the only writer of its status. Each move is a compare-and-set, leaves a live event, and takes the
hand-off's reservations along.

Decides nothing about when: `states` says what an event means, the callers say that it happened.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from bridge.brief import HandoffStrategy
from campaigns import live
from campaigns.handoff import reservations
from campaigns.handoff.promising import when_to_promise
from campaigns.handoff.states import ENDING_EVENTS, HandoffEvent, next_status
from campaigns.integrations.webhooks import facts
from campaigns.models import Handoff, Rep
from campaigns.states import HandoffStatus
from campaigns.tallies import staleness

_CHANGING = [field.attname for field in Handoff._meta.concrete_fields if field.name != "call"]  # so that a call that was read stays read

_STAMPS = {
    HandoffEvent.HOT: "offered_at",
    HandoffEvent.ACCEPTED: "accepted_at",
    HandoffEvent.NEXT_STEP_FETCHED: "next_step_at",
    HandoffEvent.DIAL_BRIDGED: "bridged_at",
    HandoffEvent.JOINED: "bridged_at",
    **dict.fromkeys(ENDING_EVENTS, "ended_at"),
}


def move(handoff: Handoff, event: HandoffEvent, *, now: datetime, rep: Rep | None = None, reason: str = "") -> bool:
    """False: the event means nothing here, or somebody else moved it first; `handoff` then shows where it stands by now.

    `reason` replaces the sentence shown beside the hand-off; empty leaves it.
    """
    status = next_status(HandoffStatus(handoff.status), event)
    if status is None:
        return False
    changes: dict[str, object] = {"status": status}
    if HandoffStatus.COOLED in (status, handoff.status):
        changes["ended_at"] = now if status is HandoffStatus.COOLED else None
    if event in _STAMPS:
        changes[_STAMPS[event]] = now
    if status is HandoffStatus.PROMISED and handoff.promised_for is None:
        changes["promised_for"], why_not_soon = when_to_promise(handoff, now=now)
        reason = f"{reason or handoff.reason} {why_not_soon}".strip()[:300] if why_not_soon else reason
    if event is HandoffEvent.KEPT and handoff.kept_at is None:
        changes["kept_at"] = now
    if rep is not None:
        changes["rep"] = rep
    if reason:
        changes["reason"] = reason
    with transaction.atomic():
        movable = Handoff.objects.filter(Q(ended_at=None) | Q(status=HandoffStatus.COOLED), id=handoff.id, status=handoff.status)
        is_moved = movable.update(**changes) == 1
        handoff.refresh_from_db(fields=_CHANGING)
        if is_moved:
            reservations.follow(handoff, now=now)
            staleness.note_call(handoff.call_id)
            announce(handoff, event)
    return is_moved


def call_right_back(handoff: Handoff, *, now: datetime, is_fallback: bool = False) -> bool:
    """From now on the lead is called back through the rep's phone. `released_at` says since when the rep is due to be rung."""
    due = Handoff.objects.filter(id=handoff.id, status=handoff.status, ended_at=None, next_step_at=None).exclude(
        strategy=HandoffStrategy.CALLBACK, released_at__isnull=False
    )
    with transaction.atomic():
        is_changed = due.update(strategy=HandoffStrategy.CALLBACK, released_at=now, is_fallback=is_fallback) == 1
        handoff.refresh_from_db()
        if is_changed and is_fallback:
            announce(handoff, HandoffEvent.NEXT_STEP_LOST)
    return is_changed


def promise(handoff: Handoff, event: HandoffEvent, *, now: datetime, reason: str) -> None:
    """What happened, and the call back that is owed because of it."""
    move(handoff, event, now=now, reason=reason)
    move(handoff, HandoffEvent.PROMISED, now=now)


def end_bridge(handoff: Handoff, *, now: datetime) -> None:
    """Rep and lead have spoken and hung up. Idempotent."""
    with transaction.atomic():
        if Handoff.objects.filter(id=handoff.id, status=HandoffStatus.BRIDGED, ended_at=None).update(ended_at=now):
            handoff.refresh_from_db(fields=_CHANGING)
            reservations.follow(handoff, now=now)
            announce(handoff, HandoffEvent.DIAL_BRIDGED)


def announce(handoff: Handoff, event: str) -> None:
    payload = {
        "handoff_id": str(handoff.id),
        "event": str(event),
        "status": handoff.status,
        "strategy": handoff.strategy,
        "is_fallback": handoff.is_fallback,
        "is_ended": handoff.ended_at is not None,
        "rep_name": handoff.rep.name if handoff.rep else None,
    }
    published = live.publish(handoff.call_id, live.Kind.HANDOFF, payload)
    facts.handoff_moved(handoff, event, occasion=published.pk)
