"""Whatever state a lead's call is in, asking why says in plain words what it waits for; nothing is written for it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from hypothesis import given
from hypothesis import strategies as st

from campaigns import campaign_life, dialer, stop_all
from campaigns.models import Call, Campaign, DialDecision, Line, Organisation, Rep
from campaigns.reports.waiting_words import Standing, waits_for
from campaigns.reports.why import Step, why_lead
from leads import clock
from leads.compliance import Reason, Refusal
from leads.models import Lead
from leads.opening import ONLY_NOT_NOW
from tests.campaigns.conftest import enrolled, live_call
from tests.campaigns.console import administrator, shown
from tests.conftest import NOW
from tests.leads.conftest import consent_of
from tests.sautiqual.conftest import Integrator, crm  # noqa: F401 - an integrator with a key

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("loopback", "server")]

EVENING = NOW.replace(hour=17)  # 20:00 in Nairobi
OPENS = "It opens at Wed 25 Nov 2026 08:00:00 Africa/Nairobi (2026-11-25 05:00:00 UTC)."


def at(instant: datetime) -> None:
    """Business time is `instant` from here on; the next test starts at NOW again."""
    clock.set_offset(instant - datetime.now(UTC))


@pytest.fixture
def eve(db: None) -> Lead:
    lead = Lead.objects.create(phone="+254712123409", time_zone="Africa/Nairobi", market="KE")
    consent_of(lead).save()
    return lead


def queued_sentence(lead: Lead) -> str:
    [event] = [event for event in why_lead(lead).events if event.step is Step.QUEUED]
    return event.sentence


def queued_reasons(lead: Lead) -> list[str]:
    [event] = [event for event in why_lead(lead).events if event.step is Step.QUEUED]
    return [ground.reason for ground in event.grounds]


# ---- the night, a holiday, a rest ----------------------------------------------------------------------------------------------


@pytest.fixture
def moved_along(campaign: Campaign, asha: Lead, eve: Lead) -> Lead:
    """Of two leads of one clock, the one whose call was moved to the next opening without a look of its own."""
    for lead in (asha, eve):
        enrolled(campaign, lead)
    dialer.claim_next(EVENING)
    at(EVENING)
    [moved] = Lead.objects.filter(calls__campaign=campaign, calls__dial_decisions=None)
    return moved


def test_a_call_moved_along_with_others_says_which_rule_which_zone_and_when_it_opens(moved_along):
    [event] = why_lead(moved_along).events
    assert event.at == NOW.replace(day=25, hour=5)
    assert "not decided yet" in event.sentence
    assert f"waits for the opening, because of the calling hours, by the rules {event.pack_version}. {OPENS}" in event.sentence
    assert "It is Tuesday 20:00 in Africa/Nairobi; calls are allowed on that day: 08:00-19:00." in event.grounds[0].sentence


def test_asking_writes_nothing(moved_along):
    why_lead(moved_along)
    assert DialDecision.objects.filter(call__lead=moved_along).count() == 0


def test_the_command_the_page_and_rest_say_it_too(moved_along, client, crm: Integrator, capsys):  # noqa: F811
    call_command("why", moved_along.phone)
    said = capsys.readouterr().out
    assert OPENS in said and "outside_calling_hours: closed in: " in said
    [event] = crm.get("/why", phone=moved_along.phone).json()["events"]
    assert OPENS in event["sentence"] and event["reasons"][0]["reason"] == "outside_calling_hours" and event["is_allowed"] is None
    administrator(client)
    page = shown(client, f"campaigns/call/why/?lead={moved_along.pk}")
    assert OPENS in page and "It is Tuesday 20:00 in Africa/Nairobi" in page


def test_a_call_that_waits_for_a_holiday_to_end_says_so(campaign, asha):
    at(NOW.replace(month=12, day=25))  # Christmas
    enrolled(campaign, asha)
    assert "because of a holiday" in queued_sentence(asha)
    assert "25 December is a public holiday there." in [ground.sentence for ground in why_lead(asha).events[0].grounds]


def test_a_call_that_rests_after_many_attempts_says_so(campaign, asha):
    for n in range(2, 12):
        live_call(campaign, asha, status="no_answer", attempt_number=n, ended_at=NOW, answer_token=f"a{n}", stream_token=f"s{n}")
    enrolled_again = Call.objects.create(campaign=campaign, lead=asha, attempt_number=12, due_at=NOW)
    [event] = [event for event in why_lead(asha).events if event.call_id == enrolled_again.pk]
    assert "because of the rest that is due after so many attempts in a day" in event.sentence


def test_a_retry_whose_time_has_not_come_waits_for_it(campaign, asha):
    call = enrolled(campaign, asha)
    Call.objects.filter(pk=call.pk).update(attempt_number=2, due_at=NOW + timedelta(hours=2))
    assert "It waits for its own time, Tue 24 Nov 2026 12:00:00 Africa/Nairobi (2026-11-24 09:00:00 UTC): the rest" in queued_sentence(asha)


def test_a_call_that_would_be_refused_says_by_what(campaign, asha):
    enrolled(campaign, asha)
    Lead.objects.update(time_zone="")
    assert "As things stand now it would be refused when its turn comes:" in queued_sentence(asha)
    assert queued_reasons(asha) == ["zone_unknown"]


# ---- due, and not dialled ------------------------------------------------------------------------------------------------------


def test_a_call_that_is_due_and_free_waits_for_its_turn(campaign, asha):
    enrolled(campaign, asha)
    assert queued_sentence(asha).endswith("It is due and the rules allow it now: it waits for its turn.")


def test_a_call_says_that_the_kill_switch_is_on(campaign, asha):
    enrolled(campaign, asha)
    stop_all.stop_all(by="mosi", reason="a wrong list")
    assert "Nothing is dialled until somebody resumes all dialing. Otherwise the rules allow it now." in queued_sentence(asha)
    assert "All dialing is stopped by mosi: a wrong list." in " ".join(why_lead(asha).summary)


def test_a_paused_campaign_and_the_night_are_both_said(campaign, moved_along):
    campaign_life.pause_itself(campaign, "The wallet is empty.")
    sentence = queued_sentence(moved_along)
    assert "Its campaign is paused, so nothing happens until it runs. The wallet is empty." in sentence and OPENS in sentence


def test_a_call_that_waits_for_reps_says_so(campaign, asha):
    rehema = User.objects.create_user("rehema")
    campaign.reps.add(Rep.objects.create(user=rehema, name="Rehema", number="+254722000001", is_verified=True))
    enrolled(campaign, asha)
    assert "the reps are the bottleneck" in queued_sentence(asha)


@pytest.mark.parametrize(
    ("model", "field", "name"),
    [
        (Campaign, "budget_minor", "of this campaign"),
        (Campaign, "day_budget_minor", "of this campaign for today"),
        (Organisation, "day_budget_minor", "of the organisation for today"),
        (Organisation, "month_budget_minor", "of the organisation for this month"),
    ],
)
def test_a_call_that_waits_for_money_says_which_budget(campaign, asha, model, field, name):
    Organisation.current()
    model.objects.update(**{field: 100})
    enrolled(campaign, asha)
    assert f"The budget {name}, KES 1.00, has no room: KES 0.00 is spent" in queued_sentence(asha)


def test_a_call_on_a_line_that_is_not_active_says_the_mend(campaign, asha):
    enrolled(campaign, asha)
    Line.objects.update(is_active=False)
    assert "The phone line demo is not active. Activate it under Phone lines." in queued_sentence(asha)


def test_a_call_bound_to_a_number_that_is_full_says_so(campaign, asha):
    call = enrolled(campaign, asha)
    campaign.more_lines.add(Line.objects.create(number="+254711000002", is_simulated=True))
    Call.objects.filter(pk=call.pk).update(line=campaign.line)
    Line.objects.filter(pk=campaign.line_id).update(max_calls_in_flight=0)
    assert "It waits for +254711000001, the number they know us by" in queued_sentence(asha)


def test_a_call_to_somebody_who_is_on_the_phone_with_us_says_so(campaign, asha):
    other = Campaign.objects.create(name="Other", line=campaign.line, script=campaign.script, controller="Acme")
    enrolled(campaign, asha)
    live_call(other, asha)
    assert "They are on the phone with us at the moment." in queued_sentence(asha)


# ---- the words -----------------------------------------------------------------------------------------------------------------

STANDING = Standing(
    now=NOW,
    due_at=NOW,
    time_zone="Africa/Nairobi",
    refusals=(),
    opens_at=None,
    pack_version="KE-1",
    is_promise=False,
    attempt_number=1,
    holds=(),
)


def refused(*reasons: Reason) -> tuple[Refusal, ...]:
    return tuple(Refusal(reason, "", {}) for reason in reasons)


@given(st.sets(st.sampled_from(sorted(ONLY_NOT_NOW)), min_size=1))
def test_whatever_time_alone_takes_away_is_an_opening_with_its_rules(reasons):
    sentence = waits_for(replace(STANDING, refusals=refused(*reasons), opens_at=NOW + timedelta(hours=1)))
    assert sentence.startswith("It waits for the opening, because of ")
    assert sentence.endswith("by the rules KE-1. It opens at Tue 24 Nov 2026 11:00:00 Africa/Nairobi (2026-11-24 08:00:00 UTC).")


@given(st.sets(st.sampled_from(Reason), min_size=1).filter(lambda reasons: not reasons <= ONLY_NOT_NOW))
def test_whatever_outlasts_the_clock_promises_no_opening(reasons):
    assert "opens" not in waits_for(replace(STANDING, refusals=refused(*reasons)))


def test_no_opening_in_sight_is_said():
    assert "No opening is known in the next 40 days." in waits_for(replace(STANDING, refusals=refused(Reason.PUBLIC_HOLIDAY)))


def test_a_time_of_its_own_behind_the_opening_is_said_too():
    late = replace(
        STANDING, refusals=refused(Reason.PUBLIC_HOLIDAY), opens_at=NOW + timedelta(hours=1), due_at=NOW + timedelta(hours=2), is_promise=True
    )
    assert waits_for(late).endswith("It waits for the promised time, Tue 24 Nov 2026 12:00:00 Africa/Nairobi (2026-11-24 09:00:00 UTC).")
