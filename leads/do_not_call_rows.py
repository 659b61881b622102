"""The rows of a file of numbers that must not be called: heading found leniently, each row a listing or a problem with its mend.

Pure. A register often comes as bare numbers without a heading; then the first column holds them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from leads.headings import key_of, market_names, phone_names
from leads.import_columns import no_phone_words
from leads.phone import PhoneProblem, to_e164
from leads.said import N_
from leads.spreadsheet import FORMULA_MEND, Row, RowProblem, Unreadable, is_formula

_NAMES = {
    "phone": phone_names(),
    "market": market_names(),
    "reason": frozenset({"reason", "why", "note", "notes", "remark", "remarks", "comment", "sababu", "maelezo"}),
}
MAX_REASON = 500


@dataclass(frozen=True, slots=True)
class Listing:
    """One number to be put on the list, in E.164."""

    phone: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class _Columns:
    phone: int
    market: int | None
    reason: int | None
    heading: str


def listings_of(rows: Sequence[Row], *, market: str) -> Iterator[Listing | RowProblem]:
    """`market` (ISO 3166, or ""): the country of numbers written without one. Raises Unreadable if no column holds numbers."""
    columns = _columns(rows, market)
    is_bare = columns.heading == ""
    for row in rows if is_bare else rows[1:]:
        yield _listing(row, columns, market)


def _columns(rows: Sequence[Row], market: str) -> _Columns:
    if not rows:
        raise Unreadable(N_("The file is empty."))
    found = {name: _place(rows[0].cells, names) for name, names in _NAMES.items()}
    phone = found["phone"]
    if phone is not None:
        return _Columns(phone, found["market"], found["reason"], rows[0].cells[phone])
    if not isinstance(to_e164(rows[0].cells[0], region=market), PhoneProblem):
        return _Columns(0, None, None, "")
    headings = ", ".join(filter(None, rows[0].cells[:10]))
    raise Unreadable(no_phone_words(headings))


def _place(cells: Iterable[str], names: frozenset[str]) -> int | None:
    return next((place for place, cell in enumerate(cells) if key_of(cell) in names), None)


def _listing(row: Row, columns: _Columns, market: str) -> Listing | RowProblem:
    typed = _cell(row, columns.phone)
    if is_formula(typed):
        return RowProblem(row.number, columns.heading or "phone", typed, FORMULA_MEND)
    phone = to_e164(typed, region=_cell(row, columns.market).upper() or market)
    if isinstance(phone, PhoneProblem) and not phone.e164:  # a toll-free number may be listed, too
        return RowProblem(row.number, columns.heading or "phone", typed, phone.mend)
    return Listing(phone.e164, _cell(row, columns.reason)[:MAX_REASON])


def _cell(row: Row, place: int | None) -> str:
    return row.cells[place] if place is not None and place < len(row.cells) else ""
