"""What goes on at this moment: calls on the phone, today so far, hot leads that wait. Reads only, in few queries."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Case, Count, IntegerField, Min, QuerySet, Sum, When

from campaigns.funnel import Figures
from campaigns.models import Call, Campaign, Handoff
from campaigns.states import LIVE, CallStatus, HandoffStatus
from campaigns.tallies.counting import date_of
from campaigns.tallies.reading import figures_of

WAITING = (HandoffStatus.OFFERED, HandoffStatus.ACCEPTED, HandoffStatus.PROMISED)


@dataclass(frozen=True, slots=True)
class HotQueue:
    """Hot leads whose hand-off is not through: looking for a rep, or owed a call back. Ages since they turned hot, in seconds."""

    n: int = 0
    oldest_s: int | None = None  # None: nobody waits
    median_s: int | None = None


@dataclass(frozen=True, slots=True)
class LiveNow:
    n_live: int
    n_talking: int
    today: Figures
    hot_queue: HotQueue


@dataclass(frozen=True, slots=True)
class Queued:
    n: int = 0
    n_due: int = 0  # of a running campaign, and its time has come


def live_now(campaign_ids: Collection[int] | None, *, now: datetime, today: Figures | None = None) -> LiveNow:
    """`today`: as far as the caller has counted it already."""
    statuses = dict(_of(Call.objects.filter(status__in=sorted(LIVE)), "campaign", campaign_ids).values_list("status").annotate(Count("pk")))
    return LiveNow(
        n_live=sum(statuses.values()),
        n_talking=statuses.get(CallStatus.IN_PROGRESS, 0),
        today=figures_of(date_of(now), campaign_ids, now=now) if today is None else today,
        hot_queue=hot_queue(campaign_ids, now=now),
    )


def hot_queue(campaign_ids: Collection[int] | None, *, now: datetime) -> HotQueue:
    """Two queries, however many wait."""
    waiting = _of(Handoff.objects.filter(status__in=WAITING), "call__campaign", campaign_ids)
    found = waiting.aggregate(n=Count("pk"), oldest=Min("offered_at"))
    if not found["n"]:
        return HotQueue()
    median: datetime = waiting.order_by("offered_at").values_list("offered_at", flat=True)[found["n"] // 2]
    return HotQueue(found["n"], _seconds(found["oldest"], now), _seconds(median, now))


def queued_by_campaign(campaign_ids: Collection[int] | None, *, now: datetime) -> dict[int, Queued]:
    """One query, answered by the index of the queue."""
    queued = _of(Call.objects.filter(status=CallStatus.QUEUED), "campaign", campaign_ids)
    is_due = Case(When(due_at__lte=now, then=1), default=0, output_field=IntegerField())  # counts no column: the index has all that is asked
    rows = queued.values_list("campaign_id").annotate(n=Count("*"), n_due=Sum(is_due))
    running = set(Campaign.objects.filter(status=Campaign.Status.RUNNING).values_list("pk", flat=True))
    return {campaign_id: Queued(n, n_due if campaign_id in running else 0) for campaign_id, n, n_due in rows}


def _of(rows: QuerySet[Any], field: str, campaign_ids: Collection[int] | None) -> QuerySet[Any]:
    rows = rows.order_by()
    return rows if campaign_ids is None else rows.filter(**{f"{field}__in": campaign_ids})


def _seconds(since: datetime, now: datetime) -> int:
    return max(0, round((now - since).total_seconds()))
