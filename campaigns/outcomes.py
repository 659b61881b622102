"""What the end of an attempt means: its status, its disposition and the network's cause, read together as one word.

Pure. What follows from the word (when again, or never) is decided in `retries`, which AAPOR code stands for it in the table of rules.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from campaigns.states import ENDED, CallStatus, Disposition
from leads.said import N_


class AttemptOutcome(StrEnum):
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    FAILED = "failed"
    UNREACHABLE = "unreachable"
    DECLINED = "declined"
    BARRED = "barred"
    NOT_IN_SERVICE = "not_in_service"
    VOICEMAIL = "voicemail"
    CALL_SCREENED = "call_screened"
    PHONE_MENU = "phone_menu"
    FAX = "fax"
    HUNG_UP = "hung_up"
    BROKE_OFF = "broke_off"
    CALLBACK_REQUESTED = "callback_requested"
    QUALIFIED = "qualified"
    NOT_QUALIFIED = "not_qualified"
    INTERVIEWED = "interviewed"
    SCREENED_OUT = "screened_out"
    QUOTA_FULL = "quota_full"
    REFUSED = "refused"
    NOT_INTERESTED = "not_interested"
    WRONG_NUMBER = "wrong_number"
    OPTED_OUT = "opted_out"
    OUTCOME_UNKNOWN = "outcome_unknown"
    BLOCKED = "blocked"
    CANCELED = "canceled"


O = AttemptOutcome  # noqa: E741 - as short as a table of it needs

WORDS: Mapping[AttemptOutcome, str] = MappingProxyType(
    {
        O.NO_ANSWER: N_("no answer"),
        O.BUSY: N_("busy"),
        O.FAILED: N_("failed: the network or the platform"),
        O.UNREACHABLE: N_("switched off or out of reach"),
        O.DECLINED: N_("declined while it rang"),
        O.BARRED: N_("barred by the network"),
        O.NOT_IN_SERVICE: N_("number not in service"),
        O.VOICEMAIL: N_("voicemail"),
        O.CALL_SCREENED: N_("screened: asked who is calling, and nobody came"),
        O.PHONE_MENU: N_("a menu of keys, or its queue"),
        O.FAX: N_("fax or modem"),
        O.HUNG_UP: N_("picked up, and gone before an answer"),
        O.BROKE_OFF: N_("broke off after an answer"),
        O.CALLBACK_REQUESTED: N_("asked to be called at another time"),
        O.QUALIFIED: N_("qualified"),
        O.NOT_QUALIFIED: N_("not qualified"),
        O.INTERVIEWED: N_("interviewed"),
        O.SCREENED_OUT: N_("screened out"),
        O.QUOTA_FULL: N_("quota full"),
        O.REFUSED: N_("refused"),
        O.NOT_INTERESTED: N_("not interested"),
        O.WRONG_NUMBER: N_("wrong number"),
        O.OPTED_OUT: N_("opted out"),
        O.OUTCOME_UNKNOWN: N_("nobody knows whether it rang"),
        O.BLOCKED: N_("blocked by the rules: not dialled"),
        O.CANCELED: N_("canceled"),
    }
)

# Why no table may make these outcomes call again. It is said to whoever tries.
NEVER_AGAIN: Mapping[AttemptOutcome, str] = MappingProxyType(
    {
        O.OPTED_OUT: N_("They asked us to stop. The number is on the do-not-call list."),
        O.WRONG_NUMBER: N_("Somebody else has this number, who agreed to nothing."),
        O.REFUSED: N_("They said no."),
        O.NOT_INTERESTED: N_("They said no."),
        O.OUTCOME_UNKNOWN: N_("The phone may have rung, and nobody is rung twice on a guess."),
        O.BLOCKED: N_("The rules forbade this call. Enrol the lead again when the reason is gone."),
        O.CANCELED: N_("Somebody took this call back."),
        O.QUALIFIED: N_("The lead has given a result."),
        O.NOT_QUALIFIED: N_("The lead has given a result."),
        O.INTERVIEWED: N_("The lead has given a result."),
        O.SCREENED_OUT: N_("The lead has given a result."),
        O.QUOTA_FULL: N_("The lead has given a result."),
    }
)

# Names of ITU-T Q.850 causes as FreeSWITCH spells them, with their numbers. The platform passes the network's word on; its own pages list none
# (read 2026-11-22), so a word that is not here says nothing more than the status.
CAUSES: Mapping[str, AttemptOutcome] = MappingProxyType(
    {
        "UNALLOCATED_NUMBER": O.NOT_IN_SERVICE,  # 1
        "NUMBER_CHANGED": O.NOT_IN_SERVICE,  # 22
        "INVALID_NUMBER_FORMAT": O.NOT_IN_SERVICE,  # 28
        "NO_USER_RESPONSE": O.UNREACHABLE,  # 18
        "SUBSCRIBER_ABSENT": O.UNREACHABLE,  # 20
        "DESTINATION_OUT_OF_ORDER": O.UNREACHABLE,  # 27
        "CALL_REJECTED": O.DECLINED,  # 21
        "OUTGOING_CALL_BARRED": O.BARRED,  # 52
        "INCOMING_CALL_BARRED": O.BARRED,  # 54
    }
)

_BY_STATUS: Mapping[CallStatus, AttemptOutcome] = MappingProxyType(
    {
        CallStatus.NO_ANSWER: O.NO_ANSWER,
        CallStatus.BUSY: O.BUSY,
        CallStatus.FAILED: O.FAILED,
        CallStatus.CANCELED: O.CANCELED,
        CallStatus.BLOCKED: O.BLOCKED,
        CallStatus.OUTCOME_UNKNOWN: O.OUTCOME_UNKNOWN,
    }
)
_CAUSE_TELLS_MORE = frozenset({CallStatus.NO_ANSWER, CallStatus.BUSY, CallStatus.FAILED})


def outcome_of(status: CallStatus, disposition: Disposition | None, *, hangup_cause: str = "", has_answers: bool = False) -> AttemptOutcome:
    """Of an attempt that ended. `has_answers`: given on this very call. A disposition outweighs how the phone call ended."""
    if status not in ENDED:
        raise AssertionError("only an attempt that ended has an outcome")
    if disposition is Disposition.INFORMED:  # they called us, nothing was asked, so nothing was answered
        return O.HUNG_UP
    if disposition is Disposition.INCOMPLETE:
        return O.BROKE_OFF if has_answers else O.HUNG_UP
    if disposition is Disposition.ANNOUNCEMENT:  # picked up by the network, to say that nobody can be reached
        return O.UNREACHABLE
    if disposition is not None:
        return O(disposition.value)
    if status is CallStatus.COMPLETED:
        return O.HUNG_UP
    if status in _CAUSE_TELLS_MORE and (told := CAUSES.get(_name(hangup_cause))) is not None:
        return told
    return _BY_STATUS[status]


def _name(cause: str) -> str:
    """`call rejected` and `Call-Rejected` are CALL_REJECTED."""
    return cause.strip().upper().replace(" ", "_").replace("-", "_")
