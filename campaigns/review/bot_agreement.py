"""How often reviewers agreed with the bot, by question and language: on calls that were found right, what it had understood against what counts
now. Not blind: who reviews sees the bot's value first, so the truth is rather lower. Reads only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias
from uuid import UUID

from django.db.models import Exists, OuterRef

from campaigns.models import Answer, Question, ReviewAct
from campaigns.review.agreement import Interval, Pair, Scale
from campaigns.review.differing import comparable
from campaigns.review.measuring import measured, scale_of
from campaigns.review.queues import Filters, told_of

Key: TypeAlias = tuple[UUID, int]


@dataclass(frozen=True, slots=True)
class Agreement:
    question: str
    language: str
    n: int
    percent: float | None
    alpha: float | None
    interval: Interval | None
    means: str


def bot_agreement(filters: Filters) -> list[Agreement]:
    """The least agreed on first. Two queries."""
    accepted = ReviewAct.objects.filter(call=OuterRef("call"), kind=ReviewAct.Kind.ACCEPTED)
    answers = Answer.objects.filter(Exists(accepted), call__in=told_of(filters)).select_related("question__script").order_by("pk")
    now = {(row.call_id, row.question_id): (row.question, row.value) for row in answers}
    corrected = ReviewAct.objects.filter(Exists(accepted), kind=ReviewAct.Kind.ANSWER, call__in=told_of(filters)).select_related("question__script")
    first = {(act.call_id, act.question.pk): act for act in corrected.order_by("-done_at", "-pk") if act.question}
    pairs: dict[tuple[str, str, Scale], list[Pair]] = defaultdict(list)
    for question, bot, value in _judged(now, first):
        scale = scale_of(question.kind)
        pairs[question.key, question.script.language, scale].append((comparable(bot), comparable(value)))
    found = [_agreement(key, language, scale, each) for (key, language, scale), each in pairs.items()]
    return sorted(found, key=lambda each: (each.percent or 0, each.question, each.language))


def _judged(now: Mapping[Key, tuple[Question, Any]], first: Mapping[Key, ReviewAct]) -> Iterator[tuple[Question, Any, Any]]:
    """Each question, what the bot had understood and what counts now; None: no answer, as the bot had missed it or made it up."""
    for key, (question, value) in now.items():
        yield question, first[key].before if key in first else value, value
    for key, act in first.items():
        if key not in now and act.question is not None and act.before is not None:
            yield act.question, act.before, None


def _agreement(question: str, language: str, scale: Scale, pairs: list[Pair]) -> Agreement:
    found = measured(pairs, scale)
    return Agreement(question, language, found.n, found.percent, found.alpha, found.interval, found.means)
