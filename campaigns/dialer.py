"""One unit of dialing a lead: choose the next due call, decide, claim, place. Every call to a lead begins here.

1. Take turns among running campaigns that have a due call and room for it.
2. In one short transaction: caps, pace, money, line, server; then compliance at this very instant; then the claim by compare-and-set.
   A refusal that only the clock takes away plans the call for the next opening; any other ends the row as blocked with all its reasons.
   A DialDecision is kept either way.
3. After the commit, and only then, ask the provider. What it answers, or fails to, decides the rest; nothing is ever asked twice.

The kill switch and the do-not-call list are asked in 2 and again right before 3: a stop or an opt-out that commits between the two still
finds the door shut.
"""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeAlias
from uuid import UUID

from asgiref.sync import sync_to_async
from django.db import IntegrityError, transaction
from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone

from bridge.telephony.client import PlaceCall, SautikitClient
from bridge.telephony.errors import NotSent, OutcomeUnknown, PlaceCallProblem, Refused, TooManyRequests, WalletEmpty
from campaigns import budget, calls, campaign_life, circuit, dialing_stop, flight, line_guard, live, money, pace, servers
from campaigns.decisions import record_decision
from campaigns.judge.record import EntryKind
from campaigns.models import Call, Campaign, Line, Organisation, ServerProcess
from campaigns.pacing import Load, Reps
from campaigns.priority import Priority
from campaigns.provider import Provider
from campaigns.states import LIVE, CallStatus
from leads.compliance import Refusal
from leads.do_not_call import is_on_do_not_call
from leads.eligibility import Eligibility
from leads.opening import SAME_FOR_ALL
from leads.said import N_, sentence

logger = logging.getLogger(__name__)

NOT_SENT_DELAY = timedelta(seconds=15)
BUSY_ELSEWHERE_DELAY = timedelta(seconds=60)  # the lead is on the phone with us already
PLANNED_AT_ONCE = 5000  # a short transaction: answers of live calls wait for it on SQLite
# A claim that lay about longer (a suspended machine) is stale: the janitor may have given it up, and the decision is old.
MAX_CLAIM_AGE_S = 20.0


@dataclass(frozen=True, slots=True)
class Claimed:
    """Allowed, counted as an attempt, and not yet asked of the provider."""

    call_id: UUID
    dialect: str
    request: PlaceCall = field(repr=False)
    claimed_monotonic_s: float
    claimed_at: datetime  # real time

    @property
    def age_s(self) -> float:
        """By the clock that says more: one stands still while a machine sleeps, the other may be put back."""
        return max(time.monotonic() - self.claimed_monotonic_s, (timezone.now() - self.claimed_at).total_seconds())


@dataclass(frozen=True, slots=True)
class Blocked:
    call_id: UUID
    refusals: tuple[Refusal, ...]


@dataclass(frozen=True, slots=True)
class Postponed:
    """Not now: the lead's clock, their number, or another call of ours. It stays queued."""

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
    if obstacle := await sync_to_async(_why_not_sent)(claim):
        logger.info("call %s is not placed: %s", claim.call_id, obstacle)
        await sync_to_async(calls.requeue)(claim.call_id, due_at=now)
        return
    if await sync_to_async(is_on_do_not_call)(claim.request.to):
        logger.info("call %s is not placed: its number came on the do-not-call list after its claim", claim.call_id)
        await sync_to_async(calls.requeue)(claim.call_id, due_at=now)
        return
    try:
        placed = await client.place_call(claim.request)
    except PlaceCallProblem as problem:
        await sync_to_async(_on_problem)(claim.call_id, problem, now)
    else:
        await sync_to_async(calls.adopt)(claim.call_id, placed)


def _on_problem(call_id: UUID, problem: PlaceCallProblem, now: datetime) -> None:
    if isinstance(problem, NotSent):
        logger.warning("call %s was not sent: no connection to the provider", call_id)
        calls.requeue(call_id, due_at=now + NOT_SENT_DELAY)
    elif isinstance(problem, OutcomeUnknown):
        logger.warning("call %s: the provider's answer is unknown, it will be looked up", call_id)
        calls.mark_unknown(call_id)
    elif isinstance(problem, Refused):
        _on_refusal(call_id, problem, now)
    circuit.note_not_placed(call_id, problem, at=now)


