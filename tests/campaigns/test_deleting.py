"""A confirmation of a deletion names few rows, and counts many: it never fetches them."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns.models import Call, Campaign, CampaignChange, Line, WebhookDelivery, WebhookEndpoint
from leads import deleting
from leads.models import Lead
from tests.campaigns.console import administrator, shown, sign_in
from tests.conftest import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def few(monkeypatch) -> None:
    monkeypatch.setattr(deleting, "LISTED", 3)


def endpoint_with(n: int) -> WebhookEndpoint:
    endpoint = WebhookEndpoint.objects.create(url="https://example.org/hook", secret="x", event_types=["*"], created_by="mosi")
    WebhookDelivery.objects.bulk_create(WebhookDelivery(endpoint=endpoint, event_id=f"event-{m}", type="lead.hot", payload={}) for m in range(n))
    return endpoint


def confirmation(client, row) -> str:
    return " ".join(shown(client, f"{row._meta.app_label}/{row._meta.model_name}/{row.pk}/delete/").split())


def test_a_few_rows_are_named_as_ever(client, line, script):
    administrator(client)
    draft = Campaign.objects.create(name="Draft", line=line, script=script, controller="Acme")
    CampaignChange.objects.create(campaign=draft, changed_at=NOW, changed_by="mosi", from_status="", to_status="draft")
    page = confirmation(client, draft)
    assert "Draft" in page and str(CampaignChange.objects.get()) in page


def test_many_are_counted_without_being_fetched_and_go_with_it(client, line, script):
    administrator(client)
    draft = Campaign.objects.create(name="Draft", line=line, script=script, controller="Acme")
    CampaignChange.objects.bulk_create(
        CampaignChange(campaign=draft, changed_at=NOW, changed_by=f"mosi {n}", from_status="", to_status="draft") for n in range(5)
    )
    with CaptureQueriesContext(connection) as seen:
        page = confirmation(client, draft)

    assert f"5 {CampaignChange._meta.verbose_name_plural}" in page and "Draft" in page
    assert not any('"changed_by"' in query["sql"] for query in seen.captured_queries)
    client.post(f"/admin/campaigns/campaign/{draft.pk}/delete/", {"post": "yes"})
    assert not Campaign.objects.filter(pk=draft.pk).exists() and not CampaignChange.objects.exists()


def test_an_endpoint_with_many_deliveries_is_answered_without_reading_one(client):
    administrator(client)
    endpoint = endpoint_with(5)
    with CaptureQueriesContext(connection) as seen:
        confirmation(client, endpoint)
    assert not any('"response"' in query["sql"] and "LIMIT" not in query["sql"] for query in seen.captured_queries)


def test_a_line_with_many_calls_is_refused_with_their_number(client, campaign, script):
    administrator(client)
    line = Line.objects.create(number="+254711999999", label="spare", is_simulated=True)
    leads = Lead.objects.bulk_create(Lead(phone=f"+2547130000{n:02}") for n in range(5))
    Call.objects.bulk_create(Call(campaign=campaign, lead=lead, line=line, attempt_number=1, due_at=NOW) for lead in leads)
    page = confirmation(client, line)

    assert "5 calls" in page and not any(str(call.pk)[:8] in page for call in Call.objects.all())
    client.post(f"/admin/campaigns/line/{line.pk}/delete/", {"post": "yes"})
    assert Line.objects.filter(pk=line.pk).exists()


def test_who_may_not_delete_what_goes_with_it_is_told_and_cannot(client, monkeypatch):
    sign_in(client, "juma", "view_webhookendpoint", "delete_webhookendpoint", "view_webhookdelivery")
    endpoint = endpoint_with(5)
    few_said = client.get(f"/admin/campaigns/webhookendpoint/{endpoint.pk}/delete/").context["perms_lacking"]
    monkeypatch.setattr(deleting, "LISTED", 100)
    plain = client.get(f"/admin/campaigns/webhookendpoint/{endpoint.pk}/delete/").context["perms_lacking"]
    assert few_said == plain


def test_relations_are_followed_through_what_goes(asha, campaign):
    call = Call.objects.create(campaign=campaign, lead=asha, attempt_number=1, due_at=NOW)
    call.turns.create(position=0, party="bot", text="Hello", started_ms=0, ended_ms=1)
    found = deleting.related_to(Lead.objects.filter(pk=asha.pk))
    assert {table._meta.label: n for table, n in found.going.items()}.items() >= {"campaigns.Call": 1, "campaigns.Turn": 1}.items()
    assert not found.standing
