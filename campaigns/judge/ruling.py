"""The words of the judge: the invariants, what a ruling on one subject may be, and the views of a record that several invariants share.

Pure.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeAlias

from campaigns.judge.record import Entry, EntryKind, FlightRecord

# Two processes may write in the same instant, each before it can see the other: so late an entry is no offence.
SAME_INSTANT = timedelta(seconds=1)


class Invariant(StrEnum):
    CONSENT = "consent"
    CALLING_HOURS = "calling_hours"
    HOLIDAY = "holiday"
    DO_NOT_CALL = "do_not_call"
    OPT_OUT = "opt_out"
    OPT_OUT_QUEUE = "opt_out_queue"
    DECIDED = "decided"
    ATTEMPTS_DAY = "attempts_day"
    ATTEMPTS_24_HOURS = "attempts_24_hours"
    ATTEMPTS_7_DAYS = "attempts_7_days"
    ATTEMPTS_30_DAYS = "attempts_30_days"
    IN_FLIGHT_CAMPAIGN = "in_flight_campaign"
    IN_FLIGHT_LINE = "in_flight_line"
    IN_FLIGHT_ORGANISATION = "in_flight_organisation"
    RATE = "rate"
    LINE_DAY = "line_day"
    AT_MOST_ONCE = "at_most_once"
    ONE_AT_A_TIME = "one_at_a_time"
    BUDGET_CAMPAIGN = "budget_campaign"
    BUDGET_CAMPAIGN_DAY = "budget_campaign_day"
    BUDGET_DAY = "budget_day"
    BUDGET_MONTH = "budget_month"
    RESERVATION = "reservation"
    STOPPED = "stopped"
    PAUSED = "paused"
    STARVATION = "starvation"
    REP_CAPACITY = "rep_capacity"
    NOBODY_LOST = "nobody_lost"


class Mark(StrEnum):
    KEPT = "kept"
    UNJUDGED = "unjudged"  # what it must be judged by was erased, or was never recorded


@dataclass(frozen=True, slots=True)
class Violation:
    """One promise that was not kept. `sentence` holds no personal data."""

    invariant: Invariant
    at: datetime
    entry_id: int
    call_id: str
    sentence: str


Ruling: TypeAlias = "Mark | Violation"


def broken(invariant: Invariant, entry: Entry, sentence: str) -> Violation:
    return Violation(invariant, entry.at, entry.id, entry.call_id, sentence)


def utc(instant: datetime | None) -> str:
    return f"{instant:%Y-%m-%d %H:%M:%S} UTC" if instant else "never"


def dispatches(record: FlightRecord) -> Iterator[Entry]:
    return (entry for entry in record.entries if entry.kind is EntryKind.DISPATCH)


def is_from_queue(dispatch: Entry) -> bool:
    """Not a lead's leg dialled from a rep's phone: that one keeps a promise and waits in no queue."""
    return dispatch.details.get("occasion") != "promised"


def in_flight_before(record: FlightRecord) -> Iterator[tuple[Entry, dict[str, Entry]]]:
    """Each entry with the dispatches that were in flight right before it, by call. The dictionary is the same one each time."""
    flying = {entry.call_id: entry for entry in record.opening.in_flight}
    for entry in record.entries:
        yield entry, flying
        if entry.kind is EntryKind.DISPATCH:
            flying[entry.call_id] = entry
        elif entry.kind in {EntryKind.ENDED, EntryKind.NOT_SENT}:
            flying.pop(entry.call_id, None)
