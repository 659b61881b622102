"""Ringing our own people, for a hot lead, to check a line or to verify their number: the only caller of place_call besides the dialer.

Verified numbers only (but for the call that verifies one), never a lead's nor one on the do-not-call list, one live call a rep.

A request whose outcome is unknown is never repeated: the phone may ring, and if it does, its answer URL tells us (`handoff.rep_leg`).
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from asgiref.sync import sync_to_async
from django.db import IntegrityError, transaction

from bridge.telephony.client import PlaceCall
from bridge.telephony.errors import NotSent, OutcomeUnknown, Refused
from bridge.telephony.replies import PlacedCall
from campaigns import dialing_stop, line_guard, money, servers
from campaigns.budget import cap_in_the_way, rep_leg_minor
from campaigns.handoff.presence import why_never_ring, why_not_ring
from campaigns.handoff.rep_leg import answer_url, remember_ids
from campaigns.line_check.guide import MAX_CALL_S
from campaigns.line_check.places import addresses_of
from campaigns.models import Handoff, Line, LineCheck, NumberCheck, Organisation, Rep, StaffCall
from campaigns.provider import Provider
from campaigns.states import LIVE, CallStatus
from leads.said import sentence

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
    return claimed if isinstance(claimed, Forbidden) else await _place(*claimed, provider, now=now)


async def ring_for_check(check: LineCheck, provider: Provider, *, now: datetime) -> StaffCall | Forbidden:
    """The operator's phone rings for a check of the line, or the sentence why it does not. `check` with line and rep's user."""
    claimed = await sync_to_async(_claim_for_check)(check, now=now)
    return claimed if isinstance(claimed, Forbidden) else await _place(*claimed, provider, now=now)


async def ring_to_verify(check: NumberCheck, provider: Provider, *, now: datetime) -> StaffCall | Forbidden:
    """The number to be verified rings once, or the sentence why it does not. `check` with the rep's user."""
    claimed = await sync_to_async(_claim_to_verify)(check, now=now)
    return claimed if isinstance(claimed, Forbidden) else await _place(*claimed, provider, now=now)


async def _place(staff_call: StaffCall, line: Line, url: str, provider: Provider, *, now: datetime) -> StaffCall | Forbidden:
    if stopped := await sync_to_async(dialing_stop.why_stopped)():  # since the claim
        return await _undo(staff_call, stopped)
    key = staff_call.id.hex
    request = PlaceCall(to=staff_call.rep.number, from_number=line.number, client_request_id=key, answer_url=url, idempotency_key=key)
    try:
        placed = await provider.client(line.dialect).place_call(request)
    except NotSent:
        return await _undo(staff_call, sentence("The phone platform could not be reached."))
    except Refused as refused:
        await _finish(staff_call, CallStatus.FAILED, now=now)
        await sync_to_async(money.settle_staff_call)(staff_call, 0, at=now)
        logger.warning("staff call %s was refused: %s %s", staff_call.id, refused.status, refused.code)
        return Forbidden(sentence("The phone platform refused to ring the rep: %(why)s", why=refused.message)[:300])
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


def why_not_check(line: Line, rep: Rep) -> list[str]:
    """Why this line cannot be checked on this rep's phone now, in words; empty: it can. No voice of ours speaks on such a call."""
    sentences = [why_not_ring(rep), *line_guard.obstacles(line), dialing_stop.why_stopped()]
    return [sentence for sentence in sentences if sentence]


def _claim_for_check(check: LineCheck, *, now: datetime) -> tuple[StaffCall, Line, str] | Forbidden:
    line, rep = check.line, check.rep
    if rep is None:
        return Forbidden(sentence("The rep whose phone was to be rung has been removed."))
    if found := why_not_check(line, rep):
        return Forbidden(" ".join(found))
    minor = money.line_check_minor(line.ring_timeout_s, MAX_CALL_S, now=now)

    def kept(staff_call: StaffCall) -> bool:
        return LineCheck.objects.filter(pk=check.pk).update(staff_call=staff_call) == 1

    claimed = _claim_for_no_lead(rep, line, minor, kept, now=now, purpose=StaffCall.Purpose.LINE_CHECK)
    if isinstance(claimed, Forbidden):
        return claimed
    staff_call, base = claimed
    return staff_call, line, addresses_of(staff_call, base, "").voice


def line_to_verify(rep: Rep) -> Line | None:
    """One that may be used now, of a campaign of the rep's if there is one; None: there is none."""
    own = set(rep.campaigns.values_list("line_id", flat=True))
    lines = sorted(Line.objects.filter(is_active=True), key=lambda line: (line.pk not in own, line.pk))
    return next((line for line in lines if not line_guard.obstacles(line)), None)


def why_not_verify(rep: Rep) -> str:
    """Why this rep's number cannot be rung now to verify it, in words; "": it can."""
    if Line.objects.filter(number=rep.number).exists():
        return sentence("This is the number of one of our own phone lines, so it cannot be a rep's.")
    if found := why_never_ring(rep) or dialing_stop.why_stopped():
        return found
    return "" if line_to_verify(rep) else sentence("No phone line can be used now. Ask your manager to look under Phone lines.")


