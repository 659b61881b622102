"""Strategy conference: the lead is in a room from the start, the bot beside it; the rep is rung, presses 1 and joins; the bot leaves.

What each party's coming and going means for the hand-off. Rows only, no network: `tending` rings and hangs up. What the platform tells of a
room is never needed here; nobody has seen it live (provider notes, read 2026-11-22).
"""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.db import transaction

from bridge.brief import HandoffStrategy
from bridge.events import Outcome
from bridge.telephony.answer_xml import NO_HOLD_MUSIC, Conference
from campaigns import live
from campaigns.handoff.giving import give_to_somebody
from campaigns.handoff.moves import announce, move, promise
from campaigns.handoff.states import HandoffEvent
from campaigns.models import Call, Handoff, StaffCall
from campaigns.states import LIVE, HandoffStatus

# The bot has gone though a rep was on the way: they still are, and the lead has not left of their own will.
GAVE_UP = frozenset({Outcome.PROMISED, Outcome.MEDIA_LOST, Outcome.VOICE_FAILED})


def lead_room(call: Call, *, status_callback: str | None = None) -> Conference:
    """Where the lead waits. Either party's leaving ends it, so that nobody is left alone on a line that costs money.

    Without the flag whoever is alone in a room of mod_conference hears music, over the bot's voice; that this platform passes it on is what
    its verb's page says of `flags`, read 2026-11-22, and was not seen live.
    """
    return Conference(_room_name(call), starts_on_enter=True, ends_on_exit=True, flags=(NO_HOLD_MUSIC,), status_callback=status_callback)


def rep_room(call: Call) -> Conference:
    """The same, as the rep joins it."""
    return lead_room(call)


def _room_name(call: Call) -> str:
    """Nobody can guess it, and it does not give the answer URL's token away."""
    if call.answer_token is None:
        raise AssertionError("a call that was claimed has a token")
    return f"room-{hashlib.sha256(f'room {call.answer_token}'.encode()).hexdigest()[:32]}"


def rep_pressed_1(staff_call: StaffCall, handoff: Handoff, *, now: datetime) -> bool:
    """The rep joins; the bot is told to introduce them and leave. False: the lead is not theirs any more."""
    with transaction.atomic():
        if handoff.call.status not in LIVE or not move(handoff, HandoffEvent.REP_PRESSED_1, now=now):
            return False
        StaffCall.objects.filter(id=staff_call.id).update(is_accepted=True)
        live.publish(handoff.call_id, live.Kind.NOTE_REP_READY)
    return True


def bot_left(handoff: Handoff, outcome: Outcome, *, now: datetime) -> bool:
    """The session of a lead in a room is over. True: nothing more follows from it."""
    if handoff.status != HandoffStatus.ACCEPTED or handoff.released_at is None:
        return outcome is Outcome.HANDED_OFF
    has_rep = StaffCall.objects.filter(handoff=handoff, rep=handoff.rep, is_accepted=True, status__in=sorted(LIVE)).exists()
    if outcome is Outcome.HANDED_OFF or (has_rep and outcome in GAVE_UP):
        is_there = Call.objects.filter(pk=handoff.call_id, status__in=sorted(LIVE)).exists()
        move(handoff, HandoffEvent.JOINED if is_there else HandoffEvent.LEAD_LEFT, now=now)
        return True
    if outcome in GAVE_UP:
        return _call_back_instead(handoff)
    return False


def rep_lost(handoff: Handoff, event: HandoffEvent, *, now: datetime, reason: str) -> None:
    """The rep who accepted does not take it: the next one is rung, or the bot is told that nobody comes. Other strategies: a call back is owed."""
    if handoff.strategy != HandoffStrategy.CONFERENCE:
        promise(handoff, event, now=now, reason=reason)
        return
    with transaction.atomic():
        if not move(handoff, event, now=now, reason=reason):
            return
        if not _ring_next(handoff, now=now):
            return_to_bot(handoff, now=now)


def return_to_bot(handoff: Handoff, *, now: datetime) -> None:
    """Nobody takes it, and the lead is still on the line: the bot makes the promise. Without a bot it is made here."""
    move(handoff, HandoffEvent.RETURNED, now=now)
    live.publish(handoff.call_id, live.Kind.NOTE_NO_REP)
    if handoff.call.session_ended_at is not None:
        move(handoff, HandoffEvent.PROMISED, now=now)


def _ring_next(handoff: Handoff, *, now: datetime) -> bool:
    if handoff.call.session_ended_at is not None or not give_to_somebody(handoff, now=now):
        return False
    Handoff.objects.filter(id=handoff.id).update(released_at=now)
    live.publish(handoff.call_id, live.Kind.NOTE_REP_ACCEPTED, {"rep_name": handoff.rep.name if handoff.rep else ""})
    return True


def _call_back_instead(handoff: Handoff) -> bool:
    """The rep's phone rings already, or is about to: whoever presses 1 calls the lead back from it."""
    waits = Handoff.objects.filter(id=handoff.id, status=HandoffStatus.ACCEPTED, strategy=HandoffStrategy.CONFERENCE)
    with transaction.atomic():
        is_changed = waits.update(strategy=HandoffStrategy.CALLBACK, is_fallback=True) == 1
        handoff.refresh_from_db()
        if is_changed:
            announce(handoff, HandoffEvent.NEXT_STEP_LOST)
    return is_changed
