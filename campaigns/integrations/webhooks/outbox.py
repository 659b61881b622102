"""Events on their way to integrators: written with the fact, in its transaction, so that none is told that did not happen and none is lost.

Sends nothing: a background job does (`sending`), and the sweep finds what a lost job has left.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from campaigns.integrations.webhooks.event_types import EventType, wants
from campaigns.integrations.webhooks.sending import QUEUE, send_webhooks
from campaigns.models import WebhookDelivery, WebhookEndpoint
from leads import clock

logger = logging.getLogger(__name__)

KEPT_FOR = timedelta(days=30)
LATE_AFTER = timedelta(seconds=30)  # due for so long: whoever should have sent it is gone
SWEEP_EVERY = timedelta(seconds=30)
PURGED_AT_ONCE = 500

_swept_at: datetime | None = None


def tell(event_type: EventType, key: str, described: Callable[[], dict[str, Any]], *, lead_id: UUID | None = None) -> None:
    """Within the caller's transaction. `key`: which fact of this type it is; the same one told twice is one event.

    `described` is asked only if somebody wants to know. It names nobody: phone and name are added at the sending, where they are wanted.
    """
    endpoints = [endpoint for endpoint in WebhookEndpoint.objects.filter(is_active=True) if wants(endpoint.event_types, event_type)]
    if endpoints:
        write(endpoints, event_type, event_id_of(event_type, key), described(), lead_id=lead_id)


def write(endpoints: list[WebhookEndpoint], event_type: EventType, event_id: str, told: dict[str, Any], *, lead_id: UUID | None = None) -> None:
    # The instant of the writing, not of the fact: facts of one instant keep the order in which they happened.
    payload = {"type": event_type.value, "timestamp": clock.now().astimezone(UTC).isoformat().replace("+00:00", "Z"), "data": told}
    due_at = timezone.now()
    WebhookDelivery.objects.bulk_create(
        [
            WebhookDelivery(endpoint=endpoint, event_id=event_id, type=event_type.value, payload=payload, lead_id=lead_id, next_attempt_at=due_at)
            for endpoint in endpoints
        ],
        ignore_conflicts=True,
    )
    send_webhooks.enqueue()


def event_id_of(event_type: EventType, key: str) -> str:
    return f"msg_{hashlib.sha256(f'{event_type.value} {key}'.encode()).hexdigest()[:32]}"


def sweep() -> bool:
    """For the janitor's every round: a new job for what is overdue, and what is old goes. True: it looked, every half minute and process."""
    global _swept_at
    now = timezone.now()
    if _swept_at is not None and now - _swept_at < SWEEP_EVERY:
        return False
    _swept_at = now
    if WebhookDelivery.objects.filter(next_attempt_at__lt=now - LATE_AFTER, endpoint__is_active=True).exists():
        _send_overdue()
    forget_old(now)
    return True


def _send_overdue() -> None:
    if DBTaskResult.objects.ready().filter(queue_name=QUEUE).exists():
        logger.warning("webhooks are overdue, and nobody works on their queue: start db_worker --queue-name %s", QUEUE)
        return
    logger.warning("webhooks are overdue: a new job sends them")
    send_webhooks.enqueue()


def forget_old(now: datetime) -> int:
    """Deliveries older than a month, a bounded portion; what still waits then waits for an endpoint that is switched off."""
    old = WebhookDelivery.objects.filter(created_at__lt=now - KEPT_FOR).order_by("created_at").values("pk")[:PURGED_AT_ONCE]
    n_gone, _each = WebhookDelivery.objects.filter(pk__in=list(old.values_list("pk", flat=True))).delete()
    return n_gone


def keep_untold(lead_id: UUID) -> None:
    """Before a lead is erased: what has not been told yet (an opt-out, say) is still told, by ids alone; the rest goes with the lead."""
    open_statuses = [WebhookDelivery.Status.PENDING, WebhookDelivery.Status.FAILED]
    WebhookDelivery.objects.filter(Q(status__in=open_statuses), lead=lead_id).update(lead=None)
