"""Giving a hot lead to a rep without asking: for a phone that is rung now. The next one by the campaign's rule who can be had."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef

from campaigns.handoff.candidates import candidates_of, rule_of
from campaigns.handoff.moves import move
from campaigns.handoff.presence import free_reps
from campaigns.handoff.routing import who_takes_it
from campaigns.handoff.states import HandoffEvent
from campaigns.models import Handoff, Rep


def give_to_somebody(handoff: Handoff, *, now: datetime) -> bool:
    """False: nobody is there who has not said no, or has not answered, before."""
    for rep_id in who_takes_it(candidates_of(handoff, now=now), rule_of(handoff)):
        with transaction.atomic():
            locked(handoff.pk)
            # Another lead may have got this rep since we looked.
            rep = Rep.objects.select_for_update(of=("self",), no_key=True).filter(Exists(free_reps().filter(pk=OuterRef("pk"))), pk=rep_id).first()
            if rep is not None:
                return move(handoff, HandoffEvent.ACCEPTED, now=now, rep=rep)
    return False


def locked(handoff_id: UUID, **conditions: object) -> Handoff | None:
    """Held until the transaction ends; whoever holds a rep's row, too, takes that one second.

    Its rep is read afterwards: joined, PostgreSQL would show the one from before we waited for the row.
    """
    rows = Handoff.objects.select_for_update(of=("self",), no_key=True).select_related("call__campaign", "call__script")
    return rows.filter(id=handoff_id, **conditions).first()
