"""Which reps are there: available, verified, with the queue page open, and not busy with another lead."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, QuerySet

from campaigns import live
from campaigns.handoff.states import WITH_REP
from campaigns.models import Campaign, Handoff, Rep, StaffCall
from campaigns.states import LIVE
from leads.do_not_call import is_on_do_not_call
from leads.models import Lead

# The page says "here" every 10 s; a rep whose page has been silent for three of them is offered nothing.
SEEN_WITHIN = timedelta(seconds=30)
PRESENCE_KIND = "presence"


def present_reps(campaign: Campaign, *, now: datetime) -> QuerySet[Rep]:
    """Who may take a lead of this campaign now, or in a moment: one who is busy may be free before the bot has finished."""
    return Rep.objects.filter(campaigns=campaign, is_available=True, is_verified=True, user__is_active=True, seen_at__gte=now - SEEN_WITHIN)


def available_reps(campaign: Campaign, *, now: datetime) -> QuerySet[Rep]:
    """Whom to ring right now. Longest seen first, so that a rep who just came back is not always the first."""
    return (present_reps(campaign, now=now) & free_reps()).order_by("seen_at", "id")


def free_reps() -> QuerySet[Rep]:
    """Reps whose phone may be rung for a lead: verified, still with us, with no other lead and no call of ours."""
    with_lead = Handoff.objects.filter(rep=OuterRef("pk"), status__in=sorted(WITH_REP), ended_at=None)
    on_phone = StaffCall.objects.filter(rep=OuterRef("pk"), status__in=sorted(LIVE))
    return Rep.objects.filter(~Exists(with_lead), ~Exists(on_phone), is_verified=True, user__is_active=True)


def why_not_ring(rep: Rep) -> str:
    """Why this rep's number may not be rung, in words; "": it may. A lead's number is never a way round the rules for leads."""
    if not rep.is_verified:
        return "The rep's phone number is not verified."
    if not rep.user.is_active:
        return "The rep has left."
    if Lead.objects.filter(phone=rep.number).exists():
        return "The rep's phone number is also a lead's, so it is not rung."
    if is_on_do_not_call(rep.number):
        return "The rep's phone number is on the do-not-call list."
    return ""


def set_available(rep: Rep, is_available: bool, *, now: datetime) -> None:
    Rep.objects.filter(id=rep.id).update(is_available=is_available, seen_at=now)
    rep.refresh_from_db(fields=["is_available", "seen_at"])
    live.publish(None, PRESENCE_KIND, {"rep_id": rep.id, "is_available": is_available})


def mark_seen(rep_id: int, *, now: datetime) -> None:
    """The heartbeat of an open queue page."""
    Rep.objects.filter(id=rep_id).update(seen_at=now)
