"""Writes what stands beside the calls: the audit log, do-not-call entries, judgements, webhooks that are off, and the totals of money."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from django.db.models import Sum

from campaigns.budget import scopes
from campaigns.integrations.webhooks.event_types import EventType
from campaigns.integrations.webhooks.signing import new_secret
from campaigns.models import Call, DialingStop, Judgement, MoneyTotal, PrivacyAct, WebhookDelivery, WebhookEndpoint
from leads.do_not_call import add_many_to_do_not_call
from leads.do_not_call_rows import Listing
from leads.models import AuditEntry, DoNotCallEntry
from leads.phone_digest import digests_to_enter
from sautiqual.volume.copying import Sheet
from sautiqual.volume.organisation import MANAGER, Running

ONE_IN = 60  # leads for each number on the do-not-call list
ACTS = (("play", 60), ("export", 10), ("show", 12), ("override", 10), ("rights", 3), ("waive", 2), ("import", 3))
BY = (MANAGER, "volume-limited", "volume-analyst")


def opted_out(people: Sequence[tuple[str, UUID, datetime]]) -> int:
    digests = digests_to_enter({phone for phone, _lead, _at in people})
    sheet = Sheet(DoNotCallEntry, ("id", "phone", "phone_digest", "lead_id", "entered_at", "swept_at"), origin="callee", reason="asked on a call")
    for phone, lead_id, at in {row[0]: row for row in people}.values():
        sheet.add(UUID(hashlib.md5(phone.encode(), usedforsecurity=False).hexdigest()), phone, digests[phone], lead_id, at, at)
    sheet.write()
    return sheet.n_written


def registry(n_leads: int, *, now: datetime) -> int:
    """Numbers of strangers, as a public register has them."""
    strangers = [Listing(f"+254110{n:06d}", "public register") for n in range(max(1, n_leads // ONE_IN))]
    add_many_to_do_not_call(strangers, origin=DoNotCallEntry.Origin.REGISTRY, at=now)
    return len(strangers)


def audit_log(n_rows: int, calls: Sequence[tuple[UUID, int]], *, now: datetime, random: Random) -> int:
    sheet = Sheet(AuditEntry, ("at", "by", "act", "subject", "subject_id", "campaign_id", "why", "detail"))
    acts, weights = [act for act, _n in ACTS], [n for _act, n in ACTS]
    for n in range(n_rows if calls else 0):
        call_id, campaign_id = random.choice(calls)
        act = random.choices(acts, weights)[0]
        why = "a complaint was made about this call" if act in {"show", "override"} else ""
        sheet.add(now - timedelta(minutes=(n_rows - n) * 2), random.choice(BY), act, "call", str(call_id), campaign_id, why, {})
    sheet.write()
    return sheet.n_written


def webhooks(n_rows: int, calls: Sequence[tuple[UUID, int]], *, now: datetime, random: Random) -> int:
    """Of an endpoint that is off: nothing is sent."""
    endpoint = WebhookEndpoint.objects.create(
        url="https://crm.example.invalid/hooks", description="CRM (made by make_volume)", secret=new_secret(), event_types=["*"], is_active=False,
        disabled_at=now, disabled_because="made by make_volume", created_by=MANAGER,
    )  # fmt: skip
    types = [EventType.CALL_COMPLETED] * 8 + [EventType.LEAD_HOT, EventType.LEAD_OPTED_OUT]
    sheet = Sheet(
        WebhookDelivery, ("event_id", "type", "payload", "status", "n_attempts", "delivered_at", "last_status", "created_at"), endpoint_id=endpoint.pk
    )
    for n in range(n_rows if calls else 0):
        call_id, campaign_id = random.choice(calls)
        at, is_delivered = now - timedelta(minutes=n_rows - n), random.random() < 0.99
        status = WebhookDelivery.Status.DELIVERED if is_delivered else WebhookDelivery.Status.DEAD
        told = {"call_id": str(call_id), "campaign_id": campaign_id}
        sheet.add(f"msg_{n:08d}", random.choice(types).value, told, status.value, 1, at if is_delivered else None, 200 if is_delivered else 500, at)
    sheet.write()
    return sheet.n_written


def days(*, now: datetime) -> None:
    """What is written once a day: a judgement; now and then a stop of all dialing; the keeping to the periods."""
    counts = {"n_entries": 40_000, "n_decisions": 9_000, "n_calls": 8_300, "n_broken": 0, "counts": {}, "violations": []}
    for n in range(60):
        until = now - timedelta(days=n)
        Judgement.objects.create(since=until - timedelta(days=1), until=until, **counts)
        PrivacyAct.objects.create(kind=PrivacyAct.Kind.RETENTION, began_at=until, ended_at=until, done_by="the dialer", counts={"calls": 100 + n})
    for n in (9, 33):
        at = now - timedelta(days=n)
        DialingStop.objects.create(stopped_at=at, stopped_by=MANAGER, reason="fire drill", resumed_at=at + timedelta(minutes=3), resumed_by=MANAGER)


def money(campaigns: Sequence[Running]) -> None:
    """The totals that the caps are read from, as if they had been kept with each call."""
    totals: dict[str, int] = {}
    rows = Call.objects.filter(campaign__in=[each.campaign for each in campaigns], money_on__isnull=False).order_by()
    for campaign_id, day, spent in rows.values_list("campaign_id", "money_on").annotate(spent=Sum("cost_minor")):
        for scope in scopes(campaign_id, day) if day else ():
            totals[scope] = totals.get(scope, 0) + (spent or 0)
    for scope, spent in totals.items():
        total, _is_new = MoneyTotal.objects.get_or_create(scope=scope)
        MoneyTotal.objects.filter(pk=total.pk).update(spent_minor=total.spent_minor + spent)
