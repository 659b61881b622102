"""Tallies say what a plain count of the rows says, on both databases."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import pytest
from django.db.models import QuerySet
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campaigns.funnel import COUNTED, Figures, Step
from campaigns.models import Call, Campaign, DayTally, StaffCall, StaleDate, TalliedDate, TallyPart
from campaigns.period import Period
from campaigns.tallies import counting, reading
from campaigns.tallies.counting import calls_on, count_figures, count_parts, date_of, days_between, first_date, reached, spans
from campaigns.tallies.keeping import tick
from campaigns.tallies.reading import overview, untallied_dates
from leads.models import Lead
from tests.campaigns.handoff.conftest import make_rep
from tests.campaigns.tallies.worlds import N_DAYS, plain_figures, plain_parts, plant
from tests.conftest import NOW

TODAY = date_of(NOW)
DATES = days_between(TODAY - timedelta(days=N_DAYS), TODAY)
EVERY = Period(DATES[0], TODAY)
pytestmark = pytest.mark.django_db


@pytest.fixture
def world(campaign, line, script, asha, daudi):
    """Plants days anew, as often as it is asked."""
    other = Campaign.objects.create(name="Acme October", line=line, script=script, controller="Acme")
    leads = [asha, daudi, *Lead.objects.bulk_create(Lead(phone=f"+25471300010{n}", time_zone="Africa/Lagos") for n in range(3))]
    rep = make_rep("Rehema", "+254722000011", campaign)

    def planted(seed: int) -> None:
        StaffCall.objects.all().delete()
        for model in (Call, DayTally, TallyPart, TalliedDate, StaleDate):
            model._default_manager.all().delete()
        plant(seed, [campaign, other], leads, rep)

    return planted


def in_order() -> QuerySet[Call]:
    """As the list of calls has them."""
    return calls_on(DATES).order_by("-created_at", "-pk")


def rows_by_step() -> dict[Step, list[UUID]]:
    return {step: list(reading.reached(in_order(), step, now=NOW).values_list("pk", flat=True)) for step in COUNTED}


def tally_everything() -> int:
    n = 0
    while tick(NOW) is not None:
        n += 1
        assert n < 100, "it never ends"
    return n


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(seed=st.integers(0, 2**32))
def test_counting_says_what_the_rows_say(world, seed):
    world(seed)
    assert count_figures(DATES) == plain_figures()
    figures = sum(plain_figures().values(), Figures())
    listed = {step: reached(calls_on(DATES), step).count() for step in COUNTED}
    assert listed == {step: figures.reached(step) for step in COUNTED}, "the lists hold the rows that the figures count"
    assert count_parts(DATES) == plain_parts()


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(seed=st.integers(0, 2**32))
def test_the_page_reads_the_same_with_tallies_and_without(world, campaign, seed):
    world(seed)
    counted = overview(EVERY, None, now=NOW), overview(EVERY, {campaign.pk}, now=NOW)
    by_step = rows_by_step()
    tally_everything()

    assert untallied_dates(NOW) == set()
    assert (overview(EVERY, None, now=NOW), overview(EVERY, {campaign.pk}, now=NOW)) == counted
    assert rows_by_step() == by_step == {step: list(counting.reached(in_order(), step).values_list("pk", flat=True)) for step in COUNTED}
    StaleDate.objects.create(on=DATES[seed % N_DAYS])
    assert rows_by_step() == by_step, "and where one day of them is to be counted anew"
    plain = plain_figures()
    assert counted[0].figures == sum(plain.values(), Figures())
    mine = sum((each for (campaign_id, _on), each in plain.items() if campaign_id == campaign.pk), Figures())
    assert counted[1].figures == mine == counted[0].of_campaign.get(campaign.pk, Figures())
    assert counted[0].today == sum((each for (_campaign_id, on), each in plain.items() if on == TODAY), Figures())


def test_no_dates_ask_the_database_nothing(db, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert count_figures([]) == {} and count_parts([]) == {}


def test_without_calls_there_is_no_first_day(db):
    assert first_date() is None and untallied_dates(NOW) == set()


def test_dates_that_follow_one_another_are_one_span():
    days = [date(2026, 11, day) for day in (3, 1, 2, 7)]
    assert spans(days) == [(days[1], days[0]), (days[3], days[3])] and spans([]) == []
