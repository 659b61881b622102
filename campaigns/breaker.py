"""The circuit breaker: whose fault was it that an attempt came to nothing, and is it so often that dialing must pause?

Pure. Three parts can be ill, and each has another mend: the telco (nothing gets through), the list (the numbers are wrong), the voice (people
pick up and hear nothing). Who simply does not answer, is busy or declines is nobody's fault.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bridge.events import Outcome
from bridge.telephony.dialect import squeeze
from campaigns.states import CallStatus, Disposition
from leads.said import N_, listed, sentence


class Fault(StrEnum):
    TELCO = "telco"
    LIST = "list"
    VOICE = "voice"


@dataclass(frozen=True, slots=True)
class Sign:
    """What one attempt told. `fault` None: nothing is wrong. `detail`: the cause in the network's or our own words."""

    at: datetime
    fault: Fault | None
    detail: str = ""
    is_answered: bool = False


@dataclass(frozen=True, slots=True)
class Ending:
    """An attempt that the provider took and that is over, as far as the breaker asks. `talk_s` None: not known."""

    status: CallStatus
    disposition: Disposition | None
    hangup_cause: str
    outcome: Outcome | None  # None: there was no session
    is_answered: bool
    has_bot_spoken: bool
    talk_s: int | None


@dataclass(frozen=True, slots=True)
class Threshold:
    """Trips when at least `n_faults` of the newest `n_signs` within `within` are of this fault, and they are at least `share` of those that count."""

    fault: Fault
    n_signs: int
    within: timedelta
    n_faults: int
    share: float


# Three bad numbers, or one short disturbance, stop nothing. People who hear nothing are the worst of the three, so it takes the fewest.
THRESHOLDS = (
    Threshold(Fault.TELCO, n_signs=40, within=timedelta(minutes=10), n_faults=6, share=0.5),
    Threshold(Fault.LIST, n_signs=60, within=timedelta(hours=2), n_faults=12, share=0.4),
    Threshold(Fault.VOICE, n_signs=40, within=timedelta(minutes=30), n_faults=4, share=0.25),
)
LONGEST_LOOK = max(threshold.n_signs for threshold in THRESHOLDS)


@dataclass(frozen=True, slots=True)
class Trip:
    fault: Fault
    n_faults: int
    n_counted: int  # all attempts; for the voice, those that were picked up
    since: datetime
    details: tuple[tuple[str, int], ...]  # most frequent first

    @property
    def share(self) -> float:
        return self.n_faults / self.n_counted

    def sentence(self, subject: str) -> str:
        """`subject`: what it was seen on, such as a line's name. What is wrong, and what a person can do about it."""
        often = sentence("%(n)s of %(of)s (%(share)s)", n=self.n_faults, of=self.n_counted, share=f"{self.share:.0%}")
        causes = listed([listed([sentence(cause), f"{n}×"], " ") for cause, n in self.details[:2]])
        return listed([sentence(_FAULTS[self.fault], often=often, subject=subject, causes=causes), sentence(_MENDS[self.fault])], " ")


_FAULTS = {
    Fault.TELCO: N_("Telco fault: %(often)s calls on %(subject)s did not get through (%(causes)s)."),
    Fault.LIST: N_("List fault: %(often)s numbers in %(subject)s are not in service or wrong (%(causes)s)."),
    Fault.VOICE: N_("Voice fault: %(often)s people who picked up in %(subject)s were left without a bot that works (%(causes)s)."),
}
_MENDS = {
    Fault.TELCO: N_("Check the platform's status, wallet and the line; resume when a call gets through."),
    Fault.LIST: N_("Check where the list comes from and how its numbers were written; resume with better ones."),
    Fault.VOICE: N_("Check the voice, the servers and the stream by a rehearsal; resume when it speaks."),
}

