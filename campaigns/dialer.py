"""One unit of dialing a lead: choose the next due call, decide, claim, place. Every call to a lead begins here.

1. Take turns among running campaigns that have a due call and room for it.
2. In one short transaction: caps, budget, line, server; then compliance at this very instant; then the claim by compare-and-set.
   A refusal ends the row as blocked with all its reasons. A DialDecision is kept either way.
3. After the commit, and only then, ask the provider. What it answers, or fails to, decides the rest; nothing is ever asked twice.

The kill switch is asked in 2 and again right before 3: a stop that commits between the two still finds the door shut.
"""

from __future__ import annotations

import logging
import secrets
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeAlias
from uuid import UUID

from asgiref.sync import sync_to_async
from django.db import IntegrityError, transaction
from django.db.models import Count, Exists, OuterRef, Q, Sum
from django.utils import timezone

from bridge.telephony.client import PlaceCall, SautikitClient
from bridge.telephony.errors import NotSent, OutcomeUnknown, Refused, TooManyRequests, WalletEmpty
from campaigns import budget, calls, campaign_life, dialing_stop, line_guard, live, servers
from campaigns.decisions import record_decision
from campaigns.models import Call, Campaign, Line, ServerProcess
from campaigns.pacing import Load, calls_to_start
from campaigns.provider import Provider
from campaigns.states import LIVE, CallStatus
from leads.compliance import Refusal

logger = logging.getLogger(__name__)

NOT_SENT_DELAY = timedelta(seconds=15)
BUSY_ELSEWHERE_DELAY = timedelta(seconds=60)  # the lead is on the phone with us already
# A claim that lay about longer (a suspended machine) is stale: the janitor may have given it up, and the decision is old.
MAX_CLAIM_AGE_S = 20.0


@dataclass(frozen=True, slots=True)
class Claimed:
    """Allowed, counted as an attempt, and not yet asked of the provider."""

    call_id: UUID
    dialect: str
    request: PlaceCall = field(repr=False)
    claimed_monotonic_s: float


@dataclass(frozen=True, slots=True)
class Blocked:
    call_id: UUID
    refusals: tuple[Refusal, ...]


@dataclass(frozen=True, slots=True)
class Postponed:
    """Not now, for a reason that is not about the lead's rights."""

    call_id: UUID


@dataclass(frozen=True, slots=True)
class Dialled:
    """The provider was asked; how it answered stands on the call."""

    call_id: UUID


Result: TypeAlias = "Dialled | Blocked | Postponed"


async def dial_next(now: datetime, provider: Provider) -> Result | None:
    """One unit. None: nothing is due, or nothing may start now."""
    claim = await sync_to_async(claim_next)(now)
    if not isinstance(claim, Claimed):
        return claim
    await place(claim, provider.client(claim.dialect), now=now)
    return Dialled(claim.call_id)


def claim_next(now: datetime) -> Claimed | Blocked | Postponed | None:
    """Steps 1 and 2. Blocked and Postponed also count as work done: ask again."""
    for campaign_id in _campaigns_in_turn(now):
        with transaction.atomic():
            claim = _claim_in(campaign_id, now)
        if claim is not None:
            return claim
    return None


async def place(claim: Claimed, client: SautikitClient, *, now: datetime) -> None:
    """Step 3. Asks exactly once."""
    if time.monotonic() - claim.claimed_monotonic_s > MAX_CLAIM_AGE_S:
        await sync_to_async(calls.requeue)(claim.call_id, due_at=now)
        return
    if await sync_to_async(dialing_stop.is_stopped)():
        logger.info("call %s is not placed: all dialing was stopped after its claim", claim.call_id)
        await sync_to_async(calls.requeue)(claim.call_id, due_at=now)
        return
    try:
        placed = await client.place_call(claim.request)
    except NotSent:
        logger.warning("call %s was not sent: no connection to the provider", claim.call_id)
        await sync_to_async(calls.requeue)(claim.call_id, due_at=now + NOT_SENT_DELAY)
    except OutcomeUnknown:
        logger.warning("call %s: the provider's answer is unknown, it will be looked up", claim.call_id)
        await sync_to_async(calls.mark_unknown)(claim.call_id)
    except Refused as refusal:
        await sync_to_async(_on_refusal)(claim.call_id, refusal, now)
    else:
        await sync_to_async(calls.adopt)(claim.call_id, placed)


def _on_refusal(call_id: UUID, refusal: Refused, now: datetime) -> None:
    logger.warning("call %s was refused with status %d", call_id, refusal.status)
    campaign = Campaign.objects.get(calls=call_id)
    if isinstance(refusal, TooManyRequests):
        calls.requeue(call_id, due_at=now + timedelta(seconds=refusal.retry_after_s))
        return
    words = refusal.message or refusal.code or f"refused with status {refusal.status}"
    if isinstance(refusal, WalletEmpty):
        # No phone rang, and none will: the lead keeps this attempt for the day the wallet is filled.
        calls.requeue(call_id, due_at=now)
        campaign_life.pause_itself(campaign, f"The Sautikit wallet is empty ({words}). Fill it and resume.")
        return
    calls.refuse(call_id, words=words, at=now)


# ---- step 1 -------------------------------------------------------------------------------------------------------------


def _campaigns_in_turn(now: datetime) -> list[int]:
    """Running campaigns with a due call, the emptiest first, so that a large one does not starve a small one."""
    due = Call.objects.filter(campaign=OuterRef("pk"), status=CallStatus.QUEUED, due_at__lte=now)
    running = Campaign.objects.filter(Exists(due), status=Campaign.Status.RUNNING)
    loads = running.annotate(n_live=Count("calls", filter=Q(calls__status__in=LIVE))).values_list("pk", "n_live", "max_calls_in_flight")
    in_turn = sorted((Load(n_live, cap).share, campaign_id) for campaign_id, n_live, cap in loads)
    return [campaign_id for share, campaign_id in in_turn if share < 1.0]


