"""Ringing our own people: the only caller of place_call besides the dialer. Verified numbers only, never a lead's, one live call a rep.

A request whose outcome is unknown is never repeated: the phone may ring, and if it does, its answer URL tells us (`handoff.rep_leg`).
"""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass
from datetime import datetime

from asgiref.sync import sync_to_async
from django.db import IntegrityError, transaction

from bridge.telephony.client import PlaceCall
from bridge.telephony.errors import NotSent, OutcomeUnknown, Refused
from bridge.telephony.replies import PlacedCall
from campaigns import dialing_stop, line_guard, money
from campaigns.budget import rep_leg_minor
from campaigns.handoff.presence import why_not_ring
from campaigns.handoff.rep_leg import answer_url, remember_ids
from campaigns.models import Handoff, Line, Rep, StaffCall
from campaigns.provider import Provider
from campaigns.states import LIVE, CallStatus

logger = logging.getLogger(__name__)

BRIEF_S = 120  # listening to the brief, pressing 1, waiting for the lead's first leg to end


@dataclass(frozen=True, slots=True)
class Forbidden:
    """Nobody was rung. `sentence` is for the queue; `may_try_again`: it is only not now."""

    sentence: str
    may_try_again: bool = False


async def ring(rep: Rep, handoff: Handoff, provider: Provider, *, now: datetime) -> StaffCall | Forbidden:
    """The rep's phone rings, or the sentence why it does not. After an unknown outcome the StaffCall says so; do not ring again."""
    claimed = await sync_to_async(_claim)(rep, handoff, now=now)
    if isinstance(claimed, Forbidden):
        return claimed
    staff_call, line, url = claimed
    if stopped := await sync_to_async(dialing_stop.why_stopped)():  # since the claim
        return await _undo(staff_call, stopped)
    key = staff_call.id.hex
    request = PlaceCall(to=rep.number, from_number=line.number, client_request_id=key, answer_url=url, idempotency_key=key)
    try:
        placed = await provider.client(line.dialect).place_call(request)
    except NotSent:
        return await _undo(staff_call, "The phone platform could not be reached.")
    except Refused as refused:
        await _finish(staff_call, CallStatus.FAILED, now=now)
        await sync_to_async(money.settle_staff_call)(staff_call, 0, at=now)
        logger.warning("staff call %s was refused: %s %s", staff_call.id, refused.status, refused.code)
        return Forbidden(f"The phone platform refused to ring the rep: {refused.message}"[:300])
    except OutcomeUnknown:
        await _finish(staff_call, CallStatus.OUTCOME_UNKNOWN, now=now)
        logger.warning("staff call %s: the outcome is unknown, it is not repeated", staff_call.id)
        return staff_call
    await sync_to_async(adopt)(staff_call, placed)
    return staff_call


def adopt(staff_call: StaffCall, placed: PlacedCall) -> None:
    """The provider's ids, unless a webhook was faster."""
    remember_ids(staff_call, placed.call_id, placed.session_id)
    StaffCall.objects.filter(id=staff_call.id, status=CallStatus.DIALING).update(status=CallStatus.RINGING)
    logger.info("staff call %s is ringing", staff_call.id)


def _claim(rep: Rep, handoff: Handoff, *, now: datetime) -> tuple[StaffCall, Line, str] | Forbidden:
    """Committed before anything is sent; the database keeps a rep from being rung twice at once."""
    call = handoff.call
    line = call.line
    if line is None:
        return Forbidden("The call had no phone line.")
    # The rep's own leg until the lead is dialled from it: ringing, the brief and the wait. What follows is reserved with the lead's leg.
    sentences = [why_not_ring(rep), *line_guard.campaign_obstacles(call.campaign, line)]
    if obstacle := next(filter(None, sentences), ""):
        return Forbidden(obstacle)
    try:
        with transaction.atomic():
            if stopped := dialing_stop.why_stopped():
                return Forbidden(stopped, may_try_again=True)
            if StaffCall.objects.filter(rep=rep, status__in=sorted(LIVE)).exists():
                return Forbidden("The rep is on another call.", may_try_again=True)
            staff_call = StaffCall.objects.create(
                rep=rep, handoff=handoff, line=line, status=CallStatus.DIALING, answer_token=secrets.token_urlsafe(32), placed_at=now
            )
            money.reserve_staff_call(staff_call, rep_leg_minor(line.ring_timeout_s + BRIEF_S, money.price_at(now)), now=now)
            url = answer_url(staff_call)
            if url is None:
                transaction.set_rollback(True)
                return Forbidden("No server of ours is running that could answer the rep.", may_try_again=True)
    except IntegrityError:
        return Forbidden("The rep is on another call.", may_try_again=True)
    return staff_call, line, url


async def _undo(staff_call: StaffCall, sentence: str) -> Forbidden:
    """Nothing reached the provider: as if it had never been."""
    await sync_to_async(money.drop_staff_call)(staff_call)
    return Forbidden(sentence, may_try_again=True)


async def _finish(staff_call: StaffCall, status: CallStatus, *, now: datetime) -> None:
    staff_call.status, staff_call.ended_at = status, now
    await StaffCall.objects.filter(id=staff_call.id, status=CallStatus.DIALING).aupdate(status=status, ended_at=now)
