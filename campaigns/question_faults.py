"""What is wrong with a question as somebody wrote it, and the mend, so that it is mended before anybody is called.

Pure. A rubric that can never match its kind of answer is a fault, too: it would score nobody, in silence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from bridge.brief import QuestionKind, QuestionRole
from campaigns.scoring import BadRubric, Row, read_rubric

MEASURED = frozenset({QuestionKind.NUMBER, QuestionKind.TIMELINE})
MAX_POINTS = 10_000  # a slip of the finger, and still far inside the database's integers


@dataclass(frozen=True, slots=True)
class WrittenQuestion:
    kind: QuestionKind
    role: QuestionRole
    choices: Sequence[str]
    minimum: float | None
    maximum: float | None
    rubric: Any  # whatever was typed: a list of rows, it is to be hoped


@dataclass(frozen=True, slots=True)
class Fault:
    field: str
    message: str


def faults_of(question: WrittenQuestion) -> list[Fault]:
    """All of them, in the order of the form; empty: the question can be asked and scored."""
    return [*_kind_faults(question), *_bound_faults(question), *_rubric_faults(question)]


def _kind_faults(question: WrittenQuestion) -> Iterator[Fault]:
    if question.role is QuestionRole.PERMISSION and question.kind is not QuestionKind.YES_NO:
        yield Fault("kind", "Asking for permission is a yes or no question. Choose that kind, or the role “ask”.")
    if question.kind is QuestionKind.ONE_OF and len(set(question.choices)) < 2:
        yield Fault("choices", "Give at least two different choices, one a line.")
    if question.kind is not QuestionKind.ONE_OF and question.choices:
        yield Fault("choices", "Only a question of the kind “one of” has choices. Remove them, or change the kind.")


def _bound_faults(question: WrittenQuestion) -> Iterator[Fault]:
    low, high = question.minimum, question.maximum
    if question.kind not in MEASURED and (low is not None or high is not None):
        yield Fault("minimum", "Only numbers and timelines have a minimum and a maximum. Leave both empty.")
    if low is not None and high is not None and low > high:
        yield Fault("minimum", "The minimum is above the maximum.")


def _rubric_faults(question: WrittenQuestion) -> Iterator[Fault]:
    if not isinstance(question.rubric, list) or not all(isinstance(row, Mapping) for row in question.rubric):
        yield Fault("rubric", 'The points are a list of rows, for example [{"when": {"at_least": 50}, "points": 30, "why": "large team"}].')
        return
    try:
        rows = read_rubric(question.rubric)
    except BadRubric as problem:
        yield Fault("rubric", str(problem))
        return
    for number, row in enumerate(rows, start=1):
        if problem_in_words := _mismatch(row, question):
            yield Fault("rubric", f"Row {number} of the points: {problem_in_words}")


def _mismatch(row: Row, question: WrittenQuestion) -> str:
    """Why no answer to this question could ever match the row; "": one could."""
    if abs(row.points) > MAX_POINTS:
        return f"“points” is out of range; stay within {MAX_POINTS}."
    for name, wanted in row.conditions:
        if name in {"at_least", "at_most"} and question.kind not in MEASURED:
            return f"“{_NAMES[name]}” compares numbers, but the answer is none. Use “is” or “is one of”."
        if name in {"equals", "is_in"}:
            values = wanted if isinstance(wanted, list) else [wanted]
            if not all(_FITS[question.kind](value, question) for value in values):
                return f"“{_NAMES[name]}” can never match this kind of answer. {_MENDS[question.kind]}"
    return ""


def _is_number(value: Any, question: WrittenQuestion) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_choice(value: Any, question: WrittenQuestion) -> bool:
    return isinstance(value, str) and value.casefold() in {choice.casefold() for choice in question.choices}


# As the table of the script's page calls them, with JSON's name.
_NAMES: Mapping[str, str] = MappingProxyType(
    {"equals": "is (equals)", "is_in": "is one of (is_in)", "at_least": "is at least (at_least)", "at_most": "is at most (at_most)"}
)
_FITS: Mapping[QuestionKind, Callable[[Any, WrittenQuestion], bool]] = MappingProxyType(
    {
        QuestionKind.YES_NO: lambda value, question: isinstance(value, bool),
        QuestionKind.NUMBER: _is_number,
        QuestionKind.TIMELINE: _is_number,
        QuestionKind.ONE_OF: _is_choice,
        QuestionKind.OPEN: lambda value, question: isinstance(value, str),
    }
)
_MENDS: Mapping[QuestionKind, str] = MappingProxyType(
    {
        QuestionKind.YES_NO: "Write yes or no; in JSON true or false.",
        QuestionKind.NUMBER: "Write a number; in JSON without quotation marks.",
        QuestionKind.TIMELINE: "Write a number of days; in JSON without quotation marks.",
        QuestionKind.ONE_OF: "Write one of the choices.",
        QuestionKind.OPEN: "Write words; in JSON in quotation marks.",
    }
)
