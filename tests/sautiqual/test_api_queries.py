"""However many rows a REST list holds, it asks the database as often as for one."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from campaigns.models import Answer, Call, Campaign, Handoff, Line, Score
from leads.models import Lead
from tests.sautiqual.conftest import Integrator, campaign_body

pytestmark = pytest.mark.django_db
N_MANY = 12


@pytest.fixture
def first(crm: Integrator, line: Line) -> Campaign:
    return Campaign.objects.get(id=crm.post("/campaigns", campaign_body()).json()["id"])


def add_hot_lead(campaign: Campaign, n: int) -> None:
    """With two attempts, an answer on each, and a hand-off that waits."""
    now = timezone.now()
    lead = Lead.objects.create(phone=f"+2547123456{n:02}", name="Asha", external_id=f"crm-{n}")
    Campaign.objects.create(name=f"Copy {n}", line=campaign.line, script=campaign.script, controller="Acme", purpose="marketing")
    for attempt, status in ((1, "completed"), (2, "in_progress")):
        call = Call.objects.create(campaign=campaign, lead=lead, script=campaign.script, attempt_number=attempt, status=status, due_at=now)
        Answer.objects.create(call=call, question=campaign.script.questions.get(), value=n, quote="so many", confidence=0.9, saved_at=now)
    Score.objects.create(call=call, points=80, threshold=70, is_hot=True, reasons=[], computed_at=now)
    Handoff.objects.create(call=call, strategy="dial", offered_at=now - timedelta(seconds=n))


def asked(crm: Integrator, address: str) -> tuple[int, int]:
    """How many rows came, and how many queries they took."""
    with CaptureQueriesContext(connection) as queries:
        reply = crm.get(address)
    assert reply.status_code == 200, reply.json()
    listed = reply.json()
    return len(listed if isinstance(listed, list) else listed["items"]), len(queries)


@pytest.mark.parametrize("address", ["/hot-leads", "/calls", "/leads", "/campaigns"])
def test_the_number_of_queries_does_not_grow_with_the_rows(crm: Integrator, first: Campaign, address: str):
    add_hot_lead(first, 0)
    asked(crm, address)  # what is asked once a process
    n_few, few = asked(crm, address)
    for n in range(1, N_MANY):
        add_hot_lead(first, n)
    n_many, many = asked(crm, address)

    assert n_many > n_few
    assert many == few, (few, many)


def test_each_hot_lead_comes_with_its_own_answers(crm: Integrator, first: Campaign):
    for n in range(3):
        add_hot_lead(first, n)
    found = crm.get("/hot-leads").json()["items"]

    assert [(row["external_id"], [answer["value"] for answer in row["answers"]]) for row in found] == [("crm-2", [2]), ("crm-1", [1]), ("crm-0", [0])]
