"""Files as people really send them: read to the end, or refused with a word and the mend."""

from __future__ import annotations

import csv
import io
import random
import tracemalloc
import zipfile
from datetime import date, datetime
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leads import spreadsheet
from leads.spreadsheet import Row, RowProblem, Unreadable, csv_text, harmless, problems_csv, read_rows, read_sheet, unpacked_bytes, xlsx_bytes


def xlsx(*rows: list[Any]) -> bytes:
    workbook, kept = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        workbook.active.append(row)
    workbook.save(kept)
    return kept.getvalue()


def cells(content: bytes) -> list[tuple[str, ...]]:
    return [row.cells for row in read_rows(content)]


# ---- CSV --------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"phone,name\n0712,Asha\n", id="comma"),
        pytest.param(b"phone;name\r\n0712;Asha\r\n", id="semicolon, as Excel writes it in many countries"),
        pytest.param(b"phone\tname\n0712\tAsha", id="tab, no line break at the end"),
        pytest.param(b"\xef\xbb\xbfphone,name\n0712,Asha\n", id="UTF-8 with a mark"),
        pytest.param("phone,name\n0712,Asha\n".encode("utf-16"), id="UTF-16"),
        pytest.param(b'phone, name \n"0712"," Asha "\n', id="blanks around"),
        pytest.param(b"\n\nphone,name\n,\n0712,Asha\n", id="empty rows"),
    ],
)
def test_it_reads_csv_as_it_comes(content):
    assert cells(content) == [("phone", "name"), ("0712", "Asha")]


def test_rows_are_counted_as_the_spreadsheet_counts_them():
    assert [row.number for row in read_rows(b"phone\n\n0712\n")] == [1, 3]


def test_a_line_break_within_quotation_marks_belongs_to_the_cell():
    assert read_rows(b'phone,note\n0712,"two\nlines"\n')[1] == Row(2, ("0712", "two\nlines"))


def test_a_number_that_a_program_kept_as_text_by_a_formula_is_read():
    assert cells(b'phone,name\n="0712123401",Asha\n')[1] == ("0712123401", "Asha")


@pytest.mark.parametrize(
    ("content", "word"),
    [
        pytest.param("name\nÉtienne".encode("cp1252"), "Line 2 is not UTF-8", id="another encoding"),
        pytest.param(b'phone,name\n0712,"Asha\n', "quotation mark", id="a quotation mark that never ends"),
        pytest.param(b"phone\x00\x01\x02", "no spreadsheet", id="a program"),
        pytest.param(random.Random(7).randbytes(4000), "no spreadsheet.* Open the list .* save it again", id="noise"),
        pytest.param(b"\x89PNG\r\n\x1a\n\x00\x00\xff", "no spreadsheet", id="a picture"),
        pytest.param("phone\n0712\n".encode("utf-16")[:-1], "no spreadsheet", id="UTF-16 that breaks off"),
        pytest.param(b"%PDF-1.7 \xff", "This is a PDF", id="PDF"),
        pytest.param(b"\xd0\xcf\x11\xe0\xa1\xb1", "old kind", id="xls, or an xlsx with a password"),
        pytest.param(b"PK\x03\x04 and nothing", "save it again", id="half an xlsx"),
        pytest.param(b"," * 300 + b"x", "columns", id="too wide"),
    ],
)
def test_a_file_that_is_none_is_refused_with_the_mend(content, word):
    with pytest.raises(Unreadable, match=word):
        read_rows(content)


@pytest.mark.parametrize(("limit", "value"), [("MAX_BYTES", 5), ("MAX_ROWS", 1)])
def test_a_file_that_is_too_large_is_refused(monkeypatch, limit, value):
    monkeypatch.setattr(spreadsheet, limit, value)
    with pytest.raises(Unreadable, match="Split it"):
        read_rows(b"phone\n0712\n0713\n")


@given(st.binary(max_size=300))
def test_whatever_is_in_a_file_it_is_rows_or_a_word(content):
    try:
        rows = read_rows(content)
    except Unreadable as refused:
        assert str(refused).endswith((".", "?"))
    else:
        assert all(any(row.cells) for row in rows)


# ---- XLSX -------------------------------------------------------------------------------------------------------------------------


def test_it_reads_an_xlsx_by_what_it_is_and_not_by_its_name():
    content = xlsx(["phone", "name", "given_at", "age", "ok"], [254712123401, "Asha", datetime(2026, 11, 20, 9), 31.5, True])

    assert cells(content) == [("phone", "name", "given_at", "age", "ok"), ("254712123401", "Asha", "2026-11-20T09:00:00", "31.5", "yes")]


