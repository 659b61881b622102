"""The rows of a list of leads: each one a lead with its consent, or rejected with everything that is wrong with it and the mend.

Pure. No row is lost and none is guessed: a row is taken as a whole or not at all, and consent is never made stronger than the row says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache, partial
from typing import TypeAlias, TypeVar
from zoneinfo import ZoneInfo

from leads.compliance import ConsentGrade, ConsentKind, Json, LawfulBasis, Purpose
from leads.entered_lead import LeadEntry, checked_phone
from leads.entry_refused import EntryRefused
from leads.import_cells import as_instant, as_language, as_market, as_text, as_word, as_yes_no, names_of, too_long_words
from leads.import_columns import CONSENT_FIELDS, Columns, Layout, is_storable, laid_out
from leads.phone import Phone, likely_zone
from leads.said import N_, sentence
from leads.spreadsheet import FORMULA_MEND, Row, RowProblem, is_formula
from leads.zones import zone_named

CHANNEL_OF_ATTESTATION = "import attestation"
MAX_LINE, MAX_WORD, MAX_PARAGRAPHS = 200, 40, 20_000  # as REST takes them
_SPREADSHEET_ERRORS = frozenset({"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!"})
_PURPOSES = names_of(Purpose, masoko=Purpose.MARKETING, utafiti=Purpose.RESEARCH, survey=Purpose.RESEARCH, huduma=Purpose.SERVICE)
_GRADES, _BASES = names_of(ConsentGrade), names_of(LawfulBasis)
_as_purpose, _as_grade, _as_basis = partial(as_word, names=_PURPOSES), partial(as_word, names=_GRADES), partial(as_word, names=_BASES)
_as_line, _as_code, _as_paragraphs = (partial(as_text, longest=longest) for longest in (MAX_LINE, MAX_WORD, MAX_PARAGRAPHS))
_N_CONSENTS = 4096  # different ones of one list that are kept: a few megabytes
_MEND_PURPOSE = sentence(
    "Say what the consent is for: %(purposes)s. Or attest the consent of the whole list when you import it.", purposes=", ".join(Purpose)
)

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Attestation:
    """Somebody answers for it that the people on the list agreed. It fills in what a row leaves out, and its grade is the weakest."""

    by: str
    at: datetime
    purpose: Purpose
    controller: str
    channel: str = ""  # how they agreed
    wording: str = ""  # what they were shown or told, word for word
    covers_automated_voice: bool = False  # those words name automated or AI voice calls


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


_ConsentRead: TypeAlias = tuple[EnteredConsent | None, tuple[EntryRefused, ...]]
_ConsentOf: TypeAlias = Callable[[Mapping[str, str], LeadEntry, ZoneInfo | None], _ConsentRead]


def lead_rows(
    rows: Sequence[Row], *, market: str, attestation: Attestation | None, layout: Layout | None = None
) -> tuple[Columns, Iterator[LeadRow | Rejected]]:
    """One for each row below the headings. `market` (ISO 3166, or ""): the country of numbers written without one. Raises Unreadable."""
    columns, below = laid_out(rows, layout)
    consent_of = _consents(columns, attestation)
    return columns, (_lead_row(row, columns, market, consent_of) for row in below)


def _lead_row(row: Row, columns: Columns, market: str, consent_of: _ConsentOf) -> LeadRow | Rejected:
    unfit = tuple(_unfit_cells(row, columns))
    if unfit:
        return Rejected(row.number, unfit)
    reading = _Reading(columns.given(row), [])
    entry = _entry(reading, columns.customs_given(row))
    phone = _phone(reading, entry, market)
    zone = likely_zone(phone.e164) if phone is not None else ""
    # If the row is rejected for its number, its days are not at fault.
    clock = zone_named(entry.time_zone or zone) if phone is not None else ZoneInfo("UTC")
    consent, faults = consent_of(reading.cells, entry, clock)
    for fault in faults:
        reading.note(fault)
    if reading.faults or phone is None:
        return Rejected(row.number, tuple(columns.problem(row, fault.field, fault.message) for fault in reading.faults))
    return LeadRow(row, phone, zone, entry, consent)


def _unfit_cells(row: Row, columns: Columns) -> Iterator[RowProblem]:
    """What would be wrong in any column."""
    text = "\n" + "\n".join(row.cells)
    if len(row.cells) <= len(columns.headings) and "\n=" not in text and "\n#" not in text and is_storable(text):
        return  # most rows: nothing to be looked for cell by cell
    beyond = next((place for place, cell in enumerate(row.cells) if cell and place >= len(columns.headings)), None)
    if beyond is not None:
        mend = N_("This row is longer than the first. Is a quotation mark missing around a comma? Or name the column.")
        yield columns.problem_at(row, beyond, mend)
    for place, cell in enumerate(row.cells):
        if place in columns.ignored:
            continue
        if is_formula(cell):
            yield columns.problem_at(row, place, FORMULA_MEND)
        elif cell in _SPREADSHEET_ERRORS:
            yield columns.problem_at(row, place, N_("The spreadsheet could not work this cell out. Correct it, or empty it."))
        elif not is_storable(cell):
            unseen = replace(columns.problem_at(row, place, N_("This cell holds half a character. Write it again.")), value="")
            yield unseen  # no file could hold it


@dataclass(frozen=True, slots=True)
class _Reading:
    """One row while it is read: what is wrong is collected, so that a row is mended once and not fault by fault."""

    cells: Mapping[str, str]  # by field; empty ones are left out
    faults: list[EntryRefused]

    def note(self, refused: EntryRefused) -> None:
        """A fault of the same field is told once."""
        if all(fault.field != refused.field for fault in self.faults):
            self.faults.append(refused)

    def given(self, field: str, read: Callable[[str, str], _T]) -> _T | None:
        """None if the cell is empty: not given. None with a fault noted if it cannot be read."""
        cell = self.cells.get(field)
        if cell is None:
            return None
        try:
            return read(cell, field)
        except EntryRefused as refused:
            self.note(refused)
            return None


def _phone(reading: _Reading, entry: LeadEntry, market: str) -> Phone | None:
    try:
        return checked_phone(entry, region=market)
    except EntryRefused as refused:
        reading.note(refused)
        return None


def _entry(reading: _Reading, customs: Mapping[str, str]) -> LeadEntry:
    for name, cell in customs.items():
        if len(cell) > MAX_PARAGRAPHS:
            reading.faults.append(EntryRefused(name, too_long_words(len(cell), MAX_PARAGRAPHS)))
    return LeadEntry(
        phone=reading.cells.get("phone", ""),
        market=reading.given("market", as_market),
        time_zone=reading.given("time_zone", _as_line),
        external_id=reading.given("external_id", _as_line),
        name=reading.given("name", _as_line),
        language=reading.given("language", as_language),
        source=reading.given("source", _as_line),
        custom_fields=customs or None,
    )


# ---- consent ----------------------------------------------------------------------------------------------------------------------


def _consents(columns: Columns, attestation: Attestation | None) -> _ConsentOf:
    """Reads the consent of each row, and what is wrong with it. Rows that say the same share one: it is read once."""
    fields = [field for field in CONSENT_FIELDS if field in columns.places]
    # Where the list says who agreed, an attestation does not reach those it leaves out.
    is_for_all = attestation is not None and "consented" not in fields

    # An attested list holds one consent for every source; reading it for each of its rows took an eighth of the import (20,000 rows).
    @lru_cache(maxsize=_N_CONSENTS)
    def read(cells: tuple[str, ...], language: str, source: str, clock: ZoneInfo | None) -> _ConsentRead:
        reading = _Reading({field: cell for field, cell in zip(fields, cells, strict=True) if cell}, [])
        if reading.given("consented", as_yes_no) is False or not (reading.cells or is_for_all):
            return None, tuple(reading.faults)
        return _consent(reading, language, source, clock, attestation), tuple(reading.faults)

    return lambda cells, entry, clock: read(tuple([cells.get(field, "") for field in fields]), entry.language or "", entry.source or "", clock)


def _consent(reading: _Reading, language: str, source: str, clock: ZoneInfo | None, attestation: Attestation | None) -> EnteredConsent | None:
    """None with a fault noted if the row does not say enough."""
    grade = reading.given("grade", _as_grade) or ConsentGrade.ATTESTED
    if grade != ConsentGrade.ATTESTED:
        attestation = None  # it is no proof of anything stronger, and fills in nothing there
    purpose = _purpose(reading, attestation)
    given_at = reading.given("given_at", partial(as_instant, zone=clock))
    expires_at = reading.given("expires_at", partial(as_instant, zone=clock))
    basis = reading.given("lawful_basis", _as_basis) or LawfulBasis.CONSENT
    covers_automated_voice = reading.given("covers_automated_voice", as_yes_no)
    if covers_automated_voice is None:
        covers_automated_voice = attestation is not None and attestation.covers_automated_voice
    instant = given_at or (attestation.at if attestation else None)
    if instant is None and "given_at" not in reading.cells:
        reading.note(EntryRefused("given_at", N_("Say when consent was given, for example 2026-10-01.")))
    if purpose is None or instant is None:
        return None
    return EnteredConsent(
        purpose=purpose,
        controller=reading.given("controller", _as_line) or (attestation.controller if attestation else ""),
        channel=reading.given("channel", _as_code) or (attestation.channel or CHANNEL_OF_ATTESTATION if attestation else ""),
        given_at=instant,
        is_undated=given_at is None,
        expires_at=expires_at,
        wording=reading.given("wording", _as_paragraphs) or (attestation.wording if attestation else ""),
        wording_version=reading.given("wording_version", _as_code) or "",
        language=language,
        covers_automated_voice=covers_automated_voice,
        grade=grade,
        lawful_basis=basis,
        source=source,
        evidence=_evidence(reading, attestation, is_undated=given_at is None),
    )


def _purpose(reading: _Reading, attestation: Attestation | None) -> Purpose | None:
    if "purpose" in reading.cells:
        return reading.given("purpose", _as_purpose)
    if attestation is None:
        reading.note(EntryRefused("purpose", _MEND_PURPOSE))
    return attestation.purpose if attestation else None


def _evidence(reading: _Reading, attestation: Attestation | None, *, is_undated: bool) -> dict[str, Json]:
    """The proof that the row names, and who answers for it."""
    evidence: dict[str, Json] = {}
    reference = reading.given("evidence", _as_paragraphs)
    if reference:
        evidence["reference"] = reference
    if attestation is not None:
        evidence |= {"attested_by": attestation.by, "attested_at": attestation.at.isoformat()}
    if is_undated:
        evidence["day_not_stated"] = True
    return evidence
