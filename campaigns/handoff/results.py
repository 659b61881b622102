"""The times of a hand-off, read from its row and from the calls to its rep. Reads only."""

from __future__ import annotations

from bridge.brief import HandoffStrategy
from campaigns.handoff.result import HandoffResult, HandoffTimes, handoff_result
from campaigns.models import Handoff, StaffCall
from campaigns.states import HandoffStatus


def result_of(handoff: Handoff) -> HandoffResult:
    return handoff_result(HandoffStatus(handoff.status), times_of(handoff))


def times_of(handoff: Handoff) -> HandoffTimes:
    """One query. Where several reps were rung, the last one's."""
    rung = StaffCall.objects.filter(handoff=handoff, placed_at__isnull=False).order_by("-placed_at").first()
    is_dial = handoff.strategy == HandoffStrategy.DIAL
    return HandoffTimes(
        offered_at=handoff.offered_at,
        accepted_at=handoff.accepted_at,
        released_at=handoff.released_at,
        rep_rung_at=handoff.next_step_at if is_dial else rung.placed_at if rung else None,
        rep_answered_at=rung.answered_at if rung else None,
        bridged_at=handoff.bridged_at,
        ended_at=handoff.ended_at,
    )
