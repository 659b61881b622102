"""What the dialer sees, once a minute: that it lives, and for each running campaign who is due and what holds it back.

Rows only. The judge needs it to tell a campaign that waits for room from one that is forgotten.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Min

from campaigns import budget, dialing_stop, flight, money, pace, servers
from campaigns.judge.record import EntryKind, Scope
from campaigns.models import Call, Campaign, Organisation
from campaigns.pacing import Limit
from campaigns.priority import Priority
from campaigns.states import LIVE, CallStatus

EVERY = timedelta(minutes=1)
STOPPED = "stopped"

_last_at: datetime | None = None


def tick(now: datetime) -> bool:
    """At most one entry a minute and process, so it may be asked at every round. True: written."""
    global _last_at
    if _last_at is not None and timedelta() <= now - _last_at < EVERY:
        return False
    _last_at = now
    organisation, flying = Organisation.current(), pace.calls_in_flight()
    running = Campaign.objects.filter(status=Campaign.Status.RUNNING).select_related("line")
    is_stopped = dialing_stop.is_stopped()
    seen = _Seen(organisation, flying, is_stopped)
    campaigns = {str(one.pk): _of_campaign(one, seen, now=now) for one in running}
    details = {"in_flight": flying.n_all, "server_room": servers.total_room(flying.by_server), "campaigns": campaigns}
    flight.record(EntryKind.TICK, at=now, details=details)
    return True


@dataclass(frozen=True, slots=True)
class _Seen:
    """What is the same for every campaign of one tick."""

    organisation: Organisation
    flying: pace.CallsInFlight
    is_stopped: bool


def _of_campaign(campaign: Campaign, seen: _Seen, *, now: datetime) -> dict[str, Any]:
    """Little of a campaign that has nobody due: nothing can be held back there."""
    lines, flying = campaign.lines(), seen.flying
    closed = [line for line in lines if not pace.is_open(line, flying, now=now)]
    oldest = _oldest_due(campaign, now, closed)
    if oldest is None:
        return {"in_flight": flying.of_campaign(campaign.pk), "oldest_due_at": None}
    reps = pace.reps_of(campaign, now=now)
    server_room = servers.total_room(flying.by_server, campaign.voices)
    room = pace.room_of(campaign, seen.organisation, lines, flying, reps, server_room=server_room, now=now)
    caps = money.caps_of(campaign, seen.organisation, now=now)
    next_minor = money.worst_case(campaign, now=now).minor
    hold = room.limit if room.n_calls == 0 else Limit.BUDGET if budget.cap_in_the_way(caps, next_minor) else None
    if hold is None and len(closed) == len(lines):
        hold = Limit.LINE
    return {
        "in_flight": flying.of_campaign(campaign.pk),
        "n_inbound": Call.objects.filter(campaign=campaign, status__in=LIVE, occasion=Call.Occasion.INBOUND).count(),
        "cap": campaign.max_calls_in_flight,
        "n_free_reps": reps.n_free if reps else None,
        "next_minor": next_minor,
        "budgets": {scope.value: cap.cap_minor for scope, cap in zip(Scope, caps, strict=True)},
        "committed": {scope.value: cap.spent_minor + cap.reserved_minor for scope, cap in zip(Scope, caps, strict=True)},
        "hold": STOPPED if seen.is_stopped else hold.value if hold else None,
        "oldest_due_at": oldest.isoformat(),
    }


def _oldest_due(campaign: Campaign, now: datetime, closed: list[Any]) -> datetime | None:
    """Of the calls that wait for no number of their own; one look into the queue's index a priority."""
    due = Call.objects.filter(campaign=campaign, status=CallStatus.QUEUED, due_at__lte=now)
    if closed:
        due = due.exclude(line__in=closed)
    oldest = (due.filter(priority=priority).aggregate(at=Min("due_at"))["at"] for priority in Priority)
    return min((at for at in oldest if at is not None), default=None)
