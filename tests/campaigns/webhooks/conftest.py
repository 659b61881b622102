"""An integrator's endpoint at a real server, and the few steps of a delivery as the worker takes them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from asgiref.sync import sync_to_async

from campaigns.integrations.webhooks import endpoints, outbox, sending
from campaigns.integrations.webhooks.event_types import EventType
from campaigns.models import WebhookDelivery, WebhookEndpoint
from tests.campaigns.webhooks.receiver import Receiver


@pytest.fixture(autouse=True)
def on_this_machine(settings) -> None:
    """A rehearsal that may send to 127.0.0.1; what is allowed elsewhere is told by its own tests."""
    settings.SAUTIKIT_API_URL = "http://127.0.0.1:9"
    settings.PUBLIC_URL = ""
    settings.WEBHOOK_PRIVATE_ADDRESSES = True


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with Receiver() as running:
        yield running


def make_endpoint(url: str = "http://127.0.0.1:9/hooks", **fields: Any) -> WebhookEndpoint:
    return endpoints.create(url, **{"event_types": ["*"], "by": "API key CRM", **fields})


@pytest.fixture
def endpoint(db: None) -> WebhookEndpoint:
    return make_endpoint()


async def endpoint_at(receiver: Receiver, **fields: Any) -> WebhookEndpoint:
    return await sync_to_async(make_endpoint)(receiver.url, **fields)


async def told(key: str = "1", event_type: EventType = EventType.LEAD_HOT, **data: Any) -> str:
    """The event's id."""
    await sync_to_async(outbox.tell)(event_type, key, lambda: data)
    return outbox.event_id_of(event_type, key)


async def send() -> int:
    return await sending.send_due()


async def delivery(event_id: str) -> WebhookDelivery:
    return await WebhookDelivery.objects.aget(event_id=event_id)


def types() -> list[str]:
    """What has been told so far, in order."""
    return list(WebhookDelivery.objects.order_by("id").values_list("type", flat=True))
