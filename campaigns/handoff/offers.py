"""A hot lead is offered to the reps as their campaign's rule says; who accepts has it. What the end of the bot's part means for the offer.

Writes rows only: no network. What has to be done at the platform because of them is done by `tend`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from bridge.brief import HandoffStrategy
from bridge.events import Outcome
from campaigns import live
from campaigns.access.reps import campaigns_of, reps_of
from campaigns.dialing_stop import why_stopped
from campaigns.handoff import reservations
from campaigns.handoff.candidates import candidates_of, rule_of
from campaigns.handoff.conference import bot_left
from campaigns.handoff.giving import give_to_somebody, locked
from campaigns.handoff.moves import announce, call_right_back, move
from campaigns.handoff.presence import free_reps
from campaigns.handoff.promises import may_keep
from campaigns.handoff.routing import Nobody, choose, why_nobody
from campaigns.handoff.states import ASKING, NOT_HOT, UNTAKEN, WITH_REP, HandoffEvent
from campaigns.models import Call, Campaign, Handoff, Rep
from campaigns.scoring import Heat
from campaigns.states import HandoffStatus
from leads.said import sentence

# The bot's part ended because the lead wants none of it, or was never there: whoever called back now would do so against their word.
UNWANTED = frozenset(
    {Outcome.OPTED_OUT, Outcome.NOT_INTERESTED, Outcome.WRONG_NUMBER, Outcome.CALLBACK_REQUESTED}
    | {Outcome.VOICEMAIL, Outcome.CALL_SCREENED, Outcome.PHONE_MENU, Outcome.ANNOUNCEMENT, Outcome.FAX}
)
# A rep is needed though the offer may never have been made.
OWED = frozenset({Outcome.CALLING_BACK, Outcome.PROMISED})
BROKEN = frozenset({Outcome.MEDIA_LOST, Outcome.VOICE_FAILED})
COOLED = sentence("By its answers the lead does not turn hot.")
ENDED_COLD = sentence("The call ended before the lead turned hot.")


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


def on_score(call: Call, heat: Heat, *, now: datetime) -> None:
    """After each answer that was saved. Reps are asked while the lead only warms, so that one is there when it turns hot."""
    if call.campaign.kind == Campaign.Kind.SURVEY:
        return
    match heat:
        case Heat.HOT:
            offer(call, now=now)
        case Heat.LIKELY:
            _warm(call, now=now)
        case Heat.COLD:
            handoff = Handoff.objects.filter(call=call).first()
            if handoff is not None:
                move(handoff, HandoffEvent.COOLED, now=now, reason=COOLED)


def offer(call: Call, *, now: datetime) -> Handoff:
    """The lead is hot. Idempotent: one hand-off a call. With nobody to offer it to, the bot is told at once."""
    with transaction.atomic():
        handoff, is_new = _open(call, HandoffStatus.OFFERED, now=now)
        if not is_new and not move(handoff, HandoffEvent.HOT, now=now):
            return handoff
        holder = None if is_new else reservations.holder_of(handoff)
        if holder is None:
            _ask_next(handoff, now=now)
        else:
            _give(handoff, holder, now=now)
    return handoff


def _warm(call: Call, *, now: datetime) -> None:
    with transaction.atomic():
        if not reps_of(call.campaign_id).exists():
            return
        handoff, is_new = _open(call, HandoffStatus.WARMING, now=now)
        if is_new or move(handoff, HandoffEvent.WARMED, now=now):
            _ask_next(handoff, now=now)


def _open(call: Call, status: HandoffStatus, *, now: datetime) -> tuple[Handoff, bool]:
    """The call's hand-off, and whether it is new."""
    strategy = call.line.strategy if call.line else HandoffStrategy.CALLBACK
    handoff, is_new = Handoff.objects.get_or_create(call=call, defaults={"strategy": strategy, "offered_at": now, "status": status})
    handoff.call = call  # with what was read along with it
    if is_new:
        announce(handoff, status.value)
    return handoff, is_new


