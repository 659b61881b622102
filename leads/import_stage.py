"""Where the import of a list stands, from the file that was dropped to the leads that came of it, and what may be done from there.

Pure.
"""

from __future__ import annotations

from enum import StrEnum


class Stage(StrEnum):
    COLUMNS = "columns"  # the file is there; somebody is to say which column holds what
    CHECKING = "checking"  # it is being played through, and nothing is entered
    CHECKED = "checked"  # what would come of it is known; consent may still have to be decided
    IMPORTING = "importing"
    DONE = "done"
    FAILED = "failed"  # broken off half way, for a reason of ours; it can go on while the file is there
    DISCARDED = "discarded"


UNFINISHED = frozenset({Stage.COLUMNS, Stage.CHECKING, Stage.CHECKED})
AT_WORK = frozenset({Stage.CHECKING, Stage.IMPORTING})  # the worker has it, or is to have it


def may_be_changed(stage: Stage) -> bool:
    """Columns and consent; while it is imported, what is imported stands."""
    return stage in UNFINISHED


def may_be_discarded(stage: Stage) -> bool:
    return stage in UNFINISHED


def may_be_imported(stage: Stage) -> bool:
    return stage in (Stage.CHECKED, Stage.FAILED)


def may_be_undone(stage: Stage) -> bool:
    return stage in (Stage.DONE, Stage.FAILED)


def percent(n_done: int, n_rows: int) -> int:
    """For a bar: a whole number from 0 to 100, and 100 only when everything is done."""
    return min(100, 100 * n_done // n_rows) if n_rows else 0
