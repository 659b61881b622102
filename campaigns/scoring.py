"""What the answers are worth: points, knock-outs, hot or not, and every point explained.

Pure and deterministic: the same answers and rubric give the same score, whenever and wherever it is computed.
A rubric is a list of rows, the first that matches counts:
`{"when": {"at_least": 50}, "points": 30, "knock_out": false, "why": "…"}`; the conditions are those of bridge.conditions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from bridge.brief import AnswerValue
from bridge.conditions import BadCondition, Conditions, conditions_in_words, hold, read_conditions
from bridge.route import Steps, goes_on_at
from campaigns.telling_answers import telling_answers


class BadRubric(ValueError):
    """A row that says nothing we understand; the message tells the manager what to mend."""


class Heat(StrEnum):
    COLD = "cold"
    LIKELY = "likely"  # to turn hot
    HOT = "hot"


@dataclass(frozen=True, slots=True)
class Row:
    conditions: Conditions
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
    most_reachable: int  # the most that the questions still open can add, on the best way through them

    @property
    def heat(self) -> Heat:
        is_out = any(reason.is_knock_out for reason in self.reasons)
        return heat_of(self.points, self.most_reachable, self.threshold, is_out=is_out)


def heat_of(points: int, most_reachable: int, threshold: int, *, is_out: bool) -> Heat:
    """Likely: half of what is needed is there, and the rest can still be reached. Who is knocked out is cold, whatever the points.

    Half, and not less, because a rep who is asked is kept from nothing else, but one who is asked in vain too often stops looking.
    """
    if is_out:
        return Heat.COLD
    if points >= threshold:
        return Heat.HOT
    return Heat.LIKELY if 2 * points >= threshold and points + most_reachable >= threshold else Heat.COLD


@dataclass(frozen=True, slots=True)
class Worth:
    points: int
    is_hot: bool
    reasons: tuple[Reason, ...]


def score(
    rubrics: Mapping[str, Sequence[Mapping[str, Any]]], answers: Mapping[str, AnswerValue], *, threshold: int, steps: Steps | None = None
) -> ScoreResult:
    """`rubrics`: by question id, in the script's order; `steps`: its skip rules, None: it has none. Raises BadRubric.

    A knock-out is never hot, whatever the points. An answer counts although its question is passed over: it was given.
    """
    rows = read_rubrics(rubrics)
    found = worth(rows, answers, threshold=threshold)
    still_open = _most_reachable(steps or dict.fromkeys(rows, ()), rows, answers)
    return ScoreResult(found.points, threshold, found.is_hot, found.reasons, most_reachable=still_open)


def worth(rows: Mapping[str, Sequence[Row]], answers: Mapping[str, AnswerValue], *, threshold: int) -> Worth:
    """What a finished interview is worth by a rubric that was read once: for thousands of calls in a row."""
    reasons = tuple(
        _reason(question_id, rows[question_id], answers[question_id]) for question_id in rows if rows[question_id] and question_id in answers
    )
    points = sum(reason.points for reason in reasons)
    is_out = any(reason.is_knock_out for reason in reasons)
    return Worth(points, points >= threshold and not is_out, reasons)


def read_rubrics(rubrics: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[str, list[Row]]:
    """Raises BadRubric."""
    return {question_id: read_rubric(rubric) for question_id, rubric in rubrics.items()}


def read_rubric(rubric: Sequence[Mapping[str, Any]]) -> list[Row]:
    """Raises BadRubric with the number of the row at fault."""
    return [_read_row(number, row) for number, row in enumerate(rubric, start=1)]


def first_match(rows: Sequence[Row], value: AnswerValue) -> Row | None:
    """The row that counts for this answer; None: it is worth nothing."""
    return next((row for row in rows if hold(row.conditions, value)), None)


def _most_reachable(steps: Steps, rows: Mapping[str, Sequence[Row]], answers: Mapping[str, AnswerValue]) -> int:
    """Over all ways that are left, from the last question back. No answer is worth nothing, so it is never less than 0."""
    keys = list(steps)
    best = [0] * (len(keys) + 1)
    for at in reversed(range(len(keys))):
        key = keys[at]
        if key in answers:
            best[at] = best[goes_on_at(steps, keys, at, answers[key])]
            continue
        possible = telling_answers([*(row.conditions for row in rows.get(key, ())), *(skip.when for skip in steps[key])])
        ways = [(first_match(rows.get(key, ()), value), goes_on_at(steps, keys, at, value)) for value in possible]
        worth = [(row.points if row else 0) + best[place] for row, place in ways if row is None or not row.is_knock_out]
        best[at] = max(best[at + 1], *worth) if worth else best[at + 1]
    return best[0]


def _reason(question_id: str, rows: Sequence[Row], value: AnswerValue) -> Reason:
    row = first_match(rows, value)
    if row is None:
        return Reason(question_id, 0, "no points for this answer")
    return Reason(question_id, row.points, row.why, row.is_knock_out)


def _read_row(number: int, row: Mapping[str, Any]) -> Row:
    try:
        conditions = read_conditions(row.get("when"), of=f"Row {number} of the points")
    except BadCondition as problem:
        raise BadRubric(str(problem)) from problem
    points = row.get("points", 0)
    if not isinstance(points, int) or isinstance(points, bool):
        raise BadRubric(f"Row {number} of the points: “points” needs a whole number.")
    is_knock_out = row.get("knock_out", False) is True
    why = str(row.get("why") or "").strip() or conditions_in_words(conditions)
    return Row(conditions, points, is_knock_out, why)
