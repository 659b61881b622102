"""In which order calls that are due are placed: the smaller number first.

Pure. Words with an order, nothing else.
"""

from __future__ import annotations

from enum import IntEnum


class Priority(IntEnum):
    PROMISED = 0  # the callee named a time
    BROKEN_OFF = 1  # an interview that waits to go on
    ORDINARY = 2


def priority_of(*, is_promised: bool, has_answers: bool) -> Priority:
    """Of a next attempt. `has_answers`: this lead has answered questions of this script on an earlier one."""
    if is_promised:
        return Priority.PROMISED
    return Priority.BROKEN_OFF if has_answers else Priority.ORDINARY
