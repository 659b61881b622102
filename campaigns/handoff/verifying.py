"""Asks for the call that verifies a rep's number, and has it placed: once, by the worker.

The code is returned to whoever asked and kept nowhere but as its hash.
"""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from asgiref.sync import async_to_sync, sync_to_async
from django.db import transaction
from django.utils import timezone
from django_tasks import task

from campaigns import business_clock, staff_calls
from campaigns.handoff.number_check import CODE_DIGITS, CODE_LIVES, Result, is_expired, why_not_today
from campaigns.handoff.number_leg import code_hash, conclude
from campaigns.handoff.numbers import why_not_change
from campaigns.models import NumberCheck, Organisation, Rep, StaffCall
from campaigns.provider import Provider
from campaigns.states import LIVE
from leads import clock
from leads.said import sentence

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Begun:
    check_id: UUID
    code: str  # for the screen of whoever asked


def begin(rep: Rep, *, by: str, now: datetime) -> Begun | str:
    """The phone will ring, or the sentence why not. The lock makes sure that the day's calls are counted right."""
    with transaction.atomic():
        Organisation.locked()
        fresh = Rep.objects.select_related("user").get(pk=rep.pk)
        close_expired(fresh, now=now)
        if obstacle := why_not_begin(fresh, now=now):
            return obstacle
        code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
        check = NumberCheck(rep=fresh, number=fresh.number, expires_at=timezone.now() + CODE_LIVES, asked_by=by[:150])
        check.asked_at, check.asked_on, check.code_hash = now, timezone.localdate(now, timezone.get_default_timezone()), code_hash(check, code)
        check.save()
        ring_later.enqueue(str(check.pk))
    logger.info("a call to verify the number of rep %s was asked for by %s", rep.pk, by)
    return Begun(check.pk, code)


def why_not_begin(rep: Rep, *, now: datetime) -> str:
    """ "": the call may be asked for. `rep` with its user."""
    if rep.is_verified:
        return sentence("This number is verified already.")
    if NumberCheck.objects.filter(rep=rep, result="").exists():
        return sentence("A call to this phone is under way. Wait until it is over.")
    if why_not_change(rep):
        return sentence("You have a lead, or a call of ours is on this phone. Verify the number when that is over.")
    today = NumberCheck.objects.filter(asked_on=timezone.localdate(now, timezone.get_default_timezone())).exclude(result=Result.NOT_RUNG)
    tired = why_not_today(n_of_rep=today.filter(rep=rep).count(), n_to_number=today.filter(number=rep.number).count())
    return tired or staff_calls.why_not_verify(rep)


def close_expired(rep: Rep, *, now: datetime) -> None:
    """Whose code is too old, and whose call nobody told of: it was never placed, or its end was not heard."""
    for check in NumberCheck.objects.filter(rep=rep, result=""):
        if is_expired(check.expires_at, at=timezone.now()):
            conclude(check, Result.EXPIRED, now=now)


@task()
def ring_later(check_id: str) -> None:
    # A worker's business clock is nobody's but the job's to set. Behind the dialer's, the ring would look long over, and be hung up.
    business_clock.apply()
    async_to_sync(_ring_alone)(UUID(check_id))


async def _ring_alone(check_id: UUID) -> None:
    async with Provider() as provider:
        await ring(check_id, provider)


async def _is_ringing(check: NumberCheck) -> bool:
    """For another worker, who was faster with the same request."""
    return await StaffCall.objects.filter(number_check=check, status__in=sorted(LIVE)).aexists()


async def ring(check_id: UUID, provider: Provider) -> None:
    """Rings the phone, unless it has rung for this check or the code is too old; why it does not is kept on the row."""
    check = await NumberCheck.objects.select_related("rep__user").aget(pk=check_id)
    if check.result or check.staff_call_id is not None:
        return
    now = clock.now()
    if is_expired(check.expires_at, at=timezone.now()):
        await sync_to_async(conclude)(check, Result.EXPIRED, now=now)
        return
    rung = await staff_calls.ring_to_verify(check, provider, now=now)
    if isinstance(rung, staff_calls.Forbidden) and not await _is_ringing(check):
        await sync_to_async(conclude)(check, Result.NOT_RUNG, now=now, why_not_rung=rung.sentence)
