"""The calls in flight as values for the board. Reads only, with a number of queries that does not grow with the calls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from bridge.route import read_skips
from campaigns import live
from campaigns.access.viewer import Viewer
from campaigns.briefs import counted_answers_of
from campaigns.handoff.card_words import Line, last_words_of
from campaigns.handoff.cards import milliseconds
from campaigns.handoff.words import label_of
from campaigns.models import Call, LiveEvent, Question
from campaigns.reports.progress import in_words
from campaigns.states import LIVE, CallStatus, HandoffStatus
from campaigns.watch import troubles
from campaigns.watch.stages import OpenQuestion, Stage, open_question, stage_of
from leads.telling import told

N_WORDS = 2
OVER_SHOWN_FOR = timedelta(seconds=10)
MAX_CALLS = 200  # the newest; a page with more is read by nobody
TROUBLE = "voice_trouble"

_RELATED = ("lead", "campaign", "script", "score", "handoff__rep")


@dataclass(frozen=True, slots=True)
class Card:
    call: Call
    stage: Stage
    since: datetime
    result: str  # "": it goes on
    question: str  # as a heading; "": none is open
    place: OpenQuestion | None
    words: tuple[Line, ...]
    trouble: str  # of the voice, its last one, in words
    handoff: HandoffStatus | None
    rep_name: str

    @property
    def is_over(self) -> bool:
        return self.stage is Stage.OVER

    @property
    def is_led(self) -> bool:
        """The bot talks, so it can be told something and be listened to."""
        return self.stage is Stage.TALKING

    @property
    def since_ms(self) -> int:
        return milliseconds(self.since)


def in_flight(viewer: Viewer, *, now: datetime, campaign_id: int | None = None) -> list[Call]:
    """And those that ended a moment ago. The eldest first, so that a card does not change its place."""
    rows = viewer.within(_calls())
    if campaign_id is not None:
        rows = rows.filter(campaign=campaign_id)
    is_shown = Q(status__in=sorted(LIVE)) | Q(ended_at__gt=now - OVER_SHOWN_FOR, dialled_at__isnull=False)
    newest = list(rows.filter(is_shown).order_by("-dialled_at", "-created_at")[:MAX_CALLS])
    return sorted(newest, key=lambda call: (_since(call), call.pk))


def of_ids(call_ids: Sequence[UUID]) -> list[Call]:
    """Whatever has become of them; what was never dialled is left out."""
    return [call for call in _calls().filter(pk__in=call_ids) if call.status in LIVE or call.ended_at is not None]


def cards_of(calls: Sequence[Call]) -> list[Card]:
    steps, answers = _steps(calls), counted_answers_of(calls)
    words, met = last_words_of(calls), _troubles(calls)
    given = {call.pk: {answer.question.key: answer.value for answer in answers.get(call.pk, ())} for call in calls}
    return [_card(call, steps.get(call.script_id, {}), given[call.pk], words.get(call.pk, ()), met.get(call.pk, "")) for call in calls]


def _calls() -> QuerySet[Call]:
    return Call.objects.select_related(*_RELATED).defer("cdr")


def _card(call: Call, steps: Mapping[str, Any], answers: Mapping[str, Any], words: Sequence[Line], trouble: str) -> Card:
    handoff = getattr(call, "handoff", None)
    status = HandoffStatus(handoff.status) if handoff else None
    stage = stage_of(
        CallStatus(call.status), has_stream=call.stream_opened_at is not None, has_left=call.session_ended_at is not None, handoff=status
    )
    place = open_question(steps, answers) if stage is Stage.TALKING else None
    return Card(
        call=call,
        stage=stage,
        since=_since(call),
        result=told(in_words(call.status, call.disposition)) if stage is Stage.OVER else "",
        question=label_of(place.key) if place else "",
        place=place,
        words=tuple(words[-N_WORDS:]),
        trouble=told(troubles.in_words(trouble)) if trouble and stage is not Stage.OVER else "",
        handoff=status,
        rep_name=handoff.rep.name if handoff and handoff.rep else "",
    )


def _since(call: Call) -> datetime:
    """Since somebody has picked up; before that, since they are rung."""
    return call.answered_at or call.dialled_at or call.created_at


def _steps(calls: Sequence[Call]) -> dict[int | None, dict[str, Any]]:
    """By script, in its order."""
    rows = Question.objects.filter(script__in={call.script_id for call in calls if call.script_id}).order_by("position")
    steps: dict[int | None, dict[str, Any]] = {}
    for script_id, key, skips in rows.values_list("script_id", "key", "skips"):
        steps.setdefault(script_id, {})[key] = read_skips(skips)
    return steps


def _troubles(calls: Sequence[Call]) -> dict[UUID | None, str]:
    rows = LiveEvent.objects.filter(call__in=calls, kind=TROUBLE).order_by("id").values_list("call_id", "payload")
    return {call_id: str(payload.get("text", "")) for call_id, payload in rows}


def newest_id() -> int:
    """To be read before the cards: whatever comes after it may be missing on them, and is told again."""
    return live.newest_id()
