"""Results of a campaign as CSV: one row a call attempt, one column a question of any script version that was called with."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any

from django.db.models import Min, Value
from django.http import HttpResponse

from bridge.brief import QuestionKind
from campaigns.access.viewer import ORGANISATION, Viewer
from campaigns.briefs import kept_answers
from campaigns.models import Call, Campaign, Question
from campaigns.review.blind import hidden_calls
from campaigns.review.sight import shown_disposition
from leads.masking import mask_number
from leads.spreadsheet import harmless

FIXED = [
    "call_id", "lead_id", "external_id", "phone", "name", "occasion", "attempt", "status", "disposition", "hangup_cause", "blocked_because",
    "dialled_at", "answered_at", "ended_at", "seconds", "cost_minor", "voice_cost_minor", "script_version", "score", "is_hot", "handoff",
]  # fmt: skip
OF_PEOPLE = frozenset({"external_id", "phone", "name"})


class _Echo:
    """csv wants a file; each written row comes back instead, so that a large campaign streams."""

    def write(self, row: str) -> str:
        return row


def csv_response(campaign: Campaign, viewer: Viewer) -> HttpResponse:
    # Not streamed: under ASGI Django would gather the rows first all the same.
    headers = {"Content-Disposition": f'attachment; filename="campaign-{campaign.pk}-results.csv"'}
    return HttpResponse("".join(results_csv(campaign, viewer)), content_type="text/csv; charset=utf-8", headers=headers)


def results_csv(campaign: Campaign, viewer: Viewer = ORGANISATION) -> Iterator[str]:
    """Rows in order of creation, header first. Numbers keep their sign: only text is escaped.

    Who sees no people gets no columns about them and no answers in their own words; who sees no numbers gets masked ones. Of calls that the viewer
    is to judge blind, what was made of them is left empty.
    """
    keys = _question_keys(campaign, viewer)
    shows = [*(viewer.sees_people or name not in OF_PEOPLE for name in FIXED), *(True for _key in keys)]
    writer = csv.writer(_Echo())
    yield writer.writerow([name for shown, name in zip(shows, FIXED + keys, strict=True) if shown])
    calls = (
        campaign.calls.select_related("lead", "script", "score", "handoff")
        .prefetch_related("answers__question", "dial_decisions")
        .order_by("created_at", "id")
    )
    hidden = hidden_calls(viewer)
    for call in calls.annotate(is_hidden=Value(False) if hidden is None else hidden).iterator(chunk_size=500):
        row = [value for shown, value in zip(shows, _row(call, keys, viewer), strict=True) if shown]
        yield writer.writerow([_cell(value) for value in row])


def _question_keys(campaign: Campaign, viewer: Viewer) -> list[str]:
    """Those of the script in force in its order, then what only earlier versions asked."""
    questions = Question.objects.filter(script__calls__campaign=campaign)
    asked = questions.order_by().values_list("key").annotate(Min("position"))
    current = campaign.script.questions.order_by("position").values_list("key", flat=True)
    keys = dict.fromkeys([*current, *(key for key, _position in sorted(asked, key=lambda row: (row[1], row[0])))])
    if viewer.sees_people:
        return list(keys)
    own_words = {*questions.filter(kind=QuestionKind.OPEN).values_list("key", flat=True)}
    own_words |= {*campaign.script.questions.filter(kind=QuestionKind.OPEN).values_list("key", flat=True)}
    return [key for key in keys if key not in own_words]


def _row(call: Any, keys: list[str], viewer: Viewer) -> list[Any]:
    answers = {} if call.is_hidden else _answers(call)
    refusals = [reason["reason"] for decision in call.dial_decisions.all() if not decision.is_allowed for reason in decision.reasons]
    score = None if call.is_hidden else getattr(call, "score", None)
    handoff = None if call.is_hidden else getattr(call, "handoff", None)
    disposition = shown_disposition(call.disposition, is_hidden=call.is_hidden)
    phone = call.lead.phone if viewer.sees_numbers else mask_number(call.lead.phone)
    return [
        call.id, call.lead_id, call.lead.external_id, phone, call.lead.name, call.occasion, call.attempt_number, call.status,
        disposition, call.hangup_cause, " ".join(refusals), call.dialled_at, call.answered_at, call.ended_at, call.talk_s, call.cost_minor,
        call.voice_cost_minor,
        call.script.version if call.script else None, score.points if score else None, score.is_hot if score else None,
        handoff.status if handoff else None, *[answers.get(key) for key in keys],
    ]  # fmt: skip


def _answers(call: Call) -> dict[str, Any]:
    answers = {answer.question.key: answer.value for answer in call.answers.all()}
    if answers and call.attempt_number > 1:  # an interview that was resumed: the row that ends it has all of it
        return {**kept_answers(call), **answers}
    return answers


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if isinstance(value, list):
        value = "; ".join(map(str, value))
    return harmless(value) if isinstance(value, str) else value
