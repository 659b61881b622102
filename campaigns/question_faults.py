"""What is wrong with a question as somebody wrote it, and the mend, so that it is mended before anybody is called.

Pure. A rubric that can never match its kind of answer is a fault, too: it would score nobody, in silence.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from bridge.brief import CHOOSING, QUANTITIES, QuestionKind, QuestionRole
from bridge.conditions import BadCondition, Conditions
from bridge.route import read_skips
from bridge.values import MAX_SCALE
from campaigns.scoring import BadRubric, read_rubric
from leads.said import sentence

MAX_POINTS = 10_000  # a slip of the finger, and still far inside the database's integers


@dataclass(frozen=True, slots=True)
class WrittenQuestion:
    kind: QuestionKind
    role: QuestionRole
    choices: Sequence[str]
    minimum: float | None
    maximum: float | None
    rubric: Any  # whatever was typed: a list of rows, it is to be hoped
    unit: str = ""
    skips: Any = ()  # as typed, too; where they lead is judged with the whole script (script_check)


@dataclass(frozen=True, slots=True)
class Fault:
    field: str
    message: str


def faults_of(question: WrittenQuestion) -> list[Fault]:
    """All of them, in the order of the form; empty: the question can be asked and scored."""
    return [*_kind_faults(question), *_bound_faults(question), *_rubric_faults(question), *_skip_faults(question)]


def _kind_faults(question: WrittenQuestion) -> Iterator[Fault]:
    if question.role is QuestionRole.PERMISSION and question.kind is not QuestionKind.YES_NO:
        yield Fault("kind", sentence("Asking for permission is a yes or no question. Choose that kind, or the role “ask”."))
    if question.kind in CHOOSING and len({choice.strip().casefold() for choice in question.choices}) < 2:
        yield Fault("choices", sentence("Give at least two different choices, one a line."))
    elif len({choice.strip().casefold() for choice in question.choices}) < len(question.choices):
        yield Fault("choices", sentence("Two choices are the same. Remove one of them."))
    if question.kind not in CHOOSING and question.choices:
        yield Fault("choices", sentence("Only questions of the kinds “one of” and “several of” have choices. Remove them, or change the kind."))
    if question.kind is QuestionKind.MONEY and question.unit and not re.fullmatch("[A-Z]{3}", question.unit):
        yield Fault("unit", sentence("The unit of an amount is the code of its currency, three capital letters: KES, TZS, USD."))


def _bound_faults(question: WrittenQuestion) -> Iterator[Fault]:
    low, high = question.minimum, question.maximum
    if question.kind not in QUANTITIES and (low is not None or high is not None):
        yield Fault("minimum", sentence("Only numbers, amounts, scales and timelines have a minimum and a maximum. Leave both empty."))
    if low is not None and high is not None and low > high:
        yield Fault("minimum", sentence("The minimum is above the maximum."))
    if question.kind is QuestionKind.SCALE:
        yield from _scale_faults(low, high)


def _scale_faults(low: float | None, high: float | None) -> Iterator[Fault]:
    if low is None or high is None:
        yield Fault("minimum", sentence("A scale needs a minimum and a maximum, for example 1 and 5."))
    elif low != int(low) or high != int(high) or low < 0 or high > MAX_SCALE or low == high:
        yield Fault(
            "minimum",
            sentence("A scale goes in whole steps, from 0 at the lowest to %(highest)s at the highest, and has at least two.", highest=MAX_SCALE),
        )


def _skip_faults(question: WrittenQuestion) -> Iterator[Fault]:
    try:
        rules = read_skips(question.skips)
    except BadCondition as problem:
        yield Fault("skips", str(problem))
        return
    for number, rule in enumerate(rules, start=1):
        if problem_in_words := _mismatch(rule.when, question):
            yield Fault("skips", sentence("Skip rule %(number)s: %(problem)s", number=number, problem=problem_in_words))


def _rubric_faults(question: WrittenQuestion) -> Iterator[Fault]:
    if not isinstance(question.rubric, list) or not all(isinstance(row, Mapping) for row in question.rubric):
        yield Fault("rubric", sentence('The points are a list of rows, for example [{"when": {"at_least": 50}, "points": 30, "why": "large team"}].'))
        return
    try:
        rows = read_rubric(question.rubric)
    except BadRubric as problem:
        yield Fault("rubric", str(problem))
        return
    for number, row in enumerate(rows, start=1):
        if abs(row.points) > MAX_POINTS:
            yield Fault(
                "rubric",
                sentence("Row %(number)s of the points: “points” is out of range; stay within %(most)s.", number=number, most=MAX_POINTS),
            )
        elif problem_in_words := _mismatch(row.conditions, question):
            yield Fault("rubric", sentence("Row %(number)s of the points: %(problem)s", number=number, problem=problem_in_words))


def _mismatch(conditions: Conditions, question: WrittenQuestion) -> str:
    """Why no answer to this question could ever meet them; "": one could, as far as its kind goes."""
    for name, wanted in conditions:
        if name == "contains" and question.kind is not QuestionKind.MANY_OF:
            return sentence("“%(test)s” looks into several choices, but the answer is a single one. Use “is” or “is one of”.", test=_NAMES[name])
        if name == "equals" and question.kind is QuestionKind.MANY_OF:
            return sentence("“%(test)s” compares the whole answer, which is several choices. Use “includes”, or “is one of”.", test=_NAMES[name])
        if name in {"at_least", "at_most"} and question.kind not in QUANTITIES:
            return sentence("“%(test)s” compares numbers, but the answer is none. Use “is” or “is one of”.", test=_NAMES[name])
        if name in {"equals", "is_in", "contains"}:
            values = wanted if isinstance(wanted, list) else [wanted]
            if not all(_FITS[question.kind](value, question) for value in values):
                return sentence("“%(test)s” can never match this kind of answer. %(mend)s", test=_NAMES[name], mend=_MENDS[question.kind])
    return ""


def _is_number(value: Any, question: WrittenQuestion) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_choice(value: Any, question: WrittenQuestion) -> bool:
    return isinstance(value, str) and value.casefold() in {choice.casefold() for choice in question.choices}


# As the table of the script's page calls them, with JSON's name.
_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "equals": sentence("is (equals)"),
        "is_in": sentence("is one of (is_in)"),
        "contains": sentence("includes (contains)"),
        "at_least": sentence("is at least (at_least)"),
        "at_most": sentence("is at most (at_most)"),
    }
)
_FITS: Mapping[QuestionKind, Callable[[Any, WrittenQuestion], bool]] = MappingProxyType(
    {
        QuestionKind.YES_NO: lambda value, question: isinstance(value, bool),
        QuestionKind.NUMBER: _is_number,
        QuestionKind.TIMELINE: _is_number,
        QuestionKind.ONE_OF: _is_choice,
        QuestionKind.MANY_OF: _is_choice,
        QuestionKind.SCALE: _is_number,
        QuestionKind.MONEY: _is_number,
        QuestionKind.OPEN: lambda value, question: isinstance(value, str),
    }
)
_MENDS: Mapping[QuestionKind, str] = MappingProxyType(
    {
        QuestionKind.YES_NO: sentence("Write yes or no; in JSON true or false."),
        QuestionKind.NUMBER: sentence("Write a number; in JSON without quotation marks."),
        QuestionKind.TIMELINE: sentence("Write a number of days; in JSON without quotation marks."),
        QuestionKind.ONE_OF: sentence("Write one of the choices."),
        QuestionKind.MANY_OF: sentence("Write one of the choices."),
        QuestionKind.SCALE: sentence("Write a step of the scale; in JSON without quotation marks."),
        QuestionKind.MONEY: sentence("Write an amount; in JSON without quotation marks."),
        QuestionKind.OPEN: sentence("Write words; in JSON in quotation marks."),
    }
)
