"""Which reps are there: available, verified, with the queue page open, and not busy with another lead."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Exists, F, OuterRef, QuerySet

from campaigns import live
from campaigns.access.reps import reps_of
from campaigns.models import Campaign, Rep, Reservation, StaffCall
from campaigns.states import LIVE, ReservationStatus
from leads.do_not_call import is_on_do_not_call
from leads.models import Lead
from leads.said import sentence

# The page says "here" every 10 s; a rep whose page has been silent for three of them is offered nothing.
SEEN_WITHIN = timedelta(seconds=30)
PRESENCE_KIND = "presence"
ENGAGED = (ReservationStatus.ACCEPTED, ReservationStatus.WRAPPING)


def present_reps(campaign: Campaign, *, now: datetime) -> QuerySet[Rep]:
    """Who may take a lead of this campaign now, or in a moment: one who is busy may be free before the bot has finished."""
    return reps_there(now=now) & reps_of(campaign.pk)


def reps_there(*, now: datetime) -> QuerySet[Rep]:
    return reps_with_open_page(now=now).filter(is_verified=True)


def reps_with_open_page(*, now: datetime) -> QuerySet[Rep]:
    """Available, whether or not their phone may be rung."""
    return Rep.objects.filter(is_available=True, user__is_active=True, seen_at__gte=now - SEEN_WITHIN)


def available_reps(campaign: Campaign, *, now: datetime) -> QuerySet[Rep]:
    """Whom to ring right now, the longest idle first."""
    return (present_reps(campaign, now=now) & free_reps()).order_by(F("idle_since").asc(nulls_first=True), "id")


def free_reps() -> QuerySet[Rep]:
    """Reps whose phone may be rung for a lead: verified, still with us, with no other lead, nothing to write up and no call of ours."""
    with_lead = Reservation.objects.filter(rep=OuterRef("pk"), status__in=ENGAGED)
    on_phone = StaffCall.objects.filter(rep=OuterRef("pk"), status__in=sorted(LIVE))
    return Rep.objects.filter(~Exists(with_lead), ~Exists(on_phone), is_verified=True, user__is_active=True)


def why_not_ring(rep: Rep) -> str:
    """Why this rep's number may not be rung, in words; "": it may."""
    return why_never_ring(rep) or ("" if rep.is_verified else sentence("The rep's phone number is not verified."))


def why_never_ring(rep: Rep) -> str:
    """The same, verified or not. A lead's number is never a way round the rules for leads."""
    if not rep.user.is_active:
        return sentence("The rep has left.")
    if Lead.objects.filter(phone=rep.number).exists():
        return sentence("The rep's phone number is also a lead's, so it is not rung.")
    if is_on_do_not_call(rep.number):
        return sentence("The rep's phone number is on the do-not-call list.")
    return ""


def set_available(rep: Rep, is_available: bool, *, now: datetime) -> None:
    """As the rep says. Since when they have been idle, or away, counts from now; they are no longer told why we had made them away."""
    begins = {"idle_since": now} if is_available != rep.is_available else {}
    Rep.objects.filter(id=rep.id).update(is_available=is_available, away_because="", seen_at=now, **begins)
    rep.refresh_from_db(fields=["is_available", "away_because", "seen_at", "idle_since"])
    _tell(rep.id, is_available=is_available)


def send_away(rep: Rep, *, because: str) -> None:
    """What we do to a rep who does not answer; `because` is shown to them. They come back by themselves."""
    if Rep.objects.filter(id=rep.id, is_available=True).update(is_available=False, away_because=because[:200]):
        _tell(rep.id, is_available=False)


def tell_standing(rep_id: int) -> None:
    """Something about this rep has changed that their page shows."""
    for is_available in Rep.objects.filter(id=rep_id).values_list("is_available", flat=True):
        _tell(rep_id, is_available=is_available)


def mark_seen(rep_id: int, *, now: datetime) -> None:
    """The heartbeat of an open queue page."""
    Rep.objects.filter(id=rep_id).update(seen_at=now)


def _tell(rep_id: int, *, is_available: bool) -> None:
    live.publish(None, PRESENCE_KIND, {"rep_id": rep_id, "is_available": is_available})
