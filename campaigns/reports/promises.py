"""Were promised calls made? Times that callees named, and call backs that reps owe, by campaign.

Reads the promises alone, however many calls there are.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from campaigns.models import Call, Campaign, Handoff
from campaigns.period import LATELY
from campaigns.promises import PromiseFigures, PromiseState, figures_of, promise
from campaigns.states import ENDED


def promises_of(campaign: Campaign, *, now: datetime) -> dict[PromiseState, int]:
    """All there ever were, by what became of them."""
    states = Counter(state for _campaign_id, state in _states(campaign, since=None, now=now))
    return {state: states[state] for state in PromiseState}


def kept_lately(campaign: Campaign | None = None, *, now: datetime, within: timedelta = LATELY) -> dict[int, PromiseFigures]:
    """Of promises for a time from `now - within` on, those to come included, by campaign: this one or all. Who promised nothing is not in it."""
    states: dict[int, list[PromiseState]] = defaultdict(list)
    for campaign_id, state in _states(campaign, since=now - within, now=now):
        states[campaign_id].append(state)
    return {campaign_id: figures_of(found) for campaign_id, found in states.items()}


def _states(campaign: Campaign | None, *, since: datetime | None, now: datetime) -> Iterator[tuple[int, PromiseState]]:
    """Two queries."""
    asked = Call.objects.filter(promise_due_at__isnull=False, **_only("campaign", campaign, "promise_due_at", since)).order_by()
    for campaign_id, due_at, dialled_at, status in asked.values_list("campaign_id", "promise_due_at", "dialled_at", "status"):
        if due_at is not None:
            yield campaign_id, promise(due_at, kept_at=dialled_at, is_over=status in ENDED, now=now).state
    owed = Handoff.objects.filter(promised_for__isnull=False, **_only("call__campaign", campaign, "promised_for", since)).order_by()
    for campaign_id, promised_for, kept_at, ended_at in owed.values_list("call__campaign_id", "promised_for", "kept_at", "ended_at"):
        if promised_for is not None:
            yield campaign_id, promise(promised_for, kept_at=kept_at, is_over=ended_at is not None, now=now).state


def _only(campaign_field: str, campaign: Campaign | None, time_field: str, since: datetime | None) -> dict[str, Any]:
    wanted = {campaign_field: campaign, f"{time_field}__gte": since}
    return {field: value for field, value in wanted.items() if value is not None}
