"""Breaks one promise in a clean record, as little as possible, so that everybody can see the judge catch it.

Pure: record in, record out. Each plant picks the last call that can carry it; a record without one raises NothingToPlant.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from campaigns.judge.record import Calendar, Entry, EntryKind, FlightRecord, Listed, Rules, Scope
from campaigns.judge.ruling import Invariant, in_flight_before, is_from_queue

Plant = Callable[[FlightRecord], FlightRecord]


class NothingToPlant(Exception):
    """The record holds no call on which this promise could be broken. Judge a longer period."""


def plant(invariant: Invariant, record: FlightRecord) -> FlightRecord:
    """The same record with this one promise broken (another may fall with it: a third call of a day is also one of a week)."""
    return PLANTS[invariant](record)


def _last(record: FlightRecord, wanted: Callable[[Entry], bool] = lambda entry: True) -> Entry:
    """The last dispatch from the queue that is as wanted."""
    for entry in reversed(record.entries):
        if entry.kind is EntryKind.DISPATCH and is_from_queue(entry) and wanted(entry):
            return entry
    raise NothingToPlant


def _with(record: FlightRecord, old: Entry, new: Entry) -> FlightRecord:
    return replace(record, entries=tuple(new if entry is old else entry for entry in record.entries))


def _before(record: FlightRecord, place: Entry, *new: Entry) -> FlightRecord:
    """The new entries right before `place`."""

    def all_entries() -> Iterator[Entry]:
        for entry in record.entries:
            if entry is place:
                yield from new
            yield entry

    return replace(record, entries=tuple(all_entries()))


def _detail(entry: Entry, **changes: Any) -> Entry:
    return replace(entry, details={**entry.details, **changes})


def _facts_of(record: FlightRecord, entry: Entry) -> Any:
    return record.evidence.facts.get(entry.details.get("decision_id", 0))


def _evidence(record: FlightRecord, **changes: Any) -> FlightRecord:
    return replace(record, evidence=replace(record.evidence, **changes))


# ---- the person's rights ----------------------------------------------------------------------------------------------------


def _without_consent(record: FlightRecord) -> FlightRecord:
    call = _last(record, lambda entry: bool(record.evidence.consents.get(entry.lead_id)) and _facts_of(record, entry) is not None)
    return _evidence(record, consents={**record.evidence.consents, call.lead_id: ()})


def _outside_hours(record: FlightRecord) -> FlightRecord:
    """As if the rules had closed the weekday of the last call."""
    call = _last(record, lambda entry: _facts_of(record, entry) is not None)
    facts = _facts_of(record, call)
    weekday = call.at.astimezone(ZoneInfo(facts.time_zone)).weekday()
    rules = record.evidence.rules[facts.rules]
    closed = replace(rules, windows=tuple(() if day == weekday else windows for day, windows in enumerate(rules.windows)))
    return _evidence(record, rules={**record.evidence.rules, facts.rules: closed})


def _capped_by_24_hours(record: FlightRecord) -> FlightRecord:
    """As if the market of the last call allowed one call in 24 hours, and its number had been dialled an hour before."""
    call = _last(record, lambda entry: _facts_of(record, entry) is not None)
    key = _facts_of(record, call).rules
    capped = _evidence(record, rules={**record.evidence.rules, key: replace(record.evidence.rules[key], per_24_hours=1)})
    earlier = record.opening.attempts
    dialled = {**earlier, call.number: (*earlier.get(call.number, ()), call.at - timedelta(hours=1))}
    return replace(capped, opening=replace(record.opening, attempts=dialled))


def _on_a_holiday(record: FlightRecord) -> FlightRecord:
    call = _last(record, lambda entry: _facts_of(record, entry) is not None and _closes_on_holidays(record, entry))
    facts = _facts_of(record, call)
    today: date = call.at.astimezone(ZoneInfo(facts.time_zone)).date()
    calendar = record.evidence.holidays.get((facts.market, "")) or Calendar(frozenset(), {})
    festive = replace(calendar, days=calendar.days | {today})
    return _evidence(record, holidays={**record.evidence.holidays, (facts.market, ""): festive})


def _closes_on_holidays(record: FlightRecord, entry: Entry) -> bool:
    facts = _facts_of(record, entry)
    return record.evidence.rules[facts.rules].is_closed_on_holidays


def _listed(record: FlightRecord) -> FlightRecord:
    call = _last(record)
    return _evidence(record, listed={**record.evidence.listed, call.number: (Listed(call.at - timedelta(hours=1)),)})


def _opted_out(record: FlightRecord) -> FlightRecord:
    call = _last(record)
    at = call.at - timedelta(hours=1)
    said = Entry(call.id, EntryKind.OPTED_OUT, at, at, call.campaign_id, lead_id=call.lead_id, number=call.number)
    taken_off = {number: entries for number, entries in record.evidence.listed.items() if number != call.number}
    return _evidence(_before(record, call, said), listed=taken_off)


def _left_queued(record: FlightRecord) -> FlightRecord:
    """A call ends as blocked ten minutes of the dialer's life after its number was listed."""
    call = _last(record)
    at = call.at + timedelta(minutes=10)
    ended = Entry(call.id, EntryKind.ENDED, at, at, call.campaign_id, "left-queued", number=call.number, details={"status": "blocked"})
    ticks = [Entry(call.id, EntryKind.TICK, call.at + timedelta(minutes=minute), at) for minute in range(11)]
    listed = {**record.evidence.listed, call.number: (Listed(call.at),)}
    longer = replace(record, until=max(record.until, at + timedelta(seconds=1)), entries=(*record.entries, *ticks, ended))
    return _evidence(longer, listed=listed)


