"""Asking the platform where a rep's leg is, because what it posted may mean its end and may not. `rep_leg` draws the conclusion."""

from __future__ import annotations

import logging

from asgiref.sync import async_to_sync, sync_to_async
from django_tasks import task

from bridge.telephony.errors import RequestProblem
from bridge.telephony.webhooks import ProviderEvent
from campaigns.handoff.rep_leg import on_event
from campaigns.models import StaffCall
from campaigns.provider import Provider
from campaigns.states import LIVE
from leads import clock

logger = logging.getLogger(__name__)


@task()
def look_up_rep_leg(staff_call_id: str) -> None:
    """Once: should the platform not answer, a leg that stays silent is looked up again by `tending`."""
    async_to_sync(_look_up)(staff_call_id)


async def _look_up(staff_call_id: str) -> None:
    staff_call = await StaffCall.objects.select_related("line").filter(pk=staff_call_id, status__in=sorted(LIVE)).afirst()
    provider_id = (staff_call.provider_call_id or staff_call.provider_session_id) if staff_call else ""
    if staff_call is None or not provider_id:
        return
    async with Provider() as provider:
        try:
            cdr = await provider.client(staff_call.line.dialect).get_call(provider_id)
        except RequestProblem as problem:
            logger.warning("staff call %s could not be looked up: %s", staff_call_id, type(problem).__name__)
            return
    event = ProviderEvent(state=cdr.status, duration_s=cdr.duration_s, is_active=False)
    await sync_to_async(on_event)(staff_call, event, now=clock.now())