def go_on(handoff: Handoff, *, now: datetime) -> None:
    """Whoever comes next is asked. With nobody left to ask or to wait for, the bot, still on the line, makes the promise."""
    choice = choose(candidates_of(handoff, now=now), rule_of(handoff))
    if not choice.ask and (choice.nobody is None or handoff.status == HandoffStatus.WARMING):
        return
    with transaction.atomic():
        if (held := locked(handoff.pk)) is not None and held.status in ASKING:
            _ask_next(held, now=now)
    handoff.refresh_from_db()


def _ask_next(handoff: Handoff, *, now: datetime) -> None:
    """The caller holds the hand-off's row."""
    rule = rule_of(handoff)
    choice = choose(candidates_of(handoff, now=now), rule)
    if choice.ask:
        reservations.ask(handoff, choice.ask, now=now)
    elif choice.nobody is not None and handoff.status == HandoffStatus.OFFERED:
        event = HandoffEvent.DECLINED if choice.nobody is Nobody.ALL_DECLINED else HandoffEvent.OVERDUE
        no_rep(handoff, event, now=now, reason=why_nobody(choice.nobody, rule))


def no_rep(handoff: Handoff, event: HandoffEvent, *, now: datetime, reason: str) -> None:
    """The offer on screen is over and nobody took it: the bot is told."""
    if move(handoff, event, now=now, reason=reason):
        live.publish(handoff.call_id, live.Kind.NOTE_NO_REP)


def _hold(rep: Rep) -> Rep:
    """So that one rep cannot take two leads at the same instant from two windows."""
    return Rep.objects.select_for_update(no_key=True).get(id=rep.id)


def accept(handoff_id: UUID, rep: Rep, *, now: datetime) -> Accepted | TakenBy | Gone:
    """The first one has it, while the lead only warms from the moment it turns hot; asking again for what one has is no mistake."""
    with transaction.atomic():
        handoff = locked(handoff_id, call__campaign__in=campaigns_of(rep))
        if handoff is None:
            return Gone(sentence("This lead is not in your queue."))
        rep = _hold(rep)
        if handoff.rep_id == rep.id and handoff.status in WITH_REP:
            return Accepted(handoff)
        if handoff.status not in ASKING:
            return why_not(handoff)
        if holder := reservations.holder_of(handoff):
            return Accepted(handoff) if holder == rep else TakenBy(holder.name)
        if not (rep.is_available and free_reps().filter(id=rep.id).exists()):
            return Gone(sentence("You are away, busy with another lead, or your phone number is not verified yet."))
        if not reservations.is_asked(rep, handoff):
            return Gone(sentence("This lead is not offered to you any more."))
        if handoff.status == HandoffStatus.WARMING:
            reservations.take(handoff, rep, now=now)
        else:
            _give(handoff, rep, now=now)
        return Accepted(handoff)


def take_now(handoff_id: UUID, rep: Rep, *, now: datetime) -> Accepted | TakenBy | Gone:
    """Accepts it, and it counts as hot from now on, whatever the answers say."""
    with transaction.atomic():
        result = accept(handoff_id, rep, now=now)
        if isinstance(result, Accepted) and result.handoff.status == HandoffStatus.WARMING and move(result.handoff, HandoffEvent.HOT, now=now):
            _give(result.handoff, rep, now=now)
        return result


