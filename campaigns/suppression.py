"""Ends what is queued or promised for a number that came on the do-not-call list, in every campaign.

The guarantee is elsewhere: each dial instant asks the list. This makes what stands in the queue say so. It looks only at entries that were
not swept yet, so a round costs what is new, not what the list holds.
"""

from __future__ import annotations

import logging
import time
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from campaigns import dialer
from campaigns.decisions import record_decision
from campaigns.handoff.moves import move
from campaigns.handoff.states import ASKING, UNTAKEN, WITH_REP, HandoffEvent
from campaigns.models import Call, Handoff
from campaigns.states import LIVE, CallStatus, HandoffStatus
from leads.compliance import Reason
from leads.models import DoNotCallEntry, Lead

logger = logging.getLogger(__name__)

BATCH = 500
ROUND_S = 1.0  # real time: the janitor has other work, too
NOTHING_OWED = "The number is on the do-not-call list, so no call back is owed."
_OWED = [HandoffStatus.PROMISED, *sorted(UNTAKEN)]
_WITH_SOMEBODY = [*sorted(ASKING | WITH_REP)]
# Until its session has reported, an ended call may still plan its next attempt.
_GOES_ON = Q(status__in=LIVE) | Q(stream_opened_at__isnull=False, session_ended_at=None)


def sweep(now: datetime) -> int:
    """One round, at `now` (business time): how many entries have nothing left to end. Any number of processes at once.

    A long register may take several rounds; meanwhile each dial instant refuses what is still queued.
    """
    entries = _unswept()
    if not entries:
        return 0
    leads = _leads_of(entries)
    busy = _busy({lead_id for ids in leads.values() for lead_id in ids})
    idle = [entry.pk for entry in entries if busy.isdisjoint(leads[entry.pk])]
    # Who is enrolled between that look and this mark is refused at the dial instant.
    n_swept = DoNotCallEntry.objects.filter(pk__in=idle, swept_at=None).update(swept_at=now)
    started_s = time.monotonic()
    for entry in _from_both_ends([entry for entry in entries if not busy.isdisjoint(leads[entry.pk])]):
        n_swept += _sweep_one(entry.pk, leads[entry.pk], now)
        if time.monotonic() - started_s > ROUND_S:
            break
    return n_swept


def _from_both_ends(entries: list[DoNotCallEntry]) -> Iterator[DoNotCallEntry]:
    """The newest, the oldest, the newest but one …"""
    left = deque(sorted(entries, key=lambda entry: entry.entered_at))
    while left:
        yield left.pop()
        if left:
            yield left.popleft()


def _unswept() -> list[DoNotCallEntry]:
    """The oldest and the newest: a register of a hundred thousand numbers must not make somebody wait who has just said "stop calling me"."""
    unswept = DoNotCallEntry.objects.filter(swept_at=None)
    oldest = list(unswept.order_by("entered_at")[:BATCH])
    newest = unswept.order_by("-entered_at")[:BATCH] if len(oldest) == BATCH else ()
    return list({entry.pk: entry for entry in (*oldest, *newest)}.values())


def _leads_of(entries: Iterable[DoNotCallEntry]) -> Mapping[UUID, set[UUID]]:
    """Whom each entry is about: who had the number when it was entered, and, where the number is kept, who has it now."""
    leads: defaultdict[UUID, set[UUID]] = defaultdict(set)
    of_number = {entry.phone: entry.pk for entry in entries if entry.phone}
    for phone, lead_id in Lead.objects.filter(phone__in=of_number).values_list("phone", "pk"):
        leads[of_number[phone]].add(lead_id)
    for entry in entries:
        if entry.lead_id is not None:
            leads[entry.pk].add(entry.lead_id)
    return leads


def _busy(lead_ids: set[UUID]) -> set[UUID]:
    """Those for whom something is queued, going on or owed."""
    called = Call.objects.filter(_GOES_ON | Q(status=CallStatus.QUEUED), lead__in=lead_ids).values_list("lead_id", flat=True)
    owed = Handoff.objects.filter(call__lead__in=lead_ids, status__in=[*_OWED, *_WITH_SOMEBODY], ended_at=None).values_list(
        "call__lead_id", flat=True
    )
    return {*called, *owed}


@transaction.atomic
def _sweep_one(entry_id: UUID, lead_ids: set[UUID], now: datetime) -> bool:
    """True: nothing is left to end. False: a call or a hand-off of this lead still goes on and may leave something; the next round looks again."""
    if not DoNotCallEntry.objects.select_for_update(skip_locked=True, no_key=True).filter(pk=entry_id, swept_at=None).exists():
        return False  # swept or taken off by somebody else, or being swept just now
    _end_queued(lead_ids, now)
    for handoff in Handoff.objects.filter(call__lead__in=lead_ids, status__in=_OWED, ended_at=None).exclude(call__status__in=LIVE):
        move(handoff, HandoffEvent.LAPSED, now=now, reason=NOTHING_OWED)
    if _goes_on(lead_ids):
        return False
    DoNotCallEntry.objects.filter(pk=entry_id).update(swept_at=now)
    return True


def _end_queued(lead_ids: set[UUID], now: datetime) -> None:
    # Locked first, by the same lock as a dialer's claim: what it claims in this instant is no longer queued when we get it, and is left alone.
    queued = Call.objects.select_for_update(of=("self",), no_key=True).filter(lead__in=lead_ids, status=CallStatus.QUEUED)
    for call in queued.select_related("lead", "campaign").order_by("pk"):
        refusals = record_decision(call, at=now).refusals
        if any(refusal.reason is Reason.DO_NOT_CALL for refusal in refusals):
            dialer.block(call, refusals, at=now)


def _goes_on(lead_ids: set[UUID]) -> bool:
    with_somebody = Handoff.objects.filter(call__lead__in=lead_ids, status__in=_WITH_SOMEBODY, ended_at=None)
    return Call.objects.filter(_GOES_ON, lead__in=lead_ids).exists() or with_somebody.exists()