def test_a_number_kept_as_a_float_loses_its_tail_and_a_date_gets_midnight():
    assert cells(xlsx([712123401.0, date(2026, 11, 20)])) == [("712123401", "2026-11-20T00:00:00")]


def test_empty_cells_and_rows_of_an_xlsx_are_counted_but_not_read():
    assert read_rows(xlsx(["phone", None, "name"], [None], ["0712", None, "Asha"])) == [Row(1, ("phone", "", "name")), Row(3, ("0712", "", "Asha"))]


def test_a_formula_comes_as_its_text_so_that_it_can_be_refused_where_it_matters():
    assert cells(xlsx(["=1+1"])) == [("=1+1",)]


def test_a_zip_bomb_is_refused_before_it_is_unpacked(monkeypatch):
    monkeypatch.setattr(spreadsheet, "MAX_UNPACKED_BYTES", 10_000_000)
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("xl/worksheets/sheet1.xml", b"0" * 20_000_000)
    assert len(bomb.getvalue()) < 30_000

    with pytest.raises(Unreadable, match="unpacks to 19 MB"):
        read_rows(bomb.getvalue())


def test_a_zip_of_something_else_is_refused():
    other = io.BytesIO()
    with zipfile.ZipFile(other, "w") as parts:
        parts.writestr("word/document.xml", "<a/>")

    with pytest.raises(Unreadable, match="save it again"):
        read_rows(other.getvalue())


@pytest.mark.parametrize("keep", [0.3, 0.6, 0.95])
def test_an_xlsx_that_was_cut_off_is_refused(keep):
    whole = xlsx(*([f"+25471212{n:04}", f"name {n}"] for n in range(200)))

    with pytest.raises(Unreadable, match="save it again"):
        read_rows(whole[: int(len(whole) * keep)])


WHOLE = xlsx(*([f"+25471212{n:04}", f"name {n}", n, 3.5] for n in range(60)))


@given(st.lists(st.tuples(st.integers(0, len(WHOLE) - 1), st.integers(0, 255)), min_size=1, max_size=4))
def test_an_xlsx_with_bytes_changed_is_rows_or_a_word(changes):
    damaged = bytearray(WHOLE)
    for place, byte in changes:
        damaged[place] = byte
    try:
        rows = read_rows(bytes(damaged))
    except Unreadable as unreadable:
        assert str(unreadable).endswith(".")
    else:
        assert all(isinstance(cell, str) for row in rows for cell in row.cells)


# ---- writing ----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cell", ["=HYPERLINK(1)", "+1+1", "-2", "@SUM(A1)", "\t=1", "+254712123401,=1"])
def test_a_formula_is_written_as_text(cell):
    assert harmless(cell) == "'" + cell


@pytest.mark.parametrize("cell", ["+254712123401", "Asha", "", "07-12"])
def test_a_number_and_a_name_stay_as_they_are(cell):
    assert harmless(cell) == cell


def test_rows_that_were_not_taken_are_written_with_what_to_do():
    text = problems_csv([RowProblem(7, "Simu", "=1+1", "Write digits, “0712…”.")])

    assert text.startswith("\ufeff")
    assert list(csv.reader(io.StringIO(text[1:]))) == [["row", "column", "value", "what to do"], ["7", "Simu", "'=1+1", "Write digits, “0712…”."]]


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=20), min_size=1, max_size=5))
def test_what_is_written_starts_no_formula_in_any_cell(row):
    [written] = list(csv.reader(io.StringIO(csv_text([], [row])[1:])))[1:]
    assert not any(cell.startswith(("=", "@", "-", "\t", "\r")) for cell in written)


# ---- files as managers have them --------------------------------------------------------------------------------------------------


