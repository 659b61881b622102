"""Two people have changed the same script: what each did, where they meet, and the script with both, by choice.

Pure. `base` is what both began with. Nothing of either is dropped unless somebody chooses so.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from campaigns.scripting.difference import Change, What, applied, differences
from campaigns.scripting.text import ScriptText


@dataclass(frozen=True, slots=True)
class OwnChange:
    """One change that is not in what was saved meanwhile."""

    change: Change
    theirs: Change | None  # what the other did to the same subject; None: nothing
    number: int  # to choose it by


@dataclass(frozen=True, slots=True)
class Conflict:
    theirs: tuple[Change, ...]
    mine: tuple[OwnChange, ...]


def conflict_of(base: ScriptText, theirs: ScriptText, mine: ScriptText) -> Conflict:
    by_them = differences(base, theirs)
    by_me = [_of_a_question_that_is_gone(change, theirs, mine) for change in differences(base, mine) if change not in by_them]
    own = [change for place, change in enumerate(by_me) if change not in by_me[:place]]
    return Conflict(tuple(by_them), tuple(OwnChange(change, _meets(change, by_them), number) for number, change in enumerate(own)))


def with_chosen(conflict: Conflict, theirs: ScriptText, chosen: Collection[int]) -> ScriptText:
    """What was saved meanwhile, and of one's own changes those with these numbers."""
    return applied([own.change for own in conflict.mine if own.number in chosen], theirs)


def _of_a_question_that_is_gone(change: Change, theirs: ScriptText, mine: ScriptText) -> Change:
    """A change to a question that the other has removed means, taken up, the whole question as one has it."""
    question = mine.question(change.question) if change.question else None
    is_gone = question is not None and theirs.question(change.question) is None
    return Change(What.ADDED, change.question, new=question, place=mine.keys.index(change.question)) if is_gone else change


def _meets(change: Change, others: list[Change]) -> Change | None:
    return next((other for other in others if _excludes(change, other)), None)


def _excludes(change: Change, other: Change) -> bool:
    if change.subject == other.subject:
        return True
    is_whole = {What.ADDED, What.REMOVED} & {change.what, other.what}
    return bool(is_whole) and bool(change.question) and change.question == other.question
