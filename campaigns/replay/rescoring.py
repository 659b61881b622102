"""What held calls would have scored by another rubric, counted up against what they scored and what reps found. Pure.

A score that a person set by hand stays what it is, whatever the rubric.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bridge.brief import AnswerValue
from campaigns.review.agreement import weighted_kappa
from campaigns.scoring import Row, worth

MOST_LISTED = 5000  # of each list of calls that changed sides


@dataclass(frozen=True, slots=True)
class Case:
    """One call: its effective answers, its kept score, and what a rep found. `found_hot` None: no rep has said."""

    call_id: str
    answers: Mapping[str, AnswerValue]
    points: int
    is_hot: bool
    is_by_hand: bool = False
    found_hot: bool | None = None


@dataclass(frozen=True, slots=True)
class Rubric:
    rows: Mapping[str, Sequence[Row]]
    threshold: int


@dataclass(frozen=True, slots=True)
class Rescored:
    points: int
    is_hot: bool


def rescored(case: Case, rubric: Rubric) -> Rescored:
    if case.is_by_hand:
        return Rescored(case.points, case.is_hot)
    found = worth(rubric.rows, case.answers, threshold=rubric.threshold)
    return Rescored(found.points, found.is_hot)


@dataclass(slots=True)
class Tally:
    """Grows call by call, so that any number of them fits into memory."""

    n: int = 0
    n_by_hand: int = 0
    n_changed: int = 0  # with other points than before
    hot: Counter[tuple[bool, bool]] = field(default_factory=Counter)  # before, after
    points_before: Counter[int] = field(default_factory=Counter)
    points_after: Counter[int] = field(default_factory=Counter)
    reps_before: Counter[tuple[bool, bool]] = field(default_factory=Counter)  # scored hot, found hot by a rep
    reps_after: Counter[tuple[bool, bool]] = field(default_factory=Counter)
    turned: dict[bool, list[tuple[str, int, int]]] = field(default_factory=lambda: {True: [], False: []})  # hot now: call, points before, after

    def add(self, case: Case, after: Rescored) -> None:
        self.n += 1
        self.n_by_hand += case.is_by_hand
        self.n_changed += case.points != after.points
        self.hot[case.is_hot, after.is_hot] += 1
        self.points_before[case.points] += 1
        self.points_after[after.points] += 1
        if case.found_hot is not None:
            self.reps_before[case.is_hot, case.found_hot] += 1
            self.reps_after[after.is_hot, case.found_hot] += 1
        listed = self.turned[after.is_hot]
        if case.is_hot != after.is_hot and len(listed) < MOST_LISTED:
            listed.append((case.call_id, case.points, after.points))

    def as_json(self) -> dict[str, Any]:
        return {
            "n": self.n,
            "n_by_hand": self.n_by_hand,
            "n_changed": self.n_changed,
            "hot": {_sides(*key): n for key, n in self.hot.items()},
            "points_before": sorted(self.points_before.items()),
            "points_after": sorted(self.points_after.items()),
            "reps_before": {_sides(*key): n for key, n in self.reps_before.items()},
            "reps_after": {_sides(*key): n for key, n in self.reps_after.items()},
            "turned_hot": self.turned[True],
            "turned_cold": self.turned[False],
        }


def tally_of(cases: Iterable[Case], rubric: Rubric, tally: Tally | None = None) -> Tally:
    tally = tally or Tally()
    for case in cases:
        tally.add(case, rescored(case, rubric))
    return tally


@dataclass(frozen=True, slots=True)
class Agreement:
    """Of calls about which a rep has said whether the lead was hot. None: nothing to divide by."""

    n: int
    precision: float | None  # of those scored hot, the share reps found hot
    recall: float | None  # of those reps found hot, the share scored hot
    kappa: float | None


def agreement_of(counts: Mapping[str, int]) -> Agreement:
    """`counts`: as in Tally.as_json, "hot-hot": scored hot and found hot."""
    both, only_score, only_rep, neither = (counts.get(key, 0) for key in ("hot-hot", "hot-cold", "cold-hot", "cold-cold"))
    pairs = [(True, True)] * both + [(True, False)] * only_score + [(False, True)] * only_rep + [(False, False)] * neither
    return Agreement(
        len(pairs),
        both / (both + only_score) if both + only_score else None,
        both / (both + only_rep) if both + only_rep else None,
        weighted_kappa(pairs, [False, True], power=0),
    )


def found_hot(disposition: str, was_hot: bool | None) -> bool | None:
    """What a write-up says of a lead: the rep's own word first, then what came of the talk. None: it does not say."""
    if was_hot is not None:
        return was_hot
    return {"won": True, "follow_up": True, "not_interested": False, "not_qualified": False, "wrong_person": False}.get(disposition)


def _sides(one: bool, other: bool) -> str:
    return f"{'hot' if one else 'cold'}-{'hot' if other else 'cold'}"