def with_part(content: bytes, name: str, change) -> bytes:
    """The same .xlsx with one part rewritten."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as parts, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as out:
        for part in parts.infolist():
            text = parts.read(part)
            out.writestr(part.filename, change(text) if part.filename == name else text)
    return made.getvalue()


FIRST_SHEET = "xl/worksheets/sheet1.xml"


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"sep=;\r\nphone;name\r\n0712;Asha\r\n", id="Excel's own line about the delimiter"),
        pytest.param(b"Leads of November\nphone\tname\n0712\tAsha\n", id="a title above, then tabs"),
    ],
)
def test_the_delimiter_is_found_below_a_line_that_has_none(content):
    assert cells(content)[-2:] == [("phone", "name"), ("0712", "Asha")]


def test_the_line_about_the_delimiter_is_no_row_and_is_counted():
    assert read_rows(b"sep=;\nphone;name\n") == [Row(2, ("phone", "name"))]


def test_text_of_windows_is_read_where_somebody_looks_at_it_first():
    sheet = read_sheet("phone;name\n0712;Étienne – Zoë\n".encode("cp1252"), is_shown=True)

    assert sheet.rows[1].cells == ("0712", "Étienne – Zoë")
    assert "Windows-1252" in sheet.remarks[0]


def test_a_file_with_a_password_says_so():
    with pytest.raises(Unreadable, match="has a password.* save it again"):
        read_rows(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + "EncryptedPackage".encode("utf-16-le") + bytes(96))


def test_of_a_formula_what_it_showed_is_taken_and_nothing_is_worked_out():
    saved = with_part(
        xlsx(["phone", "name"], ["=CONCATENATE(1,2)", "=1+1"]),
        FIRST_SHEET,
        lambda text: text.replace(b"<f>CONCATENATE(1,2)</f><v></v>", b"<f>CONCATENATE(1,2)</f><v>254712123401</v>").replace(
            b"<f>CONCATENATE(1,2)</f><v />", b"<f>CONCATENATE(1,2)</f><v>254712123401</v>"
        ),
    )

    sheet = read_sheet(saved)

    assert sheet.rows[1].cells == ("254712123401", "=1+1")  # the second was never worked out by anybody, and is refused later
    told = "Cells with formulas: 2. What each showed when the file was saved is taken; one that showed nothing is refused where it matters."
    assert sheet.remarks == (told,)


def test_merged_cells_and_further_sheets_are_told():
    workbook, kept = openpyxl.Workbook(), io.BytesIO()
    for row in (["phone", "town"], ["0712", "Nakuru"], ["0713", None]):
        workbook.active.append(row)
    workbook.active.merge_cells("B2:B3")
    workbook.create_sheet("old ones")
    workbook.save(kept)

    sheet = read_sheet(kept.getvalue())

    assert sheet.rows[2].cells == ("0713",)
    assert [remark.split()[0:3] for remark in sheet.remarks] == [["The", "file", "has"], ["1", "groups", "of"]]


def test_only_as_many_rows_are_read_as_are_wanted():
    assert [row.number for row in read_sheet(xlsx(["phone"], ["0712"], [None], ["0713"], ["0714"]), at_most=3).rows] == [1, 2, 4]


def test_a_directory_that_lies_about_the_sizes_unpacks_no_more_than_it_says():
    bomb = with_part(xlsx(["phone"], ["0712"]), FIRST_SHEET, lambda text: b" " * 200_000_000 + text)
    true_size = (200_000_000 + len(zipfile.ZipFile(io.BytesIO(xlsx(["phone"], ["0712"]))).read(FIRST_SHEET))).to_bytes(4, "little")
    assert bomb.count(true_size) == 2  # in the part's own head and in the directory
    lying = bomb.replace(true_size, (5000).to_bytes(4, "little"))
    tracemalloc.start()
    try:
        with pytest.raises(Unreadable, match="save it again"):
            read_rows(lying)
        _now, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert most < 30_000_000


def test_a_million_empty_rows_are_passed_over():
    rows = b"".join(b'<row r="%d"/>' % number for number in range(3, 100_001)) + b'<row r="1048576"><c r="A1048576" t="str"><v>0713</v></c></row>'
    emptied = with_part(xlsx(["phone"], ["0712"]), FIRST_SHEET, lambda text: text.replace(b"</sheetData>", rows + b"</sheetData>"))

    assert [row.number for row in read_rows(emptied)] == [1, 2, 1_048_576]


def test_how_much_there_is_to_read_is_known_beforehand():
    assert unpacked_bytes(b"phone\n") == 6
    assert unpacked_bytes(WHOLE) > len(WHOLE)
    assert unpacked_bytes(b"PK\x03\x04 no zip") == 11


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.just("=1+1"), min_size=1, max_size=4))
def test_every_cell_of_an_xlsx_that_is_written_is_text_and_none_is_a_formula(row):
    workbook = openpyxl.load_workbook(io.BytesIO(xlsx_bytes(["heading"], [row])))
    written = list(workbook.worksheets[0].iter_rows(min_row=2))
    assert all(cell.data_type == "s" for line in written for cell in line if cell.value is not None)


def test_a_number_keeps_its_plus_and_its_zeros_in_an_xlsx_that_is_written():
    content = xlsx_bytes(["phone", "note"], [["+254712123401", "=1+1"], ["0712123401", "\x00\x0b"]])
    assert cells(content) == [("phone", "note"), ("+254712123401", "'=1+1"), ("0712123401",)]
