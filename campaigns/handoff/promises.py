"""The call backs that reps owe: how late each is, and who may keep it when. The rep it was promised with comes first; it is never lost with them.

Reads only, but for two notes: that the lead's phone was rung, and that the rep was reminded.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from campaigns import live
from campaigns.access.reps import within_limit
from campaigns.handoff.presence import SEEN_WITHIN
from campaigns.integrations.webhooks import facts
from campaigns.integrations.webhooks.event_types import EventType
from campaigns.models import Campaign, Handoff, Rep
from campaigns.promises import Promise, due_in_words, promise
from campaigns.states import HandoffStatus

IN_CAMPAIGN = Campaign.reps.through.objects.filter(campaign=OuterRef("call__campaign"), rep=OuterRef("rep"))


def promise_of(handoff: Handoff, *, now: datetime) -> Promise | None:
    """None: nothing was promised."""
    if handoff.promised_for is None:
        return None
    return promise(handoff.promised_for, kept_at=handoff.kept_at, is_over=handoff.ended_at is not None, now=now)


def due_in(handoff: Handoff, *, now: datetime) -> str:
    """How near its time is, in words; "" while it is too far to be reminded of, or has come."""
    return due_in_words(handoff.promised_for, within=_reminded_before(), now=now) if handoff.promised_for else ""


def _reminded_before() -> timedelta:
    return timedelta(minutes=settings.PROMISE_REMIND_MINUTES)


def may_keep(rep: Rep, *, now: datetime) -> Q:
    """Promises that are this rep's to keep: their own and those of nobody; another's once that rep has left, is away at its time, or lets it lie."""
    has_left = (
        Q(rep__user__is_active=False)
        | Q(rep__is_verified=False)
        | ~Exists(IN_CAMPAIGN)
        | ~within_limit(OuterRef("rep__user"), OuterRef("call__campaign"))
    )
    is_away = Q(rep__is_available=False) | Q(rep__seen_at=None) | Q(rep__seen_at__lt=now - SEEN_WITHIN)
    is_let_lie = Q(promised_for__lte=now - grace())
    return Q(rep=None) | Q(rep=rep) | has_left | is_let_lie | (is_away & Q(promised_for__lte=now))


def grace() -> timedelta:
    """How long beyond its time a promise waits for the rep it was made with."""
    return timedelta(minutes=settings.PROMISE_GRACE_MINUTES)


def remind_due(now: datetime) -> int:
    """Once for each promise whose time is near: open queue pages fetch it anew and show how near. Returns how many."""
    due = owed().filter(promised_for__gt=now, promised_for__lte=now + _reminded_before(), reminded_at=None)
    n_reminded = 0
    for handoff in due.select_related("rep", "call__campaign", "call__lead"):
        with transaction.atomic():
            if Handoff.objects.filter(pk=handoff.pk, status=HandoffStatus.PROMISED, reminded_at=None).update(reminded_at=now):
                rep_name = handoff.rep.name if handoff.rep else None
                live.publish(handoff.call_id, live.Kind.HANDOFF, {"handoff_id": str(handoff.pk), "event": "due_soon", "rep_name": rep_name})
                facts.callback(handoff, EventType.CALLBACK_REMINDED)
                n_reminded += 1
    return n_reminded


def owed() -> QuerySet[Handoff]:
    """Promised, and the lead's phone was not rung for it yet."""
    return Handoff.objects.filter(status=HandoffStatus.PROMISED, ended_at=None, kept_at=None)


def note_rung(handoff: Handoff, *, at: datetime) -> None:
    """The lead's phone rings for it: from the first time on the promise is kept, whether they answer or not."""
    if Handoff.objects.filter(pk=handoff.pk, promised_for__isnull=False, kept_at=None).update(kept_at=at):
        facts.callback(handoff, EventType.CALLBACK_KEPT)
