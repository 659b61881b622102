from __future__ import annotations

import csv
import io
import re
from typing import Any

import pytest

from campaigns import campaign_life
from campaigns.briefs import standard_disclosure
from campaigns.models import Call, Campaign, Line, Script
from leads.models import Lead
from tests.campaigns.conftest import LINE_NUMBER, enrolled, live_call
from tests.campaigns.console import administrator, finished_call, shown, sign_in, told
from tests.leads.facts import ACME

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("loopback")]

VIEWER = ("view_campaign", "view_call", "view_lead")
MANAGER = (*VIEWER, "add_campaign", "change_campaign", "delete_campaign", "approve_campaign")
Status = Campaign.Status


@pytest.fixture
def mosi(client):
    return sign_in(client, "mosi", *MANAGER)


@pytest.fixture
def draft(campaign: Campaign) -> Campaign:
    Campaign.objects.update(status=Status.DRAFT)
    campaign.refresh_from_db()
    return campaign


def form(campaign: Campaign, **changes: Any) -> dict[str, Any]:
    entered = {
        "name": "Acme December",
        "kind": "qualification",
        "purpose": "marketing",
        "controller": ACME,
        "script": campaign.script_id,
        "line": campaign.line_id,
        "voice": "embedded",
        "turns": "local",
        "max_calls_in_flight": 5,
        "max_attempts": 3,
        "max_call_s": 300,
        "budget_minor": "",
        "hot_leads_a_rep": "1",
    }
    return {**entered, **changes}


def status_of(campaign: Campaign) -> str:
    return Campaign.objects.values_list("status", flat=True).get(pk=campaign.pk)


def press(client, campaign: Campaign, button: str) -> list[str]:
    return told(client, f"campaigns/campaign/{campaign.pk}/{button}/")


def test_a_campaign_goes_from_nothing_to_running_by_the_screens_alone(client, asha):
    administrator(client)
    line = {
        "number": "+254 711 000 001",
        "label": "A",
        "is_active": "on",
        "is_simulated": "on",
        "max_calls_in_flight": 5,
        "strategy": "dial",
        "calls_per_second": 1,
    }
    told(
        client,
        "campaigns/line/add/",
        {**line, "ring_timeout_s": 25, "dialect": "sdk", "track": "inbound_track", "layout": "mono", "prebuffer_ms": 160},
    )
    question = {"key": "good_time", "kind": "yes_no", "role": "permission", "wording": "A good time?", "rubric": "[]"}
    script = {"name": "S", "organisation": "Acme", "bot_name": "Z", "language": "en-KE", "hot_threshold": 50, "disclosure": standard_disclosure()}
    told(
        client,
        "campaigns/script/add/",
        {**script, "questions-TOTAL_FORMS": 1, "questions-INITIAL_FORMS": 0, **{f"questions-0-{name}": value for name, value in question.items()}},
    )
    made = Campaign(script=Script.objects.get(), line=Line.objects.get())
    told(client, "campaigns/campaign/add/", form(made, budget_minor="250.50"))

    campaign = Campaign.objects.get()
    assert press_with(client, campaign, "enrol_leads", source="*") == ["1 lead enrolled."]
    assert "<dt>queued</dt><dd>1</dd>" in press_to_page(client, campaign, "preflight")
    assert press(client, campaign, "approve") == ["“Acme December” is approved."]
    assert "Nobody has rehearsed S v1" in press(client, campaign, "start")[0]
    told(client, f"campaigns/script/{made.script.pk}/rehearse/", {"what": "waive", "why": "It was read aloud."})
    assert press(client, campaign, "start") == ["“Acme December” is running."]
    campaign.refresh_from_db()
    assert (campaign.status, campaign.line.number, campaign.budget_minor) == (Status.RUNNING, LINE_NUMBER, 25_050)
    assert Call.objects.get().lead == asha


def press_with(client, campaign: Campaign, button: str, **entered: str) -> list[str]:
    return told(client, f"campaigns/campaign/{campaign.pk}/{button}/", entered)


def test_looking_at_a_button_changes_nothing(client, mosi, draft, asha):
    for button, status in [
        ("approve", Status.DRAFT),
        ("preflight", Status.DRAFT),
        ("start", Status.APPROVED),
        ("pause", Status.RUNNING),
        ("resume", Status.PAUSED),
        ("close", Status.RUNNING),
    ]:
        Campaign.objects.update(status=status)
        assert "Cancel" in shown(client, f"campaigns/campaign/{draft.pk}/{button}/")
        assert status_of(draft) == status
    shown(client, f"campaigns/campaign/{draft.pk}/enrol_leads/")
    assert not Call.objects.exists()