def _why_not_sent(claim: Claimed) -> str:
    """What has happened since the claim, in words; "": nothing."""
    if claim.age_s > MAX_CLAIM_AGE_S:
        return "its claim lay about for too long"
    if dialing_stop.is_stopped():
        return "all dialing was stopped after its claim"
    if not Call.objects.filter(pk=claim.call_id, status=CallStatus.DIALING, unknown_at=None).exists():
        return "another process has given the claim up"
    return ""


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
        campaign_life.pause_itself(campaign, sentence("The Sautikit wallet is empty (%(words)s). Fill it and resume.", words=words))
        return
    calls.refuse(call_id, words=words, at=now)


# ---- step 1 -------------------------------------------------------------------------------------------------------------


def _campaigns_in_turn(now: datetime) -> list[int]:
    """Running campaigns with a due call, the emptiest first, so that a large one does not starve a small one."""
    earliest = {f"earliest_{priority.name.lower()}": Subquery(_earliest_due(priority)) for priority in Priority}
    running = Campaign.objects.filter(status=Campaign.Status.RUNNING).order_by().annotate(**earliest)
    rows = running.values_list("pk", "max_calls_in_flight", *earliest)
    caps = {campaign_id: cap for campaign_id, cap, *dues in rows if any(due_at is not None and due_at <= now for due_at in dues)}
    if not caps:
        return []
    flying = pace.calls_in_flight()
    in_turn = sorted((Load(flying.of_campaign(campaign_id), cap).share, campaign_id) for campaign_id, cap in caps.items())
    return [campaign_id for share, campaign_id in in_turn if share < 1.0]


def _earliest_due(priority: Priority) -> QuerySet[Call, datetime]:
    """The first entry of a campaign and priority in the queue's index. Asked whether any is due, PostgreSQL would read all that are."""
    queued = Call.objects.filter(campaign=OuterRef("pk"), status=CallStatus.QUEUED, priority=priority)
    return queued.order_by("due_at").values_list("due_at", flat=True)[:1]


# ---- step 2 -------------------------------------------------------------------------------------------------------------


def _claim_in(campaign_id: int, now: datetime) -> Claimed | Blocked | Postponed | None:
    # One lock for all claims: two dialers cannot both see the last free place, the last token or the last shilling.
    organisation = Organisation.locked()
    # Not their keys: whoever inserts a call of theirs at the same time, holding some total, must not wait for us, who will wait for the total.
    campaign = Campaign.objects.select_for_update(of=("self",), no_key=True).select_related("line").get(pk=campaign_id)
    if campaign.status != Campaign.Status.RUNNING or dialing_stop.is_stopped():
        return None
    lines = _usable_lines(campaign)
    flying, reps = pace.calls_in_flight(), pace.reps_of(campaign, now=now)
    rooms = [(server, room) for server, room in servers.rooms(flying.by_server, campaign.voices) if room > 0] if lines else []
    if not rooms:
        return None
    server, server_room = rooms[0][0], sum(room for _server, room in rooms)
    room = pace.room_of(campaign, organisation, lines, flying, reps, server_room=server_room, now=now)
    if room.n_calls == 0 or not _can_pay(campaign, organisation, now):
        return None
    open_lines = [line for line in lines if pace.is_open(line, flying, now=now) and servers.http_base(server, is_simulated=line.is_simulated)]
    call = _next_due(campaign, now, closed=[line for line in lines if line not in open_lines]) if open_lines else None
    if call is None:
        return None
    return _decide(call, _Ways(tuple(lines), tuple(open_lines), server, flying, organisation, reps), now)


