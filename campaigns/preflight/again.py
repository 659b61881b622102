"""When a virtual call is followed by another one: by the same table of retries as a real one, asked in this one place.

Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TypeAlias

from campaigns.calling_times import times_by
from campaigns.outcomes import AttemptOutcome, outcome_of
from campaigns.preflight.queue import Attempted, Person
from campaigns.priority import Priority, priority_of
from campaigns.retries import Attempt, RetryTable, next_attempt_at
from campaigns.states import Disposition
from leads.market_rules import MarketPack

Again: TypeAlias = tuple[datetime, Priority]


def again(person: Person, table: RetryTable, packs: Mapping[str, MarketPack], *, max_attempts: int) -> Again | None:
    """After the newest of the person's attempts, which is a virtual one; None: never."""
    case = [*person.earlier, *(_attempt(each) for each in person.attempts)]
    newest, facts = case[-1], person.facts
    rule = table[newest.outcome]
    if rule.is_final or len(case) >= max_attempts:  # as next_attempt_at says of who names no time, without asking for the clock
        return None
    pack = packs.get(facts.market)
    times = times_by(pack, facts.purpose, time_zone=facts.time_zone, phone=facts.phone, region=facts.region, at=newest.ended_at)
    due_at = next_attempt_at(newest, case[:-1], rule, times, max_attempts=max_attempts)
    if due_at is None:
        return None
    return due_at, priority_of(is_promised=False, has_answers=any(each.outcome is AttemptOutcome.BROKE_OFF for each in case))


def _attempt(made: Attempted) -> Attempt:
    """Who breaks off has answered something; a caller who asks to be called again names no time."""
    ending = made.ending
    outcome = outcome_of(ending.status, ending.disposition, has_answers=ending.disposition is Disposition.INCOMPLETE)
    return Attempt(outcome, made.dialled_at, made.ended_at)
