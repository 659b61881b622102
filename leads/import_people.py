"""The rows of one list put together by number: one person each, as if the rows had been sent one after the other.

Pure. What a later row gives counts, what it leaves out stays; so the same list twice ends where it ended once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace

from leads.entered_lead import LeadEntry
from leads.import_columns import Columns
from leads.import_rows import LeadRow, Rejected
from leads.phone import Phone
from leads.said import sentence


@dataclass(frozen=True, slots=True)
class Person:
    """`rows` is never empty."""

    phone: Phone
    entry: LeadEntry
    rows: tuple[LeadRow, ...]


def people_of(read: Iterable[LeadRow | Rejected], columns: Columns) -> tuple[list[Person], list[Rejected]]:
    """In the order of the list. A row whose external id means another number, or whose number has another one, is rejected."""
    rejected: list[Rejected] = []
    by_phone: dict[str, list[LeadRow]] = {}
    owners: dict[str, LeadRow] = {}  # of external ids
    ids: dict[str, LeadRow] = {}  # by number: the row that gave it its external id
    for each in read:
        if isinstance(each, Rejected):
            rejected.append(each)
            continue
        mend = _conflict(each, owners, ids)
        if mend:
            rejected.append(Rejected(each.row.number, (columns.problem(each.row, "external_id", mend),)))
            continue
        if each.entry.external_id:
            owners.setdefault(each.entry.external_id, each)
            ids.setdefault(each.phone.e164, each)
        by_phone.setdefault(each.phone.e164, []).append(each)
    return [person_of(rows) for rows in by_phone.values()], rejected


def person_of(rows: Sequence[LeadRow]) -> Person:
    """Of rows with one number; at least one."""
    entry = rows[0].entry
    for row in rows[1:]:
        entry = _brought_up_to_date(entry, row.entry)
    return Person(rows[0].phone, entry, tuple(rows))


def _conflict(row: LeadRow, owners: dict[str, LeadRow], ids: dict[str, LeadRow]) -> str:
    external_id = row.entry.external_id
    if not external_id:
        return ""
    owner = owners.get(external_id)
    if owner is not None and owner.phone.e164 != row.phone.e164:
        return sentence(
            "Row %(number)s has this external id with another number. One person has one number: correct one of the rows.", number=owner.row.number
        )
    earlier = ids.get(row.phone.e164)
    if earlier is not None and earlier.entry.external_id != external_id:
        return sentence("Row %(number)s has this number with another external id. Keep one of them.", number=earlier.row.number)
    return ""


def _brought_up_to_date(entry: LeadEntry, later: LeadEntry) -> LeadEntry:
    given = {field.name: value for field in fields(later) if (value := getattr(later, field.name)) is not None}
    if entry.custom_fields and later.custom_fields:
        given["custom_fields"] = {**entry.custom_fields, **later.custom_fields}
    return replace(entry, **given)