def give_now(call: Call, rep: Rep, *, now: datetime) -> Accepted | TakenBy | Gone:
    """As a manager decides: whatever the answers say, and whoever is asked. Not to a rep who is busy, nor past one who has the lead."""
    with transaction.atomic():
        opened, _is_new = _open(call, HandoffStatus.WARMING, now=now)
        handoff = locked(opened.pk, call__campaign__in=campaigns_of(rep))
        rep = _hold(rep)
        holder = reservations.holder_of(opened)
        if holder is not None and holder != rep:
            return TakenBy(holder.name)
        if handoff is None or (holder is None and not free_reps().filter(id=rep.id).exists()):
            transaction.set_rollback(True)  # no hand-off is opened for nobody
            return Gone(sentence("%(rep)s takes no leads of this campaign, is busy with another one, or has no verified number.", rep=rep.name))
        if handoff.status in NOT_HOT:
            move(handoff, HandoffEvent.HOT, now=now)
        if handoff.status != HandoffStatus.ACCEPTED:
            _give(handoff, rep, now=now)
        return Accepted(handoff) if handoff.status == HandoffStatus.ACCEPTED else why_not(handoff)


def promise_by_hand(call: Call, rep: Rep | None, at: datetime, *, now: datetime, by: str) -> Accepted | TakenBy | Gone:
    """A call back owed to a lead whose call is over and who was given to nobody, as a person decides. Rings no phone: a rep keeps it."""
    reason = sentence("%(by)s decided so after the call.", by=by)[:300]
    with transaction.atomic():
        fields = {"strategy": HandoffStrategy.CALLBACK, "offered_at": now, "status": HandoffStatus.PROMISED, "promised_for": at, "rep": rep}
        handoff, is_new = Handoff.objects.get_or_create(call=call, defaults={**fields, "reason": reason})
        if is_new:
            announce(handoff, HandoffEvent.PROMISED)
            return Accepted(handoff)
        held = locked(handoff.pk)
        if held is None or held.status not in NOT_HOT:
            return why_not(handoff)
        move(held, HandoffEvent.HOT, now=now)
        Handoff.objects.filter(pk=held.pk).update(promised_for=at, strategy=HandoffStrategy.CALLBACK)
        held.refresh_from_db()
        move(held, HandoffEvent.PROMISED, now=now, rep=rep, reason=reason)
        return Accepted(held)


def _give(handoff: Handoff, rep: Rep, *, now: datetime) -> None:
    """The caller holds the hand-off's row."""
    if move(handoff, HandoffEvent.ACCEPTED, now=now, rep=rep):
        live.publish(handoff.call_id, live.Kind.NOTE_REP_ACCEPTED, {"rep_name": rep.name})


def why_not(handoff: Handoff) -> TakenBy | Gone:
    if handoff.rep is not None and handoff.status in (HandoffStatus.ACCEPTED, HandoffStatus.BRIDGED):
        return TakenBy(handoff.rep.name)
    if handoff.status == HandoffStatus.LEAD_HUNG_UP:
        return Gone(sentence("The lead has hung up."))
    if handoff.status == HandoffStatus.PROMISED:
        return Gone(sentence("Time was up: the lead was promised a call back."))
    return Gone(sentence("This lead is no longer waiting."))


def decline(handoff_id: UUID, rep: Rep, *, now: datetime) -> None:
    """It is shown to this rep no more, and the next is asked; when all have said no, the bot is told."""
    with transaction.atomic():
        # Held, so that the last two who decline see each other.
        handoff = locked(handoff_id, call__campaign__in=campaigns_of(rep), status__in=sorted(ASKING))
        if handoff is not None and reservations.reject(handoff, rep, now=now):
            _ask_next(handoff, now=now)


def call_now(handoff_id: UUID, rep: Rep, *, now: datetime) -> Accepted | TakenBy | Gone:
    """A rep keeps a promise: their phone is rung, then the lead is dialled from it."""
    if stopped := why_stopped():
        return Gone(stopped)
    with transaction.atomic():
        handoff = locked(handoff_id, call__campaign__in=campaigns_of(rep))
        if handoff is None:
            return Gone(sentence("This lead is not in your queue."))
        rep = _hold(rep)
        if not free_reps().filter(id=rep.id).exists():
            return Gone(sentence("You are busy with another lead, or your phone number is not verified yet."))
        if handoff.status == HandoffStatus.PROMISED and not _is_to_keep(handoff, rep, now=now):
            return Gone(sentence("%(rep)s promised this call back and keeps it.", rep=handoff.rep))
        if handoff.status == HandoffStatus.PROMISED and move(handoff, HandoffEvent.ACCEPTED, now=now, rep=rep):
            Handoff.objects.filter(id=handoff.id).update(strategy=HandoffStrategy.CALLBACK, released_at=now, next_step_at=None)
            return Accepted(handoff)
    return why_not(handoff)


