"""Why was, or wasn't, this number called? All decisions and calls of one number, in order of time and in plain words.

Reads only, and writes nothing to the log: the answer is personal data. The doors (admin, REST, command) only show it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from campaigns.access.viewer import ORGANISATION, Viewer
from campaigns.dialing_stop import why_stopped
from campaigns.models import Call, DialDecision
from campaigns.reports.progress import in_words
from campaigns.reports.waiting import waiting_of
from campaigns.review.blind import hidden_among
from campaigns.review.sight import shown_disposition
from campaigns.states import LIVE, CallStatus
from leads import clock
from leads.compliance import ConsentKind
from leads.do_not_call import entries_of, removals_of
from leads.models import ConsentRecord, Lead, PackAcknowledgement
from leads.phone import PhoneProblem, to_e164
from leads.rule_age import age_in_words
from leads.said import Sentence, listed, sentence


class Step(StrEnum):
    DECIDED = "decided"
    DIALLED = "dialled"
    CALLED_US = "called_us"
    ANSWERED = "answered"
    ENDED = "ended"
    QUEUED = "queued"


@dataclass(frozen=True, slots=True)
class Ground:
    """One reason of compliance, with what it was decided on, or would be now."""

    reason: str
    sentence: str
    inputs: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Event:
    at: datetime
    step: Step
    sentence: str
    call_id: UUID
    campaign_id: int
    campaign: str
    attempt_number: int
    is_allowed: bool | None = None  # None: no decision
    grounds: tuple[Ground, ...] = ()
    pack_version: str = ""
    consent_record_id: UUID | None = None
    notes: tuple[str, ...] = ()  # how old the rules were


@dataclass(frozen=True, slots=True)
class Why:
    phone: str
    lead_id: UUID | None  # None: no lead has this number
    time_zone: str  # "": not known
    summary: tuple[str, ...]
    events: tuple[Event, ...]


# In English, as `why` is told to machines as well; the catalog has them by the model.
ORIGINS = {
    "callee": "the person asked on a call",
    "staff": "entered by staff",
    "api": "sent by an integration",
    "registry": "public register",
}


def why(typed: str, viewer: Viewer = ORGANISATION) -> Why | PhoneProblem:
    """The answer for a number as people type it, with its country code; the problem if it is none. To `viewer`, what they may see of it."""
    found = to_e164(typed, region="")
    if isinstance(found, PhoneProblem) and not found.e164:
        return found
    lead = viewer.within(Lead.objects.filter(phone=found.e164)).first()
    if lead is None and viewer.limit is not None:
        return Why(found.e164, None, "", (sentence("No lead of your campaigns has this number."),), ())
    return why_lead(lead, viewer) if lead else Why(found.e164, None, "", (sentence("Unknown number: no lead has it."), *_do_not_call(found.e164)), ())


def why_lead(lead: Lead, viewer: Viewer = ORGANISATION) -> Why:
    related = viewer.within(Call.objects.filter(lead=lead)).select_related("campaign", "line", "lead").prefetch_related("dial_decisions")
    calls = list(related.order_by("created_at", "attempt_number"))
    hidden = hidden_among(calls, viewer)
    for call in calls:
        call.disposition = shown_disposition(call.disposition, is_hidden=call.pk in hidden)
    words = _acknowledgements(calls)
    events = sorted((event for call in calls for event in _events(call, words)), key=lambda event: event.at)  # stable: the order of a call holds
    return Why(lead.phone, lead.pk, lead.time_zone, tuple(_summary(lead, calls)), tuple(events))


# ---- how things stand -------------------------------------------------------------------------------------------------------------


def _summary(lead: Lead, calls: list[Call]) -> Iterator[str]:
    yield from _do_not_call(lead.phone)
    yield from _consent(lead)
    if not calls:
        yield sentence("It is on no campaign: nobody enrolled this lead, so it was never due.")
        return
    n_dialled = sum(call.dialled_at is not None for call in calls)
    n_refused = sum(not decision.is_allowed for call in calls for decision in call.dial_decisions.all())
    yield sentence(
        "Dialled %(dialled)s, refused %(refused)s, on %(n)s of our campaigns.",
        dialled=_times(n_dialled),
        refused=_times(n_refused),
        n=len({call.campaign_id for call in calls}),
    )
    if n_theirs := sum(call.is_theirs for call in calls):
        yield sentence("They called us %(times)s.", times=_times(n_theirs))
    if any(call.status == CallStatus.QUEUED for call in calls) and (stopped := why_stopped()):
        yield stopped


def _do_not_call(phone: str) -> Iterator[str]:
    entry = entries_of([phone]).get(phone)
    if entry is not None:
        yield sentence(
            "It is on the do-not-call list since %(at)s (%(origin)s).",
            at=entry.entered_at,
            origin=sentence(ORIGINS[entry.origin]),
        )
    for removal in removals_of(phone):
        yield sentence(
            "It was taken off the do-not-call list at %(at)s by %(by)s: %(why)s",
            at=removal.removed_at,
            by=removal.removed_by.get_username(),
            why=removal.why,
        )


def _consent(lead: Lead) -> Iterator[str]:
    newest = ConsentRecord.objects.filter(lead=lead).order_by("-given_at").first()
    if newest is None:
        yield sentence("There is no consent record.")
    elif newest.kind == ConsentKind.WITHDRAWN:
        yield sentence("Consent was withdrawn at %(at)s (record %(record)s).", at=newest.given_at, record=newest.pk)


def _times(n: int) -> str:
    if n == 0:
        return sentence("never")
    return sentence("once") if n == 1 else sentence("%(n)s times", n=n)


def _utc(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d %H:%M} UTC"


# ---- what happened ------------------------------------------------------------------------------------------------------------------


def _acknowledgements(calls: list[Call]) -> dict[int, str]:
    """By whom and when, of the acknowledgements that decisions named."""
    kept = ((decision.facts.get("rules") or {}).get("acknowledgement_id") for call in calls for decision in call.dial_decisions.all())
    ids = {acknowledgement_id for acknowledgement_id in kept if acknowledgement_id is not None}
    found = PackAcknowledgement.objects.filter(pk__in=ids).select_related("acknowledged_by") if ids else ()
    return {word.pk: sentence("%(by)s at %(at)s", by=word.acknowledged_by.get_username(), at=_utc(word.acknowledged_at)) for word in found}


def _events(call: Call, acknowledged: Mapping[int, str]) -> Iterator[Event]:
    decisions = list(call.dial_decisions.all())
    for place, decision in enumerate(decisions, start=1):
        yield _decision(call, decision, acknowledged, is_last=place == len(decisions))
    if call.dialled_at is not None:
        yield _event(call, call.dialled_at, Step.DIALLED, _dialled(call))
    if call.is_theirs:
        yield _event(call, call.due_at, Step.CALLED_US, _called_us(call))
    if call.answered_at is not None:
        yield _event(call, call.answered_at, Step.ANSWERED, sentence("It was answered."))
    if call.ended_at is not None and call.status not in {*LIVE, CallStatus.QUEUED}:
        yield _event(call, call.ended_at, Step.ENDED, _ending(call, is_refused=bool(decisions) and not decisions[-1].is_allowed))
    if call.status == CallStatus.QUEUED:
        yield _queued(call, is_decided=bool(decisions), now=clock.now())


def _event(call: Call, at: datetime, step: Step, sentence: str) -> Event:
    return Event(at, step, sentence, call.pk, call.campaign_id, call.campaign.name, call.attempt_number)


def _decision(call: Call, decision: DialDecision, acknowledged: Mapping[int, str], *, is_last: bool) -> Event:
    rules = decision.facts.get("rules") or {}
    grounds = tuple(Ground(one["reason"], one["sentence"], one.get("inputs", {})) for one in decision.reasons)
    return Event(
        at=decision.decided_at,
        step=Step.DECIDED,
        sentence=_verdict(call, decision, is_last=is_last),
        call_id=call.pk,
        campaign_id=call.campaign_id,
        campaign=call.campaign.name,
        attempt_number=call.attempt_number,
        is_allowed=decision.is_allowed,
        grounds=grounds,
        pack_version=decision.pack_version,
        consent_record_id=decision.consent_record_id,
        notes=age_in_words(rules, acknowledged=acknowledged.get(rules.get("acknowledgement_id", 0), "")),
    )


def _verdict(call: Call, decision: DialDecision, *, is_last: bool) -> str:
    if not decision.is_allowed and (call.status == CallStatus.QUEUED or not is_last):
        return sentence("Not now: it was not dialled, and kept its place in the queue.")
    if not decision.is_allowed:
        return sentence("Refused: it was not dialled.")
    # An allowed call that is queued again, or was decided again, never reached the platform: a claim is undone in no other case.
    if call.status == CallStatus.QUEUED or not is_last:
        return sentence("Allowed, but nothing was sent to the phone platform then, so no phone rang. It went back into the queue.")
    return "Allowed."


def _called_us(call: Call) -> str:
    if call.line is None:
        return sentence("They called us: we dialled nobody, and it is no attempt of ours.")
    return sentence("They called us on %(line)s: we dialled nobody, and it is no attempt of ours.", line=call.line.number)


def _dialled(call: Call) -> str:
    line = call.line.number if call.line else "–"
    if call.occasion == Call.Occasion.PROMISED:
        return sentence("It was dialled from %(line)s, from a rep's phone, to keep a promised call back.", line=line)
    return sentence("It was dialled from %(line)s.", line=line) if call.line else sentence("It was dialled.")


def _ending(call: Call, *, is_refused: bool) -> str:
    if call.status == CallStatus.BLOCKED:
        # A refusal by the rules has just said its reasons; what blocked an allowed call is on the call alone.
        blocked = sentence("The attempt ended as blocked: no phone rang.")
        return blocked if is_refused else _with(blocked, call.failure)
    if call.status == CallStatus.CANCELED and call.dialled_at is None:
        return _with(sentence("It was taken out of the queue: no phone rang."), call.failure)
    if call.status == CallStatus.OUTCOME_UNKNOWN:
        return sentence("Nobody can say whether the phone rang: the platform's answer was lost. It counts as an attempt and is not repeated.")
    ended: Sentence = sentence("It ended: %(how)s", how=in_words(call.status, call.disposition))
    if call.talk_s:
        ended = sentence("%(ended)s, after %(n)s s", ended=ended, n=call.talk_s)
    cause = sentence("the network says %(cause)s", cause=call.hangup_cause) if call.hangup_cause else ""
    details = [part for part in (sentence(call.failure), cause) if part]
    return sentence("%(ended)s (%(details)s).", ended=ended, details=listed(details, "; ")) if details else listed([ended, ""], ".")


def _with(first: Sentence, then: str) -> str:
    """`then`: what the platform or the dialer said of it."""
    return listed([first, sentence(then)], " ") if then else first


def _queued(call: Call, *, is_decided: bool, now: datetime) -> Event:
    """Its grounds are what the rules would say now: a call that waits with many others has no decision of its own."""
    start = sentence("It is queued again") if is_decided else sentence("It is queued, not decided yet")
    if call.promise_due_at is not None:
        start = sentence("It is there to keep the promise to call at %(at)s. %(start)s", at=call.promise_due_at, start=start)
    waiting = waiting_of(call, now=now)
    words = sentence("%(start)s: it is decided when its turn comes, not before this time. %(waiting)s", start=start, waiting=waiting.sentence)
    grounds = tuple(Ground(refusal.reason.value, refusal.sentence, refusal.inputs) for refusal in waiting.refusals)
    return replace(_event(call, call.due_at, Step.QUEUED, words), grounds=grounds, pack_version=waiting.pack_version)
