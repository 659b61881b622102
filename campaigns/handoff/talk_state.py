"""Where an accepted lead is, for the rep who waits for their phone to ring: as the platform reports it, in all three strategies.

A platform that dials somebody from a leg says nothing until that Dial is over (no page documents more, read 2026-11-22); who has not come
back by its time-out was put through, by the rule of `dial_result`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from bridge.brief import HandoffStrategy
from campaigns.handoff.cards import Queue
from campaigns.handoff.dial_result import is_past_ringing
from campaigns.handoff.talk_words import LegFacts, state_in_words
from campaigns.models import Handoff, StaffCall
from campaigns.states import LIVE, HandoffStatus


def with_states(queue: Queue, *, now: datetime) -> Queue:
    """The same with the state on each of the rep's own cards. Two queries where there is one, none where there is not."""
    own = Handoff.objects.filter(pk__in=[card.handoff_id for card in queue.mine]).select_related("call__line") if queue.mine else ()
    states = {handoff.pk: state_of(handoff, now=now) for handoff in own}
    return replace(queue, mine=tuple(replace(card, state=states[card.handoff_id]) for card in queue.mine))


def state_of(handoff: Handoff, *, now: datetime) -> str:
    """`handoff` with its call's line. One query, and none for the strategy dial."""
    is_dial = handoff.strategy == HandoffStrategy.DIAL
    leg = None if is_dial or handoff.released_at is None else _leg_of(handoff)
    return state_in_words(HandoffStatus(handoff.status), HandoffStrategy(handoff.strategy), _facts(handoff, leg, now=now))


def _leg_of(handoff: Handoff) -> StaffCall | None:
    """The rep's phone as it was rung for this hand-off since it was released."""
    rung = StaffCall.objects.filter(handoff=handoff, rep=handoff.rep_id, placed_at__gte=handoff.released_at, status__in=sorted(LIVE))
    return rung.select_related("line", "lead_call").order_by("-placed_at").first()


def _facts(handoff: Handoff, leg: StaffCall | None, *, now: datetime) -> LegFacts:
    if handoff.next_step_at is not None:
        rings_s = handoff.call.line.ring_timeout_s if handoff.call.line else 0
        return LegFacts(is_released=True, is_dialled=True, is_through=is_past_ringing(now - handoff.next_step_at, ring_timeout_s=rings_s))
    dialled_at = leg.lead_call.dialled_at if leg is not None and leg.lead_call is not None else None
    since_dial = now - dialled_at if dialled_at else timedelta()
    return LegFacts(
        is_released=handoff.released_at is not None,
        is_picked_up=leg is not None and leg.answered_at is not None,
        is_accepted=leg is not None and leg.is_accepted,
        is_dialled=dialled_at is not None,
        is_through=leg is not None and dialled_at is not None and is_past_ringing(since_dial, ring_timeout_s=leg.line.ring_timeout_s),
    )
