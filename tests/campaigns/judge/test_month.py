"""A simulated month: the real dialer on a virtual clock keeps every promise, and what is planted into its record is found."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campaigns import money
from campaigns.judge import court
from campaigns.judge.judging import judge_period
from campaigns.judge.loading import load
from campaigns.judge.month.simulation import simulate
from campaigns.judge.month.world import Size, World
from campaigns.judge.planting import NothingToPlant, plant
from campaigns.judge.ruling import Invariant
from campaigns.models import Call, DialDecision, FlightEntry, Handoff

pytestmark = [
    pytest.mark.django_db,
    # In one long transaction PostgreSQL keeps every version of the rows of totals, and reads through them all: half an hour for two days.
    pytest.mark.skipif(connection.vendor != "sqlite", reason="a month is always played on SQLite (campaigns/judge/month/database.py)"),
]

SMALL = Size(n_leads=16, n_days=2)
LATER = timedelta(days=30)  # calls that were live at the end are played out beyond it


@settings(max_examples=3, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**6))
def test_a_month_by_chance_keeps_every_promise(seed):
    with transaction.atomic():
        world = simulate(seed, SMALL)
        verdict = judge_period(world.begins, world.ends + LATER)
        assert verdict.violations == ()
        assert verdict.is_clean and verdict.n_decisions > 0
        assert money.totals_that_are_off() == ()
        transaction.set_rollback(True)


def test_a_compliance_that_allows_everything_is_caught(monkeypatch):
    """The judge asks compliance nothing, so a mistake there is found here."""
    monkeypatch.setattr("leads.eligibility.may_call", lambda facts, rules, *, at: ())
    world = simulate(11, SMALL)
    broken = {invariant for invariant, n in judge_period(world.begins, world.ends + LATER).n_broken.items() if n}
    assert {Invariant.CONSENT, Invariant.CALLING_HOURS, Invariant.DECIDED} <= broken


@pytest.fixture(scope="module")
def week(django_db_setup, django_db_blocker):
    """One week, played once and undone at the end."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield simulate(3, Size(n_leads=40, n_days=4))
        transaction.set_rollback(True)


def test_it_is_a_month_of_its_own_trouble(week: World):
    kinds = Counter(FlightEntry.objects.values_list("kind", flat=True))
    assert {"tick", "decision", "postponed", "dispatch", "placed", "answered", "finished", "ended", "money", "campaign", "stopped", "resumed"} <= set(
        kinds
    )
    assert kinds["dispatch"] >= 20
    refused = Counter(reason["reason"] for decision in DialDecision.objects.filter(is_allowed=False) for reason in decision.reasons)
    assert len(refused) >= 4
    assert Call.objects.filter(status="in_progress").count() == Call.objects.filter(status="dialing").count() == 0
    assert Handoff.objects.exists()


def test_the_record_is_judged_the_same_day_by_day_and_as_a_whole(week: World):
    by_day = judge_period(week.begins, week.ends + LATER)
    whole = court.judge(load(week.begins, week.ends + LATER))
    assert (by_day.n_entries, by_day.n_calls, by_day.n_kept[Invariant.CONSENT]) == (whole.n_entries, whole.n_calls, whole.n_kept[Invariant.CONSENT])
    assert by_day.is_clean and whole.is_clean


@pytest.mark.parametrize("invariant", Invariant)
def test_what_is_planted_in_it_is_found(week: World, invariant):
    try:
        planted = plant(invariant, load(week.begins, week.ends + LATER))
    except NothingToPlant:
        pytest.fail(f"the week holds nothing on which {invariant} could be broken")
    assert court.judge(planted).n_broken[invariant] >= 1