def test_it_goes_from_draft_to_closed(client, mosi, draft):
    seen = []
    for button in ("preflight", "approve", "start", "pause", "resume", "pause", "revise", "preflight", "close"):
        press(client, draft, button)
        seen.append(status_of(draft))
    assert seen == ["draft", "approved", "running", "paused", "running", "paused", "draft", "draft", "closed"]


def test_starting_says_how_many_calls_will_be_placed_from_where(client, mosi, draft, asha):
    enrolled(draft, asha)
    press(client, draft, "preflight")
    press(client, draft, "approve")

    assert "1 queued calls will be placed from demo" in shown(client, f"campaigns/campaign/{draft.pk}/start/")


def test_what_stands_in_the_way_is_said_before_and_there_is_no_button(client, mosi, draft):
    draft.script.questions.all().delete()

    page = shown(client, f"campaigns/campaign/{draft.pk}/approve/")

    assert "has no questions. Add some." in page and '<form method="post" novalidate>' not in page
    assert "has no questions. Add some." in shown(client, f"campaigns/campaign/{draft.pk}/change/")
    assert any("has no questions" in message for message in press(client, draft, "approve"))
    assert status_of(draft) == Status.DRAFT


def test_pressing_twice_says_why_the_second_time_did_nothing(client, mosi, draft):
    for button in ("preflight", "approve", "start"):
        press(client, draft, button)

    (message,) = press(client, draft, "start")
    assert "This campaign is running" in message


@pytest.mark.parametrize(
    ("status", "buttons"),
    [
        pytest.param(Status.DRAFT, {"enrol_leads", "take_out", "preflight", "approve", "close", "download_results"}, id="draft"),
        pytest.param(Status.APPROVED, {"enrol_leads", "take_out", "preflight", "start", "revise", "close", "download_results"}, id="approved"),
        pytest.param(Status.RUNNING, {"preflight", "enrol_leads", "take_out", "pause", "close", "download_results"}, id="running"),
        pytest.param(Status.PAUSED, {"enrol_leads", "take_out", "preflight", "resume", "revise", "close", "download_results"}, id="paused"),
        pytest.param(Status.CLOSED, {"download_results"}, id="closed"),
    ],
)
def test_it_offers_only_what_can_be_done(client, mosi, campaign, status, buttons):
    Campaign.objects.update(status=status)

    page = shown(client, f"campaigns/campaign/{campaign.pk}/change/")

    every = {"enrol_leads", "take_out", "preflight", "approve", "revise", "start", "pause", "resume", "close", "download_results"}
    assert {button for button in every if f"/campaign/{campaign.pk}/{button}/" in page} == buttons


def test_who_may_only_look_sees_no_buttons_but_the_results_and_changes_nothing(client, campaign, asha):
    sign_in(client, "neema", *VIEWER)

    page = shown(client, f"campaigns/campaign/{campaign.pk}/change/")

    assert f"/{campaign.pk}/pause/" not in page and f"/{campaign.pk}/download_results/" in page
    for button in ("preflight", "approve", "start", "pause", "resume", "revise", "close", "enrol_leads", "take_out"):
        for method in (client.get, client.post):
            assert method(f"/admin/campaigns/campaign/{campaign.pk}/{button}/").status_code == 403
    assert status_of(campaign) == Status.RUNNING and not Call.objects.exists()


def test_leads_are_enrolled_by_their_source(client, mosi, draft, asha, daudi):
    Lead.objects.filter(pk=daudi.pk).update(source="")

    assert press_with(client, draft, "enrol_leads", source="=") == ["1 lead enrolled."]
    assert Call.objects.get().lead == daudi
    assert press_with(client, draft, "enrol_leads", source="*") == ["1 lead enrolled."]
    assert press_with(client, draft, "enrol_leads", source="*") == ["0 leads enrolled."]


def test_leads_are_taken_out_by_their_source_and_enrolled_again(client, mosi, draft, asha, daudi):
    Lead.objects.filter(pk=daudi.pk).update(source="")
    press_with(client, draft, "enrol_leads", source="*")

    assert press_with(client, draft, "take_out", source="=") == ["1 lead taken out."]
    assert Call.objects.get(status="queued").lead == asha
    assert press_with(client, draft, "enrol_leads", source="*") == ["1 lead enrolled."]


