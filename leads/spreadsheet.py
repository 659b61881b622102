"""Files that people fill in a spreadsheet, read into rows of text; and rows written so that a spreadsheet runs nothing.

Pure: bytes in, rows out. A file is read to its end or refused with a word and the mend, so that nobody imports half of a broken one. Formulas are
never worked out: what they showed when the file was saved is taken.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any
from xml.etree.ElementTree import ParseError

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.formula import ArrayFormula, DataTableFormula

from leads.said import N_, sentence

MAX_BYTES = 64 * 2**20
MAX_UNPACKED_BYTES = 512 * 2**20  # what 500,000 rows of an .xlsx unpack to, twice over
MAX_ROWS = 500_000
MAX_COLUMNS = 200
_ZIP, _OLD_EXCEL, _PDF = b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")  # the stream in which an .xlsx with a password lies ([MS-OFFCRYPTO] 2.3.4.4)
_PIECE = 2**20
_NOT_IN_XLSX = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # XML 1.0, section 2.2
# Control characters that no text in any encoding of people's letters holds; UTF-16 is known by its mark before these are looked for.
_NO_TEXT = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_NO_SPREADSHEET = N_(
    "This is no spreadsheet, or it is damaged: it is neither .xlsx nor text. "
    "Open the list in a spreadsheet program and save it again, as .xlsx or as CSV UTF-8."
)
_DELIMITERS = ",;\t|"
_NAMED_DELIMITER = re.compile(r"sep=(.)\r?", re.IGNORECASE)  # Excel's own first line, which only it understands
_N_LINES_LOOKED_AT = 10
# A cell that a spreadsheet would run as a formula gets a quote in front (OWASP, CSV Injection, read 2026-11-22).
# A phone number begins with + and is none of these.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_TEXT_FORMULA = re.compile(r'^="([^"]*)"$')  # ="0712345678": how some programs keep a spreadsheet from eating the 0
FORMULA_MEND = N_("This cell holds a formula, not what it shows. Copy the column and paste it as values, then save again.")
_PHONE = re.compile(r"\+[1-9][0-9]{6,14}")
# What openpyxl lets through for a damaged file: it has no error of its own (found by changing bytes at random).
_DAMAGED = (
    zipfile.BadZipFile, zlib.error, ParseError, InvalidFileException, LookupError, ValueError, TypeError, AttributeError, EOFError, OSError,
    RuntimeError, OverflowError,
)  # fmt: skip


class Unreadable(Exception):
    """The file as a whole cannot be read; the message says why and what to do."""


class NotUtf8(Unreadable):
    """It is text, but in another encoding: whoever can show it to somebody may read it as Windows-1252 instead."""


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


@dataclass(frozen=True, slots=True)
class Sheet:
    """`remarks`: sentences about how it was read, for whoever decides what to make of it."""

    rows: list[Row]
    remarks: tuple[str, ...] = ()


def read_rows(content: bytes) -> list[Row]:
    """All rows with anything in them, CSV or XLSX by what the bytes are and not by the name. Raises Unreadable."""
    return read_sheet(content).rows


def read_sheet(content: bytes, *, is_shown: bool = False, at_most: int | None = None) -> Sheet:
    """The rows as by `read_rows`, the first `at_most` of them. `is_shown`: a person looks at them before anything is done, so text that is
    not UTF-8 is read as Windows-1252, with a remark. Raises Unreadable."""
    if len(content) > MAX_BYTES:
        n_mb, most = len(content) // 2**20, MAX_BYTES // 2**20
        raise Unreadable(sentence("The file has %(mb)s MB. Split it: at most %(most)s MB are read at once.", mb=n_mb, most=most))
    if content.startswith(_OLD_EXCEL):
        raise Unreadable(_word_for_old_excel(content))
    if content.startswith(_PDF):
        raise Unreadable(N_("This is a PDF. Save the list as .xlsx or as CSV UTF-8."))
    remarks: list[str] = []
    cells = _xlsx(content, remarks) if content.startswith(_ZIP) else _csv(_decoded(content, remarks, is_shown=is_shown))
    rows = list(islice(_rows(cells), at_most))
    return Sheet(rows, tuple(remarks))


def unpacked_bytes(content: bytes) -> int:
    """How much there is to read: of an .xlsx by its directory, more than which is never unpacked."""
    if not content.startswith(_ZIP):
        return len(content)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            return sum(part.file_size for part in parts.infolist())
    except _DAMAGED:
        return len(content)


def _word_for_old_excel(content: bytes) -> str:
    if _ENCRYPTED in content:
        return N_("This file has a password, so nothing in it can be read. Open it, take the password off (File, Info, Protect), and save it again.")
    return N_("This is an Excel file of the old kind (.xls), or one with a password. Save it as .xlsx without a password, or as CSV UTF-8.")


def _rows(read: Iterable[tuple[str, ...]]) -> Iterator[Row]:
    n_rows = 0
    for number, cells in enumerate(read, start=1):
        if not any(cells):
            continue
        width = len(cells) if cells[-1] else max(place for place, cell in enumerate(cells, start=1) if cell)
        if width > MAX_COLUMNS:
            raise Unreadable(
                sentence(
                    "Row %(number)s has %(n)s columns. At most %(most)s are read: is a quotation mark missing, or a line break?",
                    number=number,
                    n=width,
                    most=MAX_COLUMNS,
                )
            )
        n_rows += 1
        if n_rows > MAX_ROWS:
            raise Unreadable(sentence("The file has more than %(most)s rows. Split it.", most=f"{MAX_ROWS:,}"))
        yield Row(number, cells[:width])


def _csv(text: str) -> Iterator[tuple[str, ...]]:
    delimiter = _delimiter(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    is_first = True
    try:
        for cells in reader:
            is_named = is_first and _NAMED_DELIMITER.fullmatch(delimiter.join(cells))
            is_first = False
            yield () if is_named else tuple([_TEXT_FORMULA.sub(r"\1", cell) if is_formula(cell) else cell for cell in map(str.strip, cells)])
    except csv.Error as broken:
        raise Unreadable(
            sentence(
                "Line %(number)s cannot be read as CSV (%(why)s). Is a quotation mark missing? Save it again as CSV UTF-8.",
                number=reader.line_num,
                why=broken,
            )
        ) from broken


def _delimiter(text: str) -> str:
    """By the first line that has any: a title may stand above the headings."""
    lines = text.split("\n", _N_LINES_LOOKED_AT)[:_N_LINES_LOOKED_AT]
    if named := _NAMED_DELIMITER.fullmatch(lines[0]):
        return named[1]
    telling = next((line for line in lines if any(mark in line for mark in _DELIMITERS)), "")
    return max(_DELIMITERS, key=telling.count)


def _decoded(content: bytes, remarks: list[str], *, is_shown: bool) -> str:
    encoding = "utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as wrong:
        if _NO_TEXT.search(content):
            raise Unreadable(_NO_SPREADSHEET) from wrong
        line = content.count(b"\n", 0, wrong.start) + 1
        if is_shown:
            remarks.append(
                N_("This text is not UTF-8, so it is read as Windows-1252. Look at the names: if letters are wrong, save it as “CSV UTF-8”.")
            )
            return content.decode("cp1252", errors="replace")
        raise NotUtf8(
            sentence("Line %(number)s is not UTF-8, so names would be garbled. Save the file as “CSV UTF-8”, or as .xlsx.", number=line)
        ) from wrong
    if "\x00" in text:
        raise Unreadable(_NO_SPREADSHEET)
    return text


def _xlsx(content: bytes, remarks: list[str]) -> Iterator[tuple[str, ...]]:
    broken = N_("This .xlsx file cannot be read. Open it in a spreadsheet and save it again, as .xlsx or as CSV UTF-8.")
    try:
        _refuse_bomb(content)
        sheet, n_sheets = _first_sheet(content, is_saved_value=False)
        if sheet is None:
            raise Unreadable(broken)
        if n_sheets > 1:
            remarks.append(sentence("The file has %(n)s sheets. Only the first one, “%(title)s”, is read.", n=n_sheets, title=sheet.title))
        n_formulas, n_merged = _counted(content, sheet._worksheet_path, (b"<f>", b"<f "), (b"<mergeCell ",))
        if n_merged:
            remarks.append(
                sentence(
                    "%(n)s groups of cells are merged. Only the first cell of a group has the value, the others are empty: "
                    "unmerge them and fill the value down, if it is meant for all.",
                    n=n_merged,
                )
            )
        if not n_formulas:
            for cells in sheet.iter_rows(values_only=True):
                yield tuple(map(_as_text, cells))
            return
        remarks.append(
            sentence(
                "Cells with formulas: %(n)s. What each showed when the file was saved is taken; one that showed nothing is refused where it matters.",
                n=n_formulas,
            )
        )
        saved, _n_sheets = _first_sheet(content, is_saved_value=True)
        for cells, shown in zip(sheet.iter_rows(values_only=True), saved.iter_rows(values_only=True), strict=True):
            # Where no program worked it out, the formula itself comes, to be refused where it matters.
            yield tuple(_as_text(cell if value is None else value) for cell, value in zip(cells, shown, strict=True))
    except _DAMAGED as wrong:
        raise Unreadable(broken) from wrong


def _first_sheet(content: bytes, *, is_saved_value: bool) -> tuple[Any, int]:
    """None if there is none. Of a formula either its text, or the value that was saved with it."""
    workbook = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=is_saved_value, keep_links=False)
    if not workbook.worksheets:
        return None, 0
    workbook.worksheets[0].reset_dimensions()  # what the file says about its own size may be wrong
    return workbook.worksheets[0], len(workbook.worksheets)


def _counted(content: bytes, part: str, *wanted: tuple[bytes, ...]) -> list[int]:
    """How often each of the marks stands in one part of the zip, read in pieces; a mark between two pieces is found as well."""
    counts, rest = [0] * len(wanted), b""
    longest = max(len(mark) for marks in wanted for mark in marks) - 1
    with zipfile.ZipFile(io.BytesIO(content)) as parts, parts.open(part) as opened:
        while piece := opened.read(_PIECE):
            seen = rest + piece
            for place, marks in enumerate(wanted):
                counts[place] += sum(seen.count(mark) - rest.count(mark) for mark in marks)
            rest = seen[-longest:]
    return counts


def _refuse_bomb(content: bytes) -> None:
    """zipfile reads no more of a part than the size its directory states, however much more there is, so more than the stated sizes is never
    unpacked; a directory that understates them makes the file damaged (tested with one that lies)."""
    n_bytes = unpacked_bytes(content)
    if n_bytes > MAX_UNPACKED_BYTES:
        raise Unreadable(
            sentence("This .xlsx file unpacks to %(mb)s MB, which no list does. Copy the rows to a new file, or split it.", mb=n_bytes // 2**20)
        )


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
        case ArrayFormula() | DataTableFormula():
            return "="
    return str(cell)


def is_formula(cell: str) -> bool:
    return cell.startswith("=")


# ---- writing ----------------------------------------------------------------------------------------------------------------------


def harmless(text: str) -> str:
    """The cell as text for any spreadsheet: what would run as a formula gets a quotation mark in front."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) and not _PHONE.fullmatch(text) else text


def problems_csv(problems: Iterable[RowProblem], say: Callable[[str], str] = str) -> str:
    """The rows that were not taken, to be corrected and sent again. `say`: in the reader's language."""
    heading = [say(word) for word in (N_("row"), N_("column"), N_("value"), N_("what to do"))]
    return csv_text(heading, ([str(p.row), p.column, p.value, say(p.mend)] for p in problems))


def csv_text(heading: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """With a mark in front by which Excel knows UTF-8."""
    written = io.StringIO(newline="")
    writer = csv.writer(written)
    writer.writerow(heading)
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    return "\ufeff" + written.getvalue()


def xlsx_bytes(heading: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """Every cell is text, so that nothing is run and no digit of a number is cut off."""
    workbook, written = openpyxl.Workbook(write_only=True), io.BytesIO()
    sheet = workbook.create_sheet()
    for row in (heading, *rows):
        sheet.append([harmless(_NOT_IN_XLSX.sub("", cell)) for cell in row])
    workbook.save(written)
    return written.getvalue()
