"""Reads one part of the flight record and the evidence beside it into the values that the judge is handed. Reads only.

Bounded by what happened within the part, not by the age of the record: what came before is asked only about the calls and numbers in it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any, TypeVar
from uuid import UUID

import holidays
from django.db.models import Exists, OuterRef, Q, QuerySet, Sum
from django.utils import timezone

from campaigns.judge.record import (
    Calendar,
    Consent,
    Entry,
    EntryKind,
    Evidence,
    Facts,
    FlightRecord,
    Listed,
    Opening,
    Rules,
    Scope,
    Waiting,
    Word,
    purse,
)
from campaigns.models import Call, DialDecision, FlightEntry, RuleSheet
from campaigns.states import CallStatus
from leads.models import ConsentRecord, DoNotCallEntry, DoNotCallRemoval, HolidayConfirmation, Lead
from leads.phone import zones_of

CHUNK = 500  # SQLite takes so many parameters at once, and some more
ATTEMPTS_COUNT_FOR = timedelta(days=31)
LIVES_AT_MOST = timedelta(days=2)  # a dispatch without an end that is older was told when it was young
UNDOING = [EntryKind.ENDED, EntryKind.NOT_SENT]

T = TypeVar("T")


def load(since: datetime, until: datetime, *, committed: Mapping[str, int] | None = None) -> FlightRecord:
    """[since, until). `committed`: the purses as they stand at `since`, if the caller knows; else they are summed up from the beginning."""
    entries = tuple(_entry(row) for row in FlightEntry.objects.filter(at__gte=since, at__lt=until).order_by("id").iterator(CHUNK))
    dispatched = [entry for entry in entries if entry.kind is EntryKind.DISPATCH]
    numbers = {entry.number for entry in entries if entry.number}
    return FlightRecord(
        since=since,
        until=until,
        entries=entries,
        evidence=_evidence(entries, numbers, since, until, waiting=tuple(_waiting(until))),
        opening=_opening(dispatched, numbers, since, _committed(since) if committed is None else committed),
    )


def load_some(rows: Iterable[FlightEntry], since: datetime, until: datetime) -> FlightRecord:
    """These entries alone, by id, for the promises about one person: everything about their numbers, so that nothing came before."""
    entries = tuple(_entry(row) for row in rows)
    numbers = {entry.number for entry in entries if entry.number}
    return FlightRecord(since, until, entries, _evidence(entries, numbers, since, until, waiting=()))


def _chunks(values: Iterable[T]) -> Iterator[list[T]]:
    left = iter(values)
    while some := list(islice(left, CHUNK)):
        yield some


def _entry(row: FlightEntry) -> Entry:
    return Entry(
        id=row.pk,
        kind=EntryKind(row.kind),
        at=row.at,
        recorded_at=row.recorded_at,
        campaign_id=row.campaign_id,
        call_id=str(row.call_id or ""),
        line_id=row.line_id,
        lead_id=str(row.lead_id or ""),
        number=row.number,
        money_minor=row.money_minor,
        money_on=row.money_on,
        details=row.details,
    )


# ---- what came before -----------------------------------------------------------------------------------------------------


def _opening(dispatched: Sequence[Entry], numbers: Collection[str], since: datetime, committed: Mapping[str, int]) -> Opening:
    call_ids = {entry.call_id for entry in dispatched}
    return Opening(
        in_flight=tuple(_entry(row) for row in _not_undone(_dispatches(since).filter(at__gte=since - LIVES_AT_MOST), since, UNDOING)),
        dispatched=frozenset(
            str(row.call_id)
            for some in _chunks(call_ids)
            for row in _not_undone(_dispatches(since).filter(call_id__in=some), since, [EntryKind.NOT_SENT])
        ),
        attempts=_attempts(numbers, since),
        opted_out=_opted_out(numbers, since),
        committed=committed,
        line_days=_line_days(since),
        statuses=_statuses(since),
        stopped_at=_stopped_at(since),
    )


def _dispatches(before: datetime) -> QuerySet[FlightEntry]:
    return FlightEntry.objects.filter(kind=EntryKind.DISPATCH, at__lt=before).order_by("id")


def _not_undone(rows: QuerySet[FlightEntry], before: datetime, kinds: list[EntryKind]) -> QuerySet[FlightEntry]:
    later = FlightEntry.objects.filter(call_id=OuterRef("call_id"), id__gt=OuterRef("id"), kind__in=kinds, at__lt=before)
    return rows.exclude(Exists(later))


def _attempts(numbers: Collection[str], since: datetime) -> dict[str, tuple[datetime, ...]]:
    found: dict[str, list[datetime]] = defaultdict(list)
    for some in _chunks(numbers):
        rows = _dispatches(since).filter(number__in=some, at__gte=since - ATTEMPTS_COUNT_FOR)
        for number, at in _not_undone(rows, since, [EntryKind.NOT_SENT]).values_list("number", "at"):
            found[number].append(at)
    return {number: tuple(instants) for number, instants in found.items()}


def _opted_out(numbers: Collection[str], since: datetime) -> dict[str, datetime]:
    found: dict[str, datetime] = {}
    for some in _chunks(numbers):
        rows = FlightEntry.objects.filter(kind=EntryKind.OPTED_OUT, number__in=some, at__lt=since).order_by("-at")
        found.update(rows.values_list("number", "at"))  # the first one stays
    return found


def _committed(since: datetime) -> dict[str, int]:
    """Every purse, from the beginning of the record."""
    purses: dict[str, int] = defaultdict(int)
    rows = FlightEntry.objects.filter(at__lt=since, money_on__isnull=False).order_by().values_list("campaign_id", "money_on")
    for campaign_id, on, minor in rows.annotate(minor=Sum("money_minor")):
        add_to_purses(purses, campaign_id, on, minor)
    return purses


def add_to_purses(purses: dict[str, int], campaign_id: int | None, on: date, minor: int) -> None:
    for scope in Scope:
        name = purse(scope, campaign_id, on)
        purses[name] = purses.get(name, 0) + minor


def _line_days(since: datetime) -> dict[tuple[int, date], int]:
    counts: dict[tuple[int, date], int] = defaultdict(int)
    rows = _dispatches(since).filter(money_on=timezone.localdate(since), at__gte=since - timedelta(days=2), line_id__isnull=False)
    for line_id, on in _not_undone(rows, since, [EntryKind.NOT_SENT]).values_list("line_id", "money_on"):
        counts[line_id, on] += 1  # type: ignore[index]  # both are asked for above
    return counts


def _statuses(since: datetime) -> dict[int, str]:
    rows = FlightEntry.objects.filter(kind=EntryKind.CAMPAIGN, at__lt=since).order_by("id").values_list("campaign_id", "details")
    return {campaign_id: details["status"] for campaign_id, details in rows if campaign_id is not None}


def _stopped_at(since: datetime) -> datetime | None:
    last = FlightEntry.objects.filter(kind__in=[EntryKind.STOPPED, EntryKind.RESUMED], at__lt=since).order_by("-id").first()
    return last.at if last is not None and last.kind == EntryKind.STOPPED else None


# ---- evidence ---------------------------------------------------------------------------------------------------------------


def _evidence(entries: Sequence[Entry], numbers: Collection[str], since: datetime, until: datetime, *, waiting: tuple[Waiting, ...]) -> Evidence:
    dispatched = [entry for entry in entries if entry.kind is EntryKind.DISPATCH]
    facts = dict(_facts(dispatched))
    rules = _rules({one.rules for one in facts.values()})
    return Evidence(
        facts=facts,
        consents=_consents({entry.lead_id for entry in dispatched}, _consents_named(entries)),
        listed=_listed({*numbers, *(one.number for one in waiting)}),
        rules=rules,
        holidays={place: _calendar(*place, since, until) for place in _places(facts.values(), rules)},
        waiting=waiting,
    )


def _facts(dispatched: Sequence[Entry]) -> Iterator[tuple[int, Facts]]:
    """What the decisions read; of erased leads there are none any more."""
    sheets = {entry.details["decision_id"]: entry.details.get("rules", "") for entry in dispatched if entry.details.get("decision_id")}
    for some in _chunks(sheets):
        for pk, facts, phone in DialDecision.objects.filter(pk__in=some).values_list("pk", "facts", "call__lead__phone"):
            read = {name: facts.get(name, "") for name in ("purpose", "controller", "market", "time_zone")}
            yield pk, Facts(**read, zones_of_number=zones_of(phone), rules=sheets[pk])


def _consents_named(entries: Sequence[Entry]) -> dict[str, set[str]]:
    """By lead: the records that decisions were made on."""
    named: dict[str, set[str]] = defaultdict(set)
    for entry in entries:
        if entry.kind is EntryKind.DECISION and entry.details.get("consent_id"):
            named[entry.lead_id].add(entry.details["consent_id"])
    return named


def _consents(lead_ids: Collection[str], named: Mapping[str, set[str]]) -> dict[str, tuple[Consent, ...]]:
    """A record is never edited, so one that a decision named and that is gone was deleted at the end of its period: its lead is not there."""
    found: dict[str, list[Consent]] = {}
    ids: dict[str, set[str]] = defaultdict(set)
    for some in _chunks(UUID(lead_id) for lead_id in lead_ids if lead_id):
        found |= {str(pk): [] for pk in Lead.objects.filter(pk__in=some).values_list("pk", flat=True)}
        for row in ConsentRecord.objects.filter(lead__in=some):
            found[str(row.lead_id)].append(_consent(row))
            ids[str(row.lead_id)].add(str(row.pk))
    return {lead_id: tuple(records) for lead_id, records in found.items() if named.get(lead_id, set()) <= ids[lead_id]}


def _consent(row: ConsentRecord) -> Consent:
    return Consent(
        kind=row.kind,
        purpose=row.purpose,
        controller=row.controller,
        covers_automated_voice=row.covers_automated_voice,
        grade=row.grade,
        lawful_basis=row.lawful_basis,
        given_at=row.given_at,
        expires_at=row.expires_at,
        recorded_at=row.recorded_at,
    )


def _listed(numbers: Collection[str]) -> dict[str, tuple[Listed, ...]]:
    found: dict[str, list[Listed]] = defaultdict(list)
    for some in _chunks(numbers):
        for number, at in DoNotCallEntry.objects.filter(phone_digest__in=some).values_list("phone_digest", "entered_at"):
            found[number].append(Listed(at))
        taken_off = DoNotCallRemoval.objects.filter(phone_digest__in=some)
        for number, since, until in taken_off.values_list("phone_digest", "entered_at", "removed_at"):
            found[number].append(Listed(since, until))
    return {number: tuple(entries) for number, entries in found.items()}


def _rules(digests: Collection[str]) -> dict[str, Rules]:
    return {sheet.digest: _read_rules(sheet.content) for sheet in RuleSheet.objects.filter(pk__in=digests)}


def _read_rules(content: dict[str, Any]) -> Rules:
    windows = tuple(tuple((time.fromisoformat(opens), time.fromisoformat(closes)) for opens, closes in day) for day in content["windows"])
    sets = {name: frozenset(content[name]) for name in ("grades", "lawful_bases", "calendars")}
    days = frozenset(date.fromisoformat(day) for day in content["also_closed_on"])
    read: dict[str, Any] = {**content, **sets, "windows": windows, "also_closed_on": days}
    return Rules(**read)


def _places(facts: Iterable[Facts], rules: Mapping[str, Rules]) -> set[tuple[str, str]]:
    """Markets, and regions in them, whose holidays count."""
    return {(one.market, region) for one in facts if one.rules in rules for region in ("", *rules[one.rules].calendars)}


def _calendar(market: str, region: str, since: datetime, until: datetime) -> Calendar | None:
    """Straight from the library, not through the calendar that decisions use. In English, whose mark of an estimate is known."""
    try:
        found = holidays.country_holidays(market, subdiv=region or None, years=range(since.year - 1, until.year + 2), language="en_US")
    except NotImplementedError:
        return None
    estimated = {day for day, names in found.items() if all("estimated" in name for name in names.split("; "))}
    words: dict[date, list[Word]] = {day: [] for day in estimated} if not region else {}
    rows = HolidayConfirmation.objects.filter(market=market).order_by("confirmed_at", "pk") if not region else HolidayConfirmation.objects.none()
    for estimated_on, said_at, on in rows.values_list("estimated_on", "confirmed_at", "confirmed_on"):
        words.setdefault(estimated_on, []).append(Word(said_at, on))
    certain = frozenset(found) - estimated if not region else frozenset(found)
    return Calendar(certain, {day: tuple(said) for day, said in words.items()})


def _waiting(until: datetime) -> Iterator[Waiting]:
    """Calls that are queued still, for numbers whose entry nobody has finished with."""
    unswept = DoNotCallEntry.objects.filter(entered_at__lt=until, swept_at=None).values_list("phone_digest", "phone", "lead")
    for number, phone, lead_id in unswept.iterator(CHUNK):
        queued = Call.objects.filter(Q(lead=lead_id) | Q(lead__phone=phone), status=CallStatus.QUEUED)
        for call_id, campaign_id in queued.values_list("pk", "campaign_id"):
            yield Waiting(str(call_id), campaign_id, number)