def test_who_is_on_the_phone_is_told_of_and_nobody_is_taken_out_by_a_look(client, mosi, draft, asha):
    live_call(draft, asha, status="ringing")

    page = shown(client, f"campaigns/campaign/{draft.pk}/take_out/")
    assert "call backs that were promised stay" in page
    assert press_with(client, draft, "take_out", source="*") == ["0 leads taken out.", "Being called just now: 1. Take them out again afterwards."]


def test_who_presses_enrol_without_having_chosen_enrols_nobody(client, mosi, draft, asha):
    page = shown(client, f"campaigns/campaign/{draft.pk}/enrol_leads/")
    assert re.findall(r'<option value="([^"]*)"', page)[0] == ""

    response = client.post(f"/admin/campaigns/campaign/{draft.pk}/enrol_leads/", {"source": ""})
    assert "This field is required." in response.content.decode()
    assert not Call.objects.exists()


def test_a_source_that_is_none_is_refused(client, mosi, draft, asha):
    response = client.post(f"/admin/campaigns/campaign/{draft.pk}/enrol_leads/", {"source": "=elsewhere"})

    assert response.status_code == 200 and "Select a valid choice" in response.content.decode()
    assert not Call.objects.exists()


def test_the_page_shows_how_far_the_campaign_is(client, mosi, campaign, asha, baraka):
    finished_call(campaign, asha)
    enrolled(campaign, baraka)
    Campaign.objects.update(status=Status.PAUSED, pause_reason="The wallet is empty.")

    page = shown(client, f"campaigns/campaign/{campaign.pk}/change/")

    for part in ("<dt>queued</dt><dd>1</dd>", "<dt>ended</dt><dd>1</dd>", "<dt>hot</dt><dd>1</dd>", "<b>1</b> qualified", "The wallet is empty."):
        assert part in page, part
    assert "KES\xa04.90" in page


def test_a_running_campaign_keeps_what_people_were_told_and_its_limits_can_be_lowered(client, mosi, campaign):
    save(client, campaign, purpose="service", max_attempts=2, budget_minor="500")

    campaign.refresh_from_db()
    assert (campaign.purpose, campaign.max_attempts, campaign.budget_minor, campaign.status) == ("marketing", 2, 50_000, Status.RUNNING)
    save(client, campaign, max_attempts=3)
    campaign.refresh_from_db()
    assert campaign.max_attempts == 3  # as approved


@pytest.mark.parametrize("raised", [{"max_attempts": 4}, {"max_calls_in_flight": 6}, {"max_call_s": 301}, {"hot_leads_a_rep": "1.5"}], ids=str)
def test_a_running_campaign_refuses_limits_above_what_was_approved(client, mosi, campaign, raised):
    response = client.post(f"/admin/campaigns/campaign/{campaign.pk}/change/", form(campaign, **raised))

    assert "not raised above what was approved" in str(response.context["adminform"].form.errors)
    assert status_of(campaign) == Status.RUNNING


def test_a_running_campaign_refuses_a_higher_budget(client, mosi, draft):
    Campaign.objects.update(budget_minor=50_000)
    for button in ("preflight", "approve", "start"):
        press(client, draft, button)

    for budget in ("500.01", ""):
        response = client.post(f"/admin/campaigns/campaign/{draft.pk}/change/", form(draft, budget_minor=budget))
        assert "KES 500.00" in str(response.context["adminform"].form.errors)


def save(client, campaign: Campaign, **changes: Any) -> list[str]:
    return told(client, f"campaigns/campaign/{campaign.pk}/change/", form(campaign, **changes))


def test_an_edit_of_what_was_approved_takes_the_approval_back_and_says_so(client, mosi, draft):
    press(client, draft, "preflight")
    press(client, draft, "approve")

    warning = save(client, draft, max_attempts=9)[0]

    assert "attempts a lead were 3 and are 9" in warning and status_of(draft) == Status.DRAFT
    page = shown(client, f"campaigns/campaign/{draft.pk}/change/")
    assert "The approval was taken back" in page and "out of date" in page


def test_to_approve_is_a_right_of_its_own(client, draft):
    sign_in(client, "neema", *(right for right in MANAGER if right != "approve_campaign"))
    press(client, draft, "preflight")

    assert f"/{draft.pk}/approve/" not in shown(client, f"campaigns/campaign/{draft.pk}/change/")
    assert client.post(f"/admin/campaigns/campaign/{draft.pk}/approve/").status_code == 403
    assert status_of(draft) == Status.DRAFT


