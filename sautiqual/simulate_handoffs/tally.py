"""How the leads ended. A lead has an end if a rep spoke with them, a call back is owed or was kept, or they wanted none; nothing else is one."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from campaigns import live
from campaigns.models import Call, Handoff, LiveEvent, Reservation, StaffCall
from campaigns.states import LIVE, Disposition, HandoffStatus, ReservationStatus


class End(StrEnum):
    ACCEPTED = "accepted"  # rep and lead were bridged, at once or by a promise kept
    PROMISED = "promised"  # a call back is owed, or was kept by other means
    DECLINED = "declined"  # the lead hung up, or wants no more calls
    NONE = "without_end"


def end_of(status: HandoffStatus, *, is_over: bool, has_time: bool, wants_no_more: bool) -> End:
    """`is_over`: nothing more is expected of the hand-off. `has_time`: a call back was promised for one. `wants_no_more`: the lead said so."""
    match status:
        case HandoffStatus.BRIDGED if is_over:
            return End.ACCEPTED
        case HandoffStatus.PROMISED if has_time:
            return End.PROMISED
        case HandoffStatus.KEPT if is_over:
            return End.PROMISED
        case HandoffStatus.LEAD_HUNG_UP if is_over:
            return End.DECLINED
        case HandoffStatus.BRIDGE_FAILED if is_over and wants_no_more:
            return End.DECLINED
    return End.NONE


@dataclass(frozen=True, slots=True)
class Tally:
    ends: Counter[End]
    stories: list[str]  # of those without an end


def tally() -> Tally:
    """Of every lead of this database, by the first call to them."""
    still_asked = Reservation.objects.filter(status__in=(ReservationStatus.PENDING, ReservationStatus.ACCEPTED)).values_list("handoff_id", flat=True)
    held_ids = set(still_asked)
    handoffs = {handoff.call_id: handoff for handoff in Handoff.objects.all()}
    found: Counter[End] = Counter()
    stories = []
    for call in Call.objects.filter(attempt_number=1).select_related("lead", "campaign"):
        handoff = handoffs.get(call.pk)
        end = _end(handoff, call, held_ids)
        found[end] += 1
        if end is End.NONE:
            stories.append(_story(call, handoff))
    return Tally(found, stories)


def _story(call: Call, handoff: Handoff | None) -> str:
    """Everything that tells where the lead was lost. The leads are simulated: names may be told."""
    told = [f"{call.lead.name} of “{call.campaign.name}”: call {call.status}, {call.disposition or 'no result'}, {call.failure or 'no failure'}"]
    if handoff is None:
        return f"{told[0]}; never offered to a rep"
    told.append(f"hand-off {handoff.status} by {handoff.strategy}, {handoff.reason or 'no reason'}, promised for {handoff.promised_for}")
    told += [f"{asked.rep.name} was asked: {asked.status}" for asked in handoff.reservations.select_related("rep").order_by("offered_at")]
    told += [
        f"{rung.rep.name} was rung: {rung.status}" for rung in StaffCall.objects.filter(handoff=handoff).select_related("rep").order_by("placed_at")
    ]
    events = LiveEvent.objects.filter(call=call, kind=live.Kind.HANDOFF).order_by("id").values_list("payload", flat=True)
    told.append(" → ".join(str(event.get("event", event.get("reservation", "?"))) for event in events))
    return "; ".join(told)


def _end(handoff: Handoff | None, call: Call, held_ids: set[UUID]) -> End:
    if handoff is None or handoff.pk in held_ids or call.status in LIVE:
        return End.NONE
    return end_of(
        HandoffStatus(handoff.status),
        is_over=handoff.ended_at is not None,
        has_time=handoff.promised_for is not None,
        wants_no_more=call.disposition == Disposition.OPTED_OUT,
    )
