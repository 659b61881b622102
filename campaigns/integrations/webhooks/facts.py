"""What integrators are told, one function a fact, called where the fact is saved and within its transaction.

Ids, the campaign, score and statuses. Never an answer, a word that was said, or who the lead is.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from campaigns.integrations.webhooks.event_types import EventType, told_by
from campaigns.integrations.webhooks.outbox import tell
from campaigns.models import Call, Handoff, Score, WrapUp
from campaigns.states import HandoffStatus
from leads.models import Lead


def lead_hot(call: Call) -> None:
    _tell_of_call(EventType.LEAD_HOT, call)


def call_completed(call: Call) -> None:
    _tell_of_call(EventType.CALL_COMPLETED, call)


def lead_opted_out(call: Call) -> None:
    _tell_of_call(EventType.LEAD_OPTED_OUT, call)


def caller_opted_out(stranger_id: UUID, lead: Lead) -> None:
    """On a call to us that belongs to no campaign's interview, by somebody who has a lead's number."""
    tell(EventType.LEAD_OPTED_OUT, str(stranger_id), lambda: {"lead_id": str(lead.pk), "external_id": lead.external_id}, lead_id=lead.pk)


def handoff_moved(handoff: Handoff, event: str, *, occasion: int) -> None:
    """`occasion`: another number for each move; a lead may cool and turn hot again."""
    if handoff.status == HandoffStatus.BRIDGED and handoff.ended_at is not None:
        return  # told when rep and lead came together
    is_owed = handoff.promised_for is not None and handoff.kept_at is None
    for event_type in told_by(event, HandoffStatus(handoff.status), is_owed=is_owed):
        if event_type.startswith("callback."):
            callback(handoff, event_type)
        else:
            _tell_with_handoff(event_type, f"{handoff.pk} {occasion}", handoff)


def callback(handoff: Handoff, event_type: EventType) -> None:
    """What became of a promised call back: once for each time that was promised."""
    _tell_with_handoff(event_type, f"{handoff.pk} {_iso(handoff.promised_for)}", handoff)


def wrapped_up(talk: WrapUp) -> None:
    """At each saving. Not what the rep wrote in their own words."""
    handoff = talk.reservation.handoff
    written = {"disposition": str(talk.disposition), "was_hot": talk.was_hot, "follow_up_on": str(talk.follow_up_on or "") or None}
    key = f"{talk.pk} {_iso(talk.saved_at)}"
    told = EventType.HANDOFF_WRAPPED_UP
    tell(told, key, lambda: call_as_told(handoff.call) | handoff_as_told(handoff) | {"wrap_up": written}, lead_id=handoff.call.lead_id)


def _tell_of_call(event_type: EventType, call: Call) -> None:
    tell(event_type, str(call.pk), lambda: call_as_told(call), lead_id=call.lead_id)


def _tell_with_handoff(event_type: EventType, key: str, handoff: Handoff) -> None:
    tell(event_type, key, lambda: call_as_told(handoff.call) | handoff_as_told(handoff), lead_id=handoff.call.lead_id)


def call_as_told(call: Call) -> dict[str, Any]:
    score = Score.objects.filter(call=call).first()
    return {
        "call_id": str(call.pk),
        "lead_id": str(call.lead_id),
        "external_id": call.lead.external_id,
        "campaign_id": call.campaign_id,
        "campaign": call.campaign.name,
        "attempt_number": call.attempt_number,
        "call_status": str(call.status),
        "disposition": str(call.disposition) if call.disposition else None,
        "score": score.points if score else None,
        "is_hot": bool(score and score.is_hot),
    }


def handoff_as_told(handoff: Handoff) -> dict[str, Any]:
    return {
        "handoff_id": str(handoff.pk),
        "handoff_status": str(handoff.status),
        "strategy": str(handoff.strategy),
        "rep_id": handoff.rep_id,
        "rep_name": handoff.rep.name if handoff.rep else None,
        "promised_for": _iso(handoff.promised_for) or None,
    }


def _iso(instant: datetime | None) -> str:
    return instant.isoformat() if instant else ""
