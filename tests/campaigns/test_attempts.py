"""What came of a campaign's attempts: outcomes with their codes, the parts of the day, promises kept, response rates."""

from __future__ import annotations

import re
from collections import Counter
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campaigns.aapor import Group, group_of
from campaigns.day_parts import DayPart, part_of
from campaigns.models import Answer, Call, Campaign, DayTally, Handoff, Question, RetryRule, StaffCall, TalliedDate, TallyPart
from campaigns.outcomes import AttemptOutcome, outcome_of
from campaigns.promises import PromiseState
from campaigns.reports.attempts import attempts_of, coverage_of
from campaigns.reports.promises import kept_lately, promises_of
from campaigns.retry_rules import retry_table
from campaigns.states import CallStatus, Disposition
from campaigns.tallies.keeping import tally_all
from leads.models import Lead
from tests.campaigns.console import administrator, shown, sign_in
from tests.campaigns.handoff.conftest import make_rep
from tests.campaigns.tallies.worlds import plant
from tests.conftest import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("loopback")]

AN_HOUR = timedelta(hours=1)


def attempt(campaign: Campaign, lead: Lead, n: int = 1, **fields) -> Call:
    ended = {"status": "no_answer", "dialled_at": NOW, "ended_at": NOW, "due_at": NOW, "script": campaign.script}
    return Call.objects.create(campaign=campaign, lead=lead, attempt_number=n, **{**ended, **fields})


@pytest.fixture
def people(campaign) -> list[Lead]:
    return [Lead.objects.create(phone=f"+25471212350{n}", time_zone="Africa/Nairobi") for n in range(6)]


@pytest.fixture
def worked(campaign: Campaign, people: list[Lead]) -> Campaign:
    """Two complete, one of them after two tries; one broke off; one out of service; one never reached, one still queued."""
    done, slow, gone, no_number, never, waiting = people
    attempt(campaign, done, status="completed", disposition="qualified")
    attempt(campaign, slow)
    attempt(campaign, slow, 2, status="completed", disposition="not_qualified", dialled_at=NOW + 4 * AN_HOUR)
    broken = attempt(campaign, gone, status="completed", disposition="incomplete")
    Answer.objects.create(call=broken, question=Question.objects.get(key="seats"), value=5, saved_at=NOW)
    attempt(campaign, no_number, status="failed", hangup_cause="UNALLOCATED_NUMBER")
    attempt(campaign, never, dialled_at=NOW + 8 * AN_HOUR)
    attempt(campaign, waiting, status="queued", dialled_at=None, ended_at=None)
    return campaign


def test_attempts_are_counted_by_outcome_with_their_codes(worked):
    counted = {row.outcome: (row.n, row.aapor_code) for row in attempts_of(worked).outcomes}
    assert counted == {
        AttemptOutcome.NO_ANSWER: (2, "3.13"),
        AttemptOutcome.QUALIFIED: (1, "1.1"),
        AttemptOutcome.NOT_QUALIFIED: (1, "1.1"),
        AttemptOutcome.BROKE_OFF: (1, "2.12"),
        AttemptOutcome.NOT_IN_SERVICE: (1, "4.3"),
    }


def test_the_code_is_that_of_the_table_as_it_is_now(worked):
    RetryRule.objects.filter(pk="broke_off").update(aapor_code="1.2")
    assert {row.outcome: row.aapor_code for row in attempts_of(worked).outcomes}[AttemptOutcome.BROKE_OFF] == "1.2"


def test_coverage_counts_dialled_attempts_on_the_leads_own_clocks(worked):
    tuesdays = {row.day_part: row.n_by_weekday[1] for row in coverage_of(worked, now=NOW)}
    assert tuesdays == {DayPart.MORNING: 4, DayPart.MIDDAY: 0, DayPart.AFTERNOON: 1, DayPart.EVENING: 1}
    assert sum(row.n for row in coverage_of(worked, now=NOW)) == 6


def test_the_weekday_is_the_lead_s_own(campaign, people):
    Lead.objects.filter(pk=people[0].pk).update(time_zone="America/New_York")
    attempt(campaign, people[0], dialled_at=datetime(2026, 11, 24, 2, tzinfo=NOW.tzinfo))  # Monday evening there
    counts = {row.day_part: row.n_by_weekday for row in coverage_of(campaign, now=NOW)}
    assert counts[DayPart.EVENING] == (1, 0, 0, 0, 0, 0, 0)


def test_each_lead_is_one_case_and_counts_as_its_most_telling_attempt(worked):
    found = attempts_of(worked).cases
    assert found.n_cases == 6
    assert {group: n for group, n in found.by_group.items() if n} == {
        Group.COMPLETE: 2,
        Group.REFUSAL: 1,
        Group.NOT_ELIGIBLE: 1,
        Group.UNKNOWN_NUMBER: 2,
    }
    assert found.rates.e == 0.75
    assert found.rates.rates["RR1"] == 2 / 5 and found.rates.rates["RR3"] == 2 / 4.5


