"""Hot leads as an integrator reads them: where each hand-off stands, why the lead is hot, what they answered, how long they wait."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from campaigns.models import Answer, Call, Campaign, Handoff, Line, Rep, Score
from leads.models import Lead
from tests.sautiqual.conftest import Integrator, campaign_body

pytestmark = pytest.mark.django_db


@pytest.fixture
def web_leads(crm: Integrator, line: Line) -> Campaign:
    return Campaign.objects.get(id=crm.post("/campaigns", campaign_body()).json()["id"])


def hot(campaign: Campaign, n: int = 1, *, waits_s: int = 60, **fields: Any) -> Handoff:
    now = timezone.now()
    lead = Lead.objects.create(phone=f"+25471234567{n}", name="Asha", external_id=f"crm-{n}")
    call = Call.objects.create(campaign=campaign, lead=lead, script=campaign.script, attempt_number=1, status="in_progress", due_at=now)
    Answer.objects.create(call=call, question=campaign.script.questions.get(), value=60, quote="about sixty", confidence=0.9, saved_at=now)
    Score.objects.create(
        call=call, points=80, threshold=70, is_hot=True, reasons=[{"question": "seats", "points": 80, "why": "large"}], computed_at=now
    )
    return Handoff.objects.create(call=call, strategy="dial", offered_at=now - timedelta(seconds=waits_s), **fields)


def found(crm: Integrator, **asked: Any) -> list[dict[str, Any]]:
    reply = crm.get("/hot-leads", **asked)
    assert reply.status_code == 200, reply.json()
    return list(reply.json()["items"])


def test_it_says_who_waits_why_they_are_hot_and_what_they_answered(crm: Integrator, web_leads):
    handoff = hot(web_leads)
    [lead] = found(crm)
    assert (lead["handoff_id"], lead["status"], lead["external_id"], lead["campaign"]) == (str(handoff.id), "offered", "crm-1", "Web leads")
    assert (lead["score"], lead["reasons"][0]["why"]) == (80, "large")
    assert (lead["answers"][0]["question_id"], lead["answers"][0]["value"], lead["answers"][0]["quote"]) == ("seats", 60, "about sixty")
    assert (lead["rep_name"], lead["promised_for"], lead["promise"]) == (None, None, None)


def test_it_says_who_has_the_lead(crm: Integrator, web_leads):
    rep = Rep.objects.create(user=User.objects.create_user("rehema"), name="Rehema", number="+254722000011")
    hot(web_leads, status="accepted", rep=rep, accepted_at=timezone.now())
    [lead] = found(crm)
    assert (lead["rep_id"], lead["rep_name"]) == (rep.id, "Rehema")


@pytest.mark.parametrize(
    ("fields", "waited_s"),
    [({}, 60), ({"status": "accepted", "accepted_at": 20}, 20), ({"status": "lead_hung_up", "ended_at": 30}, 30)],
    ids=["waits", "taken", "hung up"],
)
def test_it_says_how_long_the_lead_has_waited(crm: Integrator, web_leads, fields, waited_s):
    offered_at = timezone.now() - timedelta(seconds=60)
    stamps = {name: offered_at + timedelta(seconds=value) if isinstance(value, int) else value for name, value in fields.items()}
    handoff = hot(web_leads, **stamps)
    Handoff.objects.filter(pk=handoff.pk).update(offered_at=offered_at)
    [lead] = found(crm, status=fields.get("status", "offered"))
    assert waited_s <= lead["waited_s"] <= waited_s + 5


def test_a_promise_is_shown_with_how_it_stands(crm: Integrator, web_leads):
    hot(web_leads, status="promised", promised_for=timezone.now() - timedelta(minutes=20))
    [lead] = found(crm)
    assert lead["promise"]["state"] == "late" and lead["promised_for"]


def test_without_a_status_it_shows_those_that_wait(crm: Integrator, web_leads):
    for n, status in enumerate(["offered", "accepted", "promised", "bridged", "kept"]):
        hot(web_leads, n, status=status)
    assert {lead["status"] for lead in found(crm)} == {"offered", "accepted", "promised"}
    assert {lead["status"] for lead in found(crm, status=["bridged", "kept"])} == {"bridged", "kept"}


def test_it_is_narrowed_by_campaign_and_by_when_they_were_offered(crm: Integrator, web_leads):
    other = Campaign.objects.get(id=crm.post("/campaigns", campaign_body(name="Other")).json()["id"])
    hot(web_leads, 1, waits_s=300)
    hot(other, 2, waits_s=60)
    since = (timezone.now() - timedelta(seconds=120)).isoformat()
    assert [lead["campaign"] for lead in found(crm, campaign_id=web_leads.id)] == ["Web leads"]
    assert [lead["campaign"] for lead in found(crm, since=since)] == ["Other"]


def test_pages_come_longest_wait_first_without_gap_or_repeat(crm: Integrator, web_leads):
    for n in range(5):
        hot(web_leads, n, waits_s=10 * n)
    seen, cursor = [], ""
    while cursor is not None:
        page = crm.get("/hot-leads", limit=2, cursor=cursor).json()
        seen += [lead["external_id"] for lead in page["items"]]
        cursor = page["next_cursor"]
    assert seen == ["crm-4", "crm-3", "crm-2", "crm-1", "crm-0"]


@pytest.mark.parametrize(
    ("asked", "field"), [({"status": "warm"}, "status"), ({"cursor": "abc"}, "cursor"), ({"limit": 0}, "limit"), ({"since": "noon"}, "since")]
)
def test_what_cannot_be_asked_is_refused_with_its_field(crm: Integrator, asked, field):
    reply = crm.get("/hot-leads", **asked)
    assert reply.status_code == 422 and field in reply.json()["errors"][0]["field"]
