from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.voice.embedded.numbers import find_numbers, number_words
from bridge.voice.embedded.words import split_words


def values(text: str) -> list[int]:
    return [span.value for span in find_numbers(split_words(text))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("zero", [0]),
        ("fifteen seats", [15]),
        ("twenty-five", [25]),
        ("a hundred", [100]),
        ("hundred", [100]),
        ("a hundred and twenty", [120]),
        ("one hundred twenty", [120]),
        ("two hundred and five people", [205]),
        ("a thousand", [1000]),
        ("two thousand three hundred and five", [2305]),
        ("nine hundred and ninety nine", [999]),
        ("about two dozen", [24]),
        ("half a dozen", [6]),
        ("a dozen", [12]),
        ("120 seats", [120]),
        ("2 hundred", [200]),
        ("fifteen or fifty", [15, 50]),
        ("one twenty", [1, 20]),
        ("forty and then sixty", [40, 60]),
        ("fifty thousand", [50_000]),
        ("two hundred thousand", [200_000]),
        ("two hundred and fifty thousand", [250_000]),
        ("one million two hundred thousand", [1_200_000]),
        ("3 million", [3_000_000]),
        ("50k", [50_000]),
        ("50 k", [50_000]),
        ("50,000", [50_000]),
        ("1,250,000 shillings", [1_250_000]),
        ("twenty grand", [20_000]),
        ("one thousand and two thousand", [1000, 2000]),
        ("forty or fifty thousand", [40, 50_000]),
        ("5 thousand 500", [5500]),
    ],
)
def test_it_reads_numbers_from_words_and_digits(text: str, expected: list[int]):
    assert values(text) == expected


@pytest.mark.parametrize("text", ["", "quite a few", "hundreds", "dozens", "a lot", "an army", "and and and"])
def test_it_finds_no_number_where_none_is_named(text: str):
    assert values(text) == []


@given(st.integers(min_value=0, max_value=999_999_999))
def test_every_number_said_is_the_number_read(number: int):
    assert values(number_words(number)) == [number]


@given(st.integers(min_value=100, max_value=999))
def test_the_word_and_may_be_left_out(number: int):
    assert values(number_words(number).replace(" and ", " ")) == [number]


@given(st.lists(st.sampled_from(["a", "one", "five", "twenty", "hundred", "thousand", "dozen", "and", "seats", "half", "7"]), max_size=12))
def test_spans_never_overlap_and_stay_inside_the_text(words: list[str]):
    spans = find_numbers(tuple(words))
    borders = [border for span in spans for border in (span.start, span.end)]
    assert borders == sorted(borders)
    assert all(0 <= span.start < span.end <= len(words) for span in spans)
