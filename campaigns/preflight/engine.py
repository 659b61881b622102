"""The dialer on a virtual clock: the same decisions as `campaigns.dialer` takes, by the same functions, on values instead of rows.

Pure: no row, no network, no clock, no chance but what it is handed. It jumps from one instant at which something can change to the next.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import count

from campaigns.budget import Cap
from campaigns.pacing import InFlight, Limit, Load, Room, calls_for_reps, tightest
from campaigns.preflight.census import judged_at, on_day
from campaigns.preflight.chances import Ending, Luck, Reading, answered_ending, ending, is_answered
from campaigns.preflight.latest import LatestCalls
from campaigns.preflight.plan import HORIZON, Course, Plan, RanDry, VirtualLine, World
from campaigns.preflight.purse import Purse
from campaigns.preflight.queue import Attempted, Person, VirtualQueue
from campaigns.preflight.tally import Tally
from campaigns.states import CallStatus
from leads.opening import SAME_FOR_ALL, is_only_not_now, opens_at

A_MOMENT = timedelta(microseconds=1)
TOLD_EVERY = 5000  # calls between two words of progress
NO_LINE = frozenset[int]()


@dataclass(slots=True)
class _Flight:
    """One live call. `person` None: a rep calls somebody back who was promised it."""

    person: Person | None
    line: VirtualLine | None
    ending: Ending
    dialled_at: datetime
    day: date
    reserved_minor: int
    place: int  # among the latest calls
    stage: str = "ringing"


@dataclass(frozen=True, slots=True)
class _Wait:
    """Nothing may start before `until`; None: never. `limit` None: nothing is due."""

    until: datetime | None
    limit: Limit | None = None


def simulate(plan: Plan, people: Iterable[Person], purse: Purse, world: World) -> Course:
    """Plays the campaign to its end: nobody left to call, the money gone, or a year over. Changes people, purse and the plan's lines."""
    run = _Run(plan, people, purse, world)
    run.play()
    return run.course


