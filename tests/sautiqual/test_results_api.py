"""The rules of retrying, and what came of a campaign's attempts, as an integrator reads them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from campaigns.models import Call, Campaign, Line, RetryRule
from campaigns.outcomes import AttemptOutcome
from leads.models import Lead
from tests.sautiqual.conftest import Integrator, campaign_body

pytestmark = pytest.mark.django_db


def test_the_retry_rules_can_be_read(crm: Integrator):
    RetryRule.objects.filter(pk="busy").update(delay_minutes=45)
    rules = {rule["outcome"]: rule for rule in crm.get("/retry-rules").json()}
    assert list(rules) == [outcome.value for outcome in AttemptOutcome]
    assert rules["busy"] == {
        "outcome": "busy",
        "words": "busy",
        "is_final": False,
        "why_final": "",
        "delay_minutes": 45,
        "n_day_parts": 0,
        "max_attempts": 4,
        "aapor_code": "3.12",
        "aapor_words": "always busy",
        "is_shipped": False,
    }
    assert rules["opted_out"]["why_final"].startswith("They asked us to stop.")


def attempt(crm: Integrator, **fields: Any) -> Call:
    campaign = Campaign.objects.get(id=crm.post("/campaigns", campaign_body()).json()["id"])
    lead = Lead.objects.create(phone="+254712345678", name="Asha", time_zone="Africa/Nairobi")
    return Call.objects.create(**{"campaign": campaign, "lead": lead, "attempt_number": 2, "due_at": timezone.now(), **fields})


def test_a_call_that_ended_names_its_outcome_and_aapor_code(crm: Integrator, line: Line):
    call = attempt(crm, status="failed", hangup_cause="SUBSCRIBER_ABSENT", dialled_at=timezone.now(), ended_at=timezone.now())
    shown = crm.get(f"/calls/{call.id}").json()
    assert (shown["outcome"], shown["aapor_code"], shown["priority"], shown["promise"]) == ("unreachable", "3.16", "ordinary", None)


def test_a_call_that_has_not_ended_has_neither(crm: Integrator, line: Line):
    shown = crm.get(f"/calls/{attempt(crm).id}").json()
    assert (shown["outcome"], shown["aapor_code"]) == (None, None)


def test_a_promise_whose_time_has_passed_shows_how_late_it_is(crm: Integrator, line: Line):
    due_at = timezone.now() - timedelta(hours=1)
    call = attempt(crm, priority=0, promise_due_at=due_at)
    promise = crm.get(f"/calls/{call.id}").json()["promise"]
    assert promise["state"] == "late" and 3600 <= promise["late_s"] < 3700
    (row,) = crm.get("/calls").json()["items"]
    assert row["priority"] == "promised" and row["promise_due_at"] is not None


def test_what_came_of_a_campaign_s_attempts_can_be_read(crm: Integrator, line: Line):
    call = attempt(crm, status="no_answer", dialled_at=timezone.now(), ended_at=timezone.now())
    shown = crm.get(f"/campaigns/{call.campaign_id}/attempts").json()
    assert shown["outcomes"] == [{"outcome": "no_answer", "words": "no answer", "aapor_code": "3.13", "aapor_words": "rings, no answer", "n": 1}]
    assert sum(row["n"] for row in shown["coverage"]) == 1 and len(shown["coverage"]) == 4
    assert shown["promises"]["late"] == 0
    assert shown["kept_lately"] == {"n_kept": 0, "n_kept_late": 0, "n_missed": 0, "n_overdue": 0, "n_open": 0, "kept_percent": None}
    assert shown["response"]["n_cases"] == shown["response"]["by_group"]["UH"] == 1
    assert shown["response"]["rates"]["RR1"] == 0.0 and "CASRO" in shown["response"]["e_is"]


def test_a_campaign_nobody_knows_has_none(crm: Integrator):
    assert crm.get("/campaigns/999/attempts").status_code == 404


def test_a_format_nobody_makes_is_refused_with_those_there_are(crm: Integrator, line: Line):
    path = f"/campaigns/{attempt(crm).campaign_id}/results"
    assert {crm.get(f"{path}.csv").status_code, crm.get(f"{path}.xlsx").status_code} == {200}
    refused = crm.get(f"{path}.pdf")
    assert refused.status_code == 422
    assert refused.json() == {"errors": [{"field": "file_format", "message": "Input should be 'csv' or 'xlsx'"}]}


def test_the_results_of_a_campaign_nobody_knows_are_not_found(crm: Integrator):
    assert crm.get("/campaigns/999/results.csv").status_code == 404