def _claim_to_verify(check: NumberCheck, *, now: datetime) -> tuple[StaffCall, Line, str] | Forbidden:
    rep = check.rep
    line = line_to_verify(rep)
    if (found := why_not_verify(rep)) or line is None:
        return Forbidden(found)
    if rep.number != check.number:
        return Forbidden(sentence("The number was changed."))

    def kept(staff_call: StaffCall) -> bool:
        """Not a second time, whoever else carries the same request out."""
        return NumberCheck.objects.filter(pk=check.pk, result="", staff_call=None).update(staff_call=staff_call) == 1

    minor = rep_leg_minor(line.ring_timeout_s + BRIEF_S, money.price_at(now))
    claimed = _claim_for_no_lead(rep, line, minor, kept, now=now, purpose=StaffCall.Purpose.VERIFICATION)
    if isinstance(claimed, Forbidden):
        return claimed
    staff_call, base = claimed
    return staff_call, line, f"{base}/voice/answer/{staff_call.answer_token}"


def _claim_for_no_lead(
    rep: Rep, line: Line, minor: int, kept: Callable[[StaffCall], bool], *, now: datetime, purpose: StaffCall.Purpose
) -> tuple[StaffCall, str] | Forbidden:
    """With the base of the server that will answer. `minor` counts in everybody's day and month.

    `kept` ties the row to what it is for, in the row's transaction; False: that is over, or has its call already.
    """
    try:
        with transaction.atomic():
            caps = money.organisation_caps(Organisation.locked(), now=now)
            if stopped := dialing_stop.why_stopped():
                return Forbidden(stopped, may_try_again=True)
            if short := cap_in_the_way(caps, minor):
                return Forbidden(sentence("The budget %(budget)s has no room for the check.", budget=sentence(short.name)))
            staff_call = _new_row(rep, line, now=now, purpose=purpose)
            money.reserve_staff_call(staff_call, minor, now=now)
            base = servers.a_base(is_simulated=line.is_simulated)
            if base is None:
                transaction.set_rollback(True)
                return Forbidden(sentence("No server of ours is running that could answer the platform. Start it with manage.py run."))
            if not kept(staff_call):
                transaction.set_rollback(True)
                return Forbidden(sentence("This phone was rung for it already."))
    except IntegrityError:
        return Forbidden(sentence("This phone is on another call of ours."), may_try_again=True)
    return staff_call, base


def _new_row(rep: Rep, line: Line, *, now: datetime, purpose: StaffCall.Purpose, handoff: Handoff | None = None) -> StaffCall:
    return StaffCall.objects.create(
        rep=rep,
        handoff=handoff,
        purpose=purpose,
        line=line,
        status=CallStatus.DIALING,
        answer_token=secrets.token_urlsafe(32),
        placed_at=now,
    )


def _claim(rep: Rep, handoff: Handoff, *, now: datetime) -> tuple[StaffCall, Line, str] | Forbidden:
    """Committed before anything is sent; the database keeps a rep from being rung twice at once."""
    call = handoff.call
    line = call.line
    if line is None:
        return Forbidden(sentence("The call had no phone line."))
    # The rep's own leg until the lead is dialled from it: ringing, the brief and the wait. What follows is reserved with the lead's leg.
    sentences = [why_not_ring(rep), *line_guard.campaign_obstacles(call.campaign, line)]
    if obstacle := next(filter(None, sentences), ""):
        return Forbidden(obstacle)
    try:
        with transaction.atomic():
            if stopped := dialing_stop.why_stopped():
                return Forbidden(stopped, may_try_again=True)
            if StaffCall.objects.filter(rep=rep, status__in=sorted(LIVE)).exists():
                return Forbidden(sentence("The rep is on another call."), may_try_again=True)
            staff_call = _new_row(rep, line, now=now, purpose=StaffCall.Purpose.HANDOFF, handoff=handoff)
            money.reserve_staff_call(staff_call, rep_leg_minor(line.ring_timeout_s + BRIEF_S, money.price_at(now)), now=now)
            url = answer_url(staff_call)
            if url is None:
                transaction.set_rollback(True)
                return Forbidden(sentence("No server of ours is running that could answer the rep."), may_try_again=True)
    except IntegrityError:
        return Forbidden(sentence("The rep is on another call."), may_try_again=True)
    return staff_call, line, url


async def _undo(staff_call: StaffCall, sentence: str) -> Forbidden:
    """Nothing reached the provider: as if it had never been."""
    await sync_to_async(money.drop_staff_call)(staff_call)
    return Forbidden(sentence, may_try_again=True)


async def _finish(staff_call: StaffCall, status: CallStatus, *, now: datetime) -> None:
    staff_call.status, staff_call.ended_at = status, now
    await StaffCall.objects.filter(id=staff_call.id, status=CallStatus.DIALING).aupdate(status=status, ended_at=now)
