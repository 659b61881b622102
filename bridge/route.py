"""Which question comes next: the script's order, and the skip rules that jump ahead in it.

Pure. The way is worked out anew from all answers, so one that is corrected leads another way. It only goes ahead: a rule that points back, to
its own question or to none is passed by, and therefore every way ends.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from bridge.brief import AnswerValue, Skip
from bridge.conditions import BadCondition, hold, read_conditions

THE_END = ""
"""Where a rule points to that ends the interview."""


Steps: TypeAlias = Mapping[str, Sequence[Skip]]
"""The rules of each question by its id, in the script's order; the first rule whose conditions hold counts."""


@dataclass(frozen=True, slots=True)
class Route:
    next: str | None  # to be asked now; None: the end is reached
    possible: tuple[str, ...]  # without an answer, and still to be asked or perhaps to be asked: `next`, and what may follow
    passed_over: tuple[str, ...]  # without an answer, and on no way any more


def read_skips(rules: object) -> tuple[Skip, ...]:
    """Rules as they are stored. Raises BadCondition with the number of the rule at fault."""
    if not isinstance(rules, list | tuple):
        raise BadCondition('The skip rules are a list of rules, for example [{"when": {"equals": false}, "to": "timeline"}].')
    return tuple(_read_skip(f"Skip rule {number}", rule) for number, rule in enumerate(rules, start=1))


def route(steps: Steps, answers: Mapping[str, AnswerValue], given_up: Collection[str] = ()) -> Route:
    """`given_up`: asked, and gone on from without an answer. Answers to questions further on are known beforehand, and steer as well."""
    keys = list(steps)
    upcoming, at = None, 0
    while at < len(keys):
        if keys[at] not in answers and keys[at] not in given_up:
            upcoming = keys[at]
            break
        at = goes_on_at(steps, keys, at, answers.get(keys[at]))
    possible = _reached_from(steps, keys, at, answers, given_up)
    rest = tuple(key for key in keys if key not in answers and key not in given_up and key not in possible)
    return Route(upcoming, possible, rest)


def goes_on_at(steps: Steps, keys: Sequence[str], at: int, value: AnswerValue | None) -> int:
    """The place after the question at this place, by its answer (None: it has none); `len(keys)` is the end. Always further on."""
    if value is None:
        return at + 1
    return next((place(keys, at, skip.to) for skip in steps[keys[at]] if hold(skip.when, value)), at + 1)


def place(keys: Sequence[str], at: int, to: str) -> int:
    """Where a rule of the question at this place leads to; the next one if it does not lead ahead."""
    if to == THE_END:
        return len(keys)
    return keys.index(to) if to in keys[at + 1 :] else at + 1


def _reached_from(steps: Steps, keys: Sequence[str], start: int, answers: Mapping[str, AnswerValue], given_up: Collection[str]) -> tuple[str, ...]:
    reached = {start}
    found = []
    for at in range(start, len(keys)):
        if at not in reached:
            continue
        if keys[at] in answers or keys[at] in given_up:
            reached.add(goes_on_at(steps, keys, at, answers.get(keys[at])))
            continue
        found.append(keys[at])
        reached |= {at + 1, *(place(keys, at, skip.to) for skip in steps[keys[at]])}
    return tuple(found)


def _read_skip(of: str, rule: Any) -> Skip:
    if not isinstance(rule, Mapping):
        raise BadCondition(f'{of} is no rule. Write for example {{"when": {{"equals": false}}, "to": "timeline"}}.')
    to = rule.get("to")
    if not isinstance(to, str):
        raise BadCondition(f'{of} needs a "to": the id of a later question, or "" for the end.')
    return Skip(read_conditions(rule.get("when"), of=of), to)
