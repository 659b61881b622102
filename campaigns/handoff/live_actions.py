"""What people of ours may do to a call while the bot still talks: let it say a sentence, take the lead over, end the call. Who may, and the log.

A rep leads the calls whose lead they have; taking over is for those who are asked, too. A manager leads every call, by permission. Each
act is a row that is kept, a note to the process that holds the call, and a live event. Whoever may not is told why, in words. No network.
Locks: the call before its hand-off, as the end of a session takes them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from bridge.commands import Whispered
from bridge.events import Outcome
from campaigns import live
from campaigns.access.reps import campaigns_of
from campaigns.dialing_stop import why_stopped
from campaigns.handoff import offers, reservations
from campaigns.handoff.offers import Accepted, Gone, TakenBy
from campaigns.handoff.presence import why_not_ring
from campaigns.handoff.sentence import Unfit, sentence_of
from campaigns.models import Call, Campaign, Handoff, LiveAction, Rep
from campaigns.states import CallStatus, HandoffStatus
from leads import audit
from leads.said import sentence

Kind = LiveAction.Kind

TOLD = {Whispered.SAID: LiveAction.Outcome.SAID, Whispered.CUT: LiveAction.Outcome.CUT, Whispered.DROPPED: LiveAction.Outcome.DROPPED}
_REACHED: Mapping[str, Collection[Outcome]] = {
    Kind.TAKE_OVER: (Outcome.HANDED_OFF, Outcome.CALLING_BACK),
    Kind.END_POLITELY: (Outcome.STOPPED,),
}
NOT_YOURS = sentence("This lead is not in your queue.")


@dataclass(frozen=True, slots=True)
class Led:
    sentence: str


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing was done. `why`: a sentence for who asked."""

    why: str


@dataclass(frozen=True, slots=True)
class Leader:
    """Who wants to lead: a rep, or, with None, a manager whose permission the door has checked."""

    name: str
    rep: Rep | None = None

    @classmethod
    def of(cls, rep: Rep) -> Leader:
        return cls(rep.name, rep)


def whisper(call_id: UUID, leader: Leader, text: str, *, now: datetime) -> Led | Refused:
    """The bot says it at the next free turn, word for word."""
    words = sentence_of(text)
    if isinstance(words, Unfit):
        return Refused(words.why)
    with transaction.atomic():
        call = _held(call_id)
        if why := _why_not(call, leader):
            return Refused(why)
        action = _log(call, Kind.WHISPER, leader, now=now, text=words)
        if action is None:
            return Refused(sentence("A sentence is waiting to be said already. Send the next one when it was said."))
        live.publish(call.pk, live.Kind.NOTE_WHISPER, {"whisper_id": str(action.pk), "text": words, "by": leader.name})
    return Led(sentence("The bot says it as soon as it is its turn: “%(words)s”", words=words))


def take_over(call_id: UUID, leader: Leader, *, now: datetime, rep: Rep | None = None) -> Led | Refused:
    """The interview ends, and the rep gets the lead. A manager names the `rep`; without one it is who has the lead already."""
    with transaction.atomic():
        call = _held(call_id)
        taker = leader.rep or rep or holder_of(call)
        why = _why_not(call, leader, may_be_asked=True) or (_why_not_given(call, taker) if taker else sentence("Choose the rep who gets the lead."))
        if why or taker is None:
            return Refused(why)
        match offers.take_now(call.handoff.pk, taker, now=now) if leader.rep else offers.give_now(call, taker, now=now):
            case TakenBy(rep_name):
                return Refused(sentence("%(rep)s has this lead.", rep=rep_name))
            case Gone(why):
                return Refused(why)
            case Accepted():
                return _taken(call, leader, taker, now=now)


def end_politely(call_id: UUID, leader: Leader, *, now: datetime) -> Led | Refused:
    """The bot says goodbye and hangs up."""
    with transaction.atomic():
        call = _held(call_id)
        if why := _why_not(call, leader):
            return Refused(why)
        if _log(call, Kind.END_POLITELY, leader, now=now) is not None:
            live.publish(call.pk, live.Kind.NOTE_END_POLITELY)
    return Led(sentence("The bot says goodbye and ends the call."))


def holder_of(call: Call) -> Rep | None:
    """The rep who has this call's lead."""
    handoff = _handoff(call)
    return None if handoff is None else reservations.holder_of(handoff)


