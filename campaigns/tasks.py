"""Background jobs of ended calls, enqueued in the transaction that makes them due. The janitor finds calls whose job was lost."""

from __future__ import annotations

import logging
from datetime import timedelta
from uuid import UUID

from asgiref.sync import async_to_sync
from django.db import transaction
from django.utils import timezone
from django_tasks import task

from bridge.telephony.errors import NotFound, RequestProblem
from bridge.telephony.replies import Cdr
from campaigns.models import Call, StaffCall
from campaigns.provider import Provider
from campaigns.settlement import settle, settle_staff
from leads import clock

logger = logging.getLogger(__name__)

# The record's price follows the end by seconds (up to 5 s were seen), sometimes by minutes.
WAITS_S = (2, 5, 15, 60, 300, 1800)
HANG_UP_WAITS_S = (1, 2, 5, 10)


@task()
def settle_call(call_id: str, n_tries: int = 0) -> None:
    """Ask for the final record; without a price in it, ask again later, and at last leave it to the janitor."""
    call = Call.objects.select_related("line").filter(pk=call_id).first()
    if call is None or call.settled_at is not None or call.line is None:  # None: its lead was erased
        return
    cdr = _fetch(call.provider_call_id or call.provider_session_id, call.line.dialect)
    Call.objects.filter(pk=call.pk).update(looked_up_at=timezone.now())
    if cdr is not None and _settle(call.pk, cdr):
        return
    if n_tries >= len(WAITS_S):
        logger.warning("call %s has no price yet after %d look-ups", call_id, n_tries)
        return
    settle_call.using(run_after=timezone.now() + timedelta(seconds=WAITS_S[n_tries])).enqueue(call_id, n_tries + 1)


@task()
def settle_staff_call(staff_call_id: str, n_tries: int = 0) -> None:
    """The same for the leg of a rep, in whose price the lead's dialled from it is."""
    staff_call = StaffCall.objects.select_related("line").filter(pk=staff_call_id).first()
    if staff_call is None or staff_call.settled_at is not None:
        return
    provider_id = staff_call.provider_call_id or staff_call.provider_session_id
    cdr = _fetch(provider_id, staff_call.line.dialect) if provider_id else None
    if cdr is not None and settle_staff(staff_call, cdr, at=clock.now()):
        return
    if n_tries >= len(WAITS_S):
        logger.warning("staff call %s has no price yet after %d look-ups", staff_call_id, n_tries)
        return
    settle_staff_call.using(run_after=timezone.now() + timedelta(seconds=WAITS_S[n_tries])).enqueue(staff_call_id, n_tries + 1)


@task()
def hang_up_call(call_id: str, n_tries: int = 0) -> None:
    """A call of ours that nobody needs any more, as its row says already. Idempotent at the platform."""
    call = Call.objects.select_related("line").get(pk=call_id)
    if call.line is None or _hang_up(call.provider_call_id or call.provider_session_id, call.line.dialect):
        return
    if n_tries >= len(HANG_UP_WAITS_S):
        logger.error("call %s could not be hung up: the platform does not answer", call_id)
        return
    hang_up_call.using(run_after=timezone.now() + timedelta(seconds=HANG_UP_WAITS_S[n_tries])).enqueue(call_id, n_tries + 1)


@async_to_sync
async def _hang_up(provider_id: str, dialect: str) -> bool:
    async with Provider() as provider:
        try:
            await provider.client(dialect).hang_up(provider_id)
        except NotFound:
            return True
        except RequestProblem:
            return False
    return True


def _settle(call_id: UUID, cdr: Cdr) -> bool:
    with transaction.atomic():
        return settle(Call.objects.select_for_update(no_key=True).get(pk=call_id), cdr, at=clock.now())


@async_to_sync
async def _fetch(provider_id: str, dialect: str) -> Cdr | None:
    async with Provider() as provider:
        try:
            return await provider.client(dialect).get_call(provider_id)
        except RequestProblem:
            return None