def _dialled_often(cap_of: Callable[[Rules], int], ago: timedelta) -> Plant:
    """As if the number had been dialled as often as is allowed, shortly before the last call."""

    def planted(record: FlightRecord) -> FlightRecord:
        call = _last(record, lambda entry: _facts_of(record, entry) is not None)
        facts = _facts_of(record, call)
        n_allowed = cap_of(record.evidence.rules[facts.rules])
        more = tuple(call.at - ago - timedelta(seconds=n) for n in range(n_allowed))
        earlier = record.opening.attempts
        opening = replace(record.opening, attempts={**earlier, call.number: (*earlier.get(call.number, ()), *more)})
        return replace(record, opening=opening)

    return planted


def _undecided(record: FlightRecord) -> FlightRecord:
    """The decision on the last call is taken out of the record."""
    call = _last(record)
    is_its = {entry.id for entry in record.entries if entry.kind is EntryKind.DECISION and entry.call_id == call.call_id}
    return replace(record, entries=tuple(entry for entry in record.entries if entry.id not in is_its))


# ---- limits -----------------------------------------------------------------------------------------------------------------


def _full(whose: str) -> Plant:
    """As if one call less had been allowed than were in flight with the last one."""
    shares: Callable[[Entry, Entry], bool] = {
        "campaign": lambda one, other: one.campaign_id == other.campaign_id,
        "line": lambda one, other: one.line_id == other.line_id,
        "organisation": lambda one, other: True,
    }[whose]

    def planted(record: FlightRecord) -> FlightRecord:
        call = _last(record)
        n_others = next(sum(shares(call, other) for other in flying.values()) for entry, flying in in_flight_before(record) if entry is call)
        return _with(record, call, _detail(call, in_flight={**call.details.get("in_flight", {}), whose: n_others}))

    return planted


def _too_fast(record: FlightRecord) -> FlightRecord:
    """The last call once more as one of another number, half a second earlier."""
    call = _last(record, lambda entry: entry.details.get("per_second") is not None)
    per_second = call.details["per_second"]
    copies = [
        replace(call, call_id=f"too-fast-{n}", number=f"too-fast-{n}", at=call.at - timedelta(milliseconds=1), money_minor=0)
        for n in range(int(max(1.0, per_second)))
    ]
    return _before(record, call, *copies)


def _too_many_from_a_line(record: FlightRecord) -> FlightRecord:
    call = _last(record, lambda entry: entry.money_on is not None and entry.line_id is not None)
    return _with(record, call, _detail(call, per_day=0))


def _overspent(scope: Scope) -> Plant:
    """As if the cap had been one cent under what the last call made committed."""

    def planted(record: FlightRecord) -> FlightRecord:
        call = _last(record, lambda entry: entry.money_on is not None and entry.money_minor > 0)
        return _with(record, call, _detail(call, budgets={**call.details.get("budgets", {}), scope.value: call.money_minor - 1}))

    return planted


def _dearer_than_reserved(record: FlightRecord) -> FlightRecord:
    for entry in reversed(record.entries):
        if entry.kind is EntryKind.MONEY and entry.details.get("cost_minor") is not None:
            return _with(record, entry, _detail(entry, cost_minor=entry.details["was_reserved_minor"] + 1))
    raise NothingToPlant


def _flooded_reps(record: FlightRecord) -> FlightRecord:
    """No rep was free."""
    call = _last(record)
    reps = {"n_free": 0, "target": 1.0, "hot_of_dialled": 0.1, "hot_of_answered": 0.2, **(call.details.get("reps") or {})}
    return _with(record, call, _detail(call, reps={**reps, "n_free": 0}))


# ---- the work ---------------------------------------------------------------------------------------------------------------


