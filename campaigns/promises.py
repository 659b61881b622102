"""What has become of a promised call back: kept in time, late, or not at all; and how late.

Pure. The same for a time that the callee named and for a call back that a rep owes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from leads.said import Sentence, listed, sentence

KEPT_WITHIN = timedelta(minutes=10)  # after the promised time; before it counts as kept, too


class PromiseState(StrEnum):
    OPEN = "open"  # its time has not come
    DUE = "due"  # it has, a moment ago
    LATE = "late"
    KEPT = "kept"
    KEPT_LATE = "kept_late"
    MISSED = "missed"  # nobody will call any more


@dataclass(frozen=True, slots=True)
class Promise:
    state: PromiseState
    late_s: int  # seconds after the promised time: until it was kept, until now if it is still owed; 0: not late


@dataclass(frozen=True, slots=True)
class PromiseFigures:
    """What became of some promises."""

    n_kept: int = 0  # in time
    n_kept_late: int = 0
    n_missed: int = 0
    n_overdue: int = 0  # still owed, and late already
    n_open: int = 0  # their time has not come, or has only just

    @property
    def n(self) -> int:
        return self.n_open + self.n_come_due

    @property
    def n_come_due(self) -> int:
        return self.n_kept + self.n_kept_late + self.n_missed + self.n_overdue

    @property
    def kept_percent(self) -> int | None:
        """Kept in time, of those whose time has come; never rounded up to a word that was not kept. None: no time has come."""
        return 100 * self.n_kept // self.n_come_due if self.n_come_due else None


def figures_of(states: Iterable[PromiseState]) -> PromiseFigures:
    n = Counter(states)
    return PromiseFigures(
        n_kept=n[PromiseState.KEPT],
        n_kept_late=n[PromiseState.KEPT_LATE],
        n_missed=n[PromiseState.MISSED],
        n_overdue=n[PromiseState.LATE],
        n_open=n[PromiseState.OPEN] + n[PromiseState.DUE],
    )


def promise(due_at: datetime, *, kept_at: datetime | None, is_over: bool, now: datetime) -> Promise:
    """`kept_at`: when the lead's phone was rung for it. `is_over`: it is owed no more."""
    late = max(timedelta(), (kept_at or now) - due_at)
    if kept_at is not None:
        is_in_time = late <= KEPT_WITHIN
        return Promise(PromiseState.KEPT, 0) if is_in_time else Promise(PromiseState.KEPT_LATE, _seconds(late))
    if is_over:
        return Promise(PromiseState.MISSED, 0)
    if now < due_at:
        return Promise(PromiseState.OPEN, 0)
    return Promise(PromiseState.LATE if late > KEPT_WITHIN else PromiseState.DUE, _seconds(late))


def due_in_words(due_at: datetime, *, within: timedelta, now: datetime) -> str:
    """ "10 min", rounded up, of a time that is near; "" for one that is further away, or has come."""
    ahead = due_at - now
    return f"{-(-_seconds(ahead) // 60)} min" if timedelta() < ahead <= within else ""


def _seconds(span: timedelta) -> int:
    return int(span.total_seconds())


def late_in_words(late_s: int) -> Sentence:
    """75 → 1 min; 4000 → 1 h 6 min; "" if not late."""
    hours, minutes = divmod(late_s // 60, 60)
    if hours >= 48:
        return sentence("%(n)s days", n=hours // 24)
    parts = [sentence("%(n)s h", n=hours) if hours else None, sentence("%(n)s min", n=minutes) if minutes else None]
    return listed([part for part in parts if part is not None], " ")
