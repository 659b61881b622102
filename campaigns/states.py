"""The one table of call statuses and the moves between them; dispositions and what they mean.

Pure. Events come in any order, twice, or never: `next_state` says what an event means here, or that it means nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from bridge.events import Outcome
from bridge.telephony.dialect import ProviderStatus


class CallStatus(StrEnum):
    QUEUED = "queued"
    DIALING = "dialing"
    RINGING = "ringing"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    FAILED = "failed"
    CANCELED = "canceled"
    BLOCKED = "blocked"
    OUTCOME_UNKNOWN = "outcome_unknown"


class Disposition(StrEnum):
    QUALIFIED = "qualified"
    NOT_QUALIFIED = "not_qualified"
    INTERVIEWED = "interviewed"
    REFUSED = "refused"
    SCREENED_OUT = "screened_out"
    QUOTA_FULL = "quota_full"
    CALLBACK_REQUESTED = "callback_requested"
    NOT_INTERESTED = "not_interested"
    WRONG_NUMBER = "wrong_number"
    OPTED_OUT = "opted_out"
    VOICEMAIL = "voicemail"
    CALL_SCREENED = "call_screened"  # somebody, or a phone, asked who is calling; nobody came
    PHONE_MENU = "phone_menu"
    ANNOUNCEMENT = "announcement"  # the network's
    FAX = "fax"
    INCOMPLETE = "incomplete"
    INFORMED = "informed"  # they called us and learnt who we are; nothing was asked


# Something else than a person picked up: no contact, and no message was left.
MACHINES = frozenset({Disposition.VOICEMAIL, Disposition.CALL_SCREENED, Disposition.PHONE_MENU, Disposition.ANNOUNCEMENT, Disposition.FAX})

LIVE = frozenset({CallStatus.DIALING, CallStatus.RINGING, CallStatus.IN_PROGRESS})
ENDED = frozenset(CallStatus) - LIVE - {CallStatus.QUEUED}


class HandoffStatus(StrEnum):
    WARMING = "warming"  # likely to turn hot: reps are asked already, the bot knows nothing of it
    COOLED = "cooled"  # it did not, or does no longer; may warm again while the call goes on
    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    NO_ANSWER = "no_answer"
    REP_VOICEMAIL = "rep_voicemail"
    LEAD_HUNG_UP = "lead_hung_up"
    BRIDGE_FAILED = "bridge_failed"
    RETURNED_TO_BOT = "returned_to_bot"
    BRIDGED = "bridged"
    PROMISED = "promised"  # nobody could take it: a call back is owed
    KEPT = "kept"  # the promised call back took place


class ReservationStatus(StrEnum):
    """What became of one rep who was asked to take one hot lead."""

    PENDING = "pending"  # shown to the rep, who has not answered yet
    ACCEPTED = "accepted"
    REJECTED = "rejected"  # the rep said no
    TIMEOUT = "timeout"  # the rep said nothing in time
    RESCINDED = "rescinded"  # taken back: another rep was faster, the lead left or cooled
    WRAPPING = "wrapping"  # the talk is over, the rep writes down what came of it
    COMPLETED = "completed"


_PROGRESS: Mapping[CallStatus, int] = MappingProxyType(
    {CallStatus.QUEUED: 0, CallStatus.DIALING: 1, CallStatus.RINGING: 2, CallStatus.IN_PROGRESS: 3}
)

# Where each word of the provider's puts a call that is live. The stream needs an answered leg, so it proves the answer.
_MEANING: Mapping[ProviderStatus, CallStatus] = MappingProxyType(
    {
        ProviderStatus.RINGING: CallStatus.RINGING,
        ProviderStatus.ANSWERED: CallStatus.IN_PROGRESS,
        ProviderStatus.STREAM_STARTED: CallStatus.IN_PROGRESS,
        ProviderStatus.STREAM_STOPPED: CallStatus.IN_PROGRESS,
        ProviderStatus.DIAL_COMPLETED: CallStatus.IN_PROGRESS,
        ProviderStatus.COMPLETED: CallStatus.COMPLETED,
        ProviderStatus.NO_ANSWER: CallStatus.NO_ANSWER,
        ProviderStatus.BUSY: CallStatus.BUSY,
        ProviderStatus.FAILED: CallStatus.FAILED,
        ProviderStatus.CANCELED: CallStatus.CANCELED,
    }
)


def progress(status: CallStatus) -> int:
    """How far a call has come: 0 queued … 3 in progress, 4 ended. It never falls by a provider's event."""
    return _PROGRESS.get(status, 4)


def next_state(status: CallStatus, event: ProviderStatus) -> CallStatus | None:
    """Where the event takes the call; None when it changes nothing (late, repeated, or about the stream alone).

    A queued call was not placed, so no event can be about it; a call that ended stays as it ended.
    """
    meant = _MEANING.get(event)
    if meant is None or status not in LIVE or progress(meant) <= progress(status):
        return None
    return meant


_DISPOSITIONS: Mapping[Outcome, Disposition] = MappingProxyType(
    {
        Outcome.HANDED_OFF: Disposition.QUALIFIED,
        Outcome.CALLING_BACK: Disposition.QUALIFIED,
        Outcome.PROMISED: Disposition.QUALIFIED,
        Outcome.CALLBACK_REQUESTED: Disposition.CALLBACK_REQUESTED,
        Outcome.OPTED_OUT: Disposition.OPTED_OUT,
        Outcome.INFORMED: Disposition.INFORMED,
        Outcome.NOT_INTERESTED: Disposition.NOT_INTERESTED,
        Outcome.WRONG_NUMBER: Disposition.WRONG_NUMBER,
        Outcome.VOICEMAIL: Disposition.VOICEMAIL,
        Outcome.CALL_SCREENED: Disposition.CALL_SCREENED,
        Outcome.PHONE_MENU: Disposition.PHONE_MENU,
        Outcome.ANNOUNCEMENT: Disposition.ANNOUNCEMENT,
        Outcome.FAX: Disposition.FAX,
        Outcome.NO_INPUT: Disposition.INCOMPLETE,
        Outcome.TIME_UP: Disposition.INCOMPLETE,
        Outcome.CALLEE_LEFT: Disposition.INCOMPLETE,
        Outcome.MEDIA_LOST: Disposition.INCOMPLETE,
        Outcome.VOICE_FAILED: Disposition.INCOMPLETE,
        Outcome.DESK_FAILED: Disposition.INCOMPLETE,
        Outcome.STOPPED: Disposition.INCOMPLETE,
    }
)


def disposition_of(outcome: Outcome, *, is_survey: bool, is_hot: bool) -> Disposition:
    """The business result of a session. Only a script asked to its end can say `not_qualified`."""
    if outcome is not Outcome.FINISHED:
        return _DISPOSITIONS[outcome]
    if is_survey:
        return Disposition.INTERVIEWED
    return Disposition.QUALIFIED if is_hot else Disposition.NOT_QUALIFIED
