"""Results of a campaign as CSV and XLSX: one row a call attempt, one column a question of any script version that was called with."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db.models import Min, Value
from django.http import HttpRequest, StreamingHttpResponse
from django.utils import timezone

from bridge.brief import QuestionKind
from campaigns.access.viewer import ORGANISATION, Viewer
from campaigns.briefs import counted_answers_of
from campaigns.models import Answer, Call, Campaign, DialDecision, Question
from campaigns.reports.sending import batches_of, masked, sent
from campaigns.review.blind import hidden_calls
from campaigns.review.sight import shown_disposition
from leads import xlsx_file
from leads.masking import mask_number
from leads.spreadsheet import harmless
from leads.xlsx_file import xlsx_pieces

FIXED = [
    "call_id", "lead_id", "external_id", "phone", "name", "occasion", "attempt", "status", "disposition", "hangup_cause", "blocked_because",
    "dialled_at", "answered_at", "ended_at", "seconds", "cost_minor", "voice_cost_minor", "script_version", "score", "is_hot", "handoff",
]  # fmt: skip
# What is read of a call: as objects, with all that is known of their scripts and leads, it is most of the work.
COLUMNS = (
    "pk", "created_at", "is_hidden", "lead_id", "lead__external_id", "lead__phone", "lead__name", "occasion", "attempt_number", "status",
    "disposition", "hangup_cause", "dialled_at", "answered_at", "ended_at", "talk_s", "cost_minor", "voice_cost_minor", "script__version",
    "score__points", "score__is_hot", "handoff__status",
)  # fmt: skip
OF_PEOPLE = frozenset({"external_id", "phone", "name"})


class ResultsFormat(StrEnum):
    CSV = "csv"
    XLSX = "xlsx"


class _Echo:
    """csv wants a file; each written row comes back instead."""

    def write(self, row: str) -> str:
        return row


def results_response(
    request: HttpRequest, campaign: Campaign, viewer: Viewer, file_format: ResultsFormat = ResultsFormat.CSV
) -> StreamingHttpResponse:
    """Leaves as it is read, however many calls there are."""
    name = f"campaign-{campaign.pk}-results.{file_format}"
    if file_format is ResultsFormat.XLSX:
        batches = (_without_numbers(batch, viewer) for batch in results(campaign, viewer))
        return sent(request, xlsx_pieces(batches, timezone.get_default_timezone()), content_type=xlsx_file.TYPE, name=name)
    pieces = (masked([text], viewer)[0].encode() for text in _csv_batches(campaign, viewer))
    return sent(request, pieces, content_type="text/csv; charset=utf-8", name=name)


def results_csv(campaign: Campaign, viewer: Viewer = ORGANISATION) -> Iterator[str]:
    """Line by line; numbers keep their sign: only text is escaped."""
    writer = csv.writer(_Echo())
    return (writer.writerow([_cell(value) for value in row]) for batch in results(campaign, viewer) for row in batch)


def _csv_batches(campaign: Campaign, viewer: Viewer) -> Iterator[str]:
    writer = csv.writer(_Echo())
    return ("".join(writer.writerow([_cell(value) for value in row]) for row in batch) for batch in results(campaign, viewer))


def _without_numbers(batch: list[list[Any]], viewer: Viewer) -> list[list[Any]]:
    rows = [[_plain(value) for value in row] for row in batch]
    texts = iter(masked([value for row in rows for value in row if isinstance(value, str)], viewer))
    return [[next(texts) if isinstance(value, str) else value for value in row] for row in rows]


def results(campaign: Campaign, viewer: Viewer = ORGANISATION) -> Iterator[list[list[Any]]]:
    """Rows in batches, in order of creation, header first.

    Who sees no people gets no columns about them and no answers in their own words; who sees no numbers gets masked ones. Of calls that the viewer
    is to judge blind, what was made of them is left empty.
    """
    keys = _question_keys(campaign, viewer)
    shows = [*(viewer.sees_people or name not in OF_PEOPLE for name in FIXED), *(True for _key in keys)]
    yield [[name for shown, name in zip(shows, FIXED + keys, strict=True) if shown]]
    hidden = hidden_calls(viewer)
    calls = campaign.calls.annotate(is_hidden=Value(False) if hidden is None else hidden)
    for batch in batches_of(calls, "created_at", "pk", columns=COLUMNS):
        answers = _answers_of([call for call in batch if not call.is_hidden])
        refusals = _refusals_of([call.pk for call in batch])
        rows = (_row(call, answers.get(call.pk, {}), refusals.get(call.pk, ()), keys, viewer) for call in batch)
        yield [[value for shown, value in zip(shows, row, strict=True) if shown] for row in rows]


def _question_keys(campaign: Campaign, viewer: Viewer) -> list[str]:
    """Those of the script in force in its order, then what only earlier versions asked."""
    questions = Question.objects.filter(script__in=campaign.calls.order_by().values("script").distinct())
    asked = questions.order_by().values_list("key").annotate(Min("position"))
    current = campaign.script.questions.order_by("position").values_list("key", flat=True)
    keys = dict.fromkeys([*current, *(key for key, _position in sorted(asked, key=lambda row: (row[1], row[0])))])
    if viewer.sees_people:
        return list(keys)
    own_words = {*questions.filter(kind=QuestionKind.OPEN).values_list("key", flat=True)}
    own_words |= {*campaign.script.questions.filter(kind=QuestionKind.OPEN).values_list("key", flat=True)}
    return [key for key in keys if key not in own_words]


def _row(call: Any, answers: Mapping[str, Any], refusals: Sequence[str], keys: list[str], viewer: Viewer) -> list[Any]:
    made_of_it = [call.script__version, call.score__points, call.score__is_hot, call.handoff__status]
    disposition = shown_disposition(call.disposition, is_hidden=call.is_hidden)
    phone = call.lead__phone if viewer.sees_numbers else mask_number(call.lead__phone)
    return [
        call.pk, call.lead_id, call.lead__external_id, phone, call.lead__name, call.occasion, call.attempt_number, call.status,
        disposition, call.hangup_cause, " ".join(refusals), call.dialled_at, call.answered_at, call.ended_at, call.talk_s, call.cost_minor,
        call.voice_cost_minor, *(made_of_it if not call.is_hidden else [call.script__version, None, None, None]),
        *[answers.get(key) for key in keys],
    ]  # fmt: skip


def _refusals_of(call_ids: Sequence[UUID]) -> dict[UUID, list[str]]:
    """Why they were not dialled, in the order in which it was decided."""
    found: defaultdict[UUID, list[str]] = defaultdict(list)
    refused = DialDecision.objects.filter(call__in=call_ids, is_allowed=False).order_by("decided_at", "pk")
    for call_id, reasons in refused.values_list("call_id", "reasons"):
        found[call_id] += [reason["reason"] for reason in reasons]
    return found


def _answers_of(rows: Sequence[Any]) -> dict[UUID, dict[str, Any]]:
    """Of an interview that was resumed, the row that ends it has all of it."""
    given: defaultdict[UUID, dict[str, Any]] = defaultdict(dict)
    answers = Answer.objects.filter(call__in=[row.pk for row in rows]).order_by("question__position")
    for call_id, key, value in answers.values_list("call_id", "question__key", "value"):
        given[call_id][key] = value
    resumed = Call.objects.defer("cdr").filter(pk__in=[row.pk for row in rows if row.attempt_number > 1 and row.pk in given])
    for call_id, counted in counted_answers_of(list(resumed)).items():
        given[call_id] = {**{row.question.key: row.value for row in counted}, **given[call_id]}
    return given


def _plain(value: Any) -> Any:
    """As a cell holds it: several choices are one text, an id is its text."""
    if isinstance(value, list):
        return "; ".join(map(str, value))
    return value if value is None or isinstance(value, str | int | float | date) else str(value)


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    if hasattr(value, "isoformat"):
        return value.isoformat()
    value = _plain(value)
    return harmless(value) if isinstance(value, str) else value
