"""Sends what is due: each endpoint's events one after the other, the endpoints side by side, so that none waits for another's server.

A delivery is claimed by compare-and-set on its next attempt, which the claim moves beyond the time that sending takes: a worker that dies
leaves it due again. So it may arrive twice, with the same `webhook-id`, and never not at all.
"""

from __future__ import annotations

import asyncio
import json
import logging
import random
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from asgiref.sync import async_to_sync, sync_to_async
from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django_tasks import task

from campaigns.integrations.webhooks.post import TIMEOUT_S, Guard, Reply, post
from campaigns.integrations.webhooks.retrying import Verdict, has_failed_too_long, verdict, wait_after
from campaigns.integrations.webhooks.signing import secrets_of, signed_headers
from campaigns.line_guard import is_api_on_loopback
from campaigns.models import WebhookDelivery, WebhookEndpoint
from leads.said import N_

logger = logging.getLogger(__name__)

QUEUE = "webhooks"  # a worker of its own: no hang-up waits for an integrator's server, and no event for a long preflight
LEASE = timedelta(seconds=3 * TIMEOUT_S)
AT_ONCE = 20  # endpoints
ROUND_S = 30.0  # of one endpoint; then others have their turn
GONE = N_("It answered 410: it wants nothing more.")
FAILED_TOO_LONG = N_("Nothing was delivered for five days.")

Status = WebhookDelivery.Status


@task(queue_name=QUEUE)
def send_webhooks() -> None:
    """All that is due. One that finds nothing is cheap: every event enqueues one."""
    async_to_sync(send_due)()


async def send_due() -> int:
    """How many were attempted. Any number of processes at once."""
    endpoint_ids = await sync_to_async(lambda: list(_due().order_by().values_list("endpoint", flat=True).distinct()))()
    room = asyncio.Semaphore(AT_ONCE)
    async with asyncio.TaskGroup() as group:
        lanes = [group.create_task(_send_to(endpoint_id, room)) for endpoint_id in endpoint_ids]
    return sum(lane.result() for lane in lanes)


def _due() -> QuerySet[WebhookDelivery]:
    return WebhookDelivery.objects.filter(next_attempt_at__lte=timezone.now(), endpoint__is_active=True)


async def _send_to(endpoint_id: UUID, room: asyncio.Semaphore) -> int:
    """In the order in which they were written, until one fails."""
    n_sent = 0
    async with room:
        until_s = time.monotonic() + ROUND_S
        while time.monotonic() < until_s:
            letter = await sync_to_async(claim_next)(endpoint_id)
            if letter is None:
                return n_sent
            reply = await post(letter.url, letter.body, letter.headers, guard=guard())
            n_sent += 1
            if not await sync_to_async(settle)(letter, reply):
                return n_sent
    await sync_to_async(send_webhooks.enqueue)()
    return n_sent


def guard() -> Guard:
    """Plain http only where no real phone rings; private addresses only where the operator says so."""
    is_rehearsal = settings.DEBUG or (is_api_on_loopback() and not settings.PUBLIC_URL)
    return Guard(may_be_http=is_rehearsal, may_be_private=settings.WEBHOOK_PRIVATE_ADDRESSES)


# ---- one delivery -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Letter:
    """A claimed delivery, ready to be sent."""

    delivery_id: int
    endpoint_id: UUID
    n_attempts: int  # with this one
    leased_until: datetime
    url: str
    body: str
    headers: dict[str, str]


def claim_next(endpoint_id: UUID) -> Letter | None:
    """The oldest that is due and that nobody else has taken; None: there is none."""
    due = _due().filter(endpoint=endpoint_id).select_related("endpoint", "lead").order_by("id")
    while (delivery := due.first()) is not None:
        now = timezone.now()
        mine = WebhookDelivery.objects.filter(pk=delivery.pk, next_attempt_at=delivery.next_attempt_at)
        if mine.update(next_attempt_at=now + LEASE, n_attempts=F("n_attempts") + 1) == 1:
            return _letter(delivery, now)
    return None