class _Run:
    def __init__(self, plan: Plan, people: Iterable[Person], purse: Purse, world: World) -> None:
        self.plan, self.purse, self.world = plan, purse, world
        self.queue = VirtualQueue(people)
        self.course = Course(Tally(plan.zone))
        self.now = plan.begins_at
        self.today = self.now.astimezone(plan.zone).date()
        self._events: list[tuple[datetime, int, _Flight]] = []
        self._number = count()
        self._n_at = {"ringing": 0, "talking": 0, "with rep": 0}
        self._n_busy_reps = self._n_owed = 0
        self._latest = LatestCalls(plan.hot_rates)

    def play(self) -> None:
        over_at = self.plan.begins_at + HORIZON
        while self.now < over_at:
            self._let_end()
            if not self.queue.n_queued and not self._events:
                break
            wait = self._dial()
            if wait is None:
                continue
            if wait.until is None:
                self.course.stopped_by = wait.limit
                break
            if wait.limit is not None:
                self.course.tally.waited(wait.limit, self.now, wait.until)
            self._go_to(wait.until)
        self._finish()

    def _go_to(self, instant: datetime) -> None:
        self.now = instant
        self.today = instant.astimezone(self.plan.zone).date()

    def _finish(self) -> None:
        """Calls that are live when the money is gone come to their end as well."""
        self.course.n_left = self.queue.n_queued
        while self._events:
            self._go_to(max(self.now, self._events[0][0]))
            self._let_end()
        self.course.n_left = self.queue.n_queued

    # ---- one claim, in the order of the dialer's -----------------------------------------------------------------------------

    def _dial(self) -> _Wait | None:
        due_at = self.queue.next_due_at()
        if due_at is None or due_at > self.now:
            return _Wait(_earliest(due_at, self._next_event_at()))
        for line in self.plan.lines:
            line.bucket = line.bucket.at(self.now)
        room = self._room()
        if room.n_calls == 0 and room.limit is not None:
            return self._wait_for(room.limit)
        short = self.purse.in_the_way(self.today)
        if short is not None:
            return self._wait_for_money(short)
        open_lines = [line for line in self.plan.lines if self._is_open(line)]
        if not open_lines:
            return self._wait_for(Limit.RATE)
        closed = NO_LINE if len(open_lines) == len(self.plan.lines) else {line.line_id for line in self.plan.lines if line not in open_lines}
        person = self.queue.pop_due(self.now, closed_lines=closed)
        if person is None:  # moved along with their night, or bound to a number that is closed at the moment
            due_at = self.queue.next_due_at()
            return self._wait_for(Limit.RATE) if due_at is not None and due_at <= self.now else None
        self._decide(person, open_lines)
        return None

    def _decide(self, person: Person, open_lines: list[VirtualLine]) -> None:
        pack = self.world.packs.get(person.facts.market)
        refusals = judged_at(person.facts, self.world.packs, self.world.holidays_of, at=self.now)
        if not refusals:
            self._claim(person, open_lines)
            return
        reasons = {refusal.reason for refusal in refusals}
        facts = on_day(person.facts, self.world.holidays_of, at=self.now)
        opening = opens_at(facts, pack, at=self.now) if is_only_not_now(reasons) else None
        if opening is None:
            self.course.lost.append((person, refusals))
            return
        if reasons <= SAME_FOR_ALL:
            self.queue.postpone_all(person.clock_group, now=self.now, until=opening)
        person.due_at = opening
        self.queue.put_back(person)

    def _claim(self, person: Person, open_lines: list[VirtualLine]) -> None:
        line = next((each for each in open_lines if each.line_id == person.line_id), None)
        line = line or min(open_lines, key=lambda each: (Load(each.n_in_flight, each.max_calls_in_flight).share, each.line_id))
        bucket = line.bucket.take(self.now)
        if bucket is None:
            raise AssertionError("an open line has a token")
        line.bucket = bucket
        line.day_count = replace(line.day_count, counted_on=self.today, n_dialled=line.day_count.on(self.today) + 1)
        line.n_in_flight += 1
        self._count(person)
        luck = self.world.luck()
        drawn = ending(self.plan.chances, luck, is_survey=self.plan.is_survey, max_call_s=self.plan.max_call_s)
        self._estimate(person, luck, drawn)
        person.line_id = line.line_id
        person.facts = replace(person.facts, attempts=(*person.facts.attempts, self.now))
        flight = _Flight(person, line, drawn, self.now, self.today, self.purse.reserve(self.today), self._latest.dial())
        self._n_at["ringing"] += 1
        self._later(drawn.ring_s, flight)

    def _count(self, person: Person) -> None:
        hour = self.course.tally.hour(self.now)
        hour.n_calls += 1
        self.course.n_calls += 1
        if person.first_dialled_at is None:
            person.first_dialled_at = self.course.first_through_at = self.now
            hour.n_first += 1
        if self.course.n_calls % TOLD_EVERY == 0:
            self.world.progress(self.course.n_calls, self.now)

    def _estimate(self, person: Person, luck: Luck, drawn: Ending) -> None:
        """Low and high: this same attempt, with their share of answers, length of talk and price. See `forecast.HOW`."""
        for reading in (Reading.LOW, Reading.HIGH):
            is_over = reading is Reading.HIGH and person.is_over_in_high
            if is_over or not is_answered(self.plan.chances, luck, reading):
                continue
            then = answered_ending(self.plan.chances, luck, is_survey=self.plan.is_survey, max_call_s=self.plan.max_call_s, reading=reading)
            minor = self.purse.cost_minor(self.today, reading, bot_s=then.talk_s, rep_s=self._rep_s(then))
            self.course.tally.spent(self.today, reading, minor)
            if reading is Reading.HIGH and not drawn.is_answered:
                person.is_over_in_high = not then.is_to_be_continued

    def _rep_s(self, then: Ending) -> float:
        """A rep talks with every hot lead, at once or on the call back, and both legs cost."""
        return self.plan.chances.with_rep_s if then.is_hot and self.plan.n_reps else 0.0

    # ---- what keeps calls from starting, and until when ----------------------------------------------------------------------

    def _room(self) -> Room:
        lines = self.plan.lines
        n_in_flight = sum(self._n_at.values())
        day_rooms = [line.day_count.room(self.today) for line in lines]
        return tightest(
            {
                Limit.ORGANISATION: Load(n_in_flight, self.plan.organisation_max_calls_in_flight).room,
                Limit.CAMPAIGN: Load(n_in_flight, self.plan.max_calls_in_flight).room,
                Limit.LINE: sum(Load(line.n_in_flight, line.max_calls_in_flight).room or 0 for line in lines),
                Limit.DAY_OF_NUMBER: None if None in day_rooms else sum(room or 0 for room in day_rooms),
                Limit.RATE: sum(int(line.bucket.at(self.now).tokens + 1e-9) for line in lines),
                Limit.REPS: self._room_for_reps(),
            }
        )

    def _room_for_reps(self) -> int | None:
        if self.plan.hot_leads_a_rep is None or not self.plan.n_reps:
            return None
        rates = self._latest.rates
        flying = InFlight(rates, self._n_at["ringing"], self._n_at["talking"], 0)
        n_free = self.plan.n_reps - self._n_busy_reps
        return calls_for_reps(n_free_reps=n_free, target=self.plan.hot_leads_a_rep, in_flight=[flying], rates=rates)

    def _is_open(self, line: VirtualLine) -> bool:
        has_room = bool(Load(line.n_in_flight, line.max_calls_in_flight).room)
        return has_room and line.day_count.room(self.today) != 0 and line.bucket.take(self.now) is not None

    def _wait_for(self, limit: Limit) -> _Wait:
        if limit in {Limit.RATE, Limit.LINE, Limit.DAY_OF_NUMBER}:
            return _Wait(_earliest(*(self._opens_at(line) for line in self.plan.lines if not self._is_open(line))), limit)
        return _Wait(self._next_event_at(), limit)

    def _opens_at(self, line: VirtualLine) -> datetime | None:
        if line.day_count.room(self.today) == 0:
            return None if line.day_count.cap == 0 else self._midnight()
        if not Load(line.n_in_flight, line.max_calls_in_flight).room:
            return self._next_event_at()
        bucket = line.bucket.at(self.now)
        missing = max(0.0, 1.0 - bucket.tokens)
        return self.now + timedelta(seconds=missing / bucket.per_second) + A_MOMENT

    def _wait_for_money(self, short: Cap) -> _Wait:
        """As the dialer: the campaign's own budget pauses it for good, the others wait for their next day or month."""
        next_event_at = self._next_event_at()
        if short.name == self.purse.caps[0].name:
            if next_event_at is None:
                self.course.ran_dry = RanDry(short.name, self.now)
            return _Wait(next_event_at, Limit.BUDGET)
        self.course.short_days.setdefault(short.name, self.now)
        return _Wait(_earliest(next_event_at, self._midnight()), Limit.BUDGET)

    def _midnight(self) -> datetime:
        return datetime.combine(self.today + timedelta(days=1), datetime.min.time(), tzinfo=self.plan.zone).astimezone(self.now.tzinfo)

    # ---- endings -------------------------------------------------------------------------------------------------------------

    def _next_event_at(self) -> datetime | None:
        return self._events[0][0] if self._events else None

    def _later(self, seconds: float, flight: _Flight) -> None:
        heapq.heappush(self._events, (self.now + timedelta(seconds=seconds), next(self._number), flight))

    def _let_end(self) -> None:
        while self._events and self._events[0][0] <= self.now:
            self._go_on(heapq.heappop(self._events)[2])

    def _go_on(self, flight: _Flight) -> None:
        if flight.person is None:
            self._free_a_rep()
        elif flight.stage == "ringing" and flight.ending.is_answered:
            self._latest.answer(flight.place, is_hot=flight.ending.is_hot)
            self._count_answer(flight)
            self._move(flight, "talking")
            self._later(flight.ending.talk_s, flight)
        elif flight.stage == "talking" and flight.ending.is_hot and self._is_taken(flight):
            self._move(flight, "with rep")
            flight.reserved_minor = self.purse.grow(flight.day, flight.reserved_minor, flight.ending.talk_s + self.plan.chances.with_rep_s)
            self._later(self.plan.chances.with_rep_s, flight)
        else:
            self._end(flight, flight.person)

    def _count_answer(self, flight: _Flight) -> None:
        hour = self.course.tally.hour(self.now)
        hour.n_answered += 1
        hour.n_hot += flight.ending.is_hot

    def _move(self, flight: _Flight, stage: str) -> None:
        self._n_at[flight.stage] -= 1
        self._n_at[stage] += 1
        flight.stage = stage

    def _is_taken(self, flight: _Flight) -> bool:
        """By a free rep, now; otherwise a call back is promised and a rep owes it."""
        if not self.plan.n_reps:
            return False
        if self._n_busy_reps < self.plan.n_reps:
            self._occupy_a_rep()
            return True
        self.course.tally.n_promised += 1
        self._n_owed += 1
        return False

    def _occupy_a_rep(self) -> None:
        self._n_busy_reps += 1
        self.course.tally.with_rep(self.now, self.plan.chances.with_rep_s)

    def _free_a_rep(self) -> None:
        self._n_busy_reps -= 1
        if not self._n_owed:
            return
        self._n_owed -= 1
        self._occupy_a_rep()
        nobody = Ending(CallStatus.COMPLETED, None, 0.0, 0.0)
        self._later(self.plan.chances.with_rep_s, _Flight(None, None, nobody, self.now, self.today, 0, 0))

    def _end(self, flight: _Flight, person: Person) -> None:
        self._n_at[flight.stage] -= 1
        if flight.line is not None:
            flight.line.n_in_flight -= 1
        cost_minor = 0
        if flight.ending.is_answered:
            cost_minor = self.purse.cost_minor(flight.day, Reading.MID, bot_s=flight.ending.talk_s, rep_s=self._rep_s(flight.ending))
        self.purse.settle(flight.day, flight.reserved_minor, cost_minor)
        self.course.tally.spent(flight.day, Reading.MID, cost_minor)
        self.course.ends_at = self.now
        person.attempts.append(Attempted(flight.ending, flight.dialled_at, self.now))
        next_one = self.world.again(person)
        if next_one is not None:
            person.due_at, person.priority = next_one
            self.queue.add(person)
        if flight.stage == "with rep":
            self._free_a_rep()


def _earliest(*instants: datetime | None) -> datetime | None:
    return min((instant for instant in instants if instant is not None), default=None)
