"""What an integrator can be told of, and which of it a move of a hand-off means.

Pure. An event has one name for ever: what is told otherwise gets a new one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType

from campaigns.handoff.states import HandoffEvent
from campaigns.states import HandoffStatus
from leads.said import N_, sentence

ALL = "*"


class EventType(StrEnum):
    LEAD_HOT = "lead.hot"
    LEAD_OPTED_OUT = "lead.opted_out"
    CALL_COMPLETED = "call.completed"
    HANDOFF_OFFERED = "handoff.offered"
    HANDOFF_ACCEPTED = "handoff.accepted"
    HANDOFF_DECLINED = "handoff.declined"
    HANDOFF_NO_ANSWER = "handoff.no_answer"
    HANDOFF_REP_VOICEMAIL = "handoff.rep_voicemail"
    HANDOFF_BRIDGED = "handoff.bridged"
    HANDOFF_RETURNED_TO_BOT = "handoff.returned_to_bot"
    HANDOFF_COOLED = "handoff.cooled"
    HANDOFF_PROMISED = "handoff.promised"
    HANDOFF_LEAD_HUNG_UP = "handoff.lead_hung_up"
    HANDOFF_FAILED = "handoff.failed"
    HANDOFF_KEPT = "handoff.kept"
    HANDOFF_WRAPPED_UP = "handoff.wrapped_up"
    CALLBACK_BOOKED = "callback.booked"
    CALLBACK_REMINDED = "callback.reminded"
    CALLBACK_KEPT = "callback.kept"
    CALLBACK_MISSED = "callback.missed"
    TEST = "webhook.test"


E, S = EventType, HandoffStatus

MEANINGS: Mapping[EventType, str] = MappingProxyType(
    {
        E.LEAD_HOT: N_("The score of a call has reached the campaign's threshold for the first time; the lead may still be on the line."),
        E.LEAD_OPTED_OUT: N_("The lead has asked not to be called again and is on the do-not-call list. Stop calling them, too."),
        E.CALL_COMPLETED: N_("An answered call is over and has its disposition."),
        E.HANDOFF_OFFERED: N_("A hot lead is offered to the reps."),
        E.HANDOFF_ACCEPTED: N_("A rep has taken the lead."),
        E.HANDOFF_DECLINED: N_("Every rep who was there has declined."),
        E.HANDOFF_NO_ANSWER: N_("No rep took the lead in time, or the one who did was not reached."),
        E.HANDOFF_REP_VOICEMAIL: N_("The rep's phone was picked up by something that pressed no key."),
        E.HANDOFF_BRIDGED: N_("Rep and lead talk with each other."),
        E.HANDOFF_RETURNED_TO_BOT: N_("The bot has taken the lead back."),
        E.HANDOFF_COOLED: N_("The lead is not hot, or not any more: reps are not asked any longer, and nothing is owed."),
        E.HANDOFF_PROMISED: N_("Nobody could take the lead: a call back is owed."),
        E.HANDOFF_LEAD_HUNG_UP: N_("The lead hung up before a rep came."),
        E.HANDOFF_FAILED: N_("Rep and lead could not be put together, or nothing is owed to the lead any more."),
        E.HANDOFF_KEPT: N_("A rep says that the lead was called back."),
        E.HANDOFF_WRAPPED_UP: N_("A rep has written up their talk, or written it up anew: what came of it, and whether the lead was really hot."),
        E.CALLBACK_BOOKED: N_("A call back is promised, for promised_for."),
        E.CALLBACK_REMINDED: N_("The lead or the rep was reminded of a promised call back."),
        E.CALLBACK_KEPT: N_("The lead's phone rings for a promised call back, or a rep says that they called."),
        E.CALLBACK_MISSED: N_("A promised call back will not come: the lead may not be called any more."),
        E.TEST: N_("Somebody wants to see whether it arrives. Sent whatever the endpoint is told of."),
    }
)
SUBSCRIBABLE = tuple(event_type for event_type in EventType if event_type is not EventType.TEST)

OF_STATUS: Mapping[HandoffStatus, EventType] = MappingProxyType(
    {
        S.OFFERED: E.HANDOFF_OFFERED,
        S.COOLED: E.HANDOFF_COOLED,
        S.ACCEPTED: E.HANDOFF_ACCEPTED,
        S.DECLINED: E.HANDOFF_DECLINED,
        S.NO_ANSWER: E.HANDOFF_NO_ANSWER,
        S.REP_VOICEMAIL: E.HANDOFF_REP_VOICEMAIL,
        S.LEAD_HUNG_UP: E.HANDOFF_LEAD_HUNG_UP,
        S.BRIDGE_FAILED: E.HANDOFF_FAILED,
        S.RETURNED_TO_BOT: E.HANDOFF_RETURNED_TO_BOT,
        S.BRIDGED: E.HANDOFF_BRIDGED,
        S.PROMISED: E.HANDOFF_PROMISED,
        S.KEPT: E.HANDOFF_KEPT,
    }
)
# Steps on the way within one status: nothing that an integrator could act on.
STEPS = frozenset({HandoffEvent.NEXT_STEP_FETCHED, HandoffEvent.NEXT_STEP_LOST, HandoffEvent.REP_ANSWERED, HandoffEvent.REP_PRESSED_1})


def told_by(event: str, status: HandoffStatus, *, is_owed: bool) -> list[EventType]:
    """What a move to `status` by this event is told as. `is_owed`: a call back was promised, and nobody was rung for it yet.

    A lead that only warms is our reps' business.
    """
    if event in STEPS or status is S.WARMING:
        return []
    told = [OF_STATUS[status]]
    if status is S.PROMISED:
        told.append(E.CALLBACK_BOOKED)
    elif event is HandoffEvent.KEPT:
        told.append(E.CALLBACK_KEPT)
    elif event is HandoffEvent.LAPSED and is_owed:
        told.append(E.CALLBACK_MISSED)
    return told


def wants(event_types: Sequence[str], event_type: EventType) -> bool:
    """Whether an endpoint that is told of these is told of this one."""
    return ALL in event_types or event_type in event_types


def types_fault(event_types: Sequence[str]) -> str:
    """What is wrong with a list of subscribed types, in words; empty: nothing."""
    if not event_types:
        return sentence("Name at least one type of event, or %(all)s for all.", all=ALL)
    if unknown := [name for name in event_types if name != ALL and name not in SUBSCRIBABLE]:
        return sentence("There is no event “%(name)s”. There are: %(names)s.", name=unknown[0][:40], names=", ".join([ALL, *SUBSCRIBABLE]))
    if ALL in event_types and len(event_types) > 1:
        return sentence("%(all)s means all: leave the others out.", all=ALL)
    return ""
