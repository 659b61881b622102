"""Asking the platform about a call instead of believing what was posted: by its id, or, when a place_call went unanswered, by number and time.

Network here, rows in `calls`. A call is adopted only when it cannot be another one.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from uuid import UUID

from asgiref.sync import async_to_sync, sync_to_async
from django.db.models import Q
from django.utils import timezone
from django_tasks import task

from bridge.telephony.client import CallSearch, SautikitClient
from bridge.telephony.errors import NotFound, RequestProblem
from bridge.telephony.replies import Cdr, Direction
from campaigns import calls
from campaigns.models import Call, StaffCall
from campaigns.provider import Provider
from leads import clock

logger = logging.getLogger(__name__)

# Around the claim: the two clocks may differ, and the request may have been slow.
PLACED_BEFORE = timedelta(seconds=60)
PLACED_AFTER = timedelta(seconds=90)


@task()
def look_up_call(call_id: str) -> None:
    """What somebody posted without proof made us doubt where this call is."""
    async_to_sync(_look_up_alone)(UUID(call_id))


async def _look_up_alone(call_id: UUID) -> None:
    call = await Call.objects.select_related("line", "lead").aget(pk=call_id)
    async with Provider() as provider:
        await look_up(call, provider)


async def look_up(call: Call, provider: Provider) -> bool:
    """Bring the call to where the platform says it is. False: the platform did not say. `call` with line and lead."""
    if call.line is None:
        return False
    client = provider.client(call.line.dialect)
    provider_id = call.provider_call_id or call.provider_session_id
    await Call.objects.filter(pk=call.pk).aupdate(looked_up_at=timezone.now())
    try:
        cdr = await client.get_call(provider_id) if provider_id else await search(call, client)
    except NotFound:
        return False
    except RequestProblem as problem:
        logger.warning("call %s could not be looked up: %s", call.pk, type(problem).__name__)
        return False
    if cdr is None:
        return False
    await sync_to_async(calls.on_cdr)(call.pk, cdr, at=clock.now())
    return True


async def search(call: Call, client: SautikitClient) -> Cdr | None:
    """The one call that can be this attempt; None if there is none, or more than one. Raises RequestProblem."""
    if call.claimed_at is None or call.line is None:
        return None
    found = await client.list_calls(
        CallSearch(
            remote_e164=call.lead.phone,
            direction=Direction.OUTBOUND,
            since=call.claimed_at - PLACED_BEFORE,
            until=call.claimed_at + PLACED_AFTER,
        )
    )
    ours = [cdr for cdr in found if cdr.client_request_id == call.pk.hex]
    if ours:
        return ours[0] if len(ours) == 1 else None
    nameless = [cdr for cdr in found if not cdr.client_request_id and cdr.local_e164 in {"", call.line.number}]
    free = [cdr for cdr in nameless if not await _is_taken(cdr)]
    return free[0] if len(free) == 1 else None


async def _is_taken(cdr: Cdr) -> bool:
    """Another row of ours is this call already."""
    same = Q()
    if cdr.call_id:
        same |= Q(provider_call_id=cdr.call_id)
    if cdr.session_id:
        same |= Q(provider_session_id=cdr.session_id)
    return await Call.objects.filter(same).aexists() or await StaffCall.objects.filter(same).aexists()
