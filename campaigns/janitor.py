"""Closes what nobody closed: claims nobody finished, calls nobody reported, sessions whose process died, money nobody settled. Once a day it
keeps to the periods of the market packs, one bounded portion a round.

Each tick finds the rows by their age and brings each to its end; a tick that fails half way is repeated by the next. Calls to leads that
reps make back are the hand-off's to close.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from asgiref.sync import sync_to_async
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from bridge.brief import HandoffStrategy
from bridge.events import Outcome
from bridge.reports import SessionReport
from bridge.telephony.client import DEADLINE_S
from bridge.telephony.errors import NotFound, RequestProblem
from campaigns import budget, calls, flight_ticks, inbound, money, servers, strangers, suppression
from campaigns.handoff import offers
from campaigns.handoff.states import WITH_REP
from campaigns.integrations.webhooks import outbox
from campaigns.look_ups import look_up
from campaigns.models import Call, Handoff, StaffCall, VoiceSession
from campaigns.priority import Priority
from campaigns.privacy import keeping
from campaigns.provider import Provider
from campaigns.retries import spread
from campaigns.states import ENDED, CallStatus, HandoffStatus
from campaigns.tallies.keeping import tick as tally_tick
from campaigns.tasks import WAITS_S, settle_staff_call
from campaigns.voice_cost import keeping as voice_costs
from leads.said import N_
from leads.tasks import tend_imports

logger = logging.getLogger(__name__)

# Real time. A claim without the provider's id is older than any request of ours can be: whoever sent it is gone.
CLAIM_LOST_AFTER = timedelta(seconds=DEADLINE_S + 15)
UNKNOWN_FOR_AT_MOST = timedelta(minutes=3)  # a phone rings for a minute at most; after that nothing more will be reported
LOOK_UP_EVERY = timedelta(seconds=15)
SETTLE_EVERY = timedelta(minutes=10)
SETTLE_FOR = timedelta(days=2)
RINGS_FOR_AT_MOST = timedelta(seconds=120)
SESSION_CLOSES_WITHIN = timedelta(seconds=10)
VOICE_SETTLES_WITHIN = timedelta(minutes=1)
# Business time, from the answer. The session itself keeps the limit; this is for one that did not.
GRACE = timedelta(seconds=budget.HANG_UP_GRACE_S)
WITH_REP_AT_MOST = timedelta(hours=1)
GIVEN_UP_AFTER = timedelta(minutes=10)
OVERDUE_AFTER = timedelta(hours=1)
BATCH = 50


async def tick(now: datetime, provider: Provider) -> None:
    """One round. `now`: business time."""
    await sync_to_async(flight_ticks.tick)(now)
    await sync_to_async(suppression.sweep)(now)
    await sync_to_async(strangers.tidy)()
    await sync_to_async(outbox.sweep)()
    await sync_to_async(inbound.close_forgotten)(now=now)
    await sync_to_async(mark_lost_claims)()
    await sync_to_async(end_dead_sessions)(now)
    await sync_to_async(settle_voices_late)(now)
    await sync_to_async(grow_reservations)(now)
    await resolve_unknown(now, provider)
    await close_overlong(now, provider)
    await ask_about_quiet_calls(provider)
    await settle_late(provider)
    await sync_to_async(keeping.keep_daily)(now)
    await sync_to_async(tally_tick)(now)
    await sync_to_async(tend_imports)()  # last: files are in play, and nothing about calls waits for a full disk


# ---- rows only ------------------------------------------------------------------------------------------------------------


def mark_lost_claims() -> None:
    lost_before = timezone.now() - CLAIM_LOST_AFTER
    for call_id in (
        _to_leads().filter(status=CallStatus.DIALING, unknown_at=None, claimed_at__lt=lost_before, **_NAMELESS).values_list("pk", flat=True)
    ):
        logger.warning("call %s was claimed and never confirmed: its outcome is unknown", call_id)
        calls.mark_unknown(call_id)


def end_dead_sessions(now: datetime) -> None:
    """The process that held the call has died: the answers stand, the session is over, and the phone is hung up by `close_overlong`."""
    alive = servers.alive().values("pk")
    open_sessions = _to_leads().filter(stream_opened_at__isnull=False, session_ended_at=None)
    over = Q(status__in=ENDED, ended_at__lt=now - SESSION_CLOSES_WITHIN)
    for call in open_sessions.filter(~Q(server__in=alive) | Q(server=None) | over).order_by("stream_opened_at")[:BATCH]:
        logger.warning("call %s lost the process that held it", call.pk)
        report = SessionReport(Outcome.MEDIA_LOST, is_disclosure_heard=bool(call.is_disclosure_heard))
        with transaction.atomic():
            calls.finish_session(call.pk, report, at=now)
            offers.on_session_finished(call, Outcome.MEDIA_LOST, now=now)
            voice_costs.settle(call.pk, at=now)  # what it told while it lived


def settle_voices_late(now: datetime) -> None:
    """Sessions whose last word on what they used was not saved: what they told before counts. One without a price waits for the table."""
    over_before = timezone.now() - VOICE_SETTLES_WITHIN
    unpriced = VoiceSession.objects.filter(call=OuterRef("pk"), cost_usd=None)
    late = Call.objects.filter(~Exists(unpriced), voice_settled_at=None, session_ended_at__lt=over_before, claimed_at__gt=over_before - SETTLE_FOR)
    for call_id in late.values_list("pk", flat=True)[:BATCH]:
        voice_costs.settle(call_id, at=now)


def grow_reservations(now: datetime) -> None:
    """A lead who talks with a rep costs two legs for as long as they like: what is reserved follows, so that nobody else is dialled on that money."""
    with_rep = _to_leads().filter(status=CallStatus.IN_PROGRESS, handoff__status__in=WITH_REP, handoff__released_at__isnull=False)
    for call in with_rep.order_by("answered_at")[:BATCH]:
        if call.answered_at is None:
            continue
        spoken_s = (now - call.answered_at).total_seconds() + budget.HANG_UP_GRACE_S
        minor = budget.bridged_minor(spoken_s, money.price_at(now))
        if minor > call.reserved_minor:
            money.reserve(call, minor)


def plan_anew(now: datetime) -> int:
    """After an outage: retries that were due long ago come evenly over the next hour, not in a burst; promises keep their turn. How many."""
    queued = Call.objects.filter(status=CallStatus.QUEUED, attempt_number__gt=1, due_at__lt=now - OVERDUE_AFTER)
    overdue = list(queued.exclude(priority=Priority.PROMISED).order_by("due_at").only("due_at"))
    for call, due_at in zip(overdue, spread(len(overdue), since=now, over=OVERDUE_AFTER), strict=True):
        call.due_at = due_at
    # A row that was claimed meanwhile gets a due time that nobody reads any more.
    Call.objects.bulk_update(overdue, ["due_at"], batch_size=500)
    return len(overdue)


# ---- with the provider ------------------------------------------------------------------------------------------------------


async def resolve_unknown(now: datetime, provider: Provider) -> None:
    """Look for the call that may have been placed; adopt it, or close the attempt. It is never placed again."""
    given_up_before = timezone.now() - UNKNOWN_FOR_AT_MOST
    async for call in _due_for_look_up(_to_leads().filter(status=CallStatus.DIALING, unknown_at__isnull=False, **_NAMELESS)):
        is_found = await look_up(call, provider)
        if not is_found and call.unknown_at is not None and call.unknown_at < given_up_before:
            await sync_to_async(calls.close_unknown)(call.pk, at=now)


async def close_overlong(now: datetime, provider: Provider) -> None:
    """Calls past their longest time, and calls whose session is over but whose phone is not: hang up, then ask."""
    for call in await sync_to_async(_overlong)(now):
        await _hang_up(call, provider)
        await look_up(call, provider)
        await sync_to_async(_close_lost)(call, now)


def _overlong(now: datetime) -> list[Call]:
    """Each at most once in a while, by the time it was last asked about."""
    answered = _to_leads().filter(status=CallStatus.IN_PROGRESS).annotate(is_released=_RELEASED)
    # Longest time differs by campaign; seconds are added in Python, as databases do it each in a way of its own.
    longest = answered.order_by().values_list("campaign_id", "campaign__max_call_s").distinct()
    too_long = Q(is_released=True, answered_at__lt=now - WITH_REP_AT_MOST)
    for campaign_id, max_call_s in longest:
        too_long |= Q(campaign_id=campaign_id, is_released=False, answered_at__lt=now - _limit(max_call_s))
    left_alone = Q(is_released=False, session_ended_at__lt=timezone.now() - SESSION_CLOSES_WITHIN)
    return list(_due_for_look_up(answered.filter(too_long | left_alone)))


def _limit(max_call_s: int) -> timedelta:
    return timedelta(seconds=max_call_s) + GRACE


def _close_lost(call: Call, now: datetime) -> None:
    limit = WITH_REP_AT_MOST if Handoff.objects.filter(_IS_RELEASED, call=call).exists() else _limit(call.campaign.max_call_s)
    if call.answered_at is not None and now - call.answered_at > limit + GIVEN_UP_AFTER:
        calls.close_lost(call.pk, words=N_("The platform did not report the end of this call."), at=now)


async def ask_about_quiet_calls(provider: Provider) -> None:
    """Dialled, named, and no word since: the webhook was lost, the callee's phone rang out, or the talk with the rep is long over."""
    quiet_before = timezone.now() - RINGS_FOR_AT_MOST
    not_answered = _to_leads().filter(status__in=[CallStatus.DIALING, CallStatus.RINGING], claimed_at__lt=quiet_before).exclude(**_NAMELESS)
    no_stream = _to_leads().filter(status=CallStatus.IN_PROGRESS, stream_opened_at=None, claimed_at__lt=quiet_before)
    with_rep = _to_leads().filter(_RELEASED, status=CallStatus.IN_PROGRESS, session_ended_at__lt=timezone.now() - SESSION_CLOSES_WITHIN)
    for waiting in (not_answered, no_stream, with_rep):
        async for call in _due_for_look_up(waiting):
            await look_up(call, provider)


