"""What a rep sees: their own lead, the leads waiting for a rep, and the call backs that are owed, as values for the page.

Reads only. Which rep may see what is decided here: leads of their own campaigns, offers only while they are available.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet

from bridge.events import Party
from campaigns.dialing_stop import why_stopped
from campaigns.handoff.presence import why_not_ring
from campaigns.handoff.promises import may_keep, promise_of
from campaigns.handoff.rep_talk import answers_for_rep, given, lead_name
from campaigns.handoff.states import WITH_REP
from campaigns.handoff.words import value_in_words
from campaigns.models import Handoff, Rep
from campaigns.promises import PromiseState, late_in_words
from campaigns.states import HandoffStatus

N_LAST_TURNS = 4
UNHEARD = "…"  # of the bot, cut before its first word was over
N_PROMISED = 50
ENDED_SHOWN_FOR = timedelta(minutes=2)

_ENDS = {
    HandoffStatus.BRIDGED: "You have talked.",
    HandoffStatus.LEAD_HUNG_UP: "The lead has hung up.",
    HandoffStatus.BRIDGE_FAILED: "The lead may not be called any more.",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One answer, or one thing said."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Reason:
    points: int
    why: str


@dataclass(frozen=True, slots=True)
class Card:
    handoff_id: UUID
    lead_name: str
    campaign_name: str
    points: int | None
    threshold: int | None
    reasons: tuple[Reason, ...]
    answers: tuple[Line, ...]
    last_words: tuple[Line, ...]
    waited_s: int
    state: str
    why: str
    promised_for: datetime | None
    is_due: bool  # the promised time has come, and nobody has rung the lead yet
    is_late: bool
    late: str  # how late, in words
    called_at: datetime | None  # rung for the promise, and not reached
    whose: str  # the rep it was promised with, "" for nobody or for me


@dataclass(frozen=True, slots=True)
class Queue:
    mine: tuple[Card, ...]
    just_ended: tuple[Line, ...]  # what became of my last leads, so that no card vanishes without a word
    offers: tuple[Card, ...]
    promised: tuple[Card, ...]
    is_available: bool
    obstacle: str  # why this rep would not be rung, "" for none
    has_campaigns: bool
    stopped: str  # why nobody is rung at all, "" while dialing goes on


def queue_of(rep: Rep, *, now: datetime) -> Queue:
    own = _handoffs(rep)
    mine = own.filter(rep=rep, status__in=sorted(WITH_REP), ended_at=None).order_by("accepted_at")
    ended = own.filter(rep=rep, status__in=sorted(_ENDS), ended_at__gte=now - ENDED_SHOWN_FOR).order_by("-ended_at")
    offers = own.filter(status=HandoffStatus.OFFERED).exclude(declined_by=rep).order_by("offered_at")
    promised = own.filter(may_keep(rep, now=now), status=HandoffStatus.PROMISED).order_by("promised_for")
    return Queue(
        mine=tuple(_card(handoff, now) for handoff in mine),
        just_ended=tuple(Line(lead_name(handoff.call), _ENDS[HandoffStatus(handoff.status)]) for handoff in ended),
        offers=tuple(_card(handoff, now) for handoff in offers) if rep.is_available and not mine else (),
        promised=tuple(_promised_card(handoff, rep, now) for handoff in promised[:N_PROMISED]),
        is_available=rep.is_available,
        obstacle=why_not_ring(rep),
        has_campaigns=rep.campaigns.exists(),
        stopped=why_stopped(),
    )


def _handoffs(rep: Rep) -> QuerySet[Handoff]:
    related = ("call__lead", "call__campaign", "call__score", "rep")
    return Handoff.objects.filter(call__campaign__reps=rep).select_related(*related).prefetch_related("call__answers__question", "call__turns")


def _card(handoff: Handoff, now: datetime) -> Card:
    call = handoff.call
    score = getattr(call, "score", None)
    answers = tuple(given(answer) for answer in answers_for_rep(call))
    turns = list(call.turns.all())[-N_LAST_TURNS:]
    return Card(
        handoff_id=handoff.id,
        lead_name=lead_name(call),
        campaign_name=call.campaign.name,
        points=score.points if score else None,
        threshold=score.threshold if score else None,
        reasons=tuple(Reason(reason["points"], reason["why"]) for reason in score.reasons) if score else (),
        answers=tuple(Line(answer.label, value_in_words(answer)) for answer in answers),
        last_words=tuple(Line("Bot" if turn.party == Party.BOT else "Lead", turn.heard or UNHEARD) for turn in turns),
        waited_s=max(0, round((now - handoff.offered_at).total_seconds())),
        state=_state(handoff),
        why=handoff.reason,
        promised_for=handoff.promised_for,
        is_due=False,
        is_late=False,
        late="",
        called_at=None,
        whose="",
    )


def _promised_card(handoff: Handoff, rep: Rep, now: datetime) -> Card:
    owed = promise_of(handoff, now=now)
    if owed is None:
        raise AssertionError("what is promised has a time")
    return replace(
        _card(handoff, now),
        is_due=owed.state in {PromiseState.DUE, PromiseState.LATE},
        is_late=owed.state is PromiseState.LATE,
        late=late_in_words(owed.late_s),
        called_at=handoff.kept_at,
        whose=handoff.rep.name if handoff.rep is not None and handoff.rep != rep else "",
    )


def _state(handoff: Handoff) -> str:
    """Where an accepted lead is, for the rep who waits for their phone to ring."""
    if handoff.status == HandoffStatus.BRIDGED:
        return "You are talking."
    if handoff.next_step_at is not None:
        return "Your phone is ringing. Take the call: the lead is on the line."
    if handoff.strategy == "callback" and handoff.released_at is not None:
        return "Your phone rings now. Listen to the brief and press 1, then the lead is called back."
    return "It is yours. The bot ends the conversation, then your phone rings."
