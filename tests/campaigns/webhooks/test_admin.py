"""Webhooks in the console: made with a secret shown once, tested, paused, renewed; deliveries seen and sent again."""

from __future__ import annotations

import re

import pytest
from django.utils import timezone

from campaigns.integrations.webhooks import endpoints, outbox
from campaigns.integrations.webhooks.event_types import EventType
from campaigns.models import WebhookDelivery, WebhookEndpoint
from tests.campaigns.console import administrator, shown, sign_in, told

pytestmark = pytest.mark.django_db

ADD = "campaigns/webhookendpoint/add/"
FORM = {"url": "https://crm.example.com/hooks", "description": "CRM", "event_types": ["lead.hot", "call.completed"]}


def page_of(endpoint: WebhookEndpoint, button: str = "") -> str:
    return f"campaigns/webhookendpoint/{endpoint.pk}/{button}/" if button else f"campaigns/webhookendpoint/{endpoint.pk}/change/"


@pytest.fixture
def manager(client):
    return administrator(client)


@pytest.fixture
def delivery(endpoint) -> WebhookDelivery:
    outbox.tell(EventType.LEAD_HOT, "1", lambda: {"score": 70})
    WebhookDelivery.objects.update(status="dead", next_attempt_at=None, n_attempts=10, last_status=500, last_error="It answered 500.")
    return WebhookDelivery.objects.get()


def test_a_new_endpoint_shows_its_secret_once(client, manager):
    [warning] = [sentence for sentence in told(client, ADD, FORM) if "Copy this secret" in sentence]
    made = WebhookEndpoint.objects.get()
    assert made.secret in warning
    assert (made.url, made.event_types, made.include_personal_data, made.created_by) == (FORM["url"], FORM["event_types"], False, "mosi")
    assert made.secret not in shown(client, page_of(made))


def test_an_address_that_could_not_work_is_refused_beside_its_field(client, manager, settings):
    settings.WEBHOOK_PRIVATE_ADDRESSES = False
    response = client.post(f"/admin/{ADD}", {**FORM, "url": "https://10.0.0.1/"})
    assert "This address is private" in response.content.decode() and not WebhookEndpoint.objects.exists()


def test_everything_and_something_is_refused(client, manager):
    response = client.post(f"/admin/{ADD}", {**FORM, "event_types": ["*", "lead.hot"]})
    assert "leave the others out" in response.content.decode()


def test_it_can_be_changed_but_not_be_told_names_afterwards(client, manager, endpoint):
    client.post(f"/admin/{page_of(endpoint)}", {**FORM, "include_personal_data": "on"})
    endpoint.refresh_from_db()
    assert (endpoint.url, endpoint.event_types, endpoint.include_personal_data) == (FORM["url"], FORM["event_types"], False)


@pytest.mark.parametrize("button", ["send_test", "rotate_secret", "pause", "switch_on"])
def test_a_button_asks_first(client, manager, endpoint, button):
    before = (endpoint.secret, endpoint.is_active)
    assert "Cancel" in shown(client, page_of(endpoint, button))
    endpoint.refresh_from_db()
    assert (endpoint.secret, endpoint.is_active) == before and not WebhookDelivery.objects.exists()


def test_a_test_is_sent_and_its_delivery_shown(client, manager, endpoint):
    assert "on its way" in told(client, page_of(endpoint, "send_test"))[0]
    assert WebhookDelivery.objects.get().type == "webhook.test"


def test_a_new_secret_is_shown_once_and_the_old_one_signs_on(client, manager, endpoint):
    old = endpoint.secret
    [warning] = told(client, page_of(endpoint, "rotate_secret"))
    endpoint.refresh_from_db()
    assert endpoint.secret in warning and endpoint.previous_secret == old


def test_it_is_paused_by_name_and_switched_on_again(client, manager, endpoint):
    told(client, page_of(endpoint, "pause"))
    endpoint.refresh_from_db()
    assert (endpoint.is_active, endpoint.disabled_because) == (False, "It was paused by mosi.")
    assert "Switch on" in (page := shown(client, page_of(endpoint))) and "Send a test" not in page
    told(client, page_of(endpoint, "switch_on"))
    endpoint.refresh_from_db()
    assert endpoint.is_active


def test_the_first_page_tells_of_endpoints_that_are_off(client, manager, endpoint):
    assert "switched off" not in shown(client, "")
    WebhookEndpoint.objects.update(is_active=False, disabled_at=timezone.now(), disabled_because="It answered 410: it wants nothing more.")
    assert "It answered 410" in shown(client, "")


def test_a_delivery_is_shown_with_what_came_of_it_and_never_edited(client, manager, delivery):
    assert "It answered 500." in shown(client, "campaigns/webhookdelivery/")
    assert delivery.event_id in shown(client, f"campaigns/webhookdelivery/{delivery.pk}/change/")
    assert client.post(f"/admin/campaigns/webhookdelivery/{delivery.pk}/change/", {"status": "pending"}).status_code == 403


def again(client, delivery: WebhookDelivery) -> list[str]:
    return told(client, "campaigns/webhookdelivery/", {"action": "send_again", "_selected_action": [delivery.pk]})


def test_a_delivery_is_sent_again(client, manager, delivery):
    assert again(client, delivery) == ["1 delivery is on its way again."]
    delivery.refresh_from_db()
    assert (delivery.status, delivery.n_attempts) == ("pending", 0)


def test_not_to_an_endpoint_that_is_off(client, manager, delivery):
    endpoints.pause(delivery.endpoint, by="mosi")
    assert again(client, delivery) == ["1 was not sent: its endpoint is off."]


def test_who_may_only_look_has_no_buttons(client, delivery):
    sign_in(client, "zuri", "view_webhookendpoint", "view_webhookdelivery")
    page = shown(client, page_of(delivery.endpoint))
    assert not re.search("New secret|Pause|Send a test", page)
    assert client.post(f"/admin/{page_of(delivery.endpoint, 'rotate_secret')}").status_code == 403
    again(client, delivery)
    delivery.refresh_from_db()
    assert delivery.status == "dead"


def test_empty_lists_say_so(client, manager):
    assert "No webhook endpoints yet" in shown(client, "campaigns/webhookendpoint/")
    assert "No webhook deliveries yet" in shown(client, "campaigns/webhookdelivery/")
