"""Strategy conference: legs on which nobody waits for anything any more are hung up.

Rooms end by themselves when one of two leaves; this is for a phone that still rings, and for a room that one party entered too late.
Each leg is claimed in the database before the platform is asked, and asked again only after a while.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any

from asgiref.sync import sync_to_async
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from bridge.brief import HandoffStrategy
from bridge.telephony.errors import NotFound, RequestProblem
from campaigns.handoff.states import WITH_REP
from campaigns.models import Call, StaffCall
from campaigns.provider import Provider
from campaigns.states import LIVE, HandoffStatus

logger = logging.getLogger(__name__)

ROOM_ENDS_WITHIN = timedelta(seconds=3)
AGAIN_AFTER = timedelta(seconds=15)


async def hang_up_left_alone(now: datetime, provider: Provider) -> int:
    """How many legs. `now`: business time."""
    legs: list[Call | StaffCall] = [*await sync_to_async(_claim_reps)(now), *await sync_to_async(_claim_leads)()]
    for leg in legs:
        await hang_up(leg, provider)
    return len(legs)


async def hang_up(leg: Call | StaffCall, provider: Provider) -> None:
    provider_id = leg.provider_call_id or leg.provider_session_id
    if leg.line is None or not provider_id:
        return
    try:
        await provider.client(leg.line.dialect).hang_up(provider_id)
    except NotFound:
        return
    except RequestProblem as problem:
        logger.warning("%s %s could not be hung up: %s", type(leg).__name__, leg.pk, type(problem).__name__)


def _claim_reps(now: datetime) -> list[StaffCall]:
    """Reps whose lead is not theirs any more: their phone rings for nothing, or they sit in an empty room. Who hears the brief is told by it."""
    is_theirs = Q(handoff__rep=F("rep"), handoff__status__in=sorted(WITH_REP), handoff__ended_at=None)
    rings = Q(answered_at=None)
    in_room = Q(is_accepted=True) & (Q(handoff__ended_at=None) | Q(handoff__ended_at__lte=now - ROOM_ENDS_WITHIN))
    legs = StaffCall.objects.filter(rings | in_room, handoff__strategy=HandoffStrategy.CONFERENCE, status__in=sorted(LIVE)).exclude(is_theirs)
    return [leg for leg in legs.select_related("line") if _is_claimed(StaffCall.objects.filter(pk=leg.pk), now)]


def _claim_leads() -> list[Call]:
    """Leads whom the bot has left, and with whom no rep is, or is any more."""
    is_talking = Q(handoff__strategy=HandoffStrategy.CONFERENCE, handoff__status=HandoffStatus.BRIDGED, handoff__ended_at=None)
    had_room = Q(handoff__strategy=HandoffStrategy.CONFERENCE) | Q(handoff__strategy=HandoffStrategy.CALLBACK, handoff__is_fallback=True)
    bot_left_before = timezone.now() - ROOM_ENDS_WITHIN
    legs = Call.objects.filter(had_room, status__in=sorted(LIVE), session_ended_at__lt=bot_left_before).exclude(is_talking)
    return [leg for leg in legs.select_related("line") if _is_claimed(Call.objects.filter(pk=leg.pk), timezone.now())]


def _is_claimed(row: QuerySet[Any], at: datetime) -> bool:
    return bool(row.filter(Q(looked_up_at=None) | Q(looked_up_at__lte=at - AGAIN_AFTER)).update(looked_up_at=at))