def test_promises_are_counted_by_what_became_of_them(campaign, people):
    kept, late, missed, open_, owed, rung = people
    asked = {"priority": 0, "promise_due_at": NOW}
    attempt(campaign, kept, dialled_at=NOW, **asked)
    attempt(campaign, late, dialled_at=NOW + AN_HOUR, **asked)
    attempt(campaign, missed, status="blocked", dialled_at=None, **asked)
    attempt(campaign, open_, status="queued", dialled_at=None, ended_at=None, **{**asked, "promise_due_at": NOW + 9 * AN_HOUR})
    for lead, kept_at in ((owed, None), (rung, NOW)):
        call = attempt(campaign, lead, status="completed", disposition="qualified")
        Handoff.objects.create(call=call, strategy="dial", status="promised", offered_at=NOW, promised_for=NOW, kept_at=kept_at)
    figures = kept_lately(campaign, now=NOW + AN_HOUR)[campaign.pk]
    assert (figures.n_kept, figures.n_kept_late, figures.n_missed, figures.n_overdue, figures.n_open) == (2, 1, 1, 1, 1)
    assert (figures.n, figures.kept_percent) == (6, 40)
    counts = promises_of(campaign, now=NOW + AN_HOUR)
    assert counts == {
        PromiseState.OPEN: 1,
        PromiseState.DUE: 0,
        PromiseState.LATE: 1,
        PromiseState.KEPT: 2,
        PromiseState.KEPT_LATE: 1,
        PromiseState.MISSED: 1,
    }


def test_a_campaign_without_calls_has_figures_all_the_same(campaign):
    found = attempts_of(campaign)
    assert found.outcomes == [] and found.cases.n_cases == 0
    assert set(promises_of(campaign, now=NOW).values()) == {0}


@pytest.mark.parametrize("is_tallied", [True, False], ids=["tallied", "counted"])
def test_the_database_groups_so_that_more_calls_ask_no_more(worked, people, is_tallied, django_assert_num_queries):
    for n in range(3, 30):
        attempt(worked, people[4], n, dialled_at=NOW - n * AN_HOUR, ended_at=NOW - n * AN_HOUR)
    if is_tallied:
        tally_all(NOW)
    with django_assert_num_queries(10 if is_tallied else 11):
        attempts_of(worked), coverage_of(worked, now=NOW), promises_of(worked, now=NOW)


@pytest.fixture
def world(campaign, script, line, people):
    """Plants days of calls of every kind anew, as often as it is asked."""
    other = Campaign.objects.create(name="Acme October", line=line, script=script, controller="Acme")
    rep = make_rep("Rehema", "+254722000011", campaign)

    def planted(seed: int):
        StaffCall.objects.all().delete()
        for model in (Call, DayTally, TallyPart, TalliedDate):
            model._default_manager.all().delete()
        plant(seed, [campaign, other], people, rep)
        return campaign

    return planted


def plain_outcome(call: Call) -> AttemptOutcome:
    known = Disposition(call.disposition) if call.disposition else None
    return outcome_of(CallStatus(call.status), known, hangup_cause=call.hangup_cause, has_answers=call.answers.exists())


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(seed=st.integers(0, 2**32), hung_up_is=st.sampled_from(["3.21", "1.2", "2.11"]))
def test_outcomes_cases_and_coverage_say_what_the_rows_say(world, seed, hung_up_is):
    campaign = world(seed)
    RetryRule.objects.filter(pk="hung_up").update(aapor_code=hung_up_is)
    rules, order = retry_table(), list(Group)
    calls = list(campaign.calls.select_related("lead"))
    best: dict[object, Group] = {}
    for call in calls:
        group = group_of(rules[plain_outcome(call)].aapor_code)
        best[call.lead_id] = min(best.get(call.lead_id, group), group, key=order.index)
    tried = Counter((part_of(call.dialled_at, ZoneInfo(call.lead.time_zone))) for call in calls if call.dialled_at)

    assert {row.outcome: row.n for row in attempts_of(campaign).outcomes} == Counter(plain_outcome(call) for call in calls)
    assert {group: n for group, n in attempts_of(campaign).cases.by_group.items() if n} == Counter(best.values())
    counted = coverage_of(campaign, now=NOW)
    assert {row.day_part: row.n for row in counted if row.n} == tried
    tally_all(NOW)
    assert coverage_of(campaign, now=NOW) == counted


def words(client, campaign: Campaign) -> str:
    page = shown(client, f"campaigns/campaign/{campaign.pk}/attempts/")
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_the_console_shows_them_on_one_page(client, worked):
    administrator(client)
    page = words(client, worked)
    assert "no answer 3.13 rings, no answer 2" in page
    assert "morning 0 4 0 0 0 0 0 4" in page
    assert "RR1 40.0 %" in page and "e = 0.750" in page and "CASRO" in page
    assert f"/admin/campaigns/campaign/{worked.pk}/attempts" in shown(client, f"campaigns/campaign/{worked.pk}/change/")


def test_zuri_sees_nothing_of_them(client, worked):
    sign_in(client, "zuri")
    assert client.get(f"/admin/campaigns/campaign/{worked.pk}/attempts/").status_code == 403
