"""What nobody else does for a hand-off: the call back of a line that did not continue, the rep's phone, and an end for what was left behind.

Run often, by any number of processes at once: each step is claimed in the database before anything is asked of the platform.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime, timedelta

from asgiref.sync import sync_to_async
from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet

from bridge.brief import HandoffStrategy
from bridge.telephony.dialect import ProviderStatus
from bridge.telephony.errors import NotFound, RequestProblem
from bridge.telephony.webhooks import ProviderEvent
from campaigns import staff_calls
from campaigns.handoff import reservations
from campaigns.handoff.conference import rep_lost
from campaigns.handoff.keeping import keep_due
from campaigns.handoff.left_alone import hang_up, hang_up_left_alone
from campaigns.handoff.moves import call_right_back, end_bridge, move, promise
from campaigns.handoff.next_step import on_call_ended
from campaigns.handoff.offers import ENDED_COLD, go_on, no_rep
from campaigns.handoff.promises import remind_due
from campaigns.handoff.rep_leg import on_event, on_rep_left
from campaigns.handoff.states import ASKING, UNTAKEN, HandoffEvent
from campaigns.models import Handoff, StaffCall
from campaigns.provider import Provider
from campaigns.states import ENDED, LIVE, CallStatus, HandoffStatus
from leads.said import sentence

logger = logging.getLogger(__name__)

NEXT_STEP_WITHIN = timedelta(seconds=3)  # from the closing of the socket; a platform that continues does so at once
RING_TRIED_FOR = timedelta(seconds=20)
OFFER_LIMIT = timedelta(minutes=2)
RINGS_REP = (HandoffStrategy.CALLBACK, HandoffStrategy.CONFERENCE)
# The session's own report comes within a second of the call's end. Without it, its process has died.
REPORT_WITHIN = timedelta(seconds=15)
PICKED_UP_WITHIN = timedelta(seconds=20)  # beyond the ring time-out
LOOK_UP_EVERY = timedelta(seconds=15)
SILENT_FOR = timedelta(minutes=2)  # a rep's leg of which nothing was heard for so long is looked up


async def tend(now: datetime, provider: Provider) -> int:
    """Does what is due at `now` (business time) and says how many things that was. May take as long as the platform's replies."""
    n_kept = await sync_to_async(promises_due)(now)
    n_lost = await _call_back_lost(now, provider)
    n_rung = await _ring_due(now, provider)
    n_looked_up = await _look_up_silent(now, provider)
    n_hung_up = await hang_up_left_alone(now, provider)
    return n_kept + n_lost + n_rung + n_looked_up + n_hung_up + await sync_to_async(tidy)(now)


def promises_due(now: datetime) -> int:
    return remind_due(now) + keep_due(now)


# ---- the platform did not continue -----------------------------------------------------------------------------------


async def _call_back_lost(now: datetime, provider: Provider) -> int:
    lost = await sync_to_async(_claim_lost)(now)
    for handoff in lost:
        logger.warning("call %s: the platform did not fetch the next step, falling back to a call back", handoff.call_id)
        await hang_up(handoff.call, provider)
    return len(lost)


def _claim_lost(now: datetime) -> list[Handoff]:
    overdue = _with_related().filter(
        status=HandoffStatus.ACCEPTED, strategy=HandoffStrategy.DIAL, next_step_at=None, released_at__lte=now - NEXT_STEP_WITHIN
    )
    # From the claim on the next-step URL answers nothing any more, so a late fetch cannot ring the rep a second time.
    claimed = [handoff.id for handoff in overdue if call_right_back(handoff, now=now, is_fallback=True)]
    return list(_with_related().filter(id__in=claimed))


# ---- the rep's phone ---------------------------------------------------------------------------------------------------


async def _ring_due(now: datetime, provider: Provider) -> int:
    due = await sync_to_async(lambda: list(_due_to_ring(now)))()
    async with asyncio.TaskGroup() as group:
        for handoff in due:
            group.create_task(_ring(handoff, now, provider))
    return len(due)


