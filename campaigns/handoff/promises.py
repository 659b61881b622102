"""The call backs that reps owe: how late each is, and who may keep it when. The rep it was promised with comes first; it is never lost with them.

Reads only, but for the note that the lead's phone was rung.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef, Q

from campaigns.handoff.presence import SEEN_WITHIN
from campaigns.models import Campaign, Handoff, Rep
from campaigns.promises import Promise, promise

IN_CAMPAIGN = Campaign.reps.through.objects.filter(campaign=OuterRef("call__campaign"), rep=OuterRef("rep"))


def promise_of(handoff: Handoff, *, now: datetime) -> Promise | None:
    """None: nothing was promised."""
    if handoff.promised_for is None:
        return None
    return promise(handoff.promised_for, kept_at=handoff.kept_at, is_over=handoff.ended_at is not None, now=now)


def may_keep(rep: Rep, *, now: datetime) -> Q:
    """Promises that are this rep's to keep: their own and those of nobody; another's once that rep has left, is away at its time, or lets it lie."""
    has_left = Q(rep__user__is_active=False) | Q(rep__is_verified=False) | ~Exists(IN_CAMPAIGN)
    is_away = Q(rep__is_available=False) | Q(rep__seen_at=None) | Q(rep__seen_at__lt=now - SEEN_WITHIN)
    is_let_lie = Q(promised_for__lte=now - grace())
    return Q(rep=None) | Q(rep=rep) | has_left | is_let_lie | (is_away & Q(promised_for__lte=now))


def grace() -> timedelta:
    """How long beyond its time a promise waits for the rep it was made with."""
    return timedelta(minutes=settings.PROMISE_GRACE_MINUTES)


def note_rung(handoff: Handoff, *, at: datetime) -> None:
    """The lead's phone rings for it: from the first time on the promise is kept, whether they answer or not."""
    Handoff.objects.filter(pk=handoff.pk, promised_for__isnull=False, kept_at=None).update(kept_at=at)
