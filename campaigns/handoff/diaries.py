"""What is known of reps' working hours, their booked times and the lead's lawful ones, for one lead at one instant. Reads only: `slots` decides."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache

from django.conf import settings

from campaigns.access.reps import reps_of
from campaigns.handoff.slots import HORIZON, Diary, Terms, week_of
from campaigns.models import Call, Campaign, Handoff, Rep
from campaigns.states import HandoffStatus
from leads.compliance import LeadFacts, may_call
from leads.eligibility import facts_of
from leads.holiday_calendar import closed_days
from leads.holiday_confirmation import days_closed_around, words_about
from leads.market_packs import market_packs
from leads.phone import known_phone
from leads.zones import zone_named


@dataclass(frozen=True, slots=True)
class Book:
    """What is known for one lead at one instant."""

    diaries: tuple[Diary, ...]
    terms: Terms


def book_of(call: Call, *, now: datetime) -> Book | None:
    """None: the clock on the lead's wall is not known."""
    zone = zone_named(call.lead.time_zone)
    if zone is None:
        return None
    length, notice = timedelta(minutes=settings.PROMISE_SLOT_MINUTES), timedelta(minutes=settings.PROMISE_NOTICE_MINUTES)
    return Book(_diaries(call.campaign, now=now), Terms(length, notice, zone, may_ring(call, now=now)))


def may_ring(call: Call, *, now: datetime) -> Callable[[datetime], bool]:
    """The whole of compliance, as it would decide at that instant by what is known now. A query a day looked at."""
    dialled = Call.objects.filter(lead=call.lead_id, dialled_at__isnull=False).values_list("dialled_at", flat=True)
    attempts = [instant for instant in dialled if instant is not None]
    campaign, lead, pack = call.campaign, call.lead, market_packs().get(call.lead.market)
    facts = facts_of(lead, purpose=campaign.purpose, controller=campaign.controller, attempts=attempts, at=now)

    @cache
    def facts_on(day: date) -> LeadFacts:
        closed = days_closed_around(lead.market, at=datetime.combine(day, now.timetz()))
        return replace(facts, holidays=closed.days if closed else None, doubtful_holidays=closed.doubtful if closed else ())

    return lambda at: not may_call(facts_on(at.astimezone(UTC).date()), pack, at=at)


def _diaries(campaign: Campaign, *, now: datetime) -> tuple[Diary, ...]:
    """Of the reps who could be rung then; who is away or has declined now may be there."""
    reps = list(reps_of(campaign.pk).filter(is_verified=True, user__is_active=True).order_by("id"))
    booked = booked_by([rep.id for rep in reps], since=now - timedelta(days=1))
    closed = {market: _closed(market, now) for market in {_market(rep) for rep in reps}}
    return tuple(
        Diary(rep.id, zone, week_of(rep.hours), closed[_market(rep)], frozenset(booked.get(rep.id, ())))
        for rep in reps
        if (zone := zone_named(rep.zone))
    )


def booked_by(rep_ids: Iterable[int], *, since: datetime) -> dict[int, list[datetime]]:
    taken: dict[int, list[datetime]] = {}
    rows = Handoff.objects.filter(rep__in=rep_ids, is_slot=True, status=HandoffStatus.PROMISED, promised_for__gte=since)
    for rep_id, promised_for in rows.values_list("rep_id", "promised_for"):
        if rep_id is not None and promised_for is not None:
            taken.setdefault(rep_id, []).append(promised_for)
    return taken


def _market(rep: Rep) -> str:
    """Where they work, by their number."""
    own = known_phone(rep.number)
    return own.region if own else ""


def _closed(market: str, now: datetime) -> frozenset[date]:
    """Public holidays there, estimated ones with the days beside them; none where there is no calendar."""
    days = [now.date() + timedelta(days=shift) for shift in range(-1, HORIZON.days + 2)]
    found = closed_days(market, days, words_about(market, days[0], days[-1], at=now)) if market else None
    return found.days if found else frozenset()
