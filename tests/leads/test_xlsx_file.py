"""A spreadsheet opens, and holds what was put in, of the kind it was."""

from __future__ import annotations

from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pytest

from leads.xlsx_file import MOST_CHARACTERS, PIECE_BYTES, xlsx_pieces

NAIROBI = ZoneInfo("Africa/Nairobi")


def read_back(*batches: list[list[Any]]) -> list[tuple[Any, ...]]:
    workbook = openpyxl.load_workbook(BytesIO(b"".join(xlsx_pieces(batches, NAIROBI))))
    return list(workbook.active.iter_rows(values_only=True))


@pytest.mark.parametrize(
    ("value", "read"),
    [
        pytest.param("+254712345678", "+254712345678", id="a phone number stays text"),
        pytest.param("0712", "0712", id="digits that are text stay text"),
        pytest.param(60, 60, id="a whole number"),
        pytest.param(-3.25, -3.25, id="a number below nought keeps its sign"),
        pytest.param(10**15, "1000000000000000", id="a number that would be rounded is text"),
        pytest.param(True, True, id="yes or no"),
        pytest.param(None, None, id="nothing"),
        pytest.param("", None, id="empty"),
        pytest.param(datetime(2026, 11, 24, 7, 30, 15, tzinfo=UTC), datetime(2026, 11, 24, 10, 30, 15), id="a moment, on the clocks of the zone"),
        pytest.param(datetime(2026, 11, 24, 22, 0, tzinfo=UTC), datetime(2026, 11, 25, 1, 0), id="a moment of the next day there"),
        pytest.param(date(2026, 11, 24), datetime(2026, 11, 24), id="a day"),
        pytest.param("a <b> & \"c\" 'd'", "a <b> & \"c\" 'd'", id="what XML would read otherwise"),
        pytest.param("  spaces  ", "  spaces  ", id="spaces at the ends"),
        pytest.param("two\nlines", "two\nlines", id="a line break"),
        pytest.param("habari \U0001f600 ኢትዮጵያ", "habari \U0001f600 ኢትዮጵያ", id="any letters"),
        pytest.param("a\x00b\x1fc\ud800", "abc", id="what XML cannot hold is left out"),
        pytest.param("x" * 40_000, "x" * MOST_CHARACTERS, id="longer than a cell may be"),
    ],
)
def test_each_cell_comes_back_as_what_it_is(value, read):
    assert read_back([[value, "end"]]) == [(read, "end")]


@pytest.mark.parametrize("text", ["=HYPERLINK(1)", "+1+2", "-1", "@SUM(A1)", "\t=1"])
def test_what_a_spreadsheet_would_run_stays_text(text):
    assert read_back([[text]]) == [(f"'{text}",)]


def test_batches_follow_one_another_and_none_is_a_sheet_as_well():
    assert read_back([["a"], [1]], [], [[2]]) == [("a",), (1,), (2,)]
    assert read_back() == []


def test_a_large_one_leaves_in_pieces():
    pieces = list(xlsx_pieces(([[f"{n} {m}" for m in range(40)] for n in range(2000)] for _batch in range(2)), NAIROBI))
    assert len(pieces) > 3 and max(map(len, pieces)) == PIECE_BYTES
