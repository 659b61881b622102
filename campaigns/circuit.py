"""Keeps what each attempt told, and pauses campaigns when `breaker` says so. A person resumes; nothing is probed meanwhile.

Run inside the transaction that ends the attempt, or alone. Each look reads the newest few rows of one campaign and one line, whatever came before.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from bridge.events import Outcome
from bridge.telephony.errors import NotSent, PlaceCallProblem, Refused
from campaigns import campaign_life
from campaigns.breaker import LONGEST_LOOK, NO_ANSWER_TO_REQUEST, NOT_SENT, Ending, Fault, Sign, Trip, sign_of, sign_of_refusal, tripped
from campaigns.models import AttemptSign, Call, Campaign, Line
from campaigns.states import CallStatus, Disposition

BY = "SautiQual, circuit breaker"
OF_A_CAMPAIGN = (Fault.LIST, Fault.VOICE, Fault.TELCO)
OF_A_LINE = (Fault.TELCO,)


def note_ending(call: Call, *, at: datetime) -> None:
    """`call` is over. One that the provider never took says nothing here: what became of its placing was noted then."""
    if not (call.provider_call_id or call.provider_session_id):
        return
    ending = Ending(
        status=CallStatus(call.status),
        disposition=Disposition(call.disposition) if call.disposition else None,
        hangup_cause=call.hangup_cause,
        outcome=Outcome(call.session_outcome) if call.session_outcome else None,
        is_answered=call.answered_at is not None,
        has_bot_spoken=call.first_word_ms is not None,
        talk_s=call.talk_s,
    )
    _note(call, sign_of(ending, at=at))


def note_not_placed(call_id: UUID, problem: PlaceCallProblem, *, at: datetime) -> None:
    """The provider could not be asked, did not answer, or refused."""
    if isinstance(problem, Refused):
        sign = sign_of_refusal(problem.status, problem.code, at=at)
    else:
        sign = Sign(at, Fault.TELCO, NOT_SENT if isinstance(problem, NotSent) else NO_ANSWER_TO_REQUEST)
    _note(Call.objects.select_related("campaign__line", "line").get(pk=call_id), sign)


def note_their_fault(campaign_id: int, line: Line, outcome: Outcome | None, *, at: datetime) -> None:
    """They called us, and the voice or the desk failed: the voice that speaks on our own calls is the same.

    Such a call tells nothing else. One that goes well says nothing about the telco or the list, and would hide their faults.
    """
    if outcome in {Outcome.VOICE_FAILED, Outcome.DESK_FAILED}:
        _note_on(campaign_id, line, Sign(at, Fault.VOICE, outcome.value.replace("_", " "), is_answered=True))


def _note(call: Call, sign: Sign) -> None:
    _note_on(call.campaign_id, call.line or call.campaign.line, sign)


def _note_on(campaign_id: int, line: Line, sign: Sign) -> None:
    AttemptSign.objects.create(
        campaign_id=campaign_id, line=line, at=sign.at, fault=sign.fault or "", is_answered=sign.is_answered, detail=sign.detail[:100]
    )
    if sign.fault is None:
        return
    campaign = Campaign.objects.get(pk=campaign_id)
    if sign.fault is Fault.TELCO:  # the line first: its trip also stops this campaign
        sharing = list(Campaign.objects.filter(line=line, status=Campaign.Status.RUNNING).order_by("pk"))
        starts = [one.running_since for one in sharing if one.running_since]
        if trip := tripped(_newest({"line": line}, since=max(starts, default=None)), at=sign.at, faults=OF_A_LINE):
            _pause(sharing, trip, subject=f"the line {line}")
    if trip := tripped(_newest({"campaign": campaign}, since=campaign.running_since), at=sign.at, faults=OF_A_CAMPAIGN):
        _pause([campaign], trip, subject=f"“{campaign.name}”")


def _newest(of: dict[str, object], *, since: datetime | None) -> list[Sign]:
    rows = AttemptSign.objects.filter(**of).order_by("-id")[:LONGEST_LOOK]
    signs = [Sign(row.at, Fault(row.fault) if row.fault else None, row.detail, row.is_answered) for row in rows]
    return [sign for sign in signs if since is None or sign.at >= since]


def _pause(campaigns: list[Campaign], trip: Trip, *, subject: str) -> None:
    for campaign in campaigns:
        campaign_life.pause_itself(campaign, trip.sentence(subject), by=BY)
