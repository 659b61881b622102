"""What the answers are worth: points, knock-outs, hot or not, and every point explained.

Pure and deterministic: the same answers and rubric give the same score, whenever and wherever it is computed.
A rubric is a list of rows, the first that matches counts:
`{"when": {"equals": true} | {"is_in": ["a", "b"]} | {"at_least": 50} | {"at_most": 30}, "points": 30, "knock_out": false, "why": "…"}`
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from bridge.brief import AnswerValue


class BadRubric(ValueError):
    """A row that says nothing we understand; the message tells the manager what to mend."""


@dataclass(frozen=True, slots=True)
class Row:
    conditions: tuple[tuple[str, Any], ...]
    points: int
    is_knock_out: bool
    why: str


@dataclass(frozen=True, slots=True)
class Reason:
    question_id: str
    points: int
    why: str
    is_knock_out: bool = False


@dataclass(frozen=True, slots=True)
class ScoreResult:
    points: int
    threshold: int
    is_hot: bool
    reasons: tuple[Reason, ...]


def score(rubrics: Mapping[str, Sequence[Mapping[str, Any]]], answers: Mapping[str, AnswerValue], *, threshold: int) -> ScoreResult:
    """`rubrics`: by question id, in the script's order. Raises BadRubric. A knock-out is never hot, whatever the points."""
    reasons = tuple(
        _reason(question_id, rubric, answers[question_id]) for question_id, rubric in rubrics.items() if rubric and question_id in answers
    )
    points = sum(reason.points for reason in reasons)
    is_out = any(reason.is_knock_out for reason in reasons)
    return ScoreResult(points=points, threshold=threshold, is_hot=points >= threshold and not is_out, reasons=reasons)


def read_rubric(rubric: Sequence[Mapping[str, Any]]) -> list[Row]:
    """Raises BadRubric with the number of the row at fault."""
    return [_read_row(number, row) for number, row in enumerate(rubric, start=1)]


def _reason(question_id: str, rubric: Sequence[Mapping[str, Any]], value: AnswerValue) -> Reason:
    row = next((row for row in read_rubric(rubric) if _matches(row, value)), None)
    if row is None:
        return Reason(question_id, 0, "no points for this answer")
    return Reason(question_id, row.points, row.why, row.is_knock_out)


def _read_row(number: int, row: Mapping[str, Any]) -> Row:
    conditions = row.get("when")
    if not isinstance(conditions, Mapping) or not conditions:
        raise BadRubric(f'Row {number} of the points needs a "when", for example {{"equals": true}}.')
    unknown = sorted(set(conditions) - set(_TESTS))
    if unknown:
        raise BadRubric(f"Row {number} of the points: “{unknown[0]}” is not one of {', '.join(_TESTS)}.")
    for name in ("at_least", "at_most"):
        if name in conditions and not _is_number(conditions[name]):
            raise BadRubric(f"Row {number} of the points: “{name}” needs a number.")
    if "is_in" in conditions and not isinstance(conditions["is_in"], list):
        raise BadRubric(f"Row {number} of the points: “is_in” needs a list.")
    points = row.get("points", 0)
    if not isinstance(points, int) or isinstance(points, bool):
        raise BadRubric(f"Row {number} of the points: “points” needs a whole number.")
    is_knock_out = row.get("knock_out", False) is True
    why = str(row.get("why") or "").strip() or _in_words(conditions)
    return Row(tuple(conditions.items()), points, is_knock_out, why)


def _matches(row: Row, value: AnswerValue) -> bool:
    return all(_TESTS[name](value, wanted) for name, wanted in row.conditions)


def _equals(value: AnswerValue, wanted: Any) -> bool:
    if isinstance(value, bool) or isinstance(wanted, bool):
        return value is wanted  # in Python 1 == True, but "one seat" is not "yes"
    if isinstance(value, str) and isinstance(wanted, str):
        return value.casefold() == wanted.casefold()
    return bool(value == wanted)


def _is_in(value: AnswerValue, wanted: list[Any]) -> bool:
    values = value if isinstance(value, list) else [value]
    return any(_equals(one, candidate) for one in values for candidate in wanted)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


_TESTS: Mapping[str, Callable[[AnswerValue, Any], bool]] = MappingProxyType(
    {
        "equals": _equals,
        "is_in": _is_in,
        "at_least": lambda value, wanted: isinstance(value, int | float) and not isinstance(value, bool) and value >= wanted,
        "at_most": lambda value, wanted: isinstance(value, int | float) and not isinstance(value, bool) and value <= wanted,
    }
)

_WORDS = {"equals": "is", "is_in": "is one of", "at_least": "is at least", "at_most": "is at most"}


def _in_words(conditions: Mapping[str, Any]) -> str:
    return "the answer " + " and ".join(f"{_WORDS[name]} {_value_in_words(wanted)}" for name, wanted in conditions.items())


def _value_in_words(wanted: Any) -> str:
    if isinstance(wanted, bool):
        return "yes" if wanted else "no"
    if isinstance(wanted, list):
        return ", ".join(_value_in_words(one) for one in wanted)
    return f"{wanted:g}" if isinstance(wanted, float) else str(wanted)
