"""Collects what `routing` decides on: the reps of a hand-off's campaign as they are now, what each has said, and the campaign's rule. Reads only."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import get_language_info

from campaigns.access.reps import reps_of
from campaigns.handoff.presence import free_reps, reps_with_open_page
from campaigns.handoff.routing import Candidate, Ring, Rule, Said
from campaigns.languages import language_of
from campaigns.models import Handoff, Rep, Reservation
from campaigns.states import ReservationStatus

# What was taken back was no word of the rep's: they may be asked again.
_SAID = {
    ReservationStatus.PENDING: Said.NOTHING_YET,
    ReservationStatus.ACCEPTED: Said.YES,
    ReservationStatus.REJECTED: Said.NO,
    ReservationStatus.TIMEOUT: Said.NOTHING_IN_TIME,
}


def candidates_of(handoff: Handoff, *, now: datetime) -> list[Candidate]:
    """In the campaign's fixed order, which is by name."""
    said = _said(handoff)
    last_rep_id = _last_rep_id(handoff) if handoff.call.campaign.is_last_rep_first else None
    reps = enumerate(_reps(handoff, now=now))
    return [_candidate(rep, place, said=said.get(rep.pk), is_last_rep=rep.pk == last_rep_id) for place, rep in reps]


def rule_of(handoff: Handoff) -> Rule:
    campaign = handoff.call.campaign
    language = _primary(language_of(handoff.call)) if campaign.is_language_matched else ""
    return Rule(
        strategy=Ring(campaign.ring_strategy),
        language=language,
        language_name=_name(language),
        needed_skills=frozenset(campaign.needed_skills),
        is_last_rep_first=campaign.is_last_rep_first,
    )


def _candidate(rep: Any, place: int, *, said: Said | None, is_last_rep: bool) -> Candidate:
    return Candidate(
        rep_id=rep.pk,
        order=place,
        is_present=rep.is_present,
        is_verified=rep.is_verified,
        is_free=rep.is_free,
        languages=frozenset(_primary(language) for language in rep.languages),
        skills=frozenset(rep.skills),
        idle_since=rep.idle_since,
        is_last_rep=is_last_rep,
        is_asked_elsewhere=rep.is_asked_elsewhere,
        said=said,
    )


def _reps(handoff: Handoff, *, now: datetime) -> QuerySet[Rep]:
    """With what `_candidate` reads besides, in one query."""
    campaign, this = handoff.call.campaign, OuterRef("pk")
    asked_elsewhere = Reservation.objects.filter(rep=this, status=ReservationStatus.PENDING).exclude(handoff=handoff)
    return (
        reps_of(campaign.pk)
        .annotate(
            is_present=Exists(reps_with_open_page(now=now).filter(pk=this)),
            is_free=Exists(free_reps().filter(pk=this)),
            is_asked_elsewhere=Exists(asked_elsewhere),
        )
        .order_by("name", "pk")
    )


def _said(handoff: Handoff) -> dict[int, Said]:
    rows = Reservation.objects.filter(handoff=handoff, status__in=list(_SAID)).order_by("offered_at").values_list("rep_id", "status")
    return {rep_id: _SAID[ReservationStatus(status)] for rep_id, status in rows}


def _last_rep_id(handoff: Handoff) -> int | None:
    talked = Handoff.objects.filter(call__lead=handoff.call.lead_id, bridged_at__isnull=False, rep__isnull=False).exclude(pk=handoff.pk)
    return talked.order_by("-bridged_at").values_list("rep_id", flat=True).first()


def _primary(language: str) -> str:
    """ "sw" of "sw-KE"."""
    return language.split("-")[0].strip().lower()


def _name(language: str) -> str:
    """In English, as the reasons are; a language without a name is called by its code."""
    try:
        return get_language_info(language)["name"] if language else ""
    except KeyError:
        return language
