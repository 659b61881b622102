"""What the virtual dialer needs of the real world, read in a few queries: the leads in the queue, what is known of them, and the rules."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from uuid import UUID

from campaigns.models import Call, Campaign
from campaigns.preflight.census import HolidaysOf
from campaigns.states import CallStatus
from leads.bulk_facts import facts_in_bulk
from leads.compliance import LeadFacts
from leads.holiday_confirmation import days_closed_around
from leads.models import Lead

ATTEMPTS_COUNT_FOR = timedelta(days=30)


def people_of(campaign: Campaign, *, at: datetime) -> list[tuple[UUID, LeadFacts]]:
    """Every lead with a queued call here, with the facts of its decision at `at` (holidays aside)."""
    queued = Call.objects.filter(campaign=campaign, status=CallStatus.QUEUED).order_by()
    leads = Lead.objects.filter(pk__in=queued.values("lead"))
    return list(facts_in_bulk(leads, purpose=campaign.purpose, controller=campaign.controller, attempts=_attempts(campaign, at)))


def holidays_of() -> HolidaysOf:
    """Each market's calendar is asked once a day of the virtual clock."""

    @cache
    def on(market: str, day: date) -> frozenset[date] | None:
        closed = days_closed_around(market, at=datetime.combine(day, time.max, tzinfo=UTC))
        return closed.days if closed else None

    return lambda market, at: on(market, at.date())


def _attempts(campaign: Campaign, at: datetime) -> Mapping[UUID, tuple[datetime, ...]]:
    """When the queued leads were dialled lately, by any campaign."""
    queued = Call.objects.filter(campaign=campaign, status=CallStatus.QUEUED).order_by()
    dialled = Call.objects.filter(lead__in=queued.values("lead"), dialled_at__gt=at - ATTEMPTS_COUNT_FOR).order_by()
    found: dict[UUID, list[datetime]] = defaultdict(list)
    for lead_id, dialled_at in dialled.values_list("lead_id", "dialled_at"):
        if dialled_at is not None:
            found[lead_id].append(dialled_at)
    return {lead_id: tuple(instants) for lead_id, instants in found.items()}