async def settle_late(provider: Provider) -> None:
    """Ended calls whose job was lost, or whose price came late."""
    now = timezone.now()
    # Ended by its instant, not by its status: a question that names statuses makes SQLite read all calls that ever ended.
    unsettled = _to_leads().filter(ended_at__isnull=False, settled_at=None, claimed_at__gt=now - SETTLE_FOR, claimed_at__lt=now - SETTLE_EVERY)
    async for call in _due_for_look_up(unsettled.exclude(**_NAMELESS), every=SETTLE_EVERY):
        await look_up(call, provider)
    await sync_to_async(_settle_staff_late)(now)


def _settle_staff_late(now: datetime) -> None:
    """The job looks the record up; here it is only asked for again."""
    ended = StaffCall.objects.filter(status__in=ENDED, settled_at=None, created_at__gt=now - SETTLE_FOR, created_at__lt=now - SETTLE_EVERY)
    due = Q(settle_asked_at=None) | Q(settle_asked_at__lt=now - SETTLE_EVERY)
    for staff_call in ended.exclude(**_NAMELESS).filter(due)[:BATCH]:
        StaffCall.objects.filter(pk=staff_call.pk).update(settle_asked_at=now)
        settle_staff_call.enqueue(str(staff_call.pk), len(WAITS_S))