@dataclass(frozen=True, slots=True)
class _Ways:
    """By which numbers and which server a call may go at this instant."""

    lines: tuple[Line, ...]
    open_lines: tuple[Line, ...]
    server: ServerProcess
    flying: pace.CallsInFlight
    organisation: Organisation
    reps: Reps | None

    def line_of(self, bound_to: int | None) -> Line | None:
        """The number the lead knows us by; the emptiest one if none of ours called before. None: theirs is not open at the moment."""
        if any(line.pk == bound_to for line in self.lines):
            return next((line for line in self.open_lines if line.pk == bound_to), None)
        return min(self.open_lines, key=lambda line: (Load(self.flying.of_line(line.pk), line.max_calls_in_flight).share, line.pk))


def _decide(call: Call, ways: _Ways, now: datetime) -> Claimed | Blocked | Postponed:
    if Call.objects.filter(lead=call.lead_id, status__in=LIVE).exists():
        return _postpone(call, now + BUSY_ELSEWHERE_DELAY, now=now)
    bound_to = call.line_id or _last_line_of(call)
    line = ways.line_of(bound_to)
    if line is None:
        Call.objects.filter(pk=call.pk, status=CallStatus.QUEUED).update(line=bound_to)  # it waits for its number, others go on
        return Postponed(call.pk)
    eligibility = record_decision(call, at=now)
    if eligibility.opens_at is not None:
        return _wait_for_opening(call, eligibility, now)
    if not eligibility.is_allowed:
        return block(call, eligibility.refusals, at=now)
    return _claim(call, line, ways, now=now)


def _usable_lines(campaign: Campaign) -> list[Line]:
    """Its numbers that may be dialled on, held until the commit; without any the campaign pauses and says why."""
    lines = campaign.lines(is_locked=True)
    usable = [line for line in lines if not line_guard.campaign_obstacles(campaign, line)]
    if not usable:
        campaign_life.pause_itself(campaign, " ".join(line_guard.campaign_obstacles(campaign, lines[0])))
    return usable


def _can_pay(campaign: Campaign, organisation: Organisation, now: datetime) -> bool:
    """Pauses the campaign when its own budget is used up and no live call can give anything back; other caps wait for their next day or month."""
    caps = money.caps_of(campaign, organisation, now=now)
    next_minor = money.worst_case(campaign, now=now).minor
    short = budget.cap_in_the_way(caps, next_minor)
    if short is None:
        return True
    if short is caps[0] and short.reserved_minor == 0:
        spent, costs = f"{short.spent_minor / 100:.2f}", f"{next_minor / 100:.2f}"
        text = N_("The budget %(name)s is used up: KES %(spent)s spent, and one more call may cost KES %(costs)s.")
        campaign_life.pause_itself(campaign, sentence(text, name=short.name, spent=spent, costs=costs))
    return False


def _next_due(campaign: Campaign, now: datetime, *, closed: Sequence[Line]) -> Call | None:
    """Promises first, then what broke off, then the rest, each by its time. Calls bound to a number that is closed at the moment wait.

    Locked from here to the commit: what the sweep of the do-not-call list or an erasure ends just now is passed over, and they wait for what
    is being decided here. Without it a call could end as blocked between the decision that allowed it and its claim.
    """
    for priority in Priority:
        due = Call.objects.filter(campaign=campaign, status=CallStatus.QUEUED, priority=priority, due_at__lte=now)
        if closed:
            due = due.exclude(line__in=closed)
        due = due.select_for_update(of=("self",), no_key=True, skip_locked=True)
        if call := due.select_related("lead", "campaign").order_by("due_at").first():
            return call
    return None


def _last_line_of(call: Call) -> int | None:
    dialled = Call.objects.filter(lead=call.lead_id, dialled_at__isnull=False, line__isnull=False)
    return dialled.order_by("-dialled_at").values_list("line_id", flat=True).first()


def _postpone(call: Call, due_at: datetime, *, now: datetime, n_others: int = 0) -> Postponed:
    flight.record(EntryKind.POSTPONED, at=now, call=call, details={"due_at": due_at.isoformat(), "n_others": n_others})
    Call.objects.filter(pk=call.pk, status=CallStatus.QUEUED).update(due_at=due_at)
    return Postponed(call.pk)


