"""A hot lead is offered to the reps who are there; the first to accept has it. What the end of the bot's part means for the offer.

Writes rows only: no network. What has to be done at the platform because of them is done by `tend`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from bridge.brief import HandoffStrategy
from bridge.events import Outcome
from campaigns import live
from campaigns.dialing_stop import why_stopped
from campaigns.handoff.moves import call_right_back, move
from campaigns.handoff.presence import available_reps, free_reps, present_reps
from campaigns.handoff.promises import may_keep
from campaigns.handoff.states import UNTAKEN, HandoffEvent
from campaigns.models import Call, Handoff, Rep
from campaigns.states import HandoffStatus

# The bot's part ended because the lead wants none of it, or was never there: whoever called back now would do so against their word.
UNWANTED = frozenset(
    {Outcome.OPTED_OUT, Outcome.NOT_INTERESTED, Outcome.WRONG_NUMBER, Outcome.CALLBACK_REQUESTED}
    | {Outcome.VOICEMAIL, Outcome.CALL_SCREENED, Outcome.PHONE_MENU, Outcome.ANNOUNCEMENT, Outcome.FAX}
)
# A rep is needed though the offer may never have been made.
OWED = frozenset({Outcome.CALLING_BACK, Outcome.PROMISED})
BROKEN = frozenset({Outcome.MEDIA_LOST, Outcome.VOICE_FAILED})


@dataclass(frozen=True, slots=True)
class Accepted:
    handoff: Handoff


@dataclass(frozen=True, slots=True)
class TakenBy:
    rep_name: str


@dataclass(frozen=True, slots=True)
class Gone:
    """Nobody can take it now. `sentence` says why, to the rep."""

    sentence: str


def offer(call: Call, *, now: datetime) -> Handoff:
    """Idempotent: one hand-off a call. With nobody to offer it to, the bot is told at once."""
    strategy = call.line.strategy if call.line else HandoffStrategy.CALLBACK
    with transaction.atomic():
        handoff, is_new = Handoff.objects.get_or_create(call=call, defaults={"strategy": strategy, "offered_at": now})
        if not is_new:
            return handoff
        live.publish(call.id, live.Kind.HANDOFF, {"handoff_id": str(handoff.id), "event": "offered", "status": handoff.status, "strategy": strategy})
        if not audience(handoff, now=now).exists():
            no_rep(handoff, HandoffEvent.OVERDUE, now=now, reason="No rep was available.")
    return handoff


def audience(handoff: Handoff, *, now: datetime) -> QuerySet[Rep]:
    """The reps who may still take the offer: there for its campaign, and have not said no to it."""
    return present_reps(handoff.call.campaign, now=now).exclude(declined_handoffs=handoff)


def no_rep(handoff: Handoff, event: HandoffEvent, *, now: datetime, reason: str) -> None:
    """The offer on screen is over and nobody took it: the bot, still on the line, makes the promise."""
    if move(handoff, event, now=now, reason=reason):
        live.publish(handoff.call_id, live.Kind.NOTE_NO_REP)


def accept(handoff_id: UUID, rep: Rep, *, now: datetime) -> Accepted | TakenBy | Gone:
    """The first one has it; asking again for what one has is no mistake."""
    with transaction.atomic():
        # Locked, so that one rep cannot take two leads at the same instant from two windows.
        Rep.objects.select_for_update().get(id=rep.id)
        handoff = Handoff.objects.select_related("call__campaign", "rep").filter(id=handoff_id, call__campaign__reps=rep).first()
        if handoff is None:
            return Gone("This lead is not in your queue.")
        if handoff.rep_id == rep.id and handoff.status in (HandoffStatus.ACCEPTED, HandoffStatus.BRIDGED):
            return Accepted(handoff)
        if handoff.status == HandoffStatus.OFFERED and not (rep.is_available and free_reps().filter(id=rep.id).exists()):
            return Gone("You are away, busy with another lead, or your phone number is not verified yet.")
        if handoff.status == HandoffStatus.OFFERED and move(handoff, HandoffEvent.ACCEPTED, now=now, rep=rep):
            live.publish(handoff.call_id, live.Kind.NOTE_REP_ACCEPTED, {"rep_name": rep.name})
            return Accepted(handoff)
    return why_not(handoff)


def why_not(handoff: Handoff) -> TakenBy | Gone:
    if handoff.rep is not None and handoff.status in (HandoffStatus.ACCEPTED, HandoffStatus.BRIDGED):
        return TakenBy(handoff.rep.name)
    if handoff.status == HandoffStatus.LEAD_HUNG_UP:
        return Gone("The lead has hung up.")
    if handoff.status == HandoffStatus.PROMISED:
        return Gone("Time was up: the lead was promised a call back.")
    return Gone("This lead is no longer waiting.")


def decline(handoff_id: UUID, rep: Rep, *, now: datetime) -> None:
    """It is shown to this rep no more; when all have said no, the bot is told."""
    with transaction.atomic():
        # Locked, so that the last two who decline see each other.
        handoff = Handoff.objects.select_for_update().filter(id=handoff_id, call__campaign__reps=rep, status=HandoffStatus.OFFERED).first()
        if handoff is None:
            return
        handoff.declined_by.add(rep)
        if not audience(handoff, now=now).exists():
            no_rep(handoff, HandoffEvent.DECLINED, now=now, reason="Every rep who was there declined.")


def call_now(handoff_id: UUID, rep: Rep, *, now: datetime) -> Accepted | TakenBy | Gone:
    """A rep keeps a promise: their phone is rung, then the lead is dialled from it."""
    if stopped := why_stopped():
        return Gone(stopped)
    with transaction.atomic():
        Rep.objects.select_for_update().get(id=rep.id)
        handoff = Handoff.objects.select_related("rep").filter(id=handoff_id, call__campaign__reps=rep).first()
        if handoff is None:
            return Gone("This lead is not in your queue.")
        if not free_reps().filter(id=rep.id).exists():
            return Gone("You are busy with another lead, or your phone number is not verified yet.")
        if handoff.status == HandoffStatus.PROMISED and not _is_to_keep(handoff, rep, now=now):
            return Gone(f"{handoff.rep} promised this call back and keeps it.")
        if handoff.status == HandoffStatus.PROMISED and move(handoff, HandoffEvent.ACCEPTED, now=now, rep=rep):
            Handoff.objects.filter(id=handoff.id).update(strategy=HandoffStrategy.CALLBACK, released_at=now, next_step_at=None)
            return Accepted(handoff)
    return why_not(handoff)


def keep_promise(handoff_id: UUID, rep: Rep, *, now: datetime) -> bool:
    """The rep has called back by other means; False: it was not owed any more."""
    handoff = Handoff.objects.filter(id=handoff_id, call__campaign__reps=rep, status=HandoffStatus.PROMISED).first()
    return (
        handoff is not None
        and _is_to_keep(handoff, rep, now=now)
        and move(handoff, HandoffEvent.KEPT, now=now, rep=rep, reason=f"Done, says {rep.name}.")
    )


def _is_to_keep(handoff: Handoff, rep: Rep, *, now: datetime) -> bool:
    return Handoff.objects.filter(may_keep(rep, now=now), pk=handoff.pk).exists()


def release(call: Call, *, now: datetime) -> None:
    """The socket is about to be closed; what the platform asks for next is the Dial of the rep."""
    Handoff.objects.filter(call=call, status=HandoffStatus.ACCEPTED, strategy=HandoffStrategy.DIAL, released_at=None).update(released_at=now)


def on_session_finished(call: Call, outcome: Outcome, *, now: datetime) -> None:
    """The bot's part is over. Idempotent; a lead nobody offered is left alone unless something was promised."""
    handoff = Handoff.objects.select_related("call__campaign", "rep").filter(call=call).first()
    if handoff is None:
        if outcome not in OWED:
            return
        handoff = offer(call, now=now)
    if outcome is Outcome.HANDED_OFF or handoff.released_at is not None:
        return
    if outcome in UNWANTED:
        move(handoff, HandoffEvent.LAPSED, now=now, reason="The lead did not want to go on.")
    elif outcome is Outcome.CALLEE_LEFT:
        move(handoff, HandoffEvent.LEAD_LEFT, now=now)
    elif outcome is Outcome.CALLING_BACK or (outcome is Outcome.PROMISED and handoff.status == HandoffStatus.ACCEPTED):
        # The second: a rep accepted in the instant in which the bot gave up waiting.
        ring_somebody(handoff, now=now)
    else:
        promise_after_offer(handoff, now=now, reason="The call broke off." if outcome in BROKEN else "Nobody took it in time.")


def ring_somebody(handoff: Handoff, *, now: datetime) -> None:
    """The lead is to be called right back: by the rep who accepted, else by the next who is free."""
    if handoff.status != HandoffStatus.ACCEPTED:
        rep = available_reps(handoff.call.campaign, now=now).exclude(declined_handoffs=handoff).first()
        if rep is None or not move(handoff, HandoffEvent.ACCEPTED, now=now, rep=rep):
            promise_after_offer(handoff, now=now, reason="No rep was available.")
            return
    call_right_back(handoff, now=now)


def promise_after_offer(handoff: Handoff, *, now: datetime, reason: str) -> None:
    """A hand-off that was not taken keeps the reason it has."""
    if handoff.status not in UNTAKEN:
        move(handoff, HandoffEvent.OVERDUE, now=now, reason=reason)
    move(handoff, HandoffEvent.PROMISED, now=now)
