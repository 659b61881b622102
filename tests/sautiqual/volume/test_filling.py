"""The volume: as many leads and calls as were asked for, a sensible funnel, and nothing that could ring anybody."""

from __future__ import annotations

from io import StringIO
from random import Random

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection

from campaigns.funnel import Figures
from campaigns.judge.record import EntryKind
from campaigns.models import (
    Answer,
    Call,
    Campaign,
    DayTally,
    DialDecision,
    FlightEntry,
    Handoff,
    Line,
    MoneyTotal,
    Rep,
    Score,
    Turn,
    WebhookEndpoint,
)
from campaigns.states import LIVE, CallStatus, Disposition
from campaigns.tallies.counting import count_figures, date_of
from campaigns.tallies.reading import figures_of, untallied_dates
from leads import clock
from leads.compliance import Purpose
from leads.eligibility import decide
from leads.models import ConsentRecord, DoNotCallEntry, Lead
from leads.phone import known_phone
from sautiqual.volume.course import course
from sautiqual.volume.filling import Size, Unsafe, fill, obstacles
from sautiqual.volume.people import person
from sautiqual.volume.talking import LATE_FOR
from tests.conftest import NOW

pytestmark = pytest.mark.django_db
SIZE = Size(n_leads=700, n_calls=350)


@pytest.fixture
def volume() -> dict[str, int]:
    return fill(SIZE, seed=1, now=NOW)


def test_there_are_as_many_leads_and_calls_as_were_asked_for(volume):
    assert (Lead.objects.count(), Call.objects.count()) == (700, 350)
    assert (volume["leads.Lead"], volume["campaigns.Call"]) == (700, 350)
    assert volume["campaigns.Turn"] == Turn.objects.count() > Answer.objects.count() > 0


def test_every_rule_of_the_database_holds(volume):
    connection.check_constraints()


def test_the_funnel_narrows_at_each_step(volume):
    dialled = Call.objects.filter(dialled_at__isnull=False).count()
    answered = Call.objects.filter(answered_at__isnull=False).count()
    complete = Call.objects.filter(disposition__in=[Disposition.INTERVIEWED, Disposition.QUALIFIED, Disposition.NOT_QUALIFIED]).count()
    hot = Call.objects.filter(score__is_hot=True, disposition=Disposition.QUALIFIED).count()
    bridged = Handoff.objects.filter(bridged_at__isnull=False).count()

    assert 350 > dialled > answered > complete > hot >= bridged > 0


def test_what_is_hot_was_handed_over_and_what_was_qualified_is_hot(volume):
    qualified = Call.objects.filter(disposition=Disposition.QUALIFIED)

    assert qualified.filter(score__is_hot=True, handoff__isnull=False).count() == qualified.count() == Handoff.objects.count()


def test_each_call_that_is_over_was_decided_on_and_is_in_the_flight_record(volume):
    over = set(Call.objects.exclude(status__in=[*LIVE, CallStatus.QUEUED]).values_list("pk", flat=True))

    assert set(DialDecision.objects.values_list("call", flat=True)) == over == set(FlightEntry.objects.values_list("call_id", flat=True))


def test_each_decision_in_the_flight_record_is_the_one_that_was_kept_of_that_call(volume):
    told = {(entry.details["decision_id"], entry.call_id) for entry in FlightEntry.objects.filter(kind__in=[EntryKind.DECISION, EntryKind.DISPATCH])}

    assert told == set(DialDecision.objects.values_list("pk", "call"))
    assert DialDecision.objects.create(call=Call.objects.first(), decided_at=NOW, is_allowed=True).pk > max(pk for pk, _call in told)


def test_about_one_scored_call_in_ten_is_hot():
    fill(Size(1500, 1500), seed=1, now=NOW)

    assert 6 <= 100 * Score.objects.filter(is_hot=True).count() / Score.objects.count() <= 13


def test_promises_are_kept_when_their_time_has_come_or_stand_out_since_yesterday(volume):
    owed = Handoff.objects.filter(status="promised")

    assert not Handoff.objects.filter(status="kept", kept_at__gt=NOW).exists()
    assert not owed.filter(promised_for__lt=NOW - LATE_FOR).exists() and owed.count() < Handoff.objects.count() / 5


def rules_of_tables() -> dict[str, dict[str, object]]:
    with connection.cursor() as cursor:
        tables = (Call, Lead, Turn, FlightEntry)
        return {model._meta.db_table: connection.introspection.get_constraints(cursor, model._meta.db_table) for model in tables}


def test_every_index_and_every_key_is_there_afterwards():
    before = rules_of_tables()
    fill(SIZE, seed=1, now=NOW)

    assert rules_of_tables() == before and len(before["campaigns_call"]) > 20


