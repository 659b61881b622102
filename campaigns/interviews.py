"""What is learnt on a call, saved for good before the bot says another word: answers with their score, the transcript, the opt-out.

Every function is one transaction and idempotent: the same report twice leaves the same rows.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from bridge.events import Progress
from bridge.reports import AnswerReport, TurnReport
from campaigns import calls, flight, live
from campaigns.briefs import kept_answers, score_so_far
from campaigns.handoff import offers
from campaigns.integrations.webhooks import facts
from campaigns.judge.record import EntryKind
from campaigns.models import Answer, Call, Campaign, Question, Score, Turn
from campaigns.scoring import Reason, ScoreResult
from campaigns.tallies import staleness
from leads.do_not_call import add_to_do_not_call
from leads.models import DoNotCallEntry
from leads.said import sentence


def save_answer(call_id: UUID, report: AnswerReport, *, at: datetime) -> Progress:
    """The newest answer to a question counts. Returns where the interview stands with it.

    Its rep is looked for once it is saved, in a transaction of its own: what is wrong there costs no answer.
    """
    with transaction.atomic():
        call = Call.objects.select_for_update(of=("self",), no_key=True).select_related("script", "campaign", "line").get(pk=call_id)
        question = Question.objects.get(script=call.script_id, key=report.question_id)
        Answer.objects.update_or_create(
            call=call,
            question=question,
            defaults={
                "value": report.value,
                "quote": report.quote,
                "started_ms": report.started_ms,
                "ended_ms": report.ended_ms,
                "confidence": min(1.0, max(0.0, report.confidence)),
                "is_confirmed": report.is_confirmed,
                "saved_at": at,
            },
        )
        live.publish(call_id, live.Kind.UNDERSTOOD, {"question": report.question_id, "value": report.value, "quote": report.quote})
        result = rescore(call, at=at)
    if call.campaign.kind != Campaign.Kind.SURVEY:
        offers.on_score(call, result.heat, now=at)
    return Progress(report.question_id, result.points, result.is_hot)


def rescore(call: Call, *, at: datetime) -> ScoreResult:
    """From all that this lead has answered to this version of the script, on this call and on earlier ones."""
    result = score_so_far(call)
    before = Score.objects.filter(call=call).first()
    keep_score(call, result, at=at)
    if result.is_hot and not (before and before.is_hot):
        live.publish(call.pk, live.Kind.HOT, {"points": result.points, "threshold": result.threshold})
        facts.lead_hot(call)
    return result


def keep_score(call: Call, result: ScoreResult, *, at: datetime) -> None:
    Score.objects.update_or_create(
        call=call,
        defaults={
            "points": result.points,
            "threshold": result.threshold,
            "is_hot": result.is_hot,
            "reasons": [_as_json(reason) for reason in result.reasons],
            "computed_at": at,
        },
    )
    staleness.note_call(call.pk)
    live.publish(call.pk, live.Kind.SCORE, {"points": result.points, "threshold": result.threshold, "is_hot": result.is_hot})


def score_kept(call_id: UUID, *, at: datetime) -> None:
    """A call that resumed an interview and asked nothing more is worth what was answered before."""
    with transaction.atomic():
        call = Call.objects.select_for_update(of=("self",), no_key=True).select_related("script").get(pk=call_id)
        if call.script is not None and not Score.objects.filter(call=call).exists() and kept_answers(call):
            rescore(call, at=at)


def _as_json(reason: Reason) -> dict[str, Any]:
    return {"question": reason.question_id, "points": reason.points, "why": reason.why, "knock_out": reason.is_knock_out}


def save_turn(call_id: UUID, report: TurnReport) -> None:
    Turn.objects.update_or_create(
        call_id=call_id,
        position=report.position,
        defaults={
            "party": report.party.value,
            "text": report.text,
            "started_ms": report.started_ms,
            "ended_ms": report.ended_ms,
            "heard_ms": report.heard_ms,
            "heard_text": report.heard_text or "",
            "intended": report.intended,
            "said_for": report.said_for,
            "are_words_known": report.heard_ms is None or report.heard_text is not None,
        },
    )


def save_opt_out(call_id: UUID, quote: str, *, at: datetime) -> None:
    """The number is on the do-not-call list when this returns; what is queued for it is blocked when it comes up."""
    with transaction.atomic():
        call = Call.objects.select_related("lead").get(pk=call_id)
        add_to_do_not_call(call.lead.phone, origin=DoNotCallEntry.Origin.CALLEE, reason=sentence("said on a call: %(quote)s", quote=quote), at=at)
        calls.mark_opted_out(call_id)
        flight.record(EntryKind.OPTED_OUT, at=at, call=call, phone=call.lead.phone)
        live.publish(call_id, live.Kind.OPTED_OUT)
        facts.lead_opted_out(call)
