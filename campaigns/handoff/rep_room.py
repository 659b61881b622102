"""Strategy conference, on the rep's phone: the brief, the key, then the lead's room. Which document comes next, and what it means.

No network. `rep_leg` writes the StaffCall's status, `conference` moves the hand-off.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from bridge.telephony.answer_xml import Hangup, Say, document, room_document
from bridge.telephony.webhooks import ProviderEvent
from campaigns import live
from campaigns.handoff.conference import rep_lost, rep_pressed_1, rep_room
from campaigns.handoff.moves import end_bridge, promise
from campaigns.handoff.rep_talk import ACCEPT_KEY, KEY_WITHIN_S, brief, closing, lead_name
from campaigns.handoff.states import WITH_REP, HandoffEvent
from campaigns.models import Handoff, StaffCall
from campaigns.states import HandoffStatus
from leads.said import sentence

NOBODY_PRESSED = sentence("The rep's phone was picked up, but nobody pressed 1.")


def rep_document(staff_call: StaffCall, handoff: Handoff, event: ProviderEvent, *, url: str | None, now: datetime) -> bytes:
    """What the rep hears next. `staff_call` is fresh; `url`: of this very question, asked again when nobody has pressed a key."""
    if not _is_theirs(staff_call, handoff):
        return closing(handoff)
    if staff_call.is_accepted:  # the reply was lost: they have not joined yet
        return _join(staff_call, handoff)
    if handoff.status != HandoffStatus.ACCEPTED:
        return closing(handoff)
    if event.digits == ACCEPT_KEY:
        return _join(staff_call, handoff) if rep_pressed_1(staff_call, handoff, now=now) else closing(handoff)
    if _had_time_to_press(staff_call, now):
        rep_lost(handoff, HandoffEvent.REP_VOICEMAIL, now=now, reason=NOBODY_PRESSED)
        return document(Hangup())
    return brief(staff_call, handoff, next_url=url)


def on_rep_left(staff_call: StaffCall, handoff: Handoff, event: ProviderEvent, *, now: datetime) -> None:
    """The rep's leg is over. Idempotent."""
    if not _is_theirs(staff_call, handoff):
        return
    if handoff.status == HandoffStatus.BRIDGED:
        end_bridge(handoff, now=now)
    elif staff_call.is_accepted:  # the bot may be gone any moment, so no other rep is asked
        promise(handoff, HandoffEvent.LEAD_UNREACHED, now=now, reason=sentence("The rep hung up before the lead was connected."))
        live.publish(handoff.call_id, live.Kind.NOTE_NO_REP)
    elif staff_call.answered_at is not None:
        rep_lost(handoff, HandoffEvent.REP_VOICEMAIL, now=now, reason=NOBODY_PRESSED)
    else:
        rep_lost(handoff, HandoffEvent.REP_NO_ANSWER, now=now, reason=sentence("The rep did not answer."))


def _is_theirs(staff_call: StaffCall, handoff: Handoff) -> bool:
    return handoff.status in WITH_REP and handoff.ended_at is None and handoff.rep_id == staff_call.rep_id


def _had_time_to_press(staff_call: StaffCall, now: datetime) -> bool:
    """Asked again so late after the pick-up, the brief was heard to its end; a reply that got lost is asked for at once."""
    return staff_call.answered_at is not None and now - staff_call.answered_at >= timedelta(seconds=KEY_WITHIN_S)


def _join(staff_call: StaffCall, handoff: Handoff) -> bytes:
    """The sentence lasts about as long as the bot's to the lead, so that the two meet when it has left."""
    intro = Say(f"Thank you. I am connecting you to {lead_name(handoff.call)} now.")
    return room_document(rep_room(handoff.call), intro=intro)
