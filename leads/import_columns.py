"""Which column of a list holds what. The first row is read leniently, in English and Swahili; what nobody knows becomes a custom field.

Pure.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from leads.headings import OURS, key_of, market_names, phone_names
from leads.said import N_, sentence
from leads.spreadsheet import Row, RowProblem, Unreadable

LEAD_FIELDS = ("phone", "name", "market", "time_zone", "language", "source", "external_id")
CONSENT_FIELDS = (
    "consented", "purpose", "given_at", "channel", "wording", "wording_version", "controller", "covers_automated_voice", "grade", "lawful_basis",
    "expires_at", "evidence",
)  # fmt: skip

# What a company's own columns are often called (company, organisation, version, id) is left alone: it is about the person, not the consent.
_OTHER_NAMES: Mapping[str, tuple[str, ...]] = {
    "name": ("full name", "contact name", "customer name", "client name", "jina", "jina kamili", "majina"),
    "time_zone": ("tz", "iana time zone", "saa za eneo", "ukanda wa saa"),
    "language": ("lang", "preferred language", "lugha"),
    "source": ("lead source", "list source", "data source", "chanzo"),
    "external_id": ("lead id", "crm id", "customer id", "client id", "reference", "ref", "kitambulisho cha mteja"),
    "consented": ("consent", "has consent", "consent given", "opt in", "opted in", "idhini", "ridhaa", "amekubali"),
    "purpose": ("consent purpose", "kusudi", "madhumuni", "lengo"),
    "given_at": (
        "consent given at", "consent date", "consent given on", "given on", "consented at", "opt in date", "tarehe ya idhini", "tarehe ya ridhaa",
    ),
    "channel": ("consent channel", "how given", "njia ya idhini"),
    "wording": ("consent wording", "consent text", "maneno ya idhini"),
    "wording_version": ("consent version", "toleo la maneno"),
    "controller": ("consent controller", "data controller", "organisation named", "organization named", "mdhibiti"),
    "covers_automated_voice": ("automated voice", "ai voice", "consent covers automated voice", "sauti ya mashine"),
    "grade": ("consent grade", "evidence grade"),
    "lawful_basis": ("legal basis", "msingi wa kisheria"),
    "expires_at": ("consent expires at", "consent expires", "expires on", "expiry date", "consent expiry", "mwisho wa idhini"),
    "evidence": ("consent evidence", "proof", "ushahidi"),
}  # fmt: skip

CUSTOM, IGNORED = "custom", "ignored"  # beside the fields: kept under its heading, or not read at all
_HALF_A_PAIR = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Columns:
    """`places` by field, counted from 0; `customs` by place, under the heading as it was written."""

    headings: tuple[str, ...]
    places: Mapping[str, int]
    customs: Mapping[int, str]
    ignored: frozenset[int] = frozenset()

    def cell(self, row: Row, field: str) -> str:
        place = self.places.get(field)
        return row.cells[place] if place is not None and place < len(row.cells) else ""

    def given(self, row: Row) -> dict[str, str]:
        """The row's cells by field; empty ones are left out."""
        cells = row.cells
        return {field: cell for field, place in self.places.items() if place < len(cells) and (cell := cells[place])}

    def customs_given(self, row: Row) -> dict[str, str]:
        cells = row.cells
        return {name: cell for place, name in self.customs.items() if place < len(cells) and (cell := cells[place])}

    def problem(self, row: Row, field: str, mend: str) -> RowProblem:
        """The column is named as the file names it; a field without a column by the name it should have."""
        heading = self.headings[self.places[field]] or f"column {self.places[field] + 1}" if field in self.places else field
        return RowProblem(row.number, heading, self.cell(row, field), mend)

    def problem_at(self, row: Row, place: int, mend: str) -> RowProblem:
        heading = self.headings[place] if place < len(self.headings) else ""
        return RowProblem(row.number, heading or f"column {place + 1}", row.cells[place], mend)


@dataclass(frozen=True, slots=True)
class Layout:
    """What somebody said about the columns: `heading_row` as the spreadsheet counts, 0 for none; `fields` by place (or CUSTOM, IGNORED)."""

    heading_row: int
    fields: tuple[str, ...]


def columns_of(heading: Row) -> Columns:
    """Raises Unreadable if no column holds numbers."""
    fields = fields_by_name(heading.cells)
    if "phone" not in fields:
        shown = ", ".join(filter(None, heading.cells[:10]))
        raise Unreadable(no_phone_words(shown))
    return _columns_by(heading.cells, fields)


def no_phone_words(headings: str) -> str:
    return sentence("No column is called “phone”. The first row says: %(headings)s. Name the column with the numbers “phone”.", headings=headings)


def laid_out(rows: Sequence[Row], layout: Layout | None) -> tuple[Columns, Sequence[Row]]:
    """The columns and the rows below their headings; without a layout the first row is the headings. Raises Unreadable."""
    if not rows:
        raise Unreadable(N_("The file is empty."))
    if layout is None:
        return columns_of(rows[0]), rows[1:]
    if layout.heading_row == 0:
        return _columns_by(("",) * len(layout.fields), layout.fields), rows
    place = next((place for place, row in enumerate(rows) if row.number == layout.heading_row), None)
    if place is None:
        raise Unreadable(sentence("Row %(number)s, which should hold the headings, is empty.", number=layout.heading_row))
    headings = rows[place].cells + ("",) * (len(layout.fields) - len(rows[place].cells))
    return _columns_by(headings, layout.fields), rows[place + 1 :]


def fields_by_name(headings: Sequence[str]) -> tuple[str, ...]:
    """What each column holds by its heading; no field twice."""
    keys = [key_of(cell) for cell in headings]
    found = {place: field for field in (*LEAD_FIELDS, *CONSENT_FIELDS) if (place := _place(keys, field)) is not None}
    return tuple(found.get(place) or (IGNORED if key in OURS else CUSTOM) for place, key in enumerate(keys))


def _columns_by(headings: tuple[str, ...], fields: Sequence[str]) -> Columns:
    if not all(map(is_storable, headings)):
        raise Unreadable(N_("The first row holds half a character. Write its headings again."))
    places = {field: place for place, field in enumerate(fields) if field not in (CUSTOM, IGNORED)}
    customs = [place for place, field in enumerate(fields) if field == CUSTOM]
    return Columns(headings, places, _custom_names(headings, customs), frozenset(place for place, field in enumerate(fields) if field == IGNORED))


def is_storable(cell: str) -> bool:
    """PostgreSQL keeps no half of a surrogate pair, and a damaged .xlsx may hold one."""
    return cell.isascii() or not _HALF_A_PAIR.search(cell)


def _place(keys: list[str], field: str) -> int | None:
    """A column of the very name goes before one that is called something like it."""
    exact = key_of(field)
    if exact in keys:
        return keys.index(exact)
    names = _names_of(field)
    return next((place for place, key in enumerate(keys) if key in names), None)


def _names_of(field: str) -> frozenset[str]:
    match field:
        case "phone":
            return phone_names()
        case "market":
            return market_names()
    return frozenset(key_of(name) for name in _OTHER_NAMES[field])


def _custom_names(headings: tuple[str, ...], places: list[int]) -> dict[int, str]:
    """Columns of one name, or without one, are told apart by their place, so that none hides another."""
    often = Counter(headings[place] for place in places)
    names = {place: headings[place] for place in places if headings[place] and often[headings[place]] == 1}
    for place in places:
        if place not in names:
            name = f"{headings[place] or 'column'} {place + 1}"
            names[place] = f"{name} (2)" if name in names.values() else name
    return names