def _due_to_ring(now: datetime) -> QuerySet[Handoff]:
    """Released up to `now`, which is also when the rep's call will say it was placed: one that is older than its release would be rung again."""
    rung = StaffCall.objects.filter(handoff=OuterRef("pk"), placed_at__gte=OuterRef("released_at"))
    return _with_related().filter(~Exists(rung), status=HandoffStatus.ACCEPTED, strategy__in=RINGS_REP, released_at__lte=now)


async def _ring(handoff: Handoff, now: datetime, provider: Provider) -> None:
    if handoff.strategy == HandoffStrategy.CALLBACK and handoff.call.status in LIVE:
        await hang_up(handoff.call, provider)  # the bot has hung up already; should that have failed, the lead's phone stays busy
    if handoff.rep is None:
        await sync_to_async(rep_lost)(handoff, HandoffEvent.REP_NO_ANSWER, now=now, reason=sentence("The rep who accepted has left."))
        return
    result = await staff_calls.ring(handoff.rep, handoff, provider, now=now)
    if not isinstance(result, staff_calls.Forbidden):
        return
    is_time_left = handoff.released_at is not None and now - handoff.released_at < RING_TRIED_FOR
    if not (result.may_try_again and is_time_left):
        await sync_to_async(rep_lost)(handoff, HandoffEvent.REP_NO_ANSWER, now=now, reason=result.sentence)


async def _look_up_silent(now: datetime, provider: Provider) -> int:
    """Rep's legs whose end was not reported: ask the platform."""
    silent = await sync_to_async(_claim_silent)(now)
    for staff_call in silent:
        await _look_up(staff_call, now, provider)
    return len(silent)


def _claim_silent(now: datetime) -> list[StaffCall]:
    found = []
    unsettled = Q(status__in=sorted(LIVE)) | Q(status=CallStatus.OUTCOME_UNKNOWN, handoff__status=HandoffStatus.ACCEPTED, handoff__rep=F("rep"))
    for staff_call in StaffCall.objects.filter(unsettled).select_related("line"):
        since = staff_call.answered_at or staff_call.placed_at
        patience = SILENT_FOR if staff_call.answered_at else timedelta(seconds=staff_call.line.ring_timeout_s) + PICKED_UP_WITHIN
        if since is None or now - since < patience:
            continue
        row = StaffCall.objects.filter(Q(looked_up_at=None) | Q(looked_up_at__lte=now - LOOK_UP_EVERY), id=staff_call.id)
        if row.update(looked_up_at=now):
            found.append(staff_call)
    return found


async def _look_up(staff_call: StaffCall, now: datetime, provider: Provider) -> None:
    client = provider.client(staff_call.line.dialect)
    provider_id = staff_call.provider_call_id or staff_call.provider_session_id
    state, seconds = ProviderStatus.NO_ANSWER, None  # without an id nothing was ever heard of it
    if provider_id:
        try:
            cdr = await client.get_call(provider_id)
            state, seconds = cdr.status, cdr.duration_s
            if staff_call.answered_at is None and state in (ProviderStatus.RINGING, ProviderStatus.UNKNOWN):
                await client.hang_up(provider_id)
                state = ProviderStatus.NO_ANSWER
        except NotFound:
            state = ProviderStatus.FAILED
        except RequestProblem as problem:
            logger.warning("staff call %s could not be looked up: %s", staff_call.id, type(problem).__name__)
            return
    event = ProviderEvent(state=state, duration_s=seconds, is_active=False)
    await sync_to_async(on_event)(staff_call, event, now=now)


# ---- an end for everything ---------------------------------------------------------------------------------------------


def tidy(now: datetime) -> int:
    """Hand-offs that nobody will move any more, because who should have is gone."""
    steps = (_tidy_offer, _tidy_accepted, _tidy_bridged, _tidy_untaken)
    n_moved = reservations.sweep(now)
    watched = [*sorted(ASKING), HandoffStatus.ACCEPTED, HandoffStatus.BRIDGED, *sorted(UNTAKEN)]
    for handoff in _with_related().filter(status__in=watched, ended_at=None):
        before = (handoff.status, handoff.strategy, handoff.ended_at)
        for step in steps:
            step(handoff, now)
        n_moved += (handoff.status, handoff.strategy, handoff.ended_at) != before
    return n_moved