def keep_promise(handoff_id: UUID, rep: Rep, *, now: datetime) -> bool:
    """The rep has called back by other means; False: it was not owed any more."""
    handoff = Handoff.objects.filter(id=handoff_id, call__campaign__in=campaigns_of(rep), status=HandoffStatus.PROMISED).first()
    return (
        handoff is not None
        and _is_to_keep(handoff, rep, now=now)
        and move(handoff, HandoffEvent.KEPT, now=now, rep=rep, reason=f"Done, says {rep.name}.")
    )


def _is_to_keep(handoff: Handoff, rep: Rep, *, now: datetime) -> bool:
    return Handoff.objects.filter(may_keep(rep, now=now), pk=handoff.pk).exists()


def release(call: Call, *, now: datetime) -> None:
    """The rep may come. Dial: the socket is about to be closed, and what the platform asks for next is the Dial. Conference: their phone is rung."""
    waits = Handoff.objects.filter(call=call, status=HandoffStatus.ACCEPTED, released_at=None)
    waits.exclude(strategy=HandoffStrategy.CALLBACK).update(released_at=now)


def on_session_finished(call: Call, outcome: Outcome, *, now: datetime) -> None:
    """The bot's part is over. Idempotent; a lead nobody offered is left alone unless something was promised."""
    handoff = Handoff.objects.select_related("call__campaign", "rep").filter(call=call).first()
    if handoff is None or handoff.status in NOT_HOT:
        if outcome not in OWED:
            if handoff is not None:
                move(handoff, HandoffEvent.COOLED, now=now, reason=ENDED_COLD)
            return
        handoff = offer(call, now=now)
    is_room = handoff.strategy == HandoffStrategy.CONFERENCE
    if bot_left(handoff, outcome, now=now) if is_room else outcome is Outcome.HANDED_OFF or handoff.released_at is not None:
        return
    if outcome is Outcome.STOPPED and handoff.status != HandoffStatus.PROMISED:  # a time that the lead was told is kept
        move(handoff, HandoffEvent.LAPSED, now=now, reason=sentence("A person of ours let the bot end the call."))
    elif outcome in UNWANTED:
        move(handoff, HandoffEvent.LAPSED, now=now, reason=sentence("The lead did not want to go on."))
    elif outcome is Outcome.CALLEE_LEFT:
        move(handoff, HandoffEvent.LEAD_LEFT, now=now)
    elif outcome is Outcome.CALLING_BACK or (outcome is Outcome.PROMISED and handoff.status == HandoffStatus.ACCEPTED):
        # The second: a rep accepted in the instant in which the bot gave up waiting.
        ring_somebody(handoff, now=now)
    else:
        promise_after_offer(handoff, now=now, reason=sentence("The call broke off.") if outcome in BROKEN else sentence("Nobody took it in time."))


def ring_somebody(handoff: Handoff, *, now: datetime) -> None:
    """The lead is to be called right back: by the rep who accepted, else by the next who is free."""
    if handoff.status != HandoffStatus.ACCEPTED and not give_to_somebody(handoff, now=now):
        promise_after_offer(handoff, now=now, reason=sentence("No rep was available."))
        return
    call_right_back(handoff, now=now)


def promise_after_offer(handoff: Handoff, *, now: datetime, reason: str) -> None:
    """A hand-off that was not taken keeps the reason it has."""
    if handoff.status not in UNTAKEN:
        move(handoff, HandoffEvent.OVERDUE, now=now, reason=reason)
    move(handoff, HandoffEvent.PROMISED, now=now)
