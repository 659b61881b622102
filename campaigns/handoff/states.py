"""The one table of hand-off statuses: what each event means in each of them.

Pure. Events come twice, late, or never: `next_status` says what one means here, or that it means nothing. Every status that is not
an end can be left by an event that time alone brings (`OVERDUE`), so that no lead waits for ever for something that was lost.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from campaigns.states import HandoffStatus


class HandoffEvent(StrEnum):
    WARMED = "warmed"  # by its score so far the lead is likely to turn hot
    HOT = "hot"
    COOLED = "cooled"
    ACCEPTED = "accepted"  # a rep took it, on screen or by being the one we ring
    DECLINED = "declined"  # everybody who was asked said no
    OVERDUE = "overdue"  # what had to come next did not come in time
    NEXT_STEP_FETCHED = "next_step_fetched"  # the platform went on after the stream: it has the Dial of the rep
    NEXT_STEP_LOST = "next_step_lost"  # it did not: hang up, ring the rep, call back
    DIAL_BRIDGED = "dial_bridged"  # a Dial has put rep and lead together, on whosever leg it ran
    DIAL_NOT_BRIDGED = "dial_not_bridged"  # strategy dial: the rep did not answer it
    REP_ANSWERED = "rep_answered"  # strategies callback and conference: the rep's phone was picked up
    REP_PRESSED_1 = "rep_pressed_1"  # … by the rep
    REP_VOICEMAIL = "rep_voicemail"  # … by something that presses no key
    REP_NO_ANSWER = "rep_no_answer"
    JOINED = "joined"  # strategy conference: the rep is in the lead's room, and the bot has left it
    LEAD_UNREACHED = "lead_unreached"  # the lead may not be called, did not answer, or the rep went before they were together
    LEAD_LEFT = "lead_left"
    PROMISED = "promised"  # a call back is owed from now on
    RETURNED = "returned"  # the bot has taken the lead back
    KEPT = "kept"
    LAPSED = "lapsed"  # nothing is owed: the lead may not be called any more


S, E = HandoffStatus, HandoffEvent

_UNTAKEN = {
    E.PROMISED: S.PROMISED,
    E.OVERDUE: S.PROMISED,
    E.RETURNED: S.RETURNED_TO_BOT,
    E.LEAD_LEFT: S.LEAD_HUNG_UP,
    E.LAPSED: S.BRIDGE_FAILED,
}
# While the lead waits, the next rep is asked. A call right back asks whoever is free by then, whatever became of the offer on screen.
_NEXT_REP = {**_UNTAKEN, E.ACCEPTED: S.ACCEPTED}
# A corrected answer may take the heat away.
_UNTAKEN_ON_SCREEN = {**_NEXT_REP, E.COOLED: S.COOLED, E.WARMED: S.WARMING}

MOVES: Mapping[HandoffStatus, Mapping[HandoffEvent, HandoffStatus]] = MappingProxyType(
    {
        # Nothing is owed to a lead who never was hot, however the call ends.
        S.WARMING: {E.HOT: S.OFFERED, E.COOLED: S.COOLED, E.OVERDUE: S.COOLED, E.LEAD_LEFT: S.COOLED, E.LAPSED: S.COOLED},
        S.COOLED: {E.WARMED: S.WARMING, E.HOT: S.OFFERED},
        S.OFFERED: {
            E.WARMED: S.WARMING,
            E.COOLED: S.COOLED,
            E.ACCEPTED: S.ACCEPTED,
            E.DECLINED: S.DECLINED,
            E.OVERDUE: S.NO_ANSWER,
            E.LEAD_LEFT: S.LEAD_HUNG_UP,
            E.PROMISED: S.PROMISED,
            E.LAPSED: S.BRIDGE_FAILED,
        },
        S.ACCEPTED: {
            E.NEXT_STEP_FETCHED: S.ACCEPTED,
            E.NEXT_STEP_LOST: S.ACCEPTED,
            E.REP_ANSWERED: S.ACCEPTED,
            E.REP_PRESSED_1: S.ACCEPTED,
            E.DIAL_BRIDGED: S.BRIDGED,
            E.JOINED: S.BRIDGED,
            E.DIAL_NOT_BRIDGED: S.NO_ANSWER,
            E.REP_NO_ANSWER: S.NO_ANSWER,
            E.REP_VOICEMAIL: S.REP_VOICEMAIL,
            E.LEAD_UNREACHED: S.BRIDGE_FAILED,
            E.LEAD_LEFT: S.LEAD_HUNG_UP,
            E.PROMISED: S.PROMISED,
            E.OVERDUE: S.NO_ANSWER,
            E.LAPSED: S.BRIDGE_FAILED,
        },
        S.DECLINED: _UNTAKEN_ON_SCREEN,
        S.NO_ANSWER: _UNTAKEN_ON_SCREEN,
        S.REP_VOICEMAIL: _NEXT_REP,
        S.BRIDGE_FAILED: _UNTAKEN,
        S.RETURNED_TO_BOT: {event: status for event, status in _UNTAKEN.items() if event is not E.RETURNED},
        S.PROMISED: {E.ACCEPTED: S.ACCEPTED, E.KEPT: S.KEPT, E.LAPSED: S.BRIDGE_FAILED},
        S.BRIDGED: {},
        S.LEAD_HUNG_UP: {},
        S.KEPT: {},
    }
)

ENDS = frozenset({S.BRIDGED, S.LEAD_HUNG_UP, S.KEPT, S.COOLED})
WARMTH = frozenset({E.WARMED, E.HOT})  # the only way back from an end, and only from COOLED: another answer on the same call
ASKING = frozenset({S.WARMING, S.OFFERED})  # reps are asked
NOT_HOT = frozenset({S.WARMING, S.COOLED})
WITH_REP = frozenset({S.ACCEPTED, S.BRIDGED})  # as long as it has not ended, the rep is busy with it
UNTAKEN = frozenset({S.DECLINED, S.NO_ANSWER, S.REP_VOICEMAIL, S.BRIDGE_FAILED, S.RETURNED_TO_BOT})
ENDING_EVENTS = frozenset({E.LEAD_LEFT, E.KEPT, E.LAPSED})  # nothing comes after these


def next_status(status: HandoffStatus, event: HandoffEvent) -> HandoffStatus | None:
    """None: the event means nothing here (it came twice, or too late)."""
    return MOVES[status].get(event)
