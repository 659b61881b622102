"""Numbers as people see them who may not see numbers: hardly anything is left, in whatever text they stand."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leads.masking import mask_number, mask_numbers_in

ASHA = "+254712123678"
E164 = st.from_regex(r"\+[1-9][0-9]{6,14}", fullmatch=True)
AROUND = st.text(st.characters(blacklist_characters="0123456789", blacklist_categories=["Cs"]), max_size=20)


def masked(text: str, *, somebodys: set[str] = frozenset(), ours: tuple[str, ...] = ()) -> str:  # type: ignore[assignment]
    return mask_numbers_in(text, known=lambda digits: {f"+{each}" for each in digits} & somebodys, ours=lambda: ours)


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        pytest.param("+254712345678", "+254 7•• ••• 678", id="Kenya"),
        pytest.param("+2348012345678", "+234 8•• ••• •67 8", id="Nigeria, a digit longer"),
        pytest.param("+12025550123", "+1 2•• ••• •12 3", id="a country of one digit"),
        pytest.param("123", "•••", id="no number"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_a_number_keeps_its_country_its_first_and_its_last_digits(number, shown):
    assert mask_number(number) == shown


@given(E164)
def test_at_least_two_digits_of_every_number_are_hidden(number):
    assert mask_number(number).count("•") >= 2


@given(E164, AROUND, AROUND)
def test_a_number_with_a_plus_stands_in_no_text(number, before, after):
    assert number.lstrip("+") not in masked(f"{before}{number}{after}")


@given(E164, AROUND, AROUND)
def test_the_digits_of_somebodys_number_stand_in_no_text(number, before, after):
    assert number.lstrip("+") not in masked(f"{before}{number.lstrip('+')}{after}", somebodys={number})


@pytest.mark.parametrize("plus", ["+", "%2B", "%2b", "&#43;", "&#x2B;", "&plus;", "\\u002B"])
def test_a_plus_is_known_however_it_is_written(plus):
    assert masked(f"tel:{plus}254712123678 ") == "tel:+254 7•• ••• 678 "


def test_our_own_numbers_stay():
    assert masked("from +254711000111 to +254712123678", ours=("+254711000111",)) == "from +254711000111 to +254 7•• ••• 678"


@given(st.text())
def test_text_without_long_runs_of_digits_stays_as_it_is(text):
    if not re.search(r"\d{7}", text):
        assert masked(text, somebodys={ASHA}) == text


def test_an_id_that_is_nobodys_number_stays():
    assert masked("/call/12345678-0000-4000-8000-123456789012/ 1732446000000") == "/call/12345678-0000-4000-8000-123456789012/ 1732446000000"


def test_nobody_is_asked_about_a_text_without_digits():
    def not_asked(*_what: object) -> set[str]:
        raise AssertionError("asked for nothing")

    assert mask_numbers_in("Asha wants 60 seats", known=not_asked, ours=not_asked) == "Asha wants 60 seats"
