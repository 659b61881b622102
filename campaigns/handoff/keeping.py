"""A promise is kept without a click: at its time the rep's phone rings with the brief, and the lead is dialled when they press 1.

Decides who is rung and when; the ringing itself, and every rule about it, is that of a rep who presses “Call now”. Run often, by any number of
processes at once: whoever moves the hand-off rings.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Exists, F, OuterRef, Q

from campaigns.decisions import eligibility_of
from campaigns.dialing_stop import why_stopped
from campaigns.handoff.moves import move
from campaigns.handoff.offers import Accepted, call_now
from campaigns.handoff.presence import available_reps
from campaigns.handoff.promises import may_keep, owed
from campaigns.handoff.states import HandoffEvent
from campaigns.models import Campaign, Handoff, Rep, StaffCall
from leads.opening import is_only_not_now

RINGS_FOR = timedelta(hours=1)  # later nobody is surprised by a phone that rings: it stays in the queue, shown as late
AGAIN_AFTER = timedelta(minutes=2)  # between two phones for one promise


def keep_due(now: datetime) -> int:
    """Rings the rep of each promise whose time has come, if they are there and free; returns how many. `released_at` is when the last was rung."""
    if why_stopped():
        return 0
    last_rung = Q(released_at=None) | Q(released_at__lt=F("promised_for")) | Q(released_at__lte=now - AGAIN_AFTER)
    # A manager who pauses a campaign wants no phone of its leads to ring; a rep may still press “Call now”.
    due = owed().filter(last_rung, promised_for__lte=now, promised_for__gt=now - RINGS_FOR).exclude(call__campaign__status=Campaign.Status.PAUSED)
    return sum(_keep(handoff, now) for handoff in due.select_related("call__campaign", "call__lead").order_by("promised_for"))


def _keep(handoff: Handoff, now: datetime) -> bool:
    rep = _who_keeps(handoff, now)
    return rep is not None and _may_still_be_called(handoff, now) and isinstance(call_now(handoff.id, rep, now=now), Accepted)


def _who_keeps(handoff: Handoff, now: datetime) -> Rep | None:
    """The rep it was promised with; whoever else may keep it when they are away, or have let it lie. Each is rung once."""
    rung = StaffCall.objects.filter(handoff=handoff, rep=OuterRef("pk"), placed_at__gte=handoff.promised_for)
    available = available_reps(handoff.call.campaign, now=now).filter(~Exists(rung))
    own_first = sorted(available, key=lambda rep: rep.pk != handoff.rep_id)
    return next((rep for rep in own_first if Handoff.objects.filter(may_keep(rep, now=now), pk=handoff.pk).exists()), None)


def _may_still_be_called(handoff: Handoff, now: datetime) -> bool:
    """So that no rep is rung to hear that the lead may not be; what decides is the look at the instant of the lead's dial."""
    eligibility = eligibility_of(handoff.call, at=now, is_another=True)
    if eligibility.is_allowed:
        return True
    if not is_only_not_now(refusal.reason for refusal in eligibility.refusals):
        move(handoff, HandoffEvent.LAPSED, now=now, reason=" ".join(refusal.sentence for refusal in eligibility.refusals)[:300])
    return False
