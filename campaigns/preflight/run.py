"""Runs a preflight and keeps it. Reads leads and rules, writes its own rows, and nothing else: no call, no network."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django_tasks import task

from campaigns.approval import terms_of
from campaigns.models import Campaign, Preflight, PreflightExclusion
from campaigns.preflight.census import MENDS, Census, census
from campaigns.preflight.engine import simulate
from campaigns.preflight.forecast import forecast
from campaigns.preflight.plan import Course, Plan
from campaigns.preflight.purse import Purse
from campaigns.preflight.queue import Person
from campaigns.preflight.warnings import warnings_of
from campaigns.preflight.world import facts_of_queued, grounds_of, history_of, people_of, plan_of, purse_of, world_of
from leads import clock
from leads.compliance import Reason
from leads.market_packs import market_packs

logger = logging.getLogger(__name__)

AT_ONCE_UP_TO = 2000  # leads: a second or two; more are counted by the worker
SAMPLE = 20
IDS_A_ROW = 10_000
BROKE_OFF = "Something went wrong that should not have; the log of the worker has it."

Progress = Callable[[str], object]


def preflight(campaign: Campaign, *, by: str, seed: int = 1) -> Preflight:
    """Ask for one. Small campaigns have their result when this returns, large ones when the worker is through."""
    asked = begin(campaign, by=by, seed=seed)
    if asked.terms["n_leads"] <= AT_ONCE_UP_TO:
        return carry_out(asked)
    carry_out_later.enqueue(asked.pk)
    return asked


def begin(campaign: Campaign, *, by: str, seed: int = 1) -> Preflight:
    terms = terms_of(campaign)
    return Preflight.objects.create(campaign=campaign, asked_at=clock.now(), asked_by=by[:150], seed=seed, terms=terms.as_json(), digest=terms.digest)


@task()
def carry_out_later(preflight_id: int) -> None:
    carry_out(Preflight.objects.get(pk=preflight_id))


def carry_out(asked: Preflight, *, progress: Progress = lambda sentence: None) -> Preflight:
    """The same row with its result; a fault is kept on it as well, and raised."""
    campaign = Campaign.objects.select_related("script", "line").get(pk=asked.campaign_id)
    try:
        played = play(campaign, at=asked.asked_at, seed=asked.seed, progress=progress)
        result = _result(campaign, played)
    except Exception:
        Preflight.objects.filter(pk=asked.pk, finished_at=None).update(finished_at=clock.now(), failure=BROKE_OFF)
        raise
    _keep(asked, result, played.counted)
    asked.refresh_from_db()
    return asked


@dataclass(frozen=True, slots=True)
class Played:
    """A campaign played through from `plan.begins_at` on, before it is put into words."""

    n_queued: int
    counted: Census
    plan: Plan
    people: list[Person]
    purse: Purse
    course: Course


def play(campaign: Campaign, *, at: datetime, seed: int, progress: Progress = lambda sentence: None) -> Played:
    """Reads the world as it is now, and plays from `at` on. Keeps nothing."""
    progress("Reading the leads, their consent and the do-not-call list …")
    history = history_of(campaign, at=at)
    facts = facts_of_queued(campaign, history)
    progress(f"Judging {len(facts)} leads by the rules of their markets …")
    world = world_of(campaign, seed=seed, progress=lambda n, now: progress(f"{n} calls; the clock stands at {now:%Y-%m-%d %H:%M} UTC …"))
    counted, callable_people = census(facts, world.packs, world.holidays_of, at=at)
    progress(f"Playing the campaign through with {len(callable_people)} leads …")
    plan, purse = plan_of(campaign, at=at), purse_of(campaign, at=at)
    people = people_of(campaign, callable_people, history)
    course = simulate(plan, people, purse, world)
    for person, refusals in course.lost:
        if person.first_dialled_at is None:
            counted.lose(person.lead_id, refusals)
    return Played(len(facts), counted, plan, people, purse, course)


def _result(campaign: Campaign, played: Played) -> dict[str, Any]:
    counted = played.counted
    result = {
        "n_queued": played.n_queued,
        "n_now": counted.n_now,
        "n_later": counted.n_later,
        "n_excluded": counted.n_excluded,
        "excluded": _by_reason(counted),
        "postponed": dict(sorted(counted.postponed.items())),
        "packs": {market: _version(market) for market in sorted(counted.markets)},
        **forecast(played.plan, played.course, played.purse.caps),
    }
    return {**result, "warnings": warnings_of(result, grounds_of(campaign, played.plan, counted.markets, n_queued=played.n_queued))}


def _by_reason(counted: Census) -> list[dict[str, Any]]:
    """Most frequent first."""
    rows = sorted(counted.excluded.items(), key=lambda row: (-len(row[1]), row[0]))
    return [
        {
            "reason": reason,
            "n": len(ids),
            "n_lost": counted.lost.get(reason, 0),  # of them: only when their turn comes
            "mend": MENDS[Reason(reason)],
            "sample": [str(each) for each in ids[:SAMPLE]],
        }
        for reason, ids in rows
    ]


def _version(market: str) -> str:
    pack = market_packs().get(market)
    return pack.version if pack else ""


def _keep(asked: Preflight, result: dict[str, Any], counted: Census) -> None:
    rows = [
        PreflightExclusion(preflight=asked, reason=reason, position=n, lead_ids=[str(each) for each in ids[n * IDS_A_ROW : (n + 1) * IDS_A_ROW]])
        for reason, ids in counted.excluded.items()
        for n in range(-(-len(ids) // IDS_A_ROW))
    ]
    with transaction.atomic():
        if Preflight.objects.filter(pk=asked.pk, finished_at=None).update(finished_at=clock.now(), result=result) == 1:
            PreflightExclusion.objects.bulk_create(rows, batch_size=10)