def test_what_is_broken_off_leaves_the_database_empty_and_its_indexes_in_place():
    before = rules_of_tables()

    def interrupted(n_leads: int, n_calls: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fill(SIZE, seed=1, now=NOW, tell=interrupted)
    assert not Lead.objects.exists() and rules_of_tables() == before


def test_times_of_a_call_come_one_after_the_other_and_none_is_to_come(volume):
    for call in Call.objects.filter(answered_at__isnull=False, ended_at__isnull=False):
        times = [call.created_at, call.due_at, call.dialled_at, call.answered_at, call.ended_at, NOW]
        assert times == sorted(times, key=lambda at: at or NOW)


def test_who_opted_out_is_on_the_do_not_call_list(volume):
    out = set(Call.objects.filter(disposition=Disposition.OPTED_OUT).values_list("lead__phone", flat=True))

    assert out == set(DoNotCallEntry.objects.filter(origin="callee").values_list("phone", flat=True)) and out


def test_the_totals_of_money_are_what_the_calls_cost(volume):
    by_campaign = {f"campaign:{pk}": 0 for pk in Campaign.objects.values_list("pk", flat=True)}
    for campaign_id, cost in Call.objects.filter(money_on__isnull=False).values_list("campaign", "cost_minor"):
        by_campaign[f"campaign:{campaign_id}"] += cost or 0

    assert {scope: n for scope, n in by_campaign.items() if n} == {
        total.scope: total.spent_minor for total in MoneyTotal.objects.filter(scope__in=by_campaign) if total.spent_minor
    }


# ---- nobody can be rung ----------------------------------------------------------------------------------------------


def test_nothing_in_it_could_ring_anybody(volume):
    assert not Line.objects.filter(is_simulated=False).exists()
    assert not Campaign.objects.exclude(status__in=[Campaign.Status.PAUSED, Campaign.Status.CLOSED]).exists()
    assert not Rep.objects.filter(is_verified=True).exists()
    assert not WebhookEndpoint.objects.filter(is_active=True).exists()
    assert not any(user.has_usable_password() for user in User.objects.all())


def test_what_its_people_agreed_to_lets_no_other_organisation_call_them(volume):
    """Were a real line added later and these leads enrolled, each call would be refused."""
    lead = ConsentRecord.objects.filter(kind="given", lead__market="KE").exclude(lead__time_zone="").first().lead
    asked = decide(lead, purpose=Purpose.MARKETING, controller="Acme Ltd", attempts=(), at=NOW)

    assert not asked.is_allowed


@pytest.mark.parametrize(
    ("size", "why"),
    [(Size(10, 11), "--calls"), (Size(0, 0), "--leads"), (Size(10, -1), "--calls")],
    ids=["more calls", "no leads", "fewer than none"],
)
def test_a_size_that_makes_no_sense_is_refused(size, why):
    assert why in obstacles(size, is_added=False)[0]


def test_a_database_with_leads_is_refused_and_left_as_it_is(volume):
    with pytest.raises(Unsafe, match="holds leads already"):
        fill(SIZE, seed=1, now=NOW)
    assert Lead.objects.count() == 700


def test_it_is_added_to_leads_that_are_there_where_that_is_asked_for(volume):
    fill(Size(30, 10), seed=2, now=NOW, is_added=True)

    assert (Lead.objects.count(), Call.objects.count()) == (730, 360)


@pytest.mark.parametrize("is_added", [False, True])
def test_a_database_with_a_real_line_is_refused(is_added):
    Line.objects.create(number="+254711000001", is_simulated=False)

    with pytest.raises(Unsafe, match="not simulated"):
        fill(SIZE, seed=1, now=NOW, is_added=is_added)
    assert not Lead.objects.exists()


def test_a_database_in_which_a_campaign_runs_is_refused(volume):
    Campaign.objects.filter(pk=Campaign.objects.first().pk).update(status=Campaign.Status.RUNNING)

    assert "A campaign runs" in obstacles(SIZE, is_added=True)[0]


# ---- the command and chance ------------------------------------------------------------------------------------------


def test_the_command_says_what_it_made_and_what_comes_next():
    out = StringIO()
    call_command("make_volume", leads=40, calls=20, stdout=out, stderr=StringIO())

    assert "40  leads.Lead" in out.getvalue() and "bench_pages" in out.getvalue()


def test_the_command_leaves_the_home_page_true():
    call_command("make_volume", leads=100, calls=60, stdout=StringIO(), stderr=StringIO())
    ended = Call.objects.exclude(status__in=[*LIVE, CallStatus.QUEUED])
    day = date_of(ended.filter(dialled_at__isnull=False).latest("dialled_at").dialled_at)

    assert untallied_dates(clock.now()) == set()
    assert sum(DayTally.objects.values_list("n_ended", flat=True)) == ended.count()
    assert figures_of(day, None, now=clock.now()) == sum(count_figures([day]).values(), Figures())


def test_the_command_refuses_in_words(volume):
    with pytest.raises(CommandError, match="--add"):
        call_command("make_volume", leads=40, calls=20)


def test_the_same_seed_makes_the_same_people_and_the_same_course():
    one, other = Random(7), Random(7)

    assert [person(n, one) for n in range(50)] == [person(n, other) for n in range(50)]
    assert course(one, now=NOW, at_most=3) == course(other, now=NOW, at_most=3)


def test_a_hundred_thousand_people_have_a_number_each():
    random = Random(1)

    assert len({person(n, random).phone for n in range(100_000)}) == 100_000


def test_their_numbers_are_such_as_can_be_in_use():
    random = Random(1)
    assert [phone for n in range(2000) if known_phone(phone := person(n, random).phone) is None] == []
