"""How often reviewers agreed with the bot, by question and language: on calls that were found right, what it had understood against what counts
now. Not blind: who reviews sees the bot's value first, so the truth is rather lower. Reads only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias
from uuid import UUID

from campaigns.models import Answer, Question, ReviewAct
from campaigns.review.agreement import Interval, Pair, Scale
from campaigns.review.differing import comparable
from campaigns.review.measuring import measured, scale_of
from campaigns.review.queues import Filters, told_of

MOST_CALLS = 1000  # more would take longer and say hardly more
Key: TypeAlias = tuple[UUID, int]  # call and question


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
    """Of the calls found right last, MOST_CALLS at most; the least agreed on first. Four queries."""
    accepted = ReviewAct.objects.filter(kind=ReviewAct.Kind.ACCEPTED, call__in=told_of(filters)).order_by("-done_at", "-pk")
    call_ids = list(dict.fromkeys(accepted.values_list("call_id", flat=True)[:MOST_CALLS]))
    now, first = _now(call_ids), _first(call_ids)
    questions = Question.objects.select_related("script").in_bulk({question_id for _call_id, question_id in (*now, *first)})
    pairs: dict[tuple[str, str, Scale], list[Pair]] = defaultdict(list)
    for question_id, bot, value in _judged(now, first):
        question = questions[question_id]
        scale = scale_of(question.kind)
        pairs[question.key, question.script.language, scale].append((comparable(bot), comparable(value)))
    found = [_agreement(key, language, scale, each) for (key, language, scale), each in pairs.items()]
    return sorted(found, key=lambda each: (each.percent or 0, each.question, each.language))


def _now(call_ids: Sequence[UUID]) -> dict[Key, Any]:
    answers = Answer.objects.filter(call__in=call_ids).order_by("pk")
    return {(call_id, question_id): value for call_id, question_id, value in answers.values_list("call_id", "question_id", "value")}


def _first(call_ids: Sequence[UUID]) -> dict[Key, Any]:
    """What the bot had understood where it was corrected: what stood before the first correction. None: it had missed the answer."""
    corrected = ReviewAct.objects.filter(kind=ReviewAct.Kind.ANSWER, call__in=call_ids, question__isnull=False).order_by("-done_at", "-pk")
    return {(call_id, question_id): before for call_id, question_id, before in corrected.values_list("call_id", "question_id", "before")}


def _judged(now: Mapping[Key, Any], first: Mapping[Key, Any]) -> Iterator[tuple[int, Any, Any]]:
    """Each question, what the bot had understood and what counts now; None: no answer, as the bot had missed it or made it up."""
    for key, value in now.items():
        yield key[1], first.get(key, value), value
    for key, before in first.items():
        if key not in now and before is not None:
            yield key[1], before, None


def _agreement(question: str, language: str, scale: Scale, pairs: list[Pair]) -> Agreement:
    found = measured(pairs, scale)
    return Agreement(question, language, found.n, found.percent, found.alpha, found.interval, found.means)
