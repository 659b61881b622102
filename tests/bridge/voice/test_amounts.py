"""Numbers as people write and say them, in English and Swahili."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.voice.amounts import read_amount
from bridge.voice.embedded.numbers import number_words


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("50000", 50_000),
        ("50,000", 50_000),
        ("50 000", 50_000),
        ("1,250,000", 1_250_000),
        ("50k", 50_000),
        ("1.5k", 1500),
        ("2 M", 2_000_000),
        ("0.5", 0.5),
        ("-3", -3),
        ("fifty thousand", 50_000),
        ("two hundred and fifty thousand", 250_000),
        ("a million", 1_000_000),
        ("elfu hamsini", 50_000),
        ("Elfu hamsini na tano", 55_000),
        ("elfu moja mia tano", 1500),
        ("elfu mbili na mia tano", 2500),
        ("elfu mia tano", 500_000),
        ("laki moja", 100_000),
        ("laki mbili na elfu hamsini", 250_000),
        ("milioni moja", 1_000_000),
        ("mia tatu na kumi na tano", 315),
        ("mia", 100),
        ("elfu", 1000),
        ("kumi na tano", 15),
        ("ishirini", 20),
        ("saba", 7),
    ],
)
def test_an_amount_is_read(text, amount):
    assert read_amount(text) == amount


@pytest.mark.parametrize(
    "text",
    [
        "",
        "many",
        "nan",
        "inf",
        "1e9",
        "50,00",
        "forty or fifty",
        "about fifty",
        "fifty shillings",
        "elfu hamsini au sitini",
        "hamsini elfu",
        "elfu elfu",
        "elfu tano milioni mbili",
        "na tano",
        "tano tano",
        "saba nane",
        "9" * 13,
    ],
)
def test_nothing_is_guessed(text):
    assert read_amount(text) is None


@given(st.integers(1, 999_999_999))
def test_every_amount_said_in_english_is_the_amount_read(amount):
    assert read_amount(number_words(amount)) == read_amount(f"{amount:,}") == read_amount(str(amount)) == amount


UNITS = ["moja", "mbili", "tatu", "nne", "tano", "sita", "saba", "nane", "tisa"]
TENS = ["kumi", "ishirini", "thelathini", "arobaini", "hamsini", "sitini", "sabini", "themanini", "tisini"]


def in_swahili(number: int) -> str:
    """Below a thousand."""
    hundreds, rest = divmod(number, 100)
    tens, unit = divmod(rest, 10)
    parts = [f"mia {UNITS[hundreds - 1]}"] if hundreds else []
    parts += [TENS[tens - 1]] if tens else []
    return " na ".join([*parts, *([UNITS[unit - 1]] if unit else [])])


@given(st.integers(1, 999))
def test_every_number_below_a_thousand_is_read_in_swahili_alone_and_counted_by_thousands(number):
    assert read_amount(in_swahili(number)) == number
    assert read_amount(f"elfu {in_swahili(number)}") == number * 1000


@given(st.text())
def test_no_text_breaks_it(text):
    assert read_amount(text) is None or isinstance(read_amount(text), int | float)
