"""Webhook endpoints as an integrator makes, changes and watches them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone
from standardwebhooks import Webhook

from campaigns.integrations.webhooks import outbox
from campaigns.integrations.webhooks.event_types import EventType
from campaigns.models import WebhookDelivery, WebhookEndpoint
from tests.sautiqual.conftest import Integrator

pytestmark = pytest.mark.django_db

HOOKS = "https://crm.example.com/hooks"


@pytest.fixture(autouse=True)
def real_settings(settings) -> None:
    """As where real phones ring."""
    settings.PUBLIC_URL = "https://calls.example.com"
    settings.WEBHOOK_PRIVATE_ADDRESSES = False


@pytest.fixture
def made(crm: Integrator) -> dict[str, Any]:
    reply = crm.post("/webhook-endpoints", {"url": HOOKS, "description": "CRM"})
    assert reply.status_code == 201
    return dict(reply.json())


def path_of(made: dict[str, Any], rest: str = "") -> str:
    return f"/webhook-endpoints/{made['id']}{rest}"


def test_its_secret_is_shown_once_and_signs(crm: Integrator, made):
    assert made["secret"].startswith("whsec_") and len(Webhook(made["secret"]).sign("msg_1", timezone.now(), "{}")) > 40
    assert "secret" not in crm.get(path_of(made)).json() and "secret" not in crm.get("/webhook-endpoints").json()[0]


def test_by_default_it_is_told_of_everything_and_of_nobodys_name(crm: Integrator, made):
    shown = crm.get(path_of(made)).json()
    assert (shown["event_types"], shown["include_personal_data"], shown["is_active"]) == (["*"], False, True)
    assert (shown["created_by"], shown["url"]) == ("API key CRM", HOOKS)


@pytest.mark.parametrize(
    ("body", "field", "words"),
    [
        ({"url": "http://crm.example.com/"}, "url", "Use https"),
        ({"url": "https://169.254.169.254/"}, "url", "is private"),
        ({"url": "crm"}, "url", "not an address"),
        ({"url": HOOKS, "event_types": ["lead.cold"]}, "event_types", "no event “lead.cold”"),
        ({"url": HOOKS, "event_types": []}, "event_types", "at least one"),
        ({}, "url", "required"),
    ],
    ids=["http", "private", "no address", "unknown type", "no type", "nothing"],
)
def test_what_could_not_work_is_refused_in_words(crm: Integrator, body, field, words):
    reply = crm.post("/webhook-endpoints", body)
    (error,) = reply.json()["errors"]
    assert (reply.status_code, error["field"]) == (422, field) and words in error["message"]
    assert not WebhookEndpoint.objects.exists()


def test_a_repeated_post_makes_one_endpoint_and_shows_the_same_secret(crm: Integrator):
    first, second = (crm.post("/webhook-endpoints", {"url": HOOKS}, idempotency_key="k1") for _ in range(2))
    assert first.json() == second.json() and WebhookEndpoint.objects.count() == 1


def test_fields_left_out_keep_their_value(crm: Integrator, made):
    reply = crm.patch(path_of(made), {"event_types": ["lead.hot", "handoff.bridged"]})
    assert reply.status_code == 200
    assert (reply.json()["event_types"], reply.json()["url"], reply.json()["description"]) == (["lead.hot", "handoff.bridged"], HOOKS, "CRM")


def test_a_change_is_checked_as_well_and_personal_data_cannot_be_added(crm: Integrator, made):
    assert crm.patch(path_of(made), {"url": "https://10.0.0.1/"}).status_code == 422
    crm.patch(path_of(made), {"include_personal_data": True})
    kept = WebhookEndpoint.objects.get()
    assert (kept.url, kept.include_personal_data) == (HOOKS, False)


def test_it_is_paused_and_switched_on(crm: Integrator, made):
    off = crm.patch(path_of(made), {"is_active": False}).json()
    assert (off["is_active"], off["disabled_because"]) == (False, "It was paused by API key CRM.")
    on = crm.patch(path_of(made), {"is_active": True}).json()
    assert (on["is_active"], on["disabled_at"], on["disabled_because"]) == (True, None, "")


def test_a_new_secret_leaves_the_old_one_a_day(crm: Integrator, made):
    reply = crm.post(path_of(made, "/rotate-secret")).json()
    assert reply["secret"] not in ("", made["secret"])
    kept = WebhookEndpoint.objects.get()
    assert (kept.secret, kept.previous_secret) == (reply["secret"], made["secret"])
    assert kept.previous_secret_until is not None
    assert timedelta(hours=23) < kept.previous_secret_until - timezone.now() <= timedelta(hours=24)


def test_a_deleted_endpoint_is_gone_with_its_deliveries(crm: Integrator, made):
    crm.post(path_of(made, "/test"))
    assert crm.delete(path_of(made)).status_code == 204
    assert crm.get(path_of(made)).status_code == 404 and not WebhookDelivery.objects.exists()


def test_a_test_event_is_on_its_way_whatever_the_endpoint_is_told_of(crm: Integrator, made):
    crm.patch(path_of(made), {"event_types": ["lead.hot"]})
    reply = crm.post(path_of(made, "/test"))
    assert (reply.status_code, reply.json()["type"], reply.json()["status"]) == (202, "webhook.test", "pending")
    assert crm.get(path_of(made, "/deliveries")).json()["items"][0]["event_id"] == reply.json()["event_id"]


@pytest.mark.parametrize("act", ["test", "retry"])
def test_nothing_is_sent_to_an_endpoint_that_is_off(crm: Integrator, made, act):
    delivery = crm.post(path_of(made, "/test")).json()
    crm.patch(path_of(made), {"is_active": False})
    reply = crm.post(path_of(made, "/test") if act == "test" else f"/webhook-endpoints/deliveries/{delivery['id']}/retry")
    assert reply.status_code == 422 and "switched off" in reply.json()["errors"][0]["message"]


@pytest.mark.parametrize("status", WebhookDelivery.Status.values)
def test_a_delivery_is_sent_again_whatever_came_of_it_with_the_same_id(crm: Integrator, made, status):
    sent = crm.post(path_of(made, "/test")).json()
    WebhookDelivery.objects.update(status=status, next_attempt_at=None, n_attempts=10)
    again = crm.post(f"/webhook-endpoints/deliveries/{sent['id']}/retry")
    assert again.status_code == 202
    assert (again.json()["status"], again.json()["n_attempts"], again.json()["event_id"]) == ("pending", 0, sent["event_id"])
    assert WebhookDelivery.objects.filter(next_attempt_at__lte=timezone.now()).count() == 1


def test_deliveries_come_in_pages_newest_first_without_gap_or_repeat(crm: Integrator, made):
    for n in range(5):
        outbox.tell(EventType.LEAD_HOT, str(n), lambda: {})
    seen, cursor = [], ""
    while cursor is not None:
        page = crm.get(path_of(made, "/deliveries"), limit=2, cursor=cursor).json()
        seen += [row["id"] for row in page["items"]]
        cursor = page["next_cursor"]
    assert seen == sorted(seen, reverse=True) and len(set(seen)) == 5


def test_deliveries_are_found_by_status_and_type(crm: Integrator, made):
    outbox.tell(EventType.LEAD_HOT, "1", lambda: {})
    crm.post(path_of(made, "/test"))
    WebhookDelivery.objects.filter(type="lead.hot").update(status="dead", next_attempt_at=None)
    assert [row["type"] for row in crm.get(path_of(made, "/deliveries"), status="dead").json()["items"]] == ["lead.hot"]
    assert [row["status"] for row in crm.get(path_of(made, "/deliveries"), type="webhook.test").json()["items"]] == ["pending"]


@pytest.mark.parametrize("cursor", ["abc", "WzFd:forged"])
def test_a_cursor_that_was_not_handed_out_is_refused(crm: Integrator, made, cursor):
    assert crm.get(path_of(made, "/deliveries"), cursor=cursor).json()["errors"][0]["field"] == "cursor"


@pytest.mark.parametrize("rest", ["", "/deliveries"])
def test_an_endpoint_that_is_none_is_not_found(crm: Integrator, rest):
    assert crm.get(f"/webhook-endpoints/{uuid4()}{rest}").status_code == 404


@pytest.mark.parametrize("delivery_id", [4711, 2**63 - 1])
def test_a_delivery_that_is_none_is_not_found(crm: Integrator, delivery_id):
    assert crm.post(f"/webhook-endpoints/deliveries/{delivery_id}/retry").status_code == 404


def test_without_a_key_nobody_gets_near(made):
    assert Client().get("/api/v1/webhook-endpoints").status_code == 401


class TestDocumentation:
    """OpenAPI 3.1 says of each event what it means and what stands in it."""

    @pytest.fixture
    def document(self) -> dict[str, Any]:
        return dict(Client().get("/api/v1/openapi.json").json())

    def test_every_event_is_there_with_its_data(self, document):
        for event_type in EventType:
            operation = document["webhooks"][event_type.value]["post"]
            body = operation["requestBody"]["content"]["application/json"]["schema"]["properties"]
            assert operation["summary"] and body["type"] == {"const": event_type.value} and body["data"]
            assert {parameter["name"] for parameter in operation["parameters"]} == {"webhook-id", "webhook-timestamp", "webhook-signature"}

    def test_every_reference_leads_somewhere(self, document):
        def references(part: Any) -> list[str]:
            if isinstance(part, dict):
                own = [part["$ref"]] if isinstance(part.get("$ref"), str) else []
                return own + [found for value in part.values() for found in references(value)]
            return [found for value in part for found in references(value)] if isinstance(part, list) else []

        found = set(references(document))
        assert len(found) > 50
        for reference in found:
            place: Any = document
            for step in reference.removeprefix("#/").split("/"):
                place = place[step.replace("~1", "/")]
            assert isinstance(place, dict), reference
