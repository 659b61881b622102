"""An .xlsx file written a piece at a time, in order, without ever going back: so that a long list leaves as it is read, and is never held whole.

Pure: rows in, bytes out. openpyxl's own writer keeps the file on disk until its last row is known. ECMA-376 part 1: 18.3.1.4 (cells), 18.17.4.1
(dates are days since 1899-12-30).
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta, tzinfo
from typing import IO, Any, cast
from xml.sax.saxutils import escape

from leads.spreadsheet import harmless

TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_CHARACTERS = 32_767  # in a cell
EXACT = 10**15  # a larger number would be rounded: it stays text
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # XML 1.0, section 2.2
_DAY_NOUGHT = datetime(1899, 12, 30)
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_SHEET_TYPE}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_SHEET_TYPE}.worksheet+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{_SHEET_TYPE}.styles+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets><sheet name="results" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>',
    "xl/styles.xml": f'<styleSheet xmlns="{_MAIN}"><numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd hh:mm:ss"/></numFmts>'
    '<fonts count="1"><font/></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '</fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="2"><xf/><xf numFmtId="164" applyNumberFormat="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>',
}
_SHEET = "xl/worksheets/sheet1.xml"


class _Taken:
    """What was written since it was last taken. It cannot be sought in, so the archive never goes back."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, piece: bytes) -> int:
        self._pieces.append(bytes(piece))
        return len(piece)

    def flush(self) -> None:
        """Nothing is held back."""

    def take(self) -> bytes:
        taken, self._pieces = b"".join(self._pieces), []
        return taken


def xlsx_pieces(batches: Iterable[Sequence[Sequence[Any]]], zone: tzinfo) -> Iterator[bytes]:
    """One sheet: a piece for its beginning, one for each batch of rows, one for its end. Moments are shown on the clocks of `zone`.

    Text that a spreadsheet would run gets a quotation mark in front, as in CSV. None is an empty cell.
    """
    taken = _Taken()
    with zipfile.ZipFile(cast(IO[bytes], taken), "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in _PARTS.items():
            archive.writestr(name, _HEAD + part)
        with archive.open(_SHEET, "w", force_zip64=True) as sheet:
            sheet.write(f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetData>'.encode())
            yield taken.take()
            for batch in batches:
                sheet.write("".join(_row(row, zone) for row in batch).encode())
                yield taken.take()
            sheet.write(b"</sheetData></worksheet>")
    yield taken.take()


def _row(row: Sequence[Any], zone: tzinfo) -> str:
    return f"<row>{''.join(_cell(value, zone) for value in row)}</row>"


def _cell(value: Any, zone: tzinfo) -> str:
    if value is None or value == "":
        return "<c/>"
    if isinstance(value, bool):
        return f'<c t="b"><v>{int(value)}</v></c>'
    if isinstance(value, int | float) and abs(value) < EXACT:
        return f"<c><v>{value!r}</v></c>"
    if isinstance(value, date):
        return f'<c s="1"><v>{_days(value, zone)!r}</v></c>'
    text = harmless(_NOT_IN_XML.sub("", str(value)))[:MOST_CHARACTERS]
    return f'<c t="inlineStr"><is><t xml:space="preserve">{escape(text)}</t></is></c>'


def _days(value: date, zone: tzinfo) -> float:
    moment = value if isinstance(value, datetime) else datetime.combine(value, time())
    local = moment.astimezone(zone).replace(tzinfo=None) if moment.tzinfo else moment
    return (local - _DAY_NOUGHT) / timedelta(days=1)