def _tidy_offer(handoff: Handoff, now: datetime) -> None:
    if handoff.status == HandoffStatus.WARMING and _is_left_behind(handoff, now):
        move(handoff, HandoffEvent.OVERDUE, now=now, reason=ENDED_COLD)
    elif handoff.status == HandoffStatus.WARMING:
        go_on(handoff, now=now)
    if handoff.status != HandoffStatus.OFFERED:
        return
    if _is_left_behind(handoff, now):
        promise(handoff, HandoffEvent.OVERDUE, now=now, reason=sentence("The call ended before anybody took it."))
    elif now - handoff.offered_at > OFFER_LIMIT:
        no_rep(handoff, HandoffEvent.OVERDUE, now=now, reason=sentence("Nobody took it in time."))
    else:
        go_on(handoff, now=now)


def _tidy_accepted(handoff: Handoff, now: datetime) -> None:
    if handoff.status != HandoffStatus.ACCEPTED:
        return
    is_room = handoff.strategy == HandoffStrategy.CONFERENCE
    if (is_room or handoff.released_at is None) and _is_left_behind(handoff, now):
        promise(handoff, HandoffEvent.OVERDUE, now=now, reason=sentence("The call broke off."))
    elif handoff.strategy == HandoffStrategy.DIAL and handoff.released_at is not None and _is_dial_over(handoff, now):
        ended_at = handoff.call.ended_at if handoff.next_step_at is not None else None
        on_call_ended(handoff, ProviderEvent(state=ProviderStatus.COMPLETED), now=ended_at or now)
    elif handoff.strategy in RINGS_REP and handoff.released_at is not None:
        _tidy_rung(handoff, now)


def _is_dial_over(handoff: Handoff, now: datetime) -> bool:
    """Without a next step there is nothing to wait for; with one, the callback that ends the Dial knows more than the call's row."""
    return handoff.call.status in ENDED if handoff.next_step_at is None else _is_left_behind(handoff, now)


def _tidy_rung(handoff: Handoff, now: datetime) -> None:
    """The rep's leg is over and nobody drew the conclusion: its process died in between."""
    rung = StaffCall.objects.filter(handoff=handoff, placed_at__gte=handoff.released_at, status__in=sorted(ENDED))
    newest = rung.exclude(status=CallStatus.OUTCOME_UNKNOWN).select_related("line", "lead_call").order_by("-placed_at").first()
    if newest is not None and newest.ended_at is not None and now - newest.ended_at >= REPORT_WITHIN:
        on_rep_left(newest, handoff, ProviderEvent(state=ProviderStatus.COMPLETED), now=newest.ended_at)


def _tidy_bridged(handoff: Handoff, now: datetime) -> None:
    """Strategy conference is bridged while they talk, the others only when they have talked."""
    if handoff.status != HandoffStatus.BRIDGED:
        return
    if handoff.strategy != HandoffStrategy.CONFERENCE:
        end_bridge(handoff, now=now)
        return
    rep_left = StaffCall.objects.filter(handoff=handoff, is_accepted=True, ended_at__isnull=False).aggregate(at=Max("ended_at"))["at"]
    if handoff.call.ended_at or rep_left:
        end_bridge(handoff, now=min(filter(None, (handoff.call.ended_at, rep_left))))


def _tidy_untaken(handoff: Handoff, now: datetime) -> None:
    if handoff.status in UNTAKEN and _is_left_behind(handoff, now):
        move(handoff, HandoffEvent.PROMISED, now=now)


def _is_left_behind(handoff: Handoff, now: datetime) -> bool:
    """The call is over, and its session has had the time to say how."""
    call = handoff.call
    return call.status in ENDED and call.ended_at is not None and now - call.ended_at > REPORT_WITHIN


def _with_related() -> QuerySet[Handoff]:
    return Handoff.objects.select_related("call__line", "call__campaign", "call__server", "call__script", "rep__user")