def _letter(delivery: WebhookDelivery, now: datetime) -> Letter:
    endpoint = delivery.endpoint
    body = json.dumps(_with_person(delivery), ensure_ascii=False, separators=(",", ":"))
    headers = signed_headers(delivery.event_id, body, secrets_of(endpoint, now=now), at=now)
    return Letter(delivery.pk, endpoint.pk, delivery.n_attempts + 1, now + LEASE, endpoint.url, body, headers)


def _with_person(delivery: WebhookDelivery) -> dict[str, Any]:
    """Who the lead is, as it stands now, and only for an endpoint that was made to be told."""
    payload: dict[str, Any] = delivery.payload
    if not delivery.endpoint.include_personal_data or delivery.lead is None:
        return payload
    return payload | {"data": payload["data"] | {"lead_name": delivery.lead.name, "lead_phone": delivery.lead.phone}}


def settle(letter: Letter, reply: Reply) -> bool:
    """Keep what came of it. False: this endpoint is left alone until its next attempt."""
    with transaction.atomic():
        match verdict(reply.status):
            case Verdict.DELIVERED:
                _note_delivered(letter, reply)
                return True
            case Verdict.GONE:
                _note_failed(letter, reply, wait=None)
                switch_off(letter.endpoint_id, GONE)
            case Verdict.FAILED:
                _note_failed(letter, reply, wait=wait_after(letter.n_attempts, chance=random.random()))
                _note_failing(letter.endpoint_id)
    logger.warning("webhook delivery %d failed, attempt %d, answer %s", letter.delivery_id, letter.n_attempts, reply.status)
    return False


def _note_delivered(letter: Letter, reply: Reply) -> None:
    # Whoever claimed it meanwhile: it has arrived.
    WebhookDelivery.objects.filter(pk=letter.delivery_id).update(
        status=Status.DELIVERED, next_attempt_at=None, delivered_at=timezone.now(), last_status=reply.status, last_error="", response=reply.excerpt
    )
    WebhookEndpoint.objects.filter(pk=letter.endpoint_id, failing_since__isnull=False).update(failing_since=None)


def _note_failed(letter: Letter, reply: Reply, *, wait: timedelta | None) -> None:
    now = timezone.now()
    next_attempt_at = None if wait is None else now + wait
    mine = WebhookDelivery.objects.filter(pk=letter.delivery_id, next_attempt_at=letter.leased_until)
    mine.update(
        status=Status.DEAD if wait is None else Status.FAILED,
        next_attempt_at=next_attempt_at,
        last_status=reply.status,
        last_error=reply.error[:200],
        response=reply.excerpt,
    )
    if next_attempt_at is not None:
        # A server that is down is asked once, not once for every event that waits for it.
        others = WebhookDelivery.objects.filter(endpoint=letter.endpoint_id, next_attempt_at__lte=now)
        others.update(next_attempt_at=next_attempt_at)
        send_webhooks.using(run_after=next_attempt_at).enqueue()


def _note_failing(endpoint_id: UUID) -> None:
    now = timezone.now()
    WebhookEndpoint.objects.filter(pk=endpoint_id, failing_since=None).update(failing_since=now)
    since = WebhookEndpoint.objects.values_list("failing_since", flat=True).get(pk=endpoint_id)
    if has_failed_too_long(since, now=now):
        switch_off(endpoint_id, FAILED_TOO_LONG)


def switch_off(endpoint_id: UUID, why: str) -> bool:
    """It is told nothing from now on. What waits for it is kept, and sent when somebody switches it on again. False: it was off."""
    is_off = (
        WebhookEndpoint.objects.filter(pk=endpoint_id, is_active=True).update(is_active=False, disabled_at=timezone.now(), disabled_because=why) == 1
    )
    if is_off:
        logger.warning("webhook endpoint %s was switched off", endpoint_id)
    return is_off
