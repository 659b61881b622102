"""Files that people fill in a spreadsheet, read into rows of text; and rows written so that a spreadsheet runs nothing.

Pure: bytes in, rows out. A file is read to its end or refused with a word and the mend, so that nobody imports half of a broken one.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from xml.etree.ElementTree import ParseError

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

MAX_BYTES = 64 * 2**20
MAX_UNPACKED_BYTES = 512 * 2**20  # what 500,000 rows of an .xlsx unpack to, twice over
MAX_ROWS = 500_000
MAX_COLUMNS = 200
_ZIP, _OLD_EXCEL, _PDF = b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF"
# Control characters that no text in any encoding of people's letters holds; UTF-16 is known by its mark before these are looked for.
_NO_TEXT = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_NO_SPREADSHEET = (
    "This is no spreadsheet, or it is damaged: it is neither .xlsx nor text. "
    "Open the list in a spreadsheet program and save it again, as .xlsx or as CSV UTF-8."
)
_DELIMITERS = ",;\t|"
# A cell that a spreadsheet would run as a formula gets a quote in front (OWASP, CSV Injection, read 2026-11-22).
# A phone number begins with + and is none of these.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_TEXT_FORMULA = re.compile(r'^="([^"]*)"$')  # ="0712345678": how some programs keep a spreadsheet from eating the 0
FORMULA_MEND = "This cell holds a formula, not what it shows. Copy the column and paste it as values, then save again."
_PHONE = re.compile(r"\+[1-9][0-9]{6,14}")
# What openpyxl lets through for a damaged file: it has no error of its own (found by changing bytes at random).
_DAMAGED = (
    zipfile.BadZipFile, zlib.error, ParseError, InvalidFileException, LookupError, ValueError, TypeError, AttributeError, EOFError, OSError,
    RuntimeError, OverflowError,
)  # fmt: skip


class Unreadable(Exception):
    """The file as a whole cannot be read; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Row:
    """`number` counts as the spreadsheet does, the first row being 1."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RowProblem:
    """Why one row was not taken. `column` is the heading in the file."""

    row: int
    column: str
    value: str
    mend: str


# ---- reading ----------------------------------------------------------------------------------------------------------------------


def read_rows(content: bytes) -> list[Row]:
    """All rows with anything in them, CSV or XLSX by what the bytes are and not by the name. Raises Unreadable."""
    if len(content) > MAX_BYTES:
        raise Unreadable(f"The file has {len(content) // 2**20} MB. Split it: at most {MAX_BYTES // 2**20} MB are read at once.")
    if content.startswith(_OLD_EXCEL):
        raise Unreadable(
            "This is an Excel file of the old kind (.xls), or one with a password. Save it as .xlsx without a password, or as CSV UTF-8."
        )
    if content.startswith(_PDF):
        raise Unreadable("This is a PDF. Save the list as .xlsx or as CSV UTF-8.")
    rows: list[Row] = []
    for number, cells in enumerate(_xlsx(content) if content.startswith(_ZIP) else _csv(content), start=1):
        if not any(cells):
            continue
        width = len(cells) if cells[-1] else max(place for place, cell in enumerate(cells, start=1) if cell)
        if width > MAX_COLUMNS:
            raise Unreadable(f"Row {number} has {width} columns. At most {MAX_COLUMNS} are read: is a quotation mark missing, or a line break?")
        rows.append(Row(number, cells[:width]))
        if len(rows) > MAX_ROWS:
            raise Unreadable(f"The file has more than {MAX_ROWS:,} rows. Split it.")
    return rows


def _csv(content: bytes) -> Iterator[tuple[str, ...]]:
    text = _decoded(content)
    first = text.split("\n", 1)[0]
    delimiter = max(_DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for cells in reader:
            yield tuple([_TEXT_FORMULA.sub(r"\1", cell) if is_formula(cell) else cell for cell in map(str.strip, cells)])
    except csv.Error as broken:
        raise Unreadable(
            f"Line {reader.line_num} cannot be read as CSV ({broken}). Is a quotation mark missing? Save it again as CSV UTF-8."
        ) from broken


def _decoded(content: bytes) -> str:
    encoding = "utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as wrong:
        if _NO_TEXT.search(content):
            raise Unreadable(_NO_SPREADSHEET) from wrong
        line = content.count(b"\n", 0, wrong.start) + 1
        raise Unreadable(f"Line {line} is not UTF-8, so names would be garbled. Save the file as “CSV UTF-8”, or as .xlsx.") from wrong
    if "\x00" in text:
        raise Unreadable(_NO_SPREADSHEET)
    return text


def _xlsx(content: bytes) -> Iterator[tuple[str, ...]]:
    broken = "This .xlsx file cannot be read. Open it in a spreadsheet and save it again, as .xlsx or as CSV UTF-8."
    try:
        _refuse_bomb(content)
        workbook = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
        sheet = workbook.worksheets[0] if workbook.worksheets else None
        if sheet is None:
            raise Unreadable(broken)
        sheet.reset_dimensions()  # what the file says about its own size may be wrong
        for cells in sheet.iter_rows(values_only=True):
            yield tuple(map(_as_text, cells))
    except _DAMAGED as wrong:
        raise Unreadable(broken) from wrong


def _refuse_bomb(content: bytes) -> None:
    """zipfile reads no more of a part than the size its directory states, so the stated sizes can be trusted."""
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        unpacked_bytes = sum(part.file_size for part in parts.infolist())
    if unpacked_bytes > MAX_UNPACKED_BYTES:
        raise Unreadable(f"This .xlsx file unpacks to {unpacked_bytes // 2**20} MB, which no list does. Copy the rows to a new file, or split it.")


def _as_text(cell: Any) -> str:
    match cell:
        case None:
            return ""
        case str():
            return cell.replace("\x00", "").strip()
        case bool():
            return "yes" if cell else "no"
        case float() if cell.is_integer():
            return str(int(cell))
        case datetime() | date():
            return cell.isoformat()
    return str(cell)


def is_formula(cell: str) -> bool:
    return cell.startswith("=")


# ---- writing ----------------------------------------------------------------------------------------------------------------------


def harmless(text: str) -> str:
    """The cell as text for any spreadsheet: what would run as a formula gets a quotation mark in front."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) and not _PHONE.fullmatch(text) else text


def problems_csv(problems: Iterable[RowProblem]) -> str:
    """The rows that were not taken, to be corrected and sent again."""
    return csv_text(["row", "column", "value", "what to do"], ([str(p.row), p.column, p.value, p.mend] for p in problems))


def csv_text(heading: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """With a mark in front by which Excel knows UTF-8."""
    written = io.StringIO(newline="")
    writer = csv.writer(written)
    writer.writerow(heading)
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    return "\ufeff" + written.getvalue()
