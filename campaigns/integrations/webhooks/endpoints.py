"""Endpoints of integrators: made, changed, switched on and off, and their secret renewed; deliveries sent again."""

from __future__ import annotations

import secrets

from django.db import transaction
from django.utils import timezone

from campaigns.integrations.webhooks.addresses import url_fault
from campaigns.integrations.webhooks.event_types import EventType, types_fault
from campaigns.integrations.webhooks.outbox import write
from campaigns.integrations.webhooks.sending import guard, send_webhooks, switch_off
from campaigns.integrations.webhooks.signing import OVERLAP, new_secret
from campaigns.models import WebhookDelivery, WebhookEndpoint
from leads.said import N_, sentence

IS_OFF = N_("This endpoint is switched off. Switch it on first.")


class EndpointRefused(Exception):
    """Nothing was changed; `field` and `message` say what to mend."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field, self.message = field, message


def check(*, url: str | None = None, event_types: list[str] | None = None) -> None:
    """Raises EndpointRefused. Where the name leads is looked at before each delivery, because it may change."""
    may = guard()
    if url is not None and (fault := url_fault(url, may_be_http=may.may_be_http, may_be_private=may.may_be_private)):
        raise EndpointRefused("url", fault)
    if event_types is not None and (fault := types_fault(event_types)):
        raise EndpointRefused("event_types", fault)


def create(url: str, *, event_types: list[str], by: str, description: str = "", include_personal_data: bool = False) -> WebhookEndpoint:
    """Its `secret` is shown now and never again. Raises EndpointRefused."""
    check(url=url, event_types=event_types)
    return WebhookEndpoint.objects.create(
        url=url,
        description=description,
        event_types=event_types,
        include_personal_data=include_personal_data,
        secret=new_secret(),
        created_by=by[:150],
    )


def change(endpoint: WebhookEndpoint, *, url: str | None = None, description: str | None = None, event_types: list[str] | None = None) -> None:
    """What is None stays. Raises EndpointRefused."""
    check(url=url, event_types=event_types)
    wanted = {"url": url, "description": description, "event_types": event_types}
    given = {name: value for name, value in wanted.items() if value is not None}
    if given:
        WebhookEndpoint.objects.filter(pk=endpoint.pk).update(**given)
        endpoint.refresh_from_db()


def rotate_secret(endpoint: WebhookEndpoint) -> str:
    """The new secret, shown once. The one before signs as well for a day; one that is older still is over at once."""
    with transaction.atomic():
        locked = WebhookEndpoint.objects.select_for_update().get(pk=endpoint.pk)
        locked.previous_secret, locked.previous_secret_until = locked.secret, timezone.now() + OVERLAP
        locked.secret = new_secret()
        locked.save(update_fields=["secret", "previous_secret", "previous_secret_until"])
    endpoint.refresh_from_db()
    return endpoint.secret


def pause(endpoint: WebhookEndpoint, *, by: str) -> bool:
    """False: it was off already."""
    is_paused = switch_off(endpoint.pk, sentence("It was paused by %(by)s.", by=by)[:200])
    endpoint.refresh_from_db()
    return is_paused


def switch_on(endpoint: WebhookEndpoint) -> bool:
    """What waits for it is sent. False: it was on."""
    with transaction.atomic():
        off = WebhookEndpoint.objects.filter(pk=endpoint.pk, is_active=False)
        is_on = off.update(is_active=True, disabled_at=None, disabled_because="", failing_since=None) == 1
        if is_on:
            send_webhooks.enqueue()
    endpoint.refresh_from_db()
    return is_on


def send_test(endpoint: WebhookEndpoint) -> WebhookDelivery:
    """Raises EndpointRefused for one that is switched off."""
    if not endpoint.is_active:
        raise EndpointRefused("endpoint", IS_OFF)
    event_id = f"msg_{secrets.token_hex(16)}"
    with transaction.atomic():
        write([endpoint], EventType.TEST, event_id, {"endpoint_id": str(endpoint.pk)})
        return WebhookDelivery.objects.get(endpoint=endpoint, event_id=event_id)


def send_again(delivery: WebhookDelivery) -> None:
    """Whatever came of it: due now, with all its attempts before it. Raises EndpointRefused where its endpoint is switched off."""
    if not delivery.endpoint.is_active:
        raise EndpointRefused("endpoint", IS_OFF)
    with transaction.atomic():
        WebhookDelivery.objects.filter(pk=delivery.pk).update(
            status=WebhookDelivery.Status.PENDING, n_attempts=0, next_attempt_at=timezone.now(), delivered_at=None
        )
        send_webhooks.enqueue()
    delivery.refresh_from_db()
