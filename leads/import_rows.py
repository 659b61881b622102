"""The rows of a list of leads: each one a lead with its consent, or rejected with everything that is wrong with it and the mend.

Pure. No row is lost and none is guessed: a row is taken as a whole or not at all, and consent is never made stronger than the row says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from leads.compliance import ConsentGrade, ConsentKind, Json, LawfulBasis, Purpose
from leads.entered_lead import LeadEntry, checked_phone
from leads.entry_refused import EntryRefused
from leads.import_cells import as_instant, as_language, as_market, as_text, as_word, as_yes_no, names_of
from leads.import_columns import CONSENT_FIELDS, Columns, columns_of, is_storable
from leads.phone import Phone, likely_zone
from leads.spreadsheet import FORMULA_MEND, Row, RowProblem, Unreadable, is_formula
from leads.zones import zone_named

CHANNEL_OF_ATTESTATION = "import attestation"
MAX_LINE, MAX_WORD, MAX_PARAGRAPHS = 200, 40, 20_000  # as REST takes them
_SPREADSHEET_ERRORS = frozenset({"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!"})
_PURPOSES = names_of(Purpose, masoko=Purpose.MARKETING, utafiti=Purpose.RESEARCH, survey=Purpose.RESEARCH, huduma=Purpose.SERVICE)
_GRADES, _BASES = names_of(ConsentGrade), names_of(LawfulBasis)
_MEND_PURPOSE = f"Say what the consent is for: {', '.join(Purpose)}. Or attest the consent of the whole list when you import it."

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Attestation:
    """Somebody answers for it that the people on the list agreed. It fills in what a row leaves out, and its grade is the weakest."""

    by: str
    at: datetime
    purpose: Purpose
    controller: str


@dataclass(frozen=True, slots=True)
class EnteredConsent:
    """Consent as one row gives it. What it must hold to be worth its grade is decided in consent."""

    purpose: Purpose
    controller: str
    channel: str
    given_at: datetime
    is_undated: bool  # the row names no day: given_at is that of the attestation
    expires_at: datetime | None
    wording: str
    wording_version: str
    language: str
    covers_automated_voice: bool
    grade: ConsentGrade
    lawful_basis: LawfulBasis
    source: str
    evidence: Mapping[str, Json]
    kind: ConsentKind = ConsentKind.GIVEN


@dataclass(frozen=True, slots=True)
class LeadRow:
    row: Row
    phone: Phone
    zone: str  # the number's own, "" if it tells none
    entry: LeadEntry
    consent: EnteredConsent | None


@dataclass(frozen=True, slots=True)
class Rejected:
    """`problems` is never empty."""

    row: int
    problems: tuple[RowProblem, ...]


def lead_rows(rows: Sequence[Row], *, market: str, attestation: Attestation | None) -> tuple[Columns, Iterator[LeadRow | Rejected]]:
    """One for each row below the first. `market` (ISO 3166, or ""): the country of numbers written without one. Raises Unreadable."""
    if not rows:
        raise Unreadable("The file is empty.")
    columns = columns_of(rows[0])
    return columns, (_lead_row(row, columns, market, attestation) for row in rows[1:])


def _lead_row(row: Row, columns: Columns, market: str, attestation: Attestation | None) -> LeadRow | Rejected:
    unfit = tuple(_unfit_cells(row, columns))
    if unfit:
        return Rejected(row.number, unfit)
    reading = _Reading(row, columns, [])
    entry = _entry(reading)
    phone = reading.kept("phone", lambda: checked_phone(entry, region=market))
    zone = likely_zone(phone.e164) if phone is not None else ""
    # If the row is rejected for its number, its days are not at fault.
    clock = zone_named(entry.time_zone or zone) if phone is not None else ZoneInfo("UTC")
    consent = _consent(reading, entry, clock, attestation)
    if reading.faults or phone is None:
        return Rejected(row.number, tuple(columns.problem(row, fault.field, fault.message) for fault in reading.faults))
    return LeadRow(row, phone, zone, entry, consent)


def _unfit_cells(row: Row, columns: Columns) -> Iterator[RowProblem]:
    """What would be wrong in any column."""
    beyond = next((place for place, cell in enumerate(row.cells) if cell and place >= len(columns.headings)), None)
    if beyond is not None:
        yield columns.problem_at(row, beyond, "This row is longer than the first. Is a quotation mark missing around a comma? Or name the column.")
    for place, cell in enumerate(row.cells):
        if is_formula(cell):
            yield columns.problem_at(row, place, FORMULA_MEND)
        elif cell in _SPREADSHEET_ERRORS:
            yield columns.problem_at(row, place, "The spreadsheet could not work this cell out. Correct it, or empty it.")
        elif not is_storable(cell):
            unseen = replace(columns.problem_at(row, place, "This cell holds half a character. Write it again."), value="")
            yield unseen  # no file could hold it


@dataclass(frozen=True, slots=True)
class _Reading:
    """One row while it is read: what is wrong is collected, so that a row is mended once and not fault by fault."""

    row: Row
    columns: Columns
    faults: list[EntryRefused]

    def cell(self, field: str) -> str:
        return self.columns.cell(self.row, field)

    def kept(self, field: str, read: Callable[[], _T]) -> _T | None:
        """None with a fault noted; a fault of the same field is told once."""
        try:
            return read()
        except EntryRefused as refused:
            if all(fault.field != refused.field for fault in self.faults):
                self.faults.append(refused)
            return None

    def given(self, field: str, read: Callable[[str, str], _T]) -> _T | None:
        """None if the cell is empty: not given."""
        cell = self.cell(field)
        return self.kept(field, lambda: read(cell, field)) if cell else None

    def line(self, field: str, longest: int = MAX_LINE) -> str | None:
        return self.given(field, lambda cell, field: as_text(cell, field, longest))


def _entry(reading: _Reading) -> LeadEntry:
    customs = {name: cell for place, name in reading.columns.customs.items() if place < len(reading.row.cells) and (cell := reading.row.cells[place])}
    for name, cell in customs.items():
        if len(cell) > MAX_PARAGRAPHS:
            reading.faults.append(EntryRefused(name, f"This has {len(cell):,} characters. Shorten it to {MAX_PARAGRAPHS:,}."))
    return LeadEntry(
        phone=reading.cell("phone"),
        market=reading.given("market", as_market),
        time_zone=reading.line("time_zone"),
        external_id=reading.line("external_id"),
        name=reading.line("name"),
        language=reading.given("language", as_language),
        source=reading.line("source"),
        custom_fields=customs or None,
    )


# ---- consent ----------------------------------------------------------------------------------------------------------------------


def _consent(reading: _Reading, entry: LeadEntry, zone: ZoneInfo | None, attestation: Attestation | None) -> EnteredConsent | None:
    if not _speaks_of_consent(reading, attestation):
        return None
    grade = reading.given("grade", lambda cell, field: as_word(cell, field, _GRADES)) or ConsentGrade.ATTESTED
    if grade != ConsentGrade.ATTESTED:
        attestation = None  # it is no proof of anything stronger, and fills in nothing there
    purpose = _purpose(reading, attestation)
    given_at = reading.given("given_at", lambda cell, field: as_instant(cell, field, zone))
    expires_at = reading.given("expires_at", lambda cell, field: as_instant(cell, field, zone))
    basis = reading.given("lawful_basis", lambda cell, field: as_word(cell, field, _BASES)) or LawfulBasis.CONSENT
    covers_automated_voice = reading.given("covers_automated_voice", as_yes_no) or False
    instant = given_at or (attestation.at if attestation else None)
    if instant is None and not reading.cell("given_at"):
        reading.faults.append(EntryRefused("given_at", "Say when consent was given, for example 2026-10-01."))
    if purpose is None or instant is None:
        return None  # a fault is noted
    return EnteredConsent(
        purpose=purpose,
        controller=reading.line("controller") or (attestation.controller if attestation else ""),
        channel=reading.line("channel", MAX_WORD) or (CHANNEL_OF_ATTESTATION if attestation else ""),
        given_at=instant,
        is_undated=given_at is None,
        expires_at=expires_at,
        wording=reading.line("wording", MAX_PARAGRAPHS) or "",
        wording_version=reading.line("wording_version", MAX_WORD) or "",
        language=entry.language or "",
        covers_automated_voice=covers_automated_voice,
        grade=grade,
        lawful_basis=basis,
        source=entry.source or "",
        evidence=_evidence(reading, attestation, is_undated=given_at is None),
    )


def _speaks_of_consent(reading: _Reading, attestation: Attestation | None) -> bool:
    if reading.given("consented", as_yes_no) is False:
        return False
    if any(reading.cell(field) for field in CONSENT_FIELDS):
        return True
    # Where the list says who agreed, an attestation does not reach those it leaves out.
    return attestation is not None and "consented" not in reading.columns.places


def _purpose(reading: _Reading, attestation: Attestation | None) -> Purpose | None:
    if reading.cell("purpose"):
        return reading.given("purpose", lambda cell, field: as_word(cell, field, _PURPOSES))
    if attestation is None:
        reading.faults.append(EntryRefused("purpose", _MEND_PURPOSE))
    return attestation.purpose if attestation else None


def _evidence(reading: _Reading, attestation: Attestation | None, *, is_undated: bool) -> dict[str, Json]:
    """The proof that the row names, and who answers for it."""
    evidence: dict[str, Json] = {}
    reference = reading.line("evidence", MAX_PARAGRAPHS)
    if reference:
        evidence["reference"] = reference
    if attestation is not None:
        evidence |= {"attested_by": attestation.by, "attested_at": attestation.at.isoformat()}
    if is_undated:
        evidence["day_not_stated"] = True
    return evidence
