"""What some people of a list mean for the leads there are: who is new, who changes, whose consent is new, and which rows cannot be taken.

Reads (and, within a transaction, locks the leads it found); writes nothing. A few queries for each 500 people.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any, TypeAlias, TypeVar
from uuid import UUID, uuid4

from leads.compliance import ConsentKind
from leads.consent import ConsentClaim, NewConsent
from leads.entered_lead import LeadEntry
from leads.entry_refused import EntryRefused
from leads.import_columns import Columns
from leads.import_people import Person, person_of
from leads.import_rows import EnteredConsent, LeadRow, Rejected
from leads.lead_entry import given_values, new_values, refuse_another_person
from leads.models import ConsentRecord, Lead
from leads.said import N_

CHUNK = 500  # values of one query; SQLite takes 999 at least
_OF_THE_IMPORT = frozenset({"import", "row", "attested_at"})  # evidence that differs when the same list comes again
_WITHDRAWN = N_("This person took consent back. An attestation does not overrule that: only consent given since, with its day in a column given_at.")

_Content: TypeAlias = tuple[object, ...]
_T = TypeVar("_T")


@dataclass(slots=True)
class Plan:
    """`new` by field, as rows of the table. `n_repeated`: rows that say more about the person of an earlier row. Nothing here is saved yet."""

    new: list[dict[str, Any]] = field(default_factory=list)
    updated: list[Lead] = field(default_factory=list)
    n_unchanged: int = 0
    n_repeated: int = 0
    consents: list[NewConsent] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    taken: list[UUID] = field(default_factory=list)  # everybody of whom a row was taken, new or known


@dataclass(slots=True)
class _Held:
    """The consent that is on record for one lead."""

    contents: set[_Content] = field(default_factory=set)
    withdrawn: set[str] = field(default_factory=set)  # purposes


def plan_for(people: Sequence[Person], columns: Columns, *, import_id: int | None) -> Plan:
    """`import_id` is written into the evidence of new consent; None for a dry run."""
    by_phone = _by_phone(people, is_locking=import_id is not None)
    by_external_id = _by_external_id(people)
    held = _held(lead.pk for lead in by_phone.values())
    plan = Plan()
    for person in people:
        known = by_phone.get(person.phone.e164)
        external_id = person.entry.external_id
        held_here = held[known.pk] if known else _Held()
        rows, rejected = _taken(person, known, by_external_id.get(external_id) if external_id else None, held_here, columns)
        plan.rejected += rejected
        if rows:
            _add(plan, person if len(rows) == len(person.rows) else person_of(rows), known, held_here, import_id)
    return plan


def _taken(person: Person, known: Lead | None, by_external_id: Lead | None, held: _Held, columns: Columns) -> tuple[list[LeadRow], list[Rejected]]:
    """The person's rows that can be taken, and those that cannot."""
    mend = _another_person(person.entry, known, by_external_id)
    rows, rejected = [], []
    for row in person.rows:
        if mend and row.entry.external_id:
            rejected.append(Rejected(row.row.number, (columns.problem(row.row, "external_id", mend),)))
        elif row.consent is not None and _overrules(row.consent, held):
            rejected.append(Rejected(row.row.number, (columns.problem(row.row, "given_at", _WITHDRAWN),)))
        else:
            rows.append(row)
    return rows, rejected


def _another_person(entry: LeadEntry, known: Lead | None, by_external_id: Lead | None) -> str:
    try:
        refuse_another_person(known, by_external_id, entry.external_id)
    except EntryRefused as refused:
        return refused.message
    return ""


def _overrules(consent: EnteredConsent, held: _Held) -> bool:
    return consent.is_undated and consent.purpose.value in held.withdrawn and _content_of(consent) not in held.contents


def _add(plan: Plan, person: Person, known: Lead | None, held: _Held, import_id: int | None) -> None:
    plan.n_repeated += len(person.rows) - 1
    # Whose market was derived once keeps it, whatever the number plan says by now.
    lead_id, market = (known.pk, known.market) if known else (uuid4(), person.phone.region)
    plan.taken.append(lead_id)
    told = person.rows if known is None and len(person.rows) == 1 else [row for row in person.rows if _is_news(row.consent, held)]
    consents = [_new_consent(row, row.consent, lead_id, market, import_id) for row in told if row.consent is not None]
    plan.consents += consents
    if known is None:
        values = new_values(person.phone, person.entry, zone=person.rows[0].zone)
        plan.new.append(values | {"id": lead_id, "created_by_import_id": import_id})
    elif _bring_up_to_date(known, person.entry) or consents:
        plan.updated.append(known)
    else:
        plan.n_unchanged += 1


def _bring_up_to_date(lead: Lead, entry: LeadEntry) -> bool:
    """Whether anything changed. Each column of a list is a field of its own: custom fields that the list does not name stay."""
    given = given_values(entry)
    if "custom_fields" in given:
        given["custom_fields"] = {**lead.custom_fields, **given["custom_fields"]}
    changed = {name: value for name, value in given.items() if getattr(lead, name) != value}
    for name, value in changed.items():
        setattr(lead, name, value)
    return bool(changed)


def _new_consent(row: LeadRow, consent: EnteredConsent, lead_id: UUID, market: str, import_id: int | None) -> NewConsent:
    return NewConsent(lead_id, row.phone.e164, market, consent, {**consent.evidence, "import": import_id, "row": row.row.number})


def _is_news(consent: EnteredConsent | None, held: _Held) -> bool:
    if consent is None:
        return False
    content = _content_of(consent)
    if content in held.contents:
        return False
    held.contents.add(content)
    return True


def _content_of(record: ConsentClaim) -> _Content:
    """What makes it the same consent when the same list comes again, whoever sends it and whenever."""
    evidence = {name: value for name, value in record.evidence.items() if name not in _OF_THE_IMPORT}
    day: datetime | None = None if "day_not_stated" in evidence else record.given_at
    said = (record.purpose, record.controller, record.channel, record.wording, record.wording_version, record.language, record.source)
    worth = (record.covers_automated_voice, record.grade, record.lawful_basis, day, record.expires_at)
    return (*said, *worth, json.dumps(evidence, sort_keys=True))


# ---- looking up -------------------------------------------------------------------------------------------------------------------


def _by_phone(people: Sequence[Person], *, is_locking: bool) -> dict[str, Lead]:
    leads = Lead.objects.order_by("pk")
    if is_locking:
        leads = leads.select_for_update(no_key=True)  # a call may begin meanwhile
    return {lead.phone: lead for some in _chunks(person.phone.e164 for person in people) for lead in leads.filter(phone__in=some)}


def _by_external_id(people: Sequence[Person]) -> dict[str, Lead]:
    given = [person.entry.external_id for person in people if person.entry.external_id]
    return {str(lead.external_id): lead for some in _chunks(given) for lead in Lead.objects.filter(external_id__in=some)}


def _held(leads: Iterable[UUID]) -> defaultdict[UUID, _Held]:
    held: defaultdict[UUID, _Held] = defaultdict(_Held)
    for some in _chunks(leads):
        for record in ConsentRecord.objects.filter(lead__in=some).order_by():
            if record.kind == ConsentKind.GIVEN:
                held[record.lead_id].contents.add(_content_of(record))
            else:
                held[record.lead_id].withdrawn.add(record.purpose)
    return held


def _chunks(values: Iterable[_T]) -> Iterator[list[_T]]:
    rest = iter(values)
    while some := list(islice(rest, CHUNK)):
        yield some
