"""The call back that a person promises a lead who turned hot by a correction. It rings nobody: it lands in the reps' queue, and is checked anew
by compliance at the instant of its dial. What is known to be in the way already refuses it here."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from campaigns.access.reps import reps_of
from campaigns.handoff import offers
from campaigns.handoff.diaries import may_ring
from campaigns.handoff.offers import Accepted, TakenBy
from campaigns.models import Call, Handoff, Rep
from campaigns.review.correcting import Refused, why_not
from campaigns.review.queues import turned_hot
from leads.said import sentence

LONGEST = timedelta(days=10)
JUST_NOW = timedelta(minutes=2)  # whoever says "now" needs a moment to press the button
NOT_HOT = sentence("This lead did not turn hot by a correction, or a rep has them already.")
NOT_THEN = sentence("By what is known now the lead may not be called at that time. Their page under “Why?” says why.")


def is_waiting(call: Call) -> bool:
    """Hot by a correction, and given to nobody."""
    return Call.objects.filter(turned_hot(), pk=call.pk).exists()


def reps_for(call: Call) -> QuerySet[Rep]:
    """Whose phone may be rung for this campaign, available now or not."""
    return reps_of(call.campaign_id).filter(is_verified=True, user__is_active=True).order_by("name")


def promise(call_id: UUID, rep: Rep | None, at: datetime | None, *, by: str, now: datetime) -> Handoff | Refused:
    """`rep`: None: whoever is free. `at`: None: as soon as a rep can."""
    due_at = at or now
    if not now - JUST_NOW <= due_at <= now + LONGEST:
        return Refused(sentence("Choose a time from now to ten days ahead."))
    with transaction.atomic():
        call = Call.objects.select_for_update(of=("self",), no_key=True).select_related("campaign", "lead").get(pk=call_id)
        if why := why_not(call):
            return Refused(why)
        if not is_waiting(call):
            return Refused(NOT_HOT)
        if rep is not None and not reps_for(call).filter(pk=rep.pk).exists():
            return Refused(sentence("%(rep)s takes no leads of this campaign.", rep=rep))
        if not may_ring(call, now=now)(due_at):
            return Refused(NOT_THEN)
        match offers.promise_by_hand(call, rep, due_at, now=now, by=by):
            case Accepted(handoff):
                return handoff
            case TakenBy(rep_name):
                return Refused(sentence("%(rep)s has this lead.", rep=rep_name))
            case gone:
                return Refused(gone.sentence)
