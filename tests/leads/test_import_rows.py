"""Each row of a list is a lead with its consent, or rejected with everything that is wrong with it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leads.compliance import ConsentGrade, LawfulBasis, Purpose
from leads.import_people import Person, people_of
from leads.import_rows import Attestation, LeadRow, Rejected, lead_rows
from leads.spreadsheet import Row, Unreadable
from tests.conftest import NOW
from tests.leads.facts import ACME

ASHA = "+254712123401"
MOSI = Attestation(by="Mosi", at=NOW, purpose=Purpose.MARKETING, controller=ACME)
CONSENT = {"purpose": "marketing", "given_at": "2026-10-01", "channel": "web form", "controller": ACME}


def read(*rows: dict[str, str], market: str = "", attestation: Attestation | None = None) -> list[Any]:
    headings = tuple(dict.fromkeys(name for row in rows for name in row))
    cells = [Row(n, tuple(row.get(name, "") for name in headings)) for n, row in enumerate(rows, start=2)]
    return list(lead_rows([Row(1, headings), *cells], market=market, attestation=attestation)[1])


def row(**cells: str) -> LeadRow:
    [found] = read({"phone": ASHA, **cells})
    assert isinstance(found, LeadRow), found
    return found


def wrong(**cells: str) -> list[tuple[str, str]]:
    """Column and mend of all that is wrong with one row."""
    [found] = read({"phone": ASHA, **cells})
    assert isinstance(found, Rejected), found
    return [(problem.column, problem.mend) for problem in found.problems]


def attested(**cells: str) -> Any:
    [found] = read({"phone": ASHA} | cells, attestation=MOSI)
    assert isinstance(found, LeadRow), found
    return found.consent


# ---- the lead ---------------------------------------------------------------------------------------------------------------------


def test_a_row_gives_what_its_columns_say_and_the_rest_as_custom_fields():
    found = row(Jina="Asha", market="ke", time_zone="Africa/Nairobi", lugha="sw-KE", source="fair", crm_id="7", Seats="5", note="")

    entry = found.entry
    assert (entry.name, entry.market, entry.time_zone, entry.language, entry.source, entry.external_id) == (
        "Asha",
        "KE",
        "Africa/Nairobi",
        "sw-KE",
        "fair",
        "7",
    )
    assert entry.custom_fields == {"Seats": "5"}


def test_an_empty_cell_gives_nothing():
    entry = row(name="", market="", time_zone="", source="", seats="").entry

    assert (entry.name, entry.market, entry.time_zone, entry.source, entry.custom_fields) == (None, None, None, None, None)


def test_a_number_without_its_country_belongs_to_the_market_of_the_row_or_else_of_the_list():
    first, second = read({"phone": "0712123401", "market": ""}, {"phone": "0712345678", "market": "ug"}, market="KE")

    assert (first.phone.e164, first.entry.market) == (ASHA, None)
    assert second.phone.e164 == "+256712345678"


@pytest.mark.parametrize(
    ("cells", "column", "word"),
    [
        pytest.param({"phone": "0712 345 678"}, "phone", "country is missing", id="no country"),
        pytest.param({"phone": "7.1E+08"}, "phone", "spreadsheet cut digits off", id="Excel"),
        pytest.param({"phone": "+254712123401 / +254712123402"}, "phone", "more than one number", id="two numbers"),
        pytest.param({"phone": ""}, "phone", "no number here", id="empty"),
        pytest.param({"name": "=A1&B1"}, "name", "formula", id="a formula"),
        pytest.param({"seats": "#REF!"}, "seats", "could not work this cell out", id="an error of the spreadsheet"),
        pytest.param({"name": "Asha \ud83d"}, "name", "half a character", id="half a surrogate pair"),
        pytest.param({"market": "Kenya"}, "market", "two letters", id="a country by its name"),
        pytest.param({"market": "UG"}, "market", "belongs to KE", id="another market than the number's"),
        pytest.param({"time_zone": "EAT"}, "time_zone", "Africa/Nairobi", id="a zone that is no place"),
        pytest.param({"language": "sw_KE"}, "language", "sw-KE", id="a language that is no code"),
        pytest.param({"name": "A" * 201}, "name", "Shorten it to 200", id="a long name"),
        pytest.param({"note": "A" * 20_001}, "note", "Shorten it to 20,000", id="a long custom field"),
    ],
)
def test_it_names_the_column_that_is_wrong_and_the_mend(cells, column, word):
    [(named, mend)] = wrong(**cells)

    assert named == column
    assert word in mend


def test_everything_that_is_wrong_with_a_row_is_told_at_once():
    told = wrong(phone="0712", market="Kenya", language="?", purpose="sales", given_at="1.10.2026", grade="good")

    assert sorted(column for column, _mend in told) == ["given_at", "grade", "language", "market", "phone", "purpose"]


def test_a_row_that_a_comma_has_shifted_is_rejected():
    [found] = list(lead_rows([Row(1, ("name", "phone")), Row(2, ("Juma", "Asha", ASHA))], market="", attestation=None)[1])

    assert "quotation mark" in found.problems[0].mend
    assert found.problems[0].column == "column 3"


def test_an_empty_file_says_so():
    with pytest.raises(Unreadable, match="empty"):
        lead_rows([], market="", attestation=None)


# ---- its consent ------------------------------------------------------------------------------------------------------------------


def test_a_row_without_a_word_of_consent_has_none():
    assert row(name="Asha").consent is None


def test_consent_is_what_the_row_says():
    consent = row(
        **CONSENT,
        wording="I agree.",
        wording_version="3",
        covers_automated_voice="Ndiyo",
        grade="Recorded",
        lawful_basis="legitimate interest",
        expires_at="2027-10-01",
        evidence="form 7",
        source="fair",
    ).consent

    assert consent is not None
    assert (consent.purpose, consent.controller, consent.channel, consent.wording, consent.wording_version) == (
        Purpose.MARKETING,
        ACME,
        "web form",
        "I agree.",
        "3",
    )
    assert (consent.covers_automated_voice, consent.grade, consent.lawful_basis) == (True, ConsentGrade.RECORDED, LawfulBasis.LEGITIMATE_INTEREST)
    assert (consent.source, consent.evidence, consent.is_undated) == ("fair", {"reference": "form 7"}, False)


@pytest.mark.parametrize(
    ("given_at", "instant"),
    [
        pytest.param("2026-10-01", datetime(2026, 9, 30, 21, tzinfo=UTC), id="a day begins at midnight in Nairobi"),
        pytest.param("2026-10-01T14:30:00", datetime(2026, 10, 1, 11, 30, tzinfo=UTC), id="as a spreadsheet keeps it"),
        pytest.param("2026-10-01 14:30", datetime(2026, 10, 1, 11, 30, tzinfo=UTC), id="as people write it"),
        pytest.param("2026-10-01T14:30:00Z", datetime(2026, 10, 1, 14, 30, tzinfo=UTC), id="with its zone"),
    ],
)
def test_a_day_is_read_by_the_clock_where_the_person_lives(given_at, instant):
    consent = row(**{**CONSENT, "given_at": given_at}).consent

    assert consent is not None
    assert consent.given_at == instant


def test_a_day_of_somebody_whose_zone_is_unknown_needs_one():
    [found] = read({"phone": "+243991234567", **CONSENT})

    assert [(problem.column, problem.value) for problem in found.problems] == [("given_at", "2026-10-01")]


@pytest.mark.parametrize("given_at", ["01/10/2026", "1.10.2026", "46000", "2026-13-01", "2026-02-30", "0001-01-01", "2026-W40", "yesterday"])
def test_a_day_that_could_be_another_is_none(given_at):
    [(column, mend)] = wrong(**{**CONSENT, "given_at": given_at})

    assert (column, "2026-10-01" in mend) == ("given_at", True)


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        pytest.param({"given_at": ""}, "given_at", id="no day"),
        pytest.param({"purpose": ""}, "purpose", id="no purpose"),
        pytest.param({"covers_automated_voice": "maybe"}, "covers_automated_voice", id="neither yes nor no"),
        pytest.param({"grade": "strong"}, "grade", id="a grade of their own"),
        pytest.param({"lawful_basis": "because"}, "lawful_basis", id="no lawful basis"),
        pytest.param({"channel": "w" * 41}, "channel", id="a long channel"),
    ],
)
def test_consent_that_cannot_be_read_rejects_the_row(cells, column):
    assert [named for named, _mend in wrong(**{**CONSENT, **cells})] == [column]


def test_an_attestation_is_of_the_weakest_grade_and_says_who_and_when():
    consent = attested(name="Asha")

    assert (consent.grade, consent.purpose, consent.controller, consent.channel) == ("attested", "marketing", ACME, "import attestation")
    assert consent.evidence == {"attested_by": "Mosi", "attested_at": NOW.isoformat(), "day_not_stated": True}
    assert (consent.given_at, consent.covers_automated_voice) == (NOW, False)


def test_an_attestation_fills_in_what_a_row_leaves_out_and_nothing_else():
    consent = attested(given_at="2026-10-01", controller="Beta Ltd", covers_automated_voice="yes")

    assert (consent.purpose, consent.controller, consent.is_undated, consent.covers_automated_voice) == ("marketing", "Beta Ltd", False, True)


def test_an_attestation_is_no_proof_of_a_stronger_grade():
    consent = attested(grade="written", given_at="2026-10-01", purpose="marketing", wording="I agree.")
    [unsaid] = read({"phone": ASHA, "grade": "written", "wording": "I agree.", "evidence": "scan 7"}, attestation=MOSI)

    assert (consent.controller, consent.channel, consent.evidence) == ("", "", {})  # so it is refused where grades are judged
    assert [problem.column for problem in unsaid.problems] == ["purpose", "given_at"]


@pytest.mark.parametrize(("cell", "has_consent"), [("yes", True), ("ndiyo", True), ("no", False), ("Hapana", False), ("", False)])
def test_an_attestation_does_not_reach_those_who_did_not_agree(cell, has_consent):
    first, _other = read({"phone": ASHA, "consent": cell}, {"phone": "+254712123402", "consent": "yes"}, attestation=MOSI)

    assert (first.consent is not None) is has_consent


def test_rows_that_say_the_same_share_one_consent_and_others_keep_their_own():
    others = [{"source": "web"}, {"language": "sw-KE"}, {"time_zone": "Africa/Lagos"}, {"given_at": "2026-10-02"}]
    cells = {"phone": ASHA, "source": "fair", "language": "en-KE", "time_zone": "Africa/Nairobi", "given_at": "2026-10-01"}
    first, again, *different = read(
        cells, cells | {"phone": "+254712123402", "name": "Baraka"}, *(cells | other for other in others), attestation=MOSI
    )

    assert again.consent is first.consent
    assert [found.consent for found in different] == [attested(**(cells | other)) for other in others]


def test_what_is_wrong_with_consent_is_told_in_every_row_that_has_it():
    found = read(*[{"phone": ASHA, **CONSENT, "grade": "gold"}] * 3)

    assert [[problem.column for problem in each.problems] for each in found] == [["grade"]] * 3


@pytest.mark.parametrize("cell", ["a=b", "https://example.org/?a=1#top", "Ünal #2", "line\n=2"])
def test_a_sign_within_a_cell_is_neither_a_formula_nor_an_error(cell):
    assert row(Remark=cell).entry.custom_fields == {"Remark": cell}


def test_a_yes_alone_is_no_consent():
    assert [column for column, _mend in wrong(consent="yes")] == ["purpose", "given_at"]


# ---- rows put together ------------------------------------------------------------------------------------------------------------


def people(*rows: dict[str, str]) -> tuple[list[Person], list[Rejected]]:
    headings = tuple(dict.fromkeys(name for each in rows for name in each))
    cells = [Row(n, tuple(each.get(name, "") for name in headings)) for n, each in enumerate(rows, start=2)]
    columns, found = lead_rows([Row(1, headings), *cells], market="KE", attestation=None)
    return people_of(found, columns)


def test_a_later_row_counts_and_what_it_leaves_out_stays():
    [person], rejected = people({"phone": ASHA, "name": "Asha", "source": "fair", "a": "1"}, {"phone": "0712123401", "name": "Asha Juma", "b": "2"})

    assert (person.entry.name, person.entry.source, person.entry.custom_fields) == ("Asha Juma", "fair", {"a": "1", "b": "2"})
    assert (len(person.rows), rejected) == (2, [])


@pytest.mark.parametrize(
    "second",
    [
        pytest.param({"phone": "+254712123402", "external_id": "1"}, id="one id, two numbers"),
        pytest.param({"phone": ASHA, "external_id": "2"}, id="one number, two ids"),
    ],
)
def test_a_row_that_means_two_people_is_rejected_and_names_the_other(second):
    [person], [rejected] = people({"phone": ASHA, "external_id": "1"}, second)

    assert (len(person.rows), rejected.row, rejected.problems[0].column) == (1, 3, "external_id")
    assert "Row 2" in rejected.problems[0].mend


CELL = st.one_of(
    st.sampled_from([ASHA, "0712123402", "0712", "", "=1", "#N/A", "yes", "no", "marketing", "2026-10-01", "KE", "1", "2", ACME, "written"]),
    st.text(max_size=6),
)
_OF_THE_LEAD = ["phone", "name", "market", "time_zone", "language", "external_id", "seats", ""]
HEADING = st.sampled_from([*_OF_THE_LEAD, "consent", *CONSENT, "grade", "expires_at"])


@given(st.lists(HEADING, min_size=1, max_size=8), st.lists(st.lists(CELL, min_size=1, max_size=9), max_size=8), st.booleans())
def test_no_row_is_lost(headings, cells, is_attested):
    rows = [Row(n, tuple(each)) for n, each in enumerate([["phone", *headings], *cells], start=1)]

    columns, read_rows = lead_rows(rows, market="KE", attestation=replace(MOSI) if is_attested else None)
    found, rejected = people_of(read_rows, columns)

    taken = [each.row.number for person in found for each in person.rows]
    assert sorted([*taken, *(each.row for each in rejected)]) == [each.number for each in rows[1:]]
    assert all(each.problems for each in rejected)
    assert len({person.phone.e164 for person in found}) == len(found)