def why_over(call: Call, handoff: Handoff | None) -> str:
    """Why nobody can lead this call any more, or not yet; "": the bot talks."""
    if handoff is not None and (handoff.released_at is not None or handoff.status == HandoffStatus.BRIDGED):
        return sentence("The lead is already with %(rep)s.", rep=handoff.rep or sentence("a rep"))
    if call.status != CallStatus.IN_PROGRESS or call.session_ended_at is not None:
        return sentence("The call is over.") if call.answered_at or call.ended_at else sentence("Nobody has picked up.")
    return "" if call.stream_opened_at is not None else sentence("The bot does not talk yet.")


# ---- what came of it ---------------------------------------------------------------------------------------------------------------------


def told(call_id: UUID, whispered: Whispered, whisper_id: str) -> None:
    """By the process that holds the call. The first news counts."""
    _close(LiveAction.objects.filter(call=call_id, pk=UUID(whisper_id)).first(), TOLD[whispered])


def session_ended(call_id: UUID, outcome: Outcome) -> None:
    """What still waited is decided by how the session ended. Idempotent."""
    for action in LiveAction.objects.filter(call=call_id, outcome=""):
        if action.kind == Kind.WHISPER:
            _close(action, LiveAction.Outcome.DROPPED)
        else:
            _close(action, LiveAction.Outcome.DONE if outcome in _REACHED[action.kind] else LiveAction.Outcome.NOT_DONE)


def _close(action: LiveAction | None, outcome: str) -> None:
    if action is not None and LiveAction.objects.filter(pk=action.pk, outcome="").update(outcome=outcome):
        _announce(action, outcome)


# ---- within ------------------------------------------------------------------------------------------------------------------------------


def _held(call_id: UUID) -> Call:
    """Held, so that the end of its session comes before or after, not in between."""
    return Call.objects.select_for_update(of=("self",), no_key=True).select_related("campaign", "line").get(pk=call_id)


def _handoff(call: Call) -> Handoff | None:
    return Handoff.objects.select_related("rep").filter(call=call).first()


def _why_not(call: Call, leader: Leader, *, may_be_asked: bool = False) -> str:
    """`may_be_asked`: it is enough that the rep is asked to take the lead."""
    handoff = _handoff(call)
    if leader.rep is not None and (why := _why_not_theirs(call, handoff, leader.rep, may_be_asked=may_be_asked)):
        return why
    return why_over(call, handoff)


def _why_not_theirs(call: Call, handoff: Handoff | None, rep: Rep, *, may_be_asked: bool) -> str:
    if handoff is None or not campaigns_of(rep).filter(pk=call.campaign_id).exists():
        return NOT_YOURS
    holder = reservations.holder_of(handoff)
    if holder is not None:
        return "" if holder == rep else sentence("%(rep)s has this lead.", rep=holder.name)
    if may_be_asked:
        return "" if reservations.is_asked(rep, handoff) else sentence("This lead is not offered to you any more.")
    return sentence("Accept the lead first.")


def _why_not_given(call: Call, rep: Rep) -> str:
    if call.campaign.kind == Campaign.Kind.SURVEY:
        return sentence("This is a survey: its callees are given to nobody.")
    return why_stopped() or why_not_ring(rep)


def _taken(call: Call, leader: Leader, rep: Rep, *, now: datetime) -> Led:
    if _log(call, Kind.TAKE_OVER, leader, now=now, rep_name=rep.name) is not None:
        live.publish(call.pk, live.Kind.NOTE_TAKE_OVER, {"rep_name": rep.name})
    whose = "yours" if leader.rep else f"{rep.name}’s"
    return Led(sentence("The lead is %(whose)s: the bot says so and ends its part, then the phone rings.", whose=whose))


def _log(call: Call, kind: Kind, leader: Leader, *, now: datetime, text: str = "", rep_name: str = "") -> LiveAction | None:
    """None: one of the kind is under way."""
    try:
        with transaction.atomic():
            action = LiveAction.objects.create(call=call, kind=kind, text=text, rep_name=rep_name, done_by=leader.name[:150], done_at=now)
            audit.record(leader.name, audit.Act.OVERRIDE, "call", call.pk, campaign_id=call.campaign_id, what=str(kind))
    except IntegrityError:
        return None
    _announce(action, "")
    return action


def _announce(action: LiveAction, outcome: str) -> None:
    """Without the words: whoever may read them fetches them."""
    live.publish(action.call_id, live.Kind.LED, {"action": str(action.kind), "outcome": str(outcome)})
