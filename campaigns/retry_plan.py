"""What follows on an ended attempt: collects the case, its rule and the lead's clock, and lets `retries` decide. Reads only.

A few small queries, whatever the size of the campaign: one lead has at most as many attempts as the campaign allows.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from bridge.brief import QuestionRole
from campaigns.calling_times import times_by
from campaigns.day_parts import CallingTimes
from campaigns.models import Answer, Call
from campaigns.outcomes import AttemptOutcome, outcome_of
from campaigns.priority import Priority, priority_of
from campaigns.promises import Promise, promise
from campaigns.retries import PROMISED, Attempt, next_attempt_at
from campaigns.retry_rules import rule_of
from campaigns.states import ENDED, CallStatus, Disposition
from leads.eligibility import region_said
from leads.market_packs import market_packs
from leads.models import Lead


@dataclass(frozen=True, slots=True)
class NextAttempt:
    due_at: datetime
    priority: Priority = Priority.ORDINARY
    promise_due_at: datetime | None = None  # the time the callee asked for, or was told after a fault of ours


def with_answers(calls: QuerySet[Call]) -> QuerySet[Any]:
    """Annotated with `has_answers`: whether a question was answered on that very call. Permission to ask is no answer."""
    given = Answer.objects.filter(call=OuterRef("pk")).exclude(question__role=QuestionRole.PERMISSION)
    return calls.annotate(has_answers=Exists(given)).defer("cdr")


def outcome_of_call(call: Any) -> AttemptOutcome:
    """Of a call that ended, from `with_answers`."""
    disposition = Disposition(call.disposition) if call.disposition else None
    return outcome_of(CallStatus(call.status), disposition, hangup_cause=call.hangup_cause, has_answers=call.has_answers)


def promise_of_call(call: Call, *, now: datetime) -> Promise | None:
    """Of the time the callee had asked for, when this attempt is there to keep it; None: there was none."""
    if call.promise_due_at is None:
        return None
    return promise(call.promise_due_at, kept_at=call.dialled_at, is_over=call.status in ENDED, now=now)


def next_attempt(call: Call, *, at: datetime) -> NextAttempt | None:
    """`call` has ended, with `campaign` at hand. None: nobody calls again."""
    case = list(with_answers(Call.objects.filter(campaign=call.campaign_id, lead=call.lead_id, status__in=ENDED)))
    ended = next(each for each in case if each.pk == call.pk)
    attempt = _attempt(ended, at)
    due_at = next_attempt_at(
        attempt,
        [_attempt(each, at) for each in case if each.pk != call.pk],
        rule_of(attempt.outcome),
        calling_times(call.lead, call.campaign.purpose, at=at),
        max_attempts=call.campaign.max_attempts,
    )
    if due_at is None:
        return None
    promise_due_at = attempt.promised_for if attempt.outcome in PROMISED else None
    # Answers are kept within one version of a script.
    has_answers = any(each.has_answers and each.script_id == call.campaign.script_id for each in case)
    return NextAttempt(due_at, priority_of(is_promised=promise_due_at is not None, has_answers=has_answers), promise_due_at)


def _attempt(call: Any, at: datetime) -> Attempt:
    return Attempt(outcome_of_call(call), call.dialled_at, call.ended_at or at, call.promised_for)


def calling_times(lead: Lead, purpose: str, *, at: datetime) -> CallingTimes | None:
    """By the rules in force at `at`. None: nobody knows what the clock on the lead's wall shows."""
    region = region_said(lead.custom_fields.get("region"))
    return times_by(market_packs().get(lead.market), purpose, time_zone=lead.time_zone, phone=lead.phone, region=region, at=at)
