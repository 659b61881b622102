"""What the virtual dialer needs of the real world, read in a few queries: the queue, what is known of its leads, the rules, the limits."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, partial
from uuid import UUID

from django.utils import timezone

from campaigns import line_guard, money, pace
from campaigns.access.reps import reps_of
from campaigns.clips.standing import mute_lines
from campaigns.disclosures import not_told_in
from campaigns.models import Call, Campaign, Organisation
from campaigns.preflight.again import again
from campaigns.preflight.census import HolidaysOf
from campaigns.preflight.chances import Luck
from campaigns.preflight.learn import chances_of
from campaigns.preflight.plan import Plan, VirtualLine, World
from campaigns.preflight.purse import Purse
from campaigns.preflight.queue import Person
from campaigns.preflight.warnings import Grounds
from campaigns.priority import Priority
from campaigns.retries import Attempt
from campaigns.retry_plan import outcome_of_call, with_answers
from campaigns.retry_rules import retry_table
from campaigns.states import ENDED, CallStatus
from campaigns.voice_cost.table import voice_prices
from leads.bulk_facts import facts_in_bulk
from leads.compliance import LeadFacts
from leads.holiday_confirmation import days_closed_around
from leads.market_packs import market_packs
from leads.market_rules import packs_to_review
from leads.models import Lead

ATTEMPTS_COUNT_FOR = timedelta(days=30)


@dataclass(slots=True)
class History:
    """What the leads' earlier calls mean for the next one."""

    attempts: dict[UUID, tuple[datetime, ...]] = field(default_factory=lambda: defaultdict(tuple))  # of the last 30 days, by any campaign
    earlier: dict[UUID, tuple[Attempt, ...]] = field(default_factory=lambda: defaultdict(tuple))  # of this campaign, dialled and over
    line: dict[UUID, int] = field(default_factory=dict)  # the number that called last


def history_of(campaign: Campaign, *, at: datetime) -> History:
    queued = Call.objects.filter(campaign=campaign, status=CallStatus.QUEUED).order_by()
    dialled = Call.objects.filter(lead__in=queued.values("lead"), dialled_at__isnull=False).order_by("dialled_at")
    found = History()
    for lead_id, dialled_at, line_id in dialled.values_list("lead_id", "dialled_at", "line_id").iterator():
        if dialled_at is not None and dialled_at > at - ATTEMPTS_COUNT_FOR:
            found.attempts[lead_id] += (dialled_at,)
        if line_id is not None:
            found.line[lead_id] = line_id
    over = with_answers(dialled.filter(campaign=campaign, status__in=ENDED))
    for call in over.only("lead", "status", "disposition", "hangup_cause", "dialled_at", "ended_at").iterator():
        found.earlier[call.lead_id] += (Attempt(outcome_of_call(call), call.dialled_at, call.ended_at or at),)
    return found


def facts_of_queued(campaign: Campaign, history: History) -> list[tuple[UUID, LeadFacts]]:
    """Every lead with a queued call here, with the facts of its decision (holidays aside)."""
    queued = Call.objects.filter(campaign=campaign, status=CallStatus.QUEUED).order_by()
    leads = Lead.objects.filter(pk__in=queued.values("lead"))
    return list(facts_in_bulk(leads, purpose=campaign.purpose, controller=campaign.controller, attempts=history.attempts))


def people_of(campaign: Campaign, callable_people: Sequence[tuple[UUID, LeadFacts]], history: History) -> list[Person]:
    """As the queue has them: due, in order, and bound to the number that they know us by."""
    facts = dict(callable_people)
    lines = {line.pk for line in campaign.lines()}
    queued = Call.objects.filter(campaign=campaign, status=CallStatus.QUEUED).order_by("created_at")
    people = []
    for lead_id, due_at, priority, bound_to in queued.values_list("lead_id", "due_at", "priority", "line_id").iterator():
        if lead_id in facts:
            line_id = bound_to or history.line.get(lead_id)
            known_by = line_id if line_id in lines else None
            people.append(Person(lead_id, facts[lead_id], due_at, Priority(priority), known_by, history.earlier.get(lead_id, ())))
    return people


def plan_of(campaign: Campaign, *, at: datetime) -> Plan:
    organisation = Organisation.current()
    usable = [line for line in campaign.lines() if not line_guard.campaign_obstacles(campaign, line)]
    return Plan(
        begins_at=at,
        zone=timezone.get_default_timezone(),
        lines=tuple(VirtualLine(line.pk, line.max_calls_in_flight, pace.bucket_of(line), pace.day_count_of(line)) for line in usable),
        max_calls_in_flight=campaign.max_calls_in_flight,
        organisation_max_calls_in_flight=organisation.max_calls_in_flight,
        max_call_s=campaign.max_call_s,
        is_survey=campaign.kind == Campaign.Kind.SURVEY,
        n_reps=reps_of(campaign.pk).filter(is_verified=True, user__is_active=True).count(),
        hot_leads_a_rep=campaign.hot_leads_a_rep,
        hot_rates=pace.hot_rates(campaign.pk),
        chances=chances_of(campaign),
    )


def purse_of(campaign: Campaign, *, at: datetime) -> Purse:
    caps = money.caps_of(campaign, Organisation.current(), now=at)
    return Purse(campaign.pk, caps, timezone.localdate(at), money.price_list(), campaign.max_call_s, campaign.voices, voice_prices())


def world_of(campaign: Campaign, *, seed: int, progress: Callable[[int, datetime], object]) -> World:
    chance = random.Random(seed)
    return World(
        packs=market_packs(),
        holidays_of=holidays_of(),
        again=partial(again, table=retry_table(), packs=market_packs(), max_attempts=campaign.max_attempts),
        luck=lambda: Luck(chance.random(), chance.random(), chance.random()),
        progress=progress,
    )


def grounds_of(campaign: Campaign, plan: Plan, markets: Mapping[str, int], *, n_queued: int) -> Grounds:
    packs = {market: pack for market, pack in market_packs().items() if market in markets}
    lines = campaign.lines()
    others = Campaign.objects.filter(status=Campaign.Status.RUNNING, line__in=lines) | Campaign.objects.filter(
        status=Campaign.Status.RUNNING, more_lines__in=lines
    )
    return Grounds(
        n_queued=n_queued,
        purpose=campaign.purpose,
        packs=packs,
        stale=packs_to_review(packs, plan.begins_at.date()),
        hands_over=campaign.kind != Campaign.Kind.SURVEY,
        n_unverified_reps=reps_of(campaign.pk).filter(is_verified=False).count(),
        obstacles=() if plan.lines else tuple(line_guard.campaign_obstacles(campaign, campaign.line)),
        mute=() if all(line.is_simulated for line in lines) else tuple(mute_lines(campaign.script, campaign.voice)),
        n_other_campaigns=others.exclude(pk=campaign.pk).distinct().count(),
        begins_on=plan.begins_at.date(),
        zone=plan.zone,
        untold=tuple(not_told_in(campaign, markets)) if campaign.script.disclosure.strip() else (),
        old_prices=tuple(money.old_prices(on=plan.begins_at.date())),
    )


def holidays_of() -> HolidaysOf:
    """Each market's calendar is asked once a day of the virtual clock."""

    @cache
    def on(market: str, day: date) -> frozenset[date] | None:
        closed = days_closed_around(market, at=datetime.combine(day, time.max, tzinfo=UTC))
        return closed.days if closed else None

    return lambda market, at: on(market, at.date())