def _rung_twice(record: FlightRecord) -> FlightRecord:
    """The last call is dispatched once more a day later, without its claim ever having been undone."""
    call = _last(record)
    again = replace(call, at=call.at + timedelta(days=1), money_minor=0)
    return replace(record, until=max(record.until, again.at + timedelta(seconds=1)), entries=(*record.entries, again))


def _two_at_a_time(record: FlightRecord) -> FlightRecord:
    """Another campaign has the number of the last call on the phone."""
    call = _last(record)
    other = replace(call, call_id="another-call", campaign_id=-1, line_id=None, money_minor=0, at=call.at - timedelta(seconds=30))
    return _before(record, call, other)


def _dialled_while_stopped(record: FlightRecord) -> FlightRecord:
    call = _last(record)
    at = call.at - timedelta(minutes=1)
    return _before(record, call, Entry(call.id, EntryKind.STOPPED, at, at))


def _dialled_while_paused(record: FlightRecord) -> FlightRecord:
    call = _last(record)
    at = call.at - timedelta(minutes=1)
    return _before(record, call, Entry(call.id, EntryKind.CAMPAIGN, at, at, call.campaign_id, details={"status": "paused"}))


def _starved(record: FlightRecord) -> FlightRecord:
    """Ten minutes of ticks at which the last call's campaign had somebody due and nothing in its way, and did nothing."""
    call = _last(record)
    begins = max(record.entries[-1].at, call.at) + timedelta(minutes=1)
    seen = {"campaigns": {str(call.campaign_id): {"hold": None, "oldest_due_at": begins.isoformat(), "oldest_call_id": call.call_id}}}
    ticks = [_tick(begins + timedelta(minutes=minute), call.id, seen) for minute in range(11)]
    return replace(record, until=max(record.until, ticks[-1].at + timedelta(seconds=1)), entries=(*record.entries, *ticks))


def _tick(at: datetime, entry_id: int, seen: Mapping[str, Any]) -> Entry:
    return Entry(entry_id, EntryKind.TICK, at, at, details=seen)


def _lost(record: FlightRecord) -> FlightRecord:
    """The last call's end is taken away, and the dialer lives on for four hours."""
    call = _last(record)
    entries = [entry for entry in record.entries if not (entry.kind is EntryKind.ENDED and entry.call_id == call.call_id)]
    begins = max(call.at, record.entries[-1].at)
    ticks = [_tick(begins + timedelta(minutes=2 * step), call.id, {}) for step in range(121)]
    return replace(record, until=max(record.until, ticks[-1].at + timedelta(seconds=1)), entries=(*entries, *ticks))


PLANTS: Mapping[Invariant, Plant] = MappingProxyType(
    {
        Invariant.CONSENT: _without_consent,
        Invariant.CALLING_HOURS: _outside_hours,
        Invariant.HOLIDAY: _on_a_holiday,
        Invariant.DO_NOT_CALL: _listed,
        Invariant.OPT_OUT: _opted_out,
        Invariant.OPT_OUT_QUEUE: _left_queued,
        Invariant.DECIDED: _undecided,
        Invariant.ATTEMPTS_DAY: _dialled_often(lambda rules: rules.per_day, timedelta(seconds=1)),
        Invariant.ATTEMPTS_24_HOURS: _capped_by_24_hours,
        Invariant.ATTEMPTS_7_DAYS: _dialled_often(lambda rules: rules.per_7_days, timedelta(days=2)),
        Invariant.ATTEMPTS_30_DAYS: _dialled_often(lambda rules: rules.per_30_days, timedelta(days=10)),
        Invariant.IN_FLIGHT_CAMPAIGN: _full("campaign"),
        Invariant.IN_FLIGHT_LINE: _full("line"),
        Invariant.IN_FLIGHT_ORGANISATION: _full("organisation"),
        Invariant.RATE: _too_fast,
        Invariant.LINE_DAY: _too_many_from_a_line,
        Invariant.AT_MOST_ONCE: _rung_twice,
        Invariant.ONE_AT_A_TIME: _two_at_a_time,
        Invariant.BUDGET_CAMPAIGN: _overspent(Scope.CAMPAIGN),
        Invariant.BUDGET_CAMPAIGN_DAY: _overspent(Scope.CAMPAIGN_DAY),
        Invariant.BUDGET_DAY: _overspent(Scope.DAY),
        Invariant.BUDGET_MONTH: _overspent(Scope.MONTH),
        Invariant.RESERVATION: _dearer_than_reserved,
        Invariant.STOPPED: _dialled_while_stopped,
        Invariant.PAUSED: _dialled_while_paused,
        Invariant.STARVATION: _starved,
        Invariant.REP_CAPACITY: _flooded_reps,
        Invariant.NOBODY_LOST: _lost,
    }
)