def _wait_for_opening(call: Call, eligibility: Eligibility, now: datetime) -> Postponed:
    """Only the clock is in the way: the call keeps its place in the queue, for the next opening.

    Where it is night for one, it is night for all who live by the same clock and rules: they are planned anew with it, a bounded number at a
    time, instead of being asked about one by one. Each is decided on by itself when it is due again.
    """
    if eligibility.opens_at is None:
        raise AssertionError("asked only with an opening")
    n_others = 0
    if {refusal.reason for refusal in eligibility.refusals} <= SAME_FOR_ALL:
        same = Call.objects.filter(campaign=call.campaign_id, status=CallStatus.QUEUED, due_at__lte=now)
        same = same.filter(lead__market=call.lead.market, lead__time_zone=call.lead.time_zone).exclude(pk=call.pk)
        some = list(same.order_by().values_list("pk", flat=True)[:PLANNED_AT_ONCE])
        n_others = Call.objects.filter(pk__in=some).update(due_at=eligibility.opens_at)
    reasons = [{"reason": refusal.reason.value, "sentence": refusal.sentence} for refusal in eligibility.refusals]
    live.publish(call.pk, live.Kind.POSTPONED, {"reasons": reasons, "due_at": eligibility.opens_at.isoformat(), "n_others": n_others})
    logger.info("call %s and %d others wait for the next opening", call.pk, n_others)
    return _postpone(call, eligibility.opens_at, now=now, n_others=n_others)


def block(call: Call, refusals: tuple[Refusal, ...], *, at: datetime) -> Blocked:
    """The end of a queued call: final, with all the reasons. Nobody was rung, so it is no attempt."""
    if Call.objects.filter(pk=call.pk, status=CallStatus.QUEUED).update(status=CallStatus.BLOCKED, ended_at=at) == 1:
        reasons = [{"reason": refusal.reason.value, "sentence": refusal.sentence} for refusal in refusals]
        live.publish(call.pk, live.Kind.BLOCKED, {"reasons": reasons})
        queued_s = (timezone.now() - call.created_at).total_seconds()
        told = {"status": CallStatus.BLOCKED.value, "queued_s": round(queued_s)}
        flight.record(EntryKind.ENDED, at=at, call=call, phone=call.lead.phone, details=told)
        logger.info("call %s is blocked for %d reasons", call.pk, len(refusals))
    return Blocked(call.pk, refusals)


def _claim(call: Call, line: Line, ways: _Ways, *, now: datetime) -> Claimed | Postponed:
    base_url = servers.http_base(ways.server, is_simulated=line.is_simulated)
    answer_token, stream_token = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    worst, today = money.worst_case(call.campaign, now=now), timezone.localdate(now)
    claimed_at = timezone.now()
    try:
        with transaction.atomic():
            n_claimed = Call.objects.filter(pk=call.pk, status=CallStatus.QUEUED).update(
                status=CallStatus.DIALING,
                line=line,
                script=call.campaign.script_id,
                server=ways.server,
                voice=call.campaign.voice,
                answer_token=answer_token,
                stream_token=stream_token,
                reserved_minor=worst.phone_minor,
                voice_reserved_minor=worst.voice_minor,
                money_on=today,
                claimed_at=claimed_at,
                # An attempt from the moment in which a phone may ring, whatever happens to this process next.
                dialled_at=now,
            )
    except IntegrityError:  # another campaign has this lead on the phone since a moment ago
        return _postpone(call, now + BUSY_ELSEWHERE_DELAY, now=now)
    if n_claimed != 1:
        raise AssertionError("its own lock keeps everybody else away from this call")
    money.count_reservation(call.campaign_id, worst.minor, on=today)
    pace.count_dialled(line, now=now)
    flight.record_dispatch(call, line, ways.organisation, at=now, money_on=today, reserved_minor=worst.minor, reps=ways.reps)
    live.publish(call.pk, live.Kind.CALL_STARTED, {"attempt": call.attempt_number, "campaign_id": call.campaign_id})
    request = PlaceCall(
        to=call.lead.phone,
        from_number=line.number,
        client_request_id=call.pk.hex,
        answer_url=f"{base_url}/voice/answer/{answer_token}",
        idempotency_key=str(call.pk),
    )
    return Claimed(call.pk, line.dialect, request, time.monotonic(), claimed_at)
