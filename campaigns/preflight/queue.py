"""The queue of virtual calls: what is due first, by priority and time, with whole nights moved along at once as the dialer does.

Pure. A lead has at most one call in it.
"""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from uuid import UUID

from campaigns.preflight.chances import Ending
from campaigns.priority import Priority
from campaigns.retries import Attempt
from leads.compliance import LeadFacts


@dataclass(frozen=True, slots=True)
class Attempted:
    """One attempt of this campaign that is over."""

    ending: Ending
    dialled_at: datetime
    ended_at: datetime


@dataclass(slots=True)
class Person:
    """One lead in the queue. `line_id`: the number they know us by, or are bound to; None: none called yet."""

    lead_id: UUID
    facts: LeadFacts  # its attempts grow with the run; its holidays are those of the instant
    due_at: datetime
    priority: Priority = Priority.ORDINARY
    line_id: int | None = None
    earlier: tuple[Attempt, ...] = ()  # attempts of this campaign, over before the run
    attempts: list[Attempted] = field(default_factory=list)
    number: int = 0  # of its queued call, in the order in which they came to be
    first_dialled_at: datetime | None = None
    is_over_in_high: bool = False  # in the high reading they had their talk already

    @property
    def clock_group(self) -> tuple[str, str]:
        """Who live by one clock and rules are in one night."""
        return (self.facts.market, self.facts.time_zone)


Entry = tuple[datetime, int, Person]
Lane = tuple[Priority, int | None]  # the line that its calls are bound to


class VirtualQueue:
    def __init__(self, people: Iterable[Person]) -> None:
        self._lanes: dict[Lane, list[Entry]] = {}
        self._number = count()
        self._nights: dict[tuple[str, str], tuple[datetime, datetime]] = {}  # decided at, until
        self.n_queued = 0
        for person in people:
            self.add(person)

    def add(self, person: Person) -> None:
        """A new call. Of those that are due at one instant the older call comes first."""
        person.number = next(self._number)
        self.put_back(person)

    def put_back(self, person: Person) -> None:
        """The same call, due at another time."""
        lane = self._lanes.setdefault((person.priority, person.line_id), [])
        heapq.heappush(lane, (person.due_at, person.number, person))
        self.n_queued += 1

    def pop_due(self, now: datetime, *, closed_lines: Collection[int]) -> Person | None:
        """Promises first, then what broke off, then the rest, each by its time; calls bound to a closed line wait."""
        for priority in Priority:
            while lane := self._first_due(priority, now, closed_lines):
                person = heapq.heappop(lane)[2]
                self.n_queued -= 1
                if not self._is_in_the_night(person):
                    return person
                self.put_back(person)
        return None

    def postpone_all(self, group: tuple[str, str], *, now: datetime, until: datetime) -> None:
        """Whoever of this group is due at `now` is due at `until`."""
        self._nights[group] = (now, until)

    def next_due_at(self) -> datetime | None:
        return min((lane[0][0] for lane in self._lanes.values() if lane), default=None)

    def _first_due(self, priority: Priority, now: datetime, closed_lines: Collection[int]) -> list[Entry] | None:
        due = [lane for (of, line), lane in self._lanes.items() if of == priority and lane and lane[0][0] <= now and line not in closed_lines]
        return min(due, key=lambda lane: lane[0][:2], default=None)

    def _is_in_the_night(self, person: Person) -> bool:
        """Moved when its turn comes, not one by one when the night falls: the same due time, for a hundredth of the work."""
        decided_at, until = self._nights.get(person.clock_group, (None, None))
        if decided_at is None or until is None or person.due_at > decided_at:
            return False
        person.due_at = until
        return True