def test_the_page_shows_the_steps_of_its_life_with_who_and_the_leads_since(client, mosi, draft, asha):
    for button in ("preflight", "approve", "start"):
        press(client, draft, button)
    enrolled(draft, asha)

    page = shown(client, f"campaigns/campaign/{draft.pk}/change/")

    for part in ('aria-current="step"', "approved → running", "on preflight", "Since the preflight: 1 more lead."):
        assert part in page, part


def test_resuming_says_why_it_was_paused(client, mosi, campaign):
    campaign_life.pause_itself(campaign, "Telco fault: 6 of 9 (67%) calls did not get through.")

    assert "It was paused: Telco fault: 6 of 9" in shown(client, f"campaigns/campaign/{campaign.pk}/resume/")


def test_the_preflights_page_shows_who_is_excluded_by_which_reason(client, mosi, draft, asha, baraka):
    enrolled(draft, asha)
    enrolled(draft, baraka)

    page = press_to_page(client, draft, "preflight")

    assert "<dt>now</dt><dd>1</dd>" in page and "<b>1</b> do not call" in page and "they asked not to be called" in page
    run = draft.preflights.first()
    assert "Baraka" in shown(client, f"campaigns/preflight/{run.pk}/excluded/do_not_call/0/")


def press_to_page(client, campaign: Campaign, button: str) -> str:
    return str(client.post(f"/admin/campaigns/campaign/{campaign.pk}/{button}/", follow=True).content.decode())


def test_a_closed_campaign_keeps_everything(client, mosi, campaign):
    campaign_life.change(campaign, campaign_life.Action.CLOSE, by="mosi")

    client.post(f"/admin/campaigns/campaign/{campaign.pk}/change/", form(campaign, max_attempts=7))

    campaign.refresh_from_db()
    assert (campaign.name, campaign.max_attempts) == ("Acme November", 3)


@pytest.mark.parametrize(
    ("changed", "mend"),
    [
        pytest.param({"max_calls_in_flight": 0}, "Use 1 or more", id="nobody at once"),
        pytest.param({"max_attempts": 0}, "Use 1 or more", id="no attempt"),
        pytest.param({"max_call_s": 29}, "Use 30 or more", id="too short"),
        pytest.param({"max_call_s": 3601}, "an hour", id="too long"),
        pytest.param({"budget_minor": "-1"}, "greater than or equal to 0", id="a debt"),
        pytest.param({"budget_minor": "1.005"}, "decimal places", id="a fraction of a cent"),
        pytest.param({"name": "Acme November"}, "already exists", id="name in use"),
        pytest.param({"voice": "nobody"}, "valid choice", id="unknown voice"),
        pytest.param({"turns": "nobody"}, "valid choice", id="nobody decides whose turn it is"),
        pytest.param({"controller": ""}, "required", id="no organisation"),
    ],
)
def test_a_mistake_is_shown_with_its_mend_and_nothing_is_saved(client, mosi, draft, changed, mend):
    response = client.post("/admin/campaigns/campaign/add/", form(draft, **changed))

    assert mend in str(response.context["adminform"].form.errors)
    assert Campaign.objects.count() == 1


@pytest.mark.parametrize(("status", "allowed"), [(Status.DRAFT, 200), (Status.RUNNING, 403), (Status.CLOSED, 403)])
def test_only_a_draft_can_be_deleted(client, mosi, campaign, status, allowed):
    Campaign.objects.update(status=status)

    assert client.get(f"/admin/campaigns/campaign/{campaign.pk}/delete/").status_code == allowed


def test_the_results_are_a_table(client, mosi, campaign, asha):
    finished_call(campaign, asha)

    response = client.get(f"/admin/campaigns/campaign/{campaign.pk}/download_results/")

    (row,) = csv.DictReader(io.StringIO(response.getvalue().decode()))
    assert (row["name"], row["seats"], row["disposition"]) == ("Asha", "60", "qualified")


def test_the_results_need_the_right_to_see_calls_and_leads(client, campaign):
    sign_in(client, "neema", "view_campaign", "view_call")

    assert client.get(f"/admin/campaigns/campaign/{campaign.pk}/download_results/").status_code == 403


def test_a_campaign_that_is_not_there_is_not_found(client, mosi):
    for button in ("start", "enrol_leads", "download_results"):
        assert client.get(f"/admin/campaigns/campaign/77/{button}/").status_code == 404
