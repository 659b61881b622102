"""How far people who judged the same call agree, and the bot with each of them, by question and language. Of blind double reviews. Reads only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias
from uuid import UUID

from campaigns.models import Answer, Call, Coding, Question, ReviewAct
from campaigns.review.agreement import Pair, Scale
from campaigns.review.differing import Values, comparable
from campaigns.review.measuring import Measured, measured, scale_of
from campaigns.review.queues import Filters, told_of

MOST_CALLS = 5000  # newest first
Key: TypeAlias = tuple[str, str, Scale]


@dataclass(frozen=True, slots=True)
class Line:
    question: str
    language: str
    people: Measured  # one reviewer against the other
    bot: Measured  # the bot against each reviewer


def coder_agreement(filters: Filters) -> list[Line]:
    """The least agreed on first. Four queries."""
    rows = Coding.objects.filter(purpose=Coding.Purpose.DOUBLE, call__in=told_of(filters)).order_by("-coded_at", "id")[: 2 * MOST_CALLS]
    codings: dict[UUID, list[Coding]] = defaultdict(list)
    for row in rows:
        codings[row.call_id].append(row)
    people, bot = defaultdict[Key, list[Pair]](list), defaultdict[Key, list[Pair]](list)
    heard = bot_values(list(codings))
    for call, questions in _asked(list(codings)):
        for question in questions:
            key = question.key, question.script.language, scale_of(question.kind)
            said = [comparable(coding.values.get(question.key)) for coding in codings[call]]
            bot[key] += [(comparable(heard[call].get(question.key)), value) for value in said]
            people[key] += [(said[0], said[1])] if len(said) == 2 else []
    lines = [Line(key[0], key[1], measured(people[key], key[2]), measured(bot[key], key[2])) for key in bot]
    return sorted(lines, key=lambda line: (line.people.percent if line.people.percent is not None else 101, line.question, line.language))


def bot_values(call_ids: Sequence[UUID]) -> dict[UUID, Values]:
    """What the bot had understood on these calls, before anybody corrected it. Two queries."""
    found: dict[UUID, dict[str, Any]] = {call_id: {} for call_id in call_ids}
    for call_id, key, value in Answer.objects.filter(call__in=call_ids).values_list("call_id", "question__key", "value"):
        found[call_id][key] = value
    acts = ReviewAct.objects.filter(call__in=call_ids, kind=ReviewAct.Kind.ANSWER).order_by("-done_at", "-pk")
    for call_id, key, before in acts.values_list("call_id", "question__key", "before"):
        found[call_id][key] = before
    return dict(found)


def _asked(call_ids: Sequence[UUID]) -> Iterator[tuple[UUID, list[Question]]]:
    scripts = dict(Call.objects.filter(pk__in=call_ids).values_list("pk", "script_id"))
    of_script: dict[int, list[Question]] = defaultdict(list)
    for question in Question.objects.filter(script__in=set(scripts.values())).select_related("script").order_by("position"):
        of_script[question.script_id].append(question)
    for call_id in call_ids:
        yield call_id, of_script[scripts[call_id]] if scripts[call_id] is not None else []