# ---- step 2 -------------------------------------------------------------------------------------------------------------


def _claim_in(campaign_id: int, now: datetime) -> Claimed | Blocked | Postponed | None:
    # Campaign and line are locked (in this order) so that two dialers cannot both see the last free place or the last shilling.
    campaign = Campaign.objects.select_for_update().get(pk=campaign_id)
    line = Line.objects.select_for_update().get(pk=campaign.line_id)
    if campaign.status != Campaign.Status.RUNNING or dialing_stop.is_stopped():
        return None
    if obstacles := line_guard.obstacles(line, campaign.voice):
        campaign_life.pause_itself(campaign, " ".join(obstacles))
        return None
    server = _server_with_room(campaign, line)
    base_url = servers.http_base(server, is_simulated=line.is_simulated) if server else None
    if server is None or base_url is None or not _can_pay(campaign, now):
        return None
    call = _next_due(campaign, now)
    if call is None:
        return None
    if Call.objects.filter(lead=call.lead_id, status__in=LIVE).exists():
        return _postpone(call, now)
    eligibility = record_decision(call, at=now)
    if not eligibility.is_allowed:
        return block(call, eligibility.refusals, at=now)
    return _claim(call, line, server, base_url=base_url, now=now)


def _server_with_room(campaign: Campaign, line: Line) -> ServerProcess | None:
    room = calls_to_start(
        campaign=Load(Call.objects.filter(campaign=campaign, status__in=LIVE).count(), campaign.max_calls_in_flight),
        line=Load(Call.objects.filter(line=line, status__in=LIVE).count(), line.max_calls_in_flight),
        server_room=servers.total_room(),
    )
    return servers.roomiest() if room else None


def _can_pay(campaign: Campaign, now: datetime) -> bool:
    """Pauses the campaign when its budget is used up and no live call can give anything back."""
    if campaign.budget_minor is None:
        return True
    spent_minor, reserved_minor = money_of(campaign)
    next_minor = _worst_case_minor(campaign, now)
    if budget.may_reserve(cap_minor=campaign.budget_minor, spent_minor=spent_minor, reserved_minor=reserved_minor, next_minor=next_minor):
        return True
    if reserved_minor == 0:
        reason = f"The budget is used up: KES {spent_minor / 100:.2f} spent, and one more call may cost KES {next_minor / 100:.2f}."
        campaign_life.pause_itself(campaign, reason)
    return False


def money_of(campaign: Campaign) -> tuple[int, int]:
    """KES cents: spent on settled calls, reserved for all others."""
    sums = campaign.calls.aggregate(
        spent=Sum("cost_minor", filter=Q(settled_at__isnull=False)), reserved=Sum("reserved_minor", filter=Q(settled_at=None))
    )
    return sums["spent"] or 0, sums["reserved"] or 0


def _worst_case_minor(campaign: Campaign, now: datetime) -> int:
    return budget.worst_case_minor(campaign.max_call_s, budget.price_on(now.date()))


def _next_due(campaign: Campaign, now: datetime) -> Call | None:
    due = Call.objects.filter(campaign=campaign, status=CallStatus.QUEUED, due_at__lte=now)
    return due.select_related("lead", "campaign").order_by("due_at", "created_at").first()


def _postpone(call: Call, now: datetime) -> Postponed:
    Call.objects.filter(pk=call.pk, status=CallStatus.QUEUED).update(due_at=now + BUSY_ELSEWHERE_DELAY)
    return Postponed(call.pk)


def block(call: Call, refusals: tuple[Refusal, ...], *, at: datetime) -> Blocked:
    """The end of a queued call: final, with all the reasons. Nobody was rung, so it is no attempt."""
    if Call.objects.filter(pk=call.pk, status=CallStatus.QUEUED).update(status=CallStatus.BLOCKED, ended_at=at) == 1:
        reasons = [{"reason": refusal.reason.value, "sentence": refusal.sentence} for refusal in refusals]
        live.publish(call.pk, live.Kind.BLOCKED, {"reasons": reasons})
        logger.info("call %s is blocked for %d reasons", call.pk, len(refusals))
    return Blocked(call.pk, refusals)


def _claim(call: Call, line: Line, server: ServerProcess, *, base_url: str, now: datetime) -> Claimed | Postponed:
    answer_token, stream_token = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    try:
        with transaction.atomic():
            n_claimed = Call.objects.filter(pk=call.pk, status=CallStatus.QUEUED).update(
                status=CallStatus.DIALING,
                line=line,
                script=call.campaign.script_id,
                server=server,
                voice=call.campaign.voice,
                answer_token=answer_token,
                stream_token=stream_token,
                reserved_minor=_worst_case_minor(call.campaign, now),
                claimed_at=timezone.now(),
                # An attempt from the moment in which a phone may ring, whatever happens to this process next.
                dialled_at=now,
            )
    except IntegrityError:  # another campaign has this lead on the phone since a moment ago
        return _postpone(call, now)
    if n_claimed != 1:
        raise AssertionError("the campaign's lock keeps other dialers away from its calls")
    live.publish(call.pk, live.Kind.CALL_STARTED, {"attempt": call.attempt_number, "campaign_id": call.campaign_id})
    request = PlaceCall(
        to=call.lead.phone,
        from_number=line.number,
        client_request_id=call.pk.hex,
        answer_url=f"{base_url}/voice/answer/{answer_token}",
        idempotency_key=str(call.pk),
    )
    return Claimed(call.pk, line.dialect, request, time.monotonic())