# Q.850 and FreeSWITCH's names, squeezed; the numbers in brackets are Q.850's.
_LIST_CAUSES = frozenset(
    {
        "unallocatednumber",  # (1)
        "numberchanged",  # (22)
        "invalidnumberformat",  # (28)
        "unassignednumber",
        "invalidnumber",
        "notinservice",
        "numbernotinservice",
        "vacantcode",
        "addressincomplete",
    }
)
_TELCO_CAUSES = frozenset(
    {
        "noroutetransitnet",  # (2)
        "noroutedestination",  # (3): a route that fails is the network's; a number nobody has is (1)
        "destinationoutoforder",  # (27)
        "facilityrejected",  # (29)
        "normalcircuitcongestion",  # (34)
        "networkoutoforder",  # (38)
        "normaltemporaryfailure",  # (41)
        "switchcongestion",  # (42)
        "accessinfodiscarded",  # (43)
        "requestedchanunavail",  # (44)
        "preempted",  # (45)
        "facilitynotsubscribed",  # (50)
        "outgoingcallbarred",  # (52)
        "bearercapabilitynotauth",  # (57)
        "bearercapabilitynotavail",  # (58)
        "serviceunavailable",  # (63)
        "servicenotimplemented",  # (79)
        "incompatibledestination",  # (88)
        "recoveryontimerexpire",  # (102)
        "mandatoryiemissing",  # (96)
        "protocolerror",  # (111)
        "interworking",  # (127)
        "gatewaydown",
        "exchangeroutingerror",
        "congestion",
        "walletinsufficientfunds",
        "insufficientfunds",
    }
)
# Nobody's fault: the person declined, or the phone was off or out of reach.
_PERSON_CAUSES = frozenset(
    {"callrejected", "userbusy", "noanswer", "nouserresponse", "subscriberabsent", "originatorcancel", "normalclearing", "allottedtimeout"}
)
_VOICE_OUTCOMES = frozenset({Outcome.VOICE_FAILED, Outcome.MEDIA_LOST, Outcome.DESK_FAILED})
# Whoever hangs up sooner has not waited for anybody.
ABANDONED_FROM_S = 3

NOT_SENT = N_("no connection to the platform")
NO_ANSWER_TO_REQUEST = N_("the platform did not answer the request")
NO_BOT_AUDIO = N_("no bot audio")


def sign_of(ending: Ending, *, at: datetime) -> Sign:
    """What the end of an attempt tells."""
    fault, detail = _judged(ending)
    return Sign(at, fault, detail, ending.is_answered)


def sign_of_refusal(status: int, code: str, *, at: datetime) -> Sign:
    """A request that the provider refused with a 4xx: one number is wrong (400, 404, 422), or nobody can be rung (key, wallet, too many)."""
    detail = f"refused with {status} {code}".rstrip()
    return Sign(at, Fault.LIST if status in {400, 404, 422} else Fault.TELCO, detail)


def _judged(ending: Ending) -> tuple[Fault | None, str]:
    if ending.outcome in _VOICE_OUTCOMES:
        return Fault.VOICE, ending.outcome.value.replace("_", " ")
    if ending.disposition is Disposition.WRONG_NUMBER:
        return Fault.LIST, "wrong number"
    if ending.is_answered:
        return (Fault.VOICE, NO_BOT_AUDIO) if _is_abandoned(ending) else (None, "")
    cause = squeeze(ending.hangup_cause)
    if cause in _LIST_CAUSES:
        return Fault.LIST, ending.hangup_cause
    if cause in _TELCO_CAUSES:
        return Fault.TELCO, ending.hangup_cause
    if ending.status is CallStatus.FAILED and cause not in _PERSON_CAUSES:
        return Fault.TELCO, ending.hangup_cause or N_("failed without a cause")
    return None, ""


def _is_abandoned(ending: Ending) -> bool:
    """Picked up, and the bot did not speak in time. Where something came of it all the same, it has."""
    if ending.has_bot_spoken or ending.disposition not in {None, Disposition.INCOMPLETE}:
        return False
    return ending.talk_s is None or ending.talk_s >= ABANDONED_FROM_S


def tripped(signs: Sequence[Sign], *, at: datetime, faults: Iterable[Fault] = tuple(Fault)) -> Trip | None:
    """The first threshold that is passed; `signs` newest first, those since the last resume only."""
    wanted = frozenset(faults)
    trips = (_trip(signs, threshold, at) for threshold in THRESHOLDS if threshold.fault in wanted)
    return next((trip for trip in trips if trip is not None), None)


def _trip(signs: Sequence[Sign], threshold: Threshold, at: datetime) -> Trip | None:
    window = [sign for sign in signs[: threshold.n_signs] if sign.at > at - threshold.within]
    counted = [sign for sign in window if sign.is_answered or sign.fault is Fault.VOICE] if threshold.fault is Fault.VOICE else window
    ill = [sign for sign in counted if sign.fault is threshold.fault]
    if len(ill) < threshold.n_faults or len(ill) < threshold.share * len(counted):
        return None
    details = Counter(sign.detail for sign in ill).most_common()
    return Trip(threshold.fault, len(ill), len(counted), min(sign.at for sign in ill), tuple(details))
