"""The ways through a script: where each answer leads, which questions nobody is ever asked, and the best score somebody can reach.

Pure. Looks at every answer that makes a difference: each choice, and for numbers those at the borders of every rule. A rule that leads
nowhere (to a question that is not there, or back) is kept as a way that is broken; the call would go on with the next question.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bridge.brief import QUANTITIES, QuestionKind, QuestionRole
from bridge.conditions import BadCondition, hold, is_number, read_conditions
from campaigns.scripting.text import QuestionText
from leads.said import N_, as_it_is, both, either, listed, sentence

ELSE = "\0"  # words that no rule speaks of


@dataclass(frozen=True, slots=True)
class Way:
    start: int  # index of a question
    to: int | None  # index of one; how many there are: the end; None: broken
    words: str  # the condition; "": whatever is answered
    target: str = ""  # the key a rule names


@dataclass(frozen=True, slots=True)
class Flow:
    n_questions: int
    ways: tuple[Way, ...]
    unreachable: frozenset[int]
    best_score: int  # the most points on any way, knock-outs left out


def flow_of(questions: Sequence[QuestionText]) -> Flow:
    ways = tuple(way for index in range(len(questions)) for way in _ways_from(index, questions))
    return Flow(len(questions), ways, _unreachable(len(questions), ways), _best_score(questions))


def condition_in_words(when: Any) -> str:
    """As it stands at an arrow: "yes", "at least 50", "red or blue"."""
    if not isinstance(when, Mapping):
        return "?"
    return both([_test_in_words(name, wanted) for name, wanted in when.items()]) if when else ""


_WORDS = {"contains": N_("includes %(value)s"), "at_least": N_("at least %(value)s"), "at_most": N_("at most %(value)s")}


def _test_in_words(name: str, wanted: Any) -> str:
    value = _value_in_words(wanted)
    if name in _WORDS:
        return sentence(_WORDS[name], value=value)
    return value if name in ("equals", "is_in") else listed([as_it_is(name), value], " ")


def _value_in_words(value: Any) -> str:
    if isinstance(value, bool):
        return sentence("yes") if value else sentence("no")
    if isinstance(value, list):
        return either(list(map(_value_in_words, value))) if value else ""
    return as_it_is(f"{value:,.10g}" if isinstance(value, int | float) else str(value))


def rules_of(question: QuestionText) -> list[Mapping[str, Any]]:
    """The skip rules that can be read; what else was typed is a fault of its own."""
    rows = question.skips if isinstance(question.skips, list) else []
    return [row for row in rows if isinstance(row, Mapping)]


def place_of_rule(rule: Mapping[str, Any], index: int, questions: Sequence[QuestionText]) -> int | None:
    """Where it leads; None: to no question further down."""
    if not rule.get("to"):
        return len(questions)
    return next((place for place in range(index + 1, len(questions)) if questions[place].key == rule["to"]), None)


def _ways_from(index: int, questions: Sequence[QuestionText]) -> Iterator[Way]:
    question = questions[index]
    for rule in rules_of(question):
        yield Way(index, place_of_rule(rule, index, questions), condition_in_words(rule.get("when")), str(rule.get("to") or ""))
    if any(_next(index, answer, questions)[1] for answer in _answers(question)):
        yield Way(index, index + 1, "")


def _next(index: int, answer: Any, questions: Sequence[QuestionText]) -> tuple[int, bool]:
    """Where this answer leads, and whether it does so for want of a rule."""
    for rule in rules_of(questions[index]):
        if fits(rule.get("when"), answer):
            place = place_of_rule(rule, index, questions)
            return (index + 1, True) if place is None else (place, False)
    return index + 1, True


def _unreachable(n_questions: int, ways: Sequence[Way]) -> frozenset[int]:
    reached = {0}
    for way in ways:  # in the order of their starts, and every way leads down
        if way.start in reached and way.to is not None:
            reached.add(way.to)
    return frozenset(range(n_questions)) - reached


def _best_score(questions: Sequence[QuestionText]) -> int:
    best = [0] * (len(questions) + 1)
    for index in reversed(range(len(questions))):
        worth = [points + best[_next(index, answer, questions)[0]] for answer, points in _scored_answers(questions[index])]
        best[index] = max(best[index + 1], *worth) if worth else best[index + 1]  # nobody has to answer
    return best[0] if questions else 0


def _scored_answers(question: QuestionText) -> Iterator[tuple[Any, int]]:
    rows = [row for row in question.rubric if isinstance(row, Mapping)] if isinstance(question.rubric, list) else []
    for answer in _answers(question):
        row: Mapping[str, Any] = next((row for row in rows if fits(row.get("when"), answer)), {})
        points = row.get("points", 0)
        if row.get("knock_out") is not True:
            yield answer, points if isinstance(points, int) else 0


def fits(when: Any, answer: Any) -> bool:
    """A condition that cannot be read fits nothing."""
    try:
        return hold(read_conditions(when, of="it"), answer)
    except BadCondition:
        return False


def _answers(question: QuestionText) -> list[Any]:
    """One of each sort that the rules and points could tell apart."""
    if question.role == QuestionRole.PERMISSION:
        return [True]  # a no ends the call
    if question.kind == QuestionKind.YES_NO:
        return [True, False]
    if question.kind == QuestionKind.ONE_OF:
        return list(question.choices) or [ELSE]
    if question.kind == QuestionKind.MANY_OF:
        return [*([choice] for choice in question.choices), list(question.choices)] if question.choices else [[ELSE]]
    if question.kind in QUANTITIES:
        return _numbers(question)
    return [*(value for value in _wanted(question) if isinstance(value, str)), ELSE]


def _numbers(question: QuestionText) -> list[Any]:
    low, high = question.minimum, question.maximum
    if low is None and question.kind != QuestionKind.NUMBER:
        low = 0
    borders = [value for value in (*_wanted(question), low, high) if is_number(value)]
    near = sorted({value + step for value in borders or [0] for step in (-1, 0, 1)})
    return [value for value in near if (low is None or value >= low) and (high is None or value <= high)] or [0]


def _wanted(question: QuestionText) -> list[Any]:
    """Every value that a rule or a row of the points speaks of."""
    rows = [*rules_of(question), *(question.rubric if isinstance(question.rubric, list) else [])]
    conditions = [row.get("when") for row in rows if isinstance(row, Mapping)]
    values = [value for when in conditions if isinstance(when, Mapping) for value in when.values()]
    return [one for value in values for one in (value if isinstance(value, list) else [value])]
