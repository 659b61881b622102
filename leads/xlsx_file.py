"""An .xlsx file of many rows, written by openpyxl row by row into a file of its own and sent from there: never held whole in memory.

openpyxl can give nothing away before it knows the last row, so a long list takes its time to begin; CSV begins at once.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, tzinfo
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from leads.spreadsheet import harmless

TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_CHARACTERS = 32_767  # in a cell
EXACT = 10**15  # a larger number would be rounded: it stays text
PIECE_BYTES = 1 << 16


def xlsx_pieces(batches: Iterable[Sequence[Sequence[Any]]], zone: tzinfo) -> Iterator[bytes]:
    """One sheet. Moments are shown on the clocks of `zone`; text that a spreadsheet would run gets a quotation mark in front, as in CSV."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("results")
    for batch in batches:
        for row in batch:
            sheet.append([_cell(value, zone) for value in row])
    with tempfile.TemporaryFile() as file:
        book.save(file)
        file.seek(0)
        while piece := file.read(PIECE_BYTES):
            yield piece


def _cell(value: Any, zone: tzinfo) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(zone).replace(tzinfo=None)
    if value is None or isinstance(value, bool | date) or (isinstance(value, int | float) and abs(value) < EXACT):
        return value
    return harmless(ILLEGAL_CHARACTERS_RE.sub("", str(value)).encode("utf-8", "ignore").decode())[:MOST_CHARACTERS]
