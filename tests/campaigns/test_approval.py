"""An approval rests on a preflight of just these terms, and is taken back by whatever goes beyond them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from campaigns import campaign_life
from campaigns.approval import n_leads_since_approval
from campaigns.campaign_life import Action
from campaigns.models import Campaign, CampaignChange, Line, Preflight, Question
from campaigns.preflight.run import begin, preflight
from campaigns.rehearsals import waive
from leads import clock
from tests.campaigns.campaign_lives import do
from tests.campaigns.conftest import launch
from tests.conftest import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("loopback")]


def approve(campaign: Campaign) -> list[str]:
    preflight(campaign, by="rehema")
    return do(campaign, Action.APPROVE)


def test_it_is_not_approved_without_a_preflight(draft):
    assert "no preflight" in do(draft, Action.APPROVE)[0]
    assert draft.status == "draft"


def test_an_approval_keeps_by_whom_when_and_on_which_preflight(draft):
    assert approve(draft) == []
    run = Preflight.objects.get()
    assert (draft.approved_by, draft.approved_preflight, run.asked_by) == ("mosi", run, "rehema")
    assert draft.approved_at is not None and CampaignChange.objects.get().preflight == run


@pytest.mark.parametrize(
    ("change", "words"),
    [
        pytest.param({"max_calls_in_flight": 9}, "calls in flight were 5 and are 9", id="more at once"),
        pytest.param({"max_attempts": 2}, "attempts a lead were 3 and are 2", id="fewer attempts"),
        pytest.param({"budget_minor": 100_000}, "the budget was without a cap and is KES 1,000.00", id="a budget"),
        pytest.param({"day_budget_minor": 5_000}, "the budget a day was without a cap and is KES 50.00", id="a budget a day"),
        pytest.param({"is_recorded": False}, "calls were recorded and are not recorded", id="recordings"),
        pytest.param({"hot_leads_a_rep": None}, "hot leads a free rep was 1 and is not asked about", id="reps"),
        pytest.param({"purpose": "research"}, "the purpose was marketing and is research", id="purpose"),
        pytest.param({"controller": "Acme East"}, "organisation named in the consent was Acme Ltd and is Acme East", id="organisation"),
        pytest.param({"voice": "scripted_cold"}, "the voice was embedded and is scripted_cold", id="voice"),
    ],
)
def test_a_preflight_of_other_terms_is_out_of_date_and_says_what_changed(draft, change, words):
    preflight(draft, by="mosi")
    Campaign.objects.update(**change)
    [sentence] = [sentence for sentence in do(draft, Action.APPROVE) if "out of date" in sentence]
    assert words in sentence and "Run it again" in sentence


def test_a_preflight_is_out_of_date_once_a_question_or_a_lead_changed(draft, asha):
    preflight(draft, by="mosi")
    Question.objects.filter(key="seats").update(wording="How many chairs?")
    assert "the words or points of the script Zawadi from Acme v1 changed" in do(draft, Action.APPROVE)[0]
    preflight(draft, by="mosi")
    campaign_life.enroll(draft, [asha])
    assert "1 more lead is enrolled" in do(draft, Action.APPROVE)[0]


def test_a_further_line_takes_the_approval_back(draft):
    approve(draft)
    draft.more_lines.add(Line.objects.create(number="+254711000009", is_simulated=True))
    assert campaign_life.take_approval_back(draft, by="mosi") == ["the phone lines were +254711000001 and are +254711000001, +254711000009"]


def test_last_weeks_preflight_no_longer_holds(draft):
    preflight(draft, by="mosi")
    clock.set_offset(NOW + timedelta(days=8) - datetime.now(UTC))
    assert "older than 7 days" in do(draft, Action.APPROVE)[0]


def test_a_preflight_that_broke_off_or_goes_on_approves_nothing(draft):
    asked = begin(draft, by="mosi")
    assert "still at work" in do(draft, Action.APPROVE)[0]
    Preflight.objects.filter(pk=asked.pk).update(finished_at=NOW, failure="The worker died.")
    assert "The worker died." in do(draft, Action.APPROVE)[0]


@pytest.mark.parametrize("change", [{"budget_minor": None}, {"max_attempts": 4}, {"voice": "other"}], ids=["no cap", "more attempts", "voice"])
def test_an_edit_beyond_the_approval_takes_it_back_in_words(draft, change):
    Campaign.objects.update(budget_minor=50_000)
    draft.refresh_from_db()
    approve(draft)
    Campaign.objects.update(**change)
    assert len(campaign_life.take_approval_back(draft, by="mosi")) == 1
    assert (draft.status, draft.approved_by, draft.approved_preflight) == ("draft", "", None)
    assert "The approval was taken back" in CampaignChange.objects.first().why


def test_a_limit_that_was_lowered_keeps_the_approval(draft):
    approve(draft)
    waive(draft.script, by="mosi", why="A test of something else.")
    Campaign.objects.update(budget_minor=50_000, max_attempts=1, max_calls_in_flight=2)
    assert campaign_life.take_approval_back(draft, by="mosi") == []
    assert do(draft, Action.START) == []


def test_leads_enrolled_before_the_start_take_the_approval_back_and_later_ones_do_not(draft, asha, daudi):
    approve(draft)
    campaign_life.enroll(draft, [asha])
    assert draft.status == "draft"
    launch(draft)
    campaign_life.enroll(draft, [daudi])
    assert draft.status == "running" and n_leads_since_approval(draft) == 1


def test_what_was_changed_behind_the_consoles_back_is_found_at_the_start(draft):
    approve(draft)
    Question.objects.filter(key="seats").update(rubric=[])
    assert "not what was approved: the words or points" in do(draft, Action.START)[0]
    assert draft.status == "approved"


def test_a_paused_campaign_that_goes_beyond_its_approval_is_not_resumed(draft):
    launch(draft)
    do(draft, Action.PAUSE)
    Campaign.objects.update(max_calls_in_flight=50)
    assert "calls in flight were 5 and are 50" in do(draft, Action.RESUME)[0]
    assert do(draft, Action.REVISE) == [] and launch(draft) == []
