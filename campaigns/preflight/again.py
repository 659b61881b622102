"""When a virtual call is followed by another one: the same table of retries as for real ones, asked in this one place.

Pure.
"""

from __future__ import annotations

from datetime import datetime
from typing import TypeAlias

from campaigns.preflight.queue import Person
from campaigns.priority import Priority
from campaigns.retries import Attempt, next_attempt_at

Again: TypeAlias = tuple[datetime, Priority]


def again(person: Person, *, max_attempts: int) -> Again | None:
    """After the newest of the person's attempts; None: never."""
    newest = person.attempts[-1]
    ended = Attempt(newest.ending.status, newest.ending.disposition, newest.ended_at)
    due_at = next_attempt_at(ended, attempts_made=person.n_made_before + len(person.attempts), max_attempts=max_attempts)
    return None if due_at is None else (due_at, Priority.ORDINARY)
