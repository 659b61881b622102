"""REST as an integrator meets it: keys, bad input, campaigns, calls, results."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from campaigns.integrations.api_keys import create_api_key
from campaigns.models import Answer, ApiKey, Call, Campaign, DialDecision, Line, Score, Script
from leads.models import Lead
from tests.sautiqual.conftest import Integrator, campaign_body

pytestmark = pytest.mark.django_db


def lead(phone: str = "+254712345678", name: str = "Asha") -> Lead:
    return Lead.objects.create(phone=phone, name=name)


def campaign(crm: Integrator) -> Campaign:
    return Campaign.objects.get(id=crm.post("/campaigns", campaign_body()).json()["id"])


def finished_call(campaign: Campaign, name: str = "Asha") -> Call:
    call = Call.objects.create(
        campaign=campaign,
        lead=lead(name=name),
        script=campaign.script,
        attempt_number=1,
        status="completed",
        disposition="qualified",
        due_at=timezone.now(),
    )
    question = campaign.script.questions.get()
    Answer.objects.create(call=call, question=question, value=60, quote="about sixty", confidence=0.9, saved_at=timezone.now())
    Score.objects.create(
        call=call, points=80, threshold=70, is_hot=True, reasons=[{"question": "seats", "points": 80, "why": "large"}], computed_at=timezone.now()
    )
    DialDecision.objects.create(call=call, decided_at=timezone.now(), is_allowed=True)
    return call


def test_it_refuses_a_request_without_a_key():
    assert Client().get("/api/v1/leads").status_code == 401


def test_it_refuses_a_revoked_key(crm: Integrator):
    ApiKey.objects.update(revoked_at=timezone.now())
    assert crm.get("/leads").status_code == 401


def test_it_keeps_no_key_in_the_database(crm: Integrator):
    key = ApiKey.objects.get()
    assert len(key.digest) == 64 and key.digest != key.prefix


def test_the_documentation_is_open_and_names_every_part():
    schema = Client().get("/api/v1/openapi.json").json()
    paths = {path.removeprefix("/api/v1") for path in schema["paths"]}
    assert {
        "/leads",
        "/leads/{lead_id}/consents",
        "/do-not-call",
        "/campaigns",
        "/campaigns/{campaign_id}/leads",
        "/calls",
        "/calls/{call_id}",
        "/hot-leads",
    } <= paths


def test_a_number_that_is_none_is_refused_with_field_and_mend(crm: Integrator):
    reply = crm.post("/leads", {"phone": "12", "name": "Asha"})
    assert reply.status_code == 422
    (error,) = reply.json()["errors"]
    assert error["field"] == "phone" and error["message"]


def test_a_missing_field_is_named(crm: Integrator):
    reply = crm.post("/campaigns", {"name": "x"})
    assert reply.status_code == 422
    assert "controller" in {error["field"] for error in reply.json()["errors"]}


def test_it_makes_a_campaign_as_a_draft_with_its_script(crm: Integrator, line: Line):
    reply = crm.post("/campaigns", campaign_body())
    assert reply.status_code == 201
    assert (reply.json()["status"], reply.json()["script_version"], reply.json()["line"]) == ("draft", 1, line.number)
    assert Script.objects.get().questions.get().key == "seats"


@pytest.mark.parametrize(("body", "turns"), [({}, "local"), ({"turns": "provider"}, "provider")], ids=["not said", "said"])
def test_a_campaign_says_who_decides_whose_turn_it_is(crm: Integrator, line: Line, body, turns):
    assert crm.post("/campaigns", campaign_body() | body).json()["turns"] == turns


def test_a_script_of_a_name_in_use_becomes_its_next_version(crm: Integrator, line: Line):
    crm.post("/campaigns", campaign_body())
    reply = crm.post("/campaigns", campaign_body(name="Second"))
    assert reply.json()["script_version"] == 2


def test_a_campaign_without_recordings_says_so_nowhere_in_its_standard_disclosure(crm: Integrator, line: Line):
    body = campaign_body(is_recorded=False)
    body["script"]["disclosure"] = ""
    made = crm.post("/campaigns", body).json()
    assert made["is_recorded"] is False
    assert "recorded" not in Campaign.objects.get(id=made["id"]).script.disclosure


def test_a_campaign_of_a_name_in_use_is_refused_and_leaves_no_script(crm: Integrator, line: Line):
    crm.post("/campaigns", campaign_body())
    assert crm.post("/campaigns", campaign_body()).status_code == 422
    assert Script.objects.count() == 1


def test_a_campaign_needs_a_line_that_exists(crm: Integrator):
    reply = crm.post("/campaigns", campaign_body())
    assert reply.status_code == 422
    assert reply.json()["errors"][0]["field"] == "line"


def question(**changes: Any) -> dict[str, Any]:
    return {"key": "seats", "kind": "number", "wording": "How many seats?", **changes}


@pytest.mark.parametrize(
    ("script", "field", "mend"),
    [
        pytest.param({"questions": [question(rubric=[{"when": {"equals": "60"}}])]}, "script.questions.0", "Write a number", id="points for nobody"),
        pytest.param({"questions": [question(kind="one_of", choices=["red"])]}, "script.questions.0", "at least two", id="one choice"),
        pytest.param({"questions": [question(), question()]}, "script.questions", "Two questions have the key", id="the same key twice"),
        pytest.param(
            {"questions": [question(key=key, kind="yes_no", role="permission") for key in "ab"]},
            "script.questions",
            "asked for once",
            id="permission twice",
        ),
        pytest.param({"lines": {"hello": "Hi"}}, "script.lines", "no fixed sentence “hello”", id="unknown sentence"),
        pytest.param({"organisation": "A" * 101}, "script.organisation", "at most 100", id="too long for the database"),
        pytest.param({"questions": []}, "script.questions", "at least 1", id="no questions"),
    ],
)
def test_a_script_that_could_not_be_asked_or_scored_is_refused(crm: Integrator, line: Line, script, field, mend):
    body = {"name": "Short", "organisation": "Acme", "questions": [question()], **script}

    reply = crm.post("/campaigns", campaign_body(script=body))

    (error,) = reply.json()["errors"]
    assert (reply.status_code, error["field"]) == (422, field) and mend in error["message"]
    assert not error["message"].startswith("Value error") and not Script.objects.exists()


def test_it_enrols_each_lead_once(crm: Integrator, line: Line):
    web_leads, asha = campaign(crm), lead()
    path = f"/campaigns/{web_leads.id}/leads"
    assert crm.post(path, {"lead_ids": [str(asha.id)]}).json() == {"enrolled": 1, "already_enrolled": 0}
    assert crm.post(path, {"lead_ids": [str(asha.id)]}).json() == {"enrolled": 0, "already_enrolled": 1}
    assert Call.objects.get().status == "queued"


def test_it_takes_leads_out(crm: Integrator, line: Line):
    web_leads, asha = campaign(crm), lead()
    body = {"lead_ids": [str(asha.id)]}
    crm.post(f"/campaigns/{web_leads.id}/leads", body)
    assert crm.post(f"/campaigns/{web_leads.id}/leads/take-out", body).json() == {"taken_out": 1, "being_called": 0}
    assert Call.objects.get().status == "canceled"
    unknown = {"lead_ids": ["00000000-0000-0000-0000-000000000000"]}
    reply = crm.post(f"/campaigns/{web_leads.id}/leads/take-out", unknown)
    assert reply.status_code == 422 and "Nobody was taken out" in reply.json()["errors"][0]["message"]


def test_an_unknown_lead_stops_the_whole_enrolment(crm: Integrator, line: Line):
    body = {"lead_ids": [str(lead().id), "00000000-0000-0000-0000-000000000000"]}
    assert crm.post(f"/campaigns/{campaign(crm).id}/leads", body).status_code == 422
    assert not Call.objects.exists()


def test_a_campaign_that_cannot_start_says_why_and_stays_a_draft(crm: Integrator, line: Line):
    web_leads = campaign(crm)
    Line.objects.update(is_active=False)
    crm.post(f"/campaigns/{web_leads.id}/preflight")
    reply = crm.post(f"/campaigns/{web_leads.id}/approve")
    assert reply.status_code == 422 and "not active" in reply.json()["errors"][0]["message"]
    assert Campaign.objects.get().status == "draft"


def test_it_starts_pauses_and_closes(crm: Integrator, line: Line, settings):
    settings.SAUTIKIT_API_URL = "http://127.0.0.1:1"
    web_leads = campaign(crm)
    crm.post(f"/scripts/{web_leads.script_id}/rehearsal-waiver", {"by": "Mosi", "why": "A test"})
    way = ("preflight", "approve", "start", "pause", "resume", "close")
    statuses = [crm.post(f"/campaigns/{web_leads.id}/{action}").json()["status"] for action in way]
    assert statuses == ["finished", "approved", "running", "paused", "running", "closed"]
    assert crm.get(f"/campaigns/{web_leads.id}").json()["approved_by"] == "API key CRM"
    changes = crm.get(f"/campaigns/{web_leads.id}/changes").json()
    assert (len(changes), changes[0]["to_status"], changes[0]["changed_by"]) == (5, "closed", "API key CRM")


def test_it_is_not_started_before_its_script_was_rehearsed(crm: Integrator, line: Line, settings):
    settings.SAUTIKIT_API_URL = "http://127.0.0.1:1"
    web_leads = campaign(crm)
    for action in ("preflight", "approve"):
        crm.post(f"/campaigns/{web_leads.id}/{action}")
    reply = crm.post(f"/campaigns/{web_leads.id}/start")
    assert reply.status_code == 422
    assert [error["message"] for error in reply.json()["errors"]] == [
        "Nobody has rehearsed Short v1 as it reads now. Rehearse it: open the script and press “Rehearse”, or have it waived there with a reason."
    ]
    assert Campaign.objects.get().status == "approved"


def test_it_is_not_started_without_an_approval(crm: Integrator, line: Line):
    reply = crm.post(f"/campaigns/{campaign(crm).id}/start")
    assert reply.status_code == 422 and "This campaign is draft" in reply.json()["errors"][0]["message"]


def test_a_preflight_says_who_is_excluded_and_lists_them_all(crm: Integrator, line: Line):
    web_leads, asha = campaign(crm), lead()
    crm.post(f"/campaigns/{web_leads.id}/leads", {"lead_ids": [str(asha.id)]})

    made = crm.post(f"/campaigns/{web_leads.id}/preflight").json()

    path = f"/campaigns/{web_leads.id}/preflights/{made['id']}"
    result = crm.get(path).json()["result"]
    assert (result["n_queued"], result["n_excluded"], made["asked_by"]) == (1, 1, "API key CRM")
    assert "consent_missing" in {row["reason"] for row in result["excluded"]}
    assert crm.get(f"{path}/excluded/consent_missing").json() == {"lead_ids": [str(asha.id)], "next_page": None}
    assert crm.get(f"{path}/excluded/do_not_call").status_code == 404
    assert crm.get(f"/campaigns/{web_leads.id + 1}/preflights/{made['id']}").status_code == 404


def test_a_call_shows_answers_score_decisions_and_money(crm: Integrator, line: Line):
    call = finished_call(campaign(crm))
    body = crm.get(f"/calls/{call.id}").json()
    assert body["answers"][0]["value"] == 60 and body["answers"][0]["quote"] == "about sixty"
    assert body["score"]["is_hot"] and body["score"]["reasons"][0]["why"] == "large"
    assert body["dial_decisions"][0]["is_allowed"]
    money = body["money"]
    assert (money["reserved_minor"], money["cost_minor"], money["currency"]) == (0, None, "KES")
    assert (money["voice_cost_minor"], money["total_minor"], money["voice_sessions"]) == (None, None, [])


def test_a_call_shows_its_timing_and_why_it_is_not_recorded(crm: Integrator, line: Line):
    call = finished_call(campaign(crm))
    figures = {"first_word_ms": 300, "voice_to_voice_ms": [900, 1100], "overlap_ms": 40, "longest_silence_ms": 2500}
    Call.objects.filter(pk=call.pk).update(**figures)
    body = crm.get(f"/calls/{call.id}").json()
    assert (body["timing"], body["not_recorded"], body["recording_refusal"]) == (figures, None, "")
    Call.objects.filter(pk=call.pk).update(not_recorded="callee", recording_refusal="don't record me")
    body = crm.get(f"/calls/{call.id}").json()
    assert (body["not_recorded"], body["recording_refusal"]) == ("callee", "don't record me")


def test_calls_come_in_pages_without_gap_or_repeat(crm: Integrator, line: Line):
    web_leads = campaign(crm)
    for n in range(5):
        Call.objects.create(campaign=web_leads, lead=lead(f"+25471234567{n}"), attempt_number=1, due_at=timezone.now())
    seen, cursor = [], ""
    while cursor is not None:
        page = crm.get("/calls", limit=2, cursor=cursor).json()
        seen += [row["id"] for row in page["items"]]
        cursor = page["next_cursor"]
    assert len(seen) == len(set(seen)) == 5


def test_pages_of_calls_of_one_moment_hold_what_a_plain_list_holds(crm: Integrator, line: Line):
    """By every filter, in its order."""
    web_leads = campaign(crm)
    Call.objects.bulk_create(
        Call(campaign=web_leads, lead=lead(f"+2547123456{n:02}"), attempt_number=1, due_at=timezone.now(), status=("failed", "busy")[n % 2])
        for n in range(9)
    )
    Call.objects.update(created_at=timezone.now())
    for asked in ({}, {"status": "failed"}, {"campaign_id": web_leads.pk}, {"occasion": "inbound"}, {"disposition": "qualified"}):
        seen, cursor = [], ""
        while cursor is not None:
            page = crm.get("/calls", limit=2, cursor=cursor, **asked).json()
            seen += [row["id"] for row in page["items"]]
            cursor = page["next_cursor"]
        assert seen == [str(pk) for pk in Call.objects.filter(**asked).order_by("-created_at", "-id").values_list("pk", flat=True)]


def test_a_cursor_that_was_tampered_with_is_refused(crm: Integrator):
    assert crm.get("/calls", cursor="abc").status_code == 422


def test_results_come_as_csv_with_a_column_a_question(crm: Integrator, line: Line):
    web_leads = campaign(crm)
    finished_call(web_leads)
    reply = crm.get(f"/campaigns/{web_leads.id}/results.csv")
    (row,) = csv.DictReader(io.StringIO(b"".join(reply).decode()))
    assert (row["seats"], row["score"], row["is_hot"], row["disposition"]) == ("60", "80", "True", "qualified")


def test_a_formula_in_a_name_stays_text_in_the_csv(crm: Integrator, line: Line):
    web_leads = campaign(crm)
    finished_call(web_leads, name="=HYPERLINK(1)")
    (row,) = csv.DictReader(io.StringIO(b"".join(crm.get(f"/campaigns/{web_leads.id}/results.csv")).decode()))
    assert row["name"] == "'=HYPERLINK(1)" and row["phone"] == "+254712345678"


class TestIdempotencyKey:
    def test_a_repeated_post_does_its_work_once_and_gets_the_same_reply(self, crm: Integrator, line: Line):
        first, second = (crm.post("/campaigns", campaign_body(), idempotency_key="k1") for _ in range(2))
        assert first.status_code == second.status_code == 201
        assert first.json() == second.json() and second["Idempotent-Replay"] == "true"
        assert Campaign.objects.count() == 1

    def test_the_same_key_with_another_body_is_refused(self, crm: Integrator, line: Line):
        crm.post("/campaigns", campaign_body(), idempotency_key="k1")
        assert crm.post("/campaigns", campaign_body(name="Other"), idempotency_key="k1").status_code == 422
        assert Campaign.objects.count() == 1

    def test_a_refusal_is_replayed_as_well(self, crm: Integrator):
        first, second = (crm.post("/leads", {"phone": "12"}, idempotency_key="k2") for _ in range(2))
        assert first.status_code == second.status_code == 422 and first.json() == second.json()

    def test_another_integrator_may_use_the_same_key(self, crm: Integrator, line: Line):

        other = Integrator(create_api_key("Other")[1])
        crm.post("/campaigns", campaign_body(), idempotency_key="k1")
        assert other.post("/campaigns", campaign_body(name="Other"), idempotency_key="k1").status_code == 201


@pytest.mark.parametrize(("vouches", "by"), [(True, "API key CRM"), (False, "")], ids=["they do", "they do not"])
def test_an_integrator_may_answer_for_the_words_of_a_script(crm: Integrator, line: Line, vouches: bool, by: str):
    body = campaign_body()
    crm.post("/campaigns", {**body, "script": {**body["script"], "language": "zu-ZA", "disclosure": "Acme.", "vouch_for_disclosure": vouches}})

    script = Script.objects.get()
    assert (script.is_vouched_for, script.disclosure_vouched_by) == (vouches, by)