async def _hang_up(call: Call, provider: Provider) -> None:
    provider_id = call.provider_call_id or call.provider_session_id
    if not provider_id or call.line is None:
        return
    try:
        await provider.client(call.line.dialect).hang_up(provider_id)
    except NotFound:
        return
    except RequestProblem as problem:
        logger.warning("call %s could not be hung up: %s", call.pk, type(problem).__name__)


# From the release on the platform runs our documents on this call, down to their Hangup: it is not ours to cut off.
# In a room there are no documents to run, and until a rep has come there the lead has nobody but the bot.
_IS_RELEASED = Q(released_at__isnull=False) & (~Q(strategy=HandoffStrategy.CONFERENCE) | Q(status=HandoffStatus.BRIDGED))
_RELEASED = Exists(Handoff.objects.filter(_IS_RELEASED, call=OuterRef("pk")))
_NAMELESS = {"provider_call_id": "", "provider_session_id": ""}


def _to_leads() -> QuerySet[Call]:
    # A claim is undone with its `claimed_at`, and a call to us has one from its beginning.
    ours = (Call.Occasion.CAMPAIGN, Call.Occasion.INBOUND)
    return Call.objects.filter(occasion__in=ours, claimed_at__isnull=False).select_related("line", "lead", "campaign", "server")


def _due_for_look_up(rows: QuerySet[Call], *, every: timedelta = LOOK_UP_EVERY) -> QuerySet[Call]:
    return rows.filter(Q(looked_up_at=None) | Q(looked_up_at__lt=timezone.now() - every)).order_by(F("looked_up_at").asc(nulls_first=True))[:BATCH]
