"""The first row of a list is read as people write it."""

from __future__ import annotations

import pytest

from leads.import_columns import Columns, columns_of
from leads.spreadsheet import Row, Unreadable


def columns(*headings: str) -> Columns:
    return columns_of(Row(1, headings))


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("Phone No.", "phone"),
        ("Nambari ya simu", "phone"),
        ("FULL NAME", "name"),
        ("Jina", "name"),
        ("Nchi", "market"),
        ("Time-Zone", "time_zone"),
        ("lugha", "language"),
        ("Chanzo", "source"),
        ("CRM ID", "external_id"),
        ("Consent date", "given_at"),
        ("Tarehe ya idhini", "given_at"),
        ("opt-in", "consented"),
        ("Ushahidi", "evidence"),
    ],
)
def test_a_column_is_found_whatever_people_call_it(heading, field):
    assert columns("phone", heading).places[field] == (0 if field == "phone" else 1)


def test_the_very_name_goes_before_one_that_is_like_it():
    found = columns("Number", "Phone", "Mobile")

    assert found.places["phone"] == 1
    assert found.customs == {0: "Number", 2: "Mobile"}


def test_columns_that_nobody_knows_are_custom_fields_and_none_hides_another():
    found = columns("phone", "Seats", "note", "note", "")

    assert found.customs == {1: "Seats", 2: "note 3", 3: "note 4", 4: "column 5"}
    assert columns("phone", "note", "note", "note 2").customs == {3: "note 2", 1: "note 2 (2)", 2: "note 3"}


@pytest.mark.parametrize("heading", ["Company", "Organisation", "version", "ID"])
def test_what_may_be_about_the_person_is_not_taken_for_consent(heading):
    assert columns("phone", heading).customs == {1: heading}


def test_a_list_without_numbers_says_so():
    with pytest.raises(Unreadable, match="No column is called “phone”. The first row says: name, age. Name"):
        columns("name", "", "age")


def test_a_heading_that_no_database_keeps_is_refused():
    with pytest.raises(Unreadable, match="half a character"):
        columns("phone", "note \ud83d")


def test_a_problem_names_the_column_as_the_file_does():
    found = columns("Simu", "Jina")

    assert found.problem(Row(7, ("0712",)), "phone", "Mend.").column == "Simu"
    assert found.problem(Row(7, ("0712",)), "purpose", "Mend.").column == "purpose"
