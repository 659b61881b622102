"""What the columns of a list seem to hold, and what is said about a choice that cannot be."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leads.import_columns import CUSTOM, IGNORED, Layout
from leads.import_mapping import country_guess, faults_of_layout, guesses_of, heading_row_of
from leads.import_order import ConsentSource, ImportOrder, as_json, from_json
from leads.import_rows import Attestation, LeadRow, Rejected, lead_rows
from leads.spreadsheet import Row, read_rows
from leads.words import Purpose

ASHA = "+254712123401"
MOSI = Attestation("Mosi", datetime(2026, 11, 24, 7, tzinfo=UTC), Purpose.MARKETING, "Acme Ltd", "paper form", "I agree.", True)


def rows_of(text: str) -> list[Row]:
    return read_rows(text.encode())


def fields_of(text: str) -> list[str]:
    rows = rows_of(text)
    return [guess.field for guess in guesses_of(rows, heading_row_of(rows))]


# ---- guesses ----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        pytest.param(f"Simu,Jina,Seats\n{ASHA},Asha,5\n", ["phone", "name", CUSTOM], id="by its heading, in Swahili too"),
        pytest.param(f"Who,Where to reach\nAsha,{ASHA}\n", [CUSTOM, "phone"], id="by its values"),
        pytest.param("0712123401,Asha\n0712123402,Baraka\n", ["phone", CUSTOM], id="no headings at all"),
        pytest.param(f"phone,phone\n{ASHA},{ASHA}\n", ["phone", CUSTOM], id="the same heading twice"),
        pytest.param(f"phone,what to mend,row in your file\n{ASHA},Digits are missing,7\n", ["phone", IGNORED, IGNORED], id="a file of ours, mended"),
        pytest.param("name,age\nAsha,31\n", ["name", CUSTOM], id="no number anywhere"),
    ],
)
def test_a_column_is_guessed(text, fields):
    assert fields_of(text) == fields


@pytest.mark.parametrize(
    ("text", "number"),
    [
        pytest.param(f"phone\n{ASHA}\n", 1, id="the first row"),
        pytest.param(f"Leads of November\n\nname,phone\nAsha,{ASHA}\n", 3, id="below a title"),
        pytest.param(f"{ASHA}\n", 0, id="none"),
        pytest.param("who,where\nAsha,Nakuru\n", 1, id="nothing known"),
        pytest.param("", 0, id="empty"),
    ],
)
def test_the_row_with_the_headings_is_found(text, number):
    assert heading_row_of(rows_of(text)) == number


def test_each_guess_comes_with_its_reason_and_the_first_values():
    phone, name, seats, again = guesses_of(rows_of(f"Simu,name,Seats,Seats\n{ASHA},Asha,,1\n{ASHA},,5,2\n{ASHA},B,6,3\n{ASHA},C,7,4\n"), 1)

    assert "usually hold this" in phone.reason and "says so" in name.reason
    assert (name.samples, seats.samples) == (("Asha", "B", "C"), ("5", "6", "7"))
    assert "Several columns have this heading" in again.reason


@pytest.mark.parametrize(
    ("numbers", "example", "market"),
    [
        pytest.param(["0712123401", "+254712123402"], "0712123401", "KE", id="the others tell"),
        pytest.param(["0712123401"], "0712123401", "", id="nobody tells"),
        pytest.param(["12", "+254712123402"], "", "KE", id="a few digits are a number nowhere"),
        pytest.param(["+254712123402", "+233231234504", "0712123401"], "0712123401", "", id="as many of one as of another"),
        pytest.param(["00254712123401", "+233231234504", "+254712123402"], "", "KE", id="every number names its country"),
    ],
)
def test_the_country_of_numbers_without_one_is_guessed_by_the_others(numbers, example, market):
    rows = [Row(place, (number,)) for place, number in enumerate(numbers, start=1)]
    guess = country_guess(rows, Layout(0, ("phone",)))
    assert (guess.example, guess.market, bool(guess.reason)) == (example, market, bool(market))


# ---- choices ----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        pytest.param(("name", CUSTOM), "No column holds the phone number", id="the number is missing"),
        pytest.param(("phone", "phone"), "Columns 1 and 2 are both to be “phone”", id="twice"),
        pytest.param(("phone", "shoe"), "no field “shoe”", id="not one of ours"),
    ],
)
def test_a_choice_that_cannot_be_is_told_with_its_mend(fields, word):
    [fault] = faults_of_layout(Layout(1, fields))
    assert word in fault


def test_several_columns_may_be_kept_or_left_out():
    assert faults_of_layout(Layout(1, ("phone", CUSTOM, CUSTOM, IGNORED, IGNORED))) == []


def test_rows_are_read_as_somebody_mapped_them_and_not_by_their_headings():
    rows = rows_of(f"Leads\nname,phone,other\n{ASHA},Asha,=1+1\n")
    columns, read = lead_rows(rows, market="", attestation=None, layout=Layout(2, ("phone", "name", IGNORED)))

    [row] = read
    assert isinstance(row, LeadRow)
    assert (row.phone.e164, row.entry.name, row.entry.custom_fields) == (ASHA, "Asha", None)
    assert columns.problem(row.row, "phone", "mend").column == "name"  # as the file calls it


def test_without_headings_a_column_is_called_by_its_place():
    columns, read = lead_rows(rows_of("12,Asha,x\n"), market="KE", attestation=None, layout=Layout(0, ("phone", "name", CUSTOM)))

    [rejected] = read
    assert isinstance(rejected, Rejected)
    assert (rejected.row, rejected.problems[0].column, columns.customs) == (1, "column 1", {2: "column 3"})


def test_an_attestation_fills_in_its_words_and_a_row_that_says_no_to_the_machine_keeps_its_no():
    text = f"phone,covers automated voice,wording\n{ASHA},,\n{ASHA},no,Call me.\n"
    _columns, read = lead_rows(rows_of(text), market="", attestation=MOSI)

    first, second = (row.consent for row in read)
    assert (first.wording, first.channel, first.covers_automated_voice) == ("I agree.", "paper form", True)
    assert (second.wording, second.channel, second.covers_automated_voice) == ("Call me.", "paper form", False)


# ---- the order --------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("attestation", [None, MOSI], ids=["the list says it", "attested"])
def test_an_order_is_the_same_after_it_was_kept(attestation):
    order = ImportOrder(Layout(3, ("phone", IGNORED)), "KE", ConsentSource.ATTESTED if attestation else ConsentSource.LIST, attestation)
    assert from_json(as_json(order)) == order


def test_consent_by_the_list_is_asked_about_again_when_its_columns_are_no_longer_read():
    order = ImportOrder(Layout(1, ("phone", "consented")), "", ConsentSource.LIST)
    assert order.with_layout(Layout(1, ("phone", "consented")), "KE").consent == ConsentSource.LIST
    assert order.with_layout(Layout(1, ("phone", IGNORED)), "KE").consent == ConsentSource.UNDECIDED


@given(st.lists(st.lists(st.text(max_size=12), min_size=1, max_size=4), min_size=1, max_size=6))
def test_whatever_stands_in_the_cells_each_column_gets_a_guess_and_each_row_an_answer(cells):
    rows = [Row(number, tuple(row)) for number, row in enumerate(cells, start=1)]
    heading_row = heading_row_of(rows)
    fields = tuple(guess.field for guess in guesses_of(rows, heading_row))
    if faults_of_layout(Layout(heading_row, fields)):
        assert "phone" not in fields
        return
    try:
        _columns, read = lead_rows(rows, market="KE", attestation=MOSI, layout=Layout(heading_row, fields))
    except Exception as refused:
        assert "half a character" in str(refused)
        return
    assert sum(1 for _each in read) == sum(row.number > heading_row for row in rows)


@given(st.one_of(st.from_regex(r"\+?[0-9 ()./-]{0,20}", fullmatch=True), st.text(max_size=30), st.floats().map(str), st.integers().map(str)))
def test_any_cell_in_the_column_of_numbers_is_a_number_or_has_a_mend(cell):
    _columns, [read] = lead_rows([Row(1, (cell,))], market="KE", attestation=None, layout=Layout(0, ("phone",)))
    if isinstance(read, Rejected):
        assert all(problem.mend.endswith((".", "?")) for problem in read.problems)
    else:
        assert read.phone.e164.startswith("+")
