"""A clean morning as the record would hold it: two calls to Asha and one to Daudi, all in order. A test breaks the one thing it is about."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

from campaigns.judge.court import INVARIANTS
from campaigns.judge.record import Calendar, Consent, Entry, EntryKind, Evidence, Facts, FlightRecord, Opening, Rules
from campaigns.judge.ruling import Invariant, Mark, Violation
from tests.conftest import NOW

CAMPAIGN, LINE = 7, 3
ASHA, DAUDI = "asha-digest", "daudi-digest"
DAY = date(2026, 11, 24)
PACK = "KE-test"
K = EntryKind

RULES = Rules(
    windows=(((time(8), time(19)),),) * 5 + ((), ()),
    is_closed_on_holidays=True,
    calendars=frozenset(),
    also_closed_on=frozenset(),
    must_name_automated_voice=True,
    grades=frozenset({"recorded", "written"}),
    lawful_bases=frozenset({"consent"}),
    per_day=3,
    per_24_hours=None,
    per_7_days=6,
    per_30_days=12,
)
FACTS = Facts(
    purpose="marketing",
    controller="Acme Ltd",
    market="KE",
    time_zone="Africa/Nairobi",
    zones_of_number=("Africa/Nairobi",),
    rules=PACK,
)
CONSENT = Consent(
    kind="given",
    purpose="marketing",
    controller="Acme Ltd",
    covers_automated_voice=True,
    grade="written",
    lawful_basis="consent",
    given_at=NOW - timedelta(days=30),
    expires_at=None,
    recorded_at=NOW - timedelta(days=30),
)
DETAILS: dict[str, Any] = {
    "occasion": "campaign",
    "priority": 2,
    "in_flight": {"campaign": 2, "line": 2, "organisation": 2},
    "per_second": 1.0,
    "per_day": 50,
    "budgets": {"campaign": 10_000, "campaign_day": 8_000, "day": 9_000, "month": 20_000},
    "reps": {"n_free": 2, "target": 1.0, "hot_of_dialled": 0.1, "hot_of_answered": 0.2},
}


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def entry(entry_id: int, kind: EntryKind, seconds: float, call: str = "", /, **fields: Any) -> Entry:
    at = after(seconds)
    return Entry(**{"id": entry_id, "kind": kind, "at": at, "recorded_at": at, "campaign_id": CAMPAIGN, "call_id": call, **fields})


def decision(number: int, seconds: float, call: str, **details: Any) -> Entry:
    return entry(number, K.DECISION, seconds, call, details={"decision_id": number, "is_allowed": True, "pack_version": PACK, **details})


def dispatch(number: int, seconds: float, call: str, who: str, **details: Any) -> Entry:
    """Its decision has the number before."""
    told = {**DETAILS, "decision_id": number - 1, "due_at": after(seconds - 5).isoformat(), **details}
    return entry(number, K.DISPATCH, seconds, call, line_id=LINE, lead_id=who, number=who, money_minor=2100, money_on=DAY, details=told)


def ended(number: int, seconds: float, call: str, status: str = "completed") -> Entry:
    return entry(number, K.ENDED, seconds, call, details={"status": status})


def settled(number: int, seconds: float, call: str, cost_minor: int = 600) -> Entry:
    told = {"cost_minor": cost_minor, "was_reserved_minor": 2100}
    return entry(number, K.MONEY, seconds, call, money_minor=cost_minor - 2100, money_on=DAY, details=told)


def tick(number: int, seconds: float, **seen: Any) -> Entry:
    """`seen`: of the one campaign."""
    return entry(number, K.TICK, seconds, campaign_id=None, details={"campaigns": {str(CAMPAIGN): {"oldest_due_at": None, **seen}}})


def morning() -> FlightRecord:
    entries = (
        entry(1, K.CAMPAIGN, 0, details={"status": "running"}),
        tick(2, 0),
        decision(3, 1, "a1"),
        dispatch(4, 1, "a1", ASHA),
        entry(5, K.PLACED, 2, "a1"),
        decision(6, 3, "d1"),
        dispatch(7, 3, "d1", DAUDI),
        entry(8, K.ANSWERED, 9, "a1"),
        ended(9, 40, "d1", "no_answer"),
        ended(10, 50, "a1"),
        settled(11, 55, "a1"),
        settled(12, 56, "d1", cost_minor=0),
        tick(13, 60),
        decision(14, 7200, "a2"),
        dispatch(15, 7200, "a2", ASHA),
        ended(16, 7290, "a2", "busy"),
        settled(17, 7295, "a2", cost_minor=0),
    )
    return FlightRecord(since=NOW, until=NOW + timedelta(hours=3), entries=entries, evidence=evidence(), opening=Opening())


def evidence() -> Evidence:
    return Evidence(
        facts=dict.fromkeys((3, 6, 14), FACTS),
        consents={ASHA: (CONSENT,), DAUDI: (CONSENT,)},
        listed={},
        rules={PACK: RULES},
        holidays={("KE", ""): Calendar(frozenset({date(2026, 12, 12)}), {})},
    )


def with_entries(record: FlightRecord, *more: Entry) -> FlightRecord:
    """In the order in which they were written."""
    entries = tuple(sorted((*record.entries, *more), key=lambda one: one.id))
    return replace(record, entries=entries, until=max(record.until, entries[-1].at + timedelta(seconds=1)))


def without(record: FlightRecord, *numbers: int) -> FlightRecord:
    return replace(record, entries=tuple(one for one in record.entries if one.id not in numbers))


def changed(record: FlightRecord, entry_id: int, /, **fields: Any) -> FlightRecord:
    """`details` are put over those it has."""
    old = next(one for one in record.entries if one.id == entry_id)
    fields["details"] = {**old.details, **fields.get("details", {})}
    return replace(record, entries=tuple(replace(old, **fields) if one is old else one for one in record.entries))


def known(record: FlightRecord, **changes: Any) -> FlightRecord:
    return replace(record, evidence=replace(record.evidence, **changes))


def before(record: FlightRecord, **changes: Any) -> FlightRecord:
    return replace(record, opening=replace(record.opening, **changes))


def broken(invariant: Invariant, record: FlightRecord) -> list[int]:
    """The entries that broke it."""
    return [ruling.entry_id for ruling in INVARIANTS[invariant](record) if isinstance(ruling, Violation)]


def n_unjudged(invariant: Invariant, record: FlightRecord) -> int:
    return list(INVARIANTS[invariant](record)).count(Mark.UNJUDGED)
