from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.voice.embedded.numbers import number_words
from bridge.voice.embedded.timelines import find_timelines
from bridge.voice.embedded.words import split_words


def days(text: str) -> list[int]:
    return [span.days for span in find_timelines(split_words(text))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("right away", [0]),
        ("as soon as possible please", [0]),
        ("tomorrow", [1]),
        ("next week", [7]),
        ("in a couple of weeks", [14]),
        ("in three weeks", [21]),
        ("next month", [30]),
        ("in about two months", [60]),
        ("next quarter", [90]),
        ("within half a year", [182]),
        ("in a year", [365]),
        ("next year", [365]),
        ("in 10 days", [10]),
        ("next week or next month", [7, 30]),
    ],
)
def test_it_reads_spans_of_time_as_days(text: str, expected: list[int]):
    assert days(text) == expected


@pytest.mark.parametrize("text", ["", "sometime", "in january", "by the end of the year", "a few weeks", "soon", "forty seats"])
def test_it_finds_none_where_no_span_is_named(text: str):
    assert days(text) == []


@pytest.mark.parametrize(("text", "is_explicit"), [("now", False), ("today", False), ("in two weeks", True), ("next month", True)])
def test_only_named_units_are_explicit(text: str, is_explicit: bool):
    assert [span.is_explicit for span in find_timelines(split_words(text))] == [is_explicit]


@given(st.integers(min_value=1, max_value=999), st.sampled_from([("days", 1), ("weeks", 7), ("months", 30), ("years", 365)]))
def test_any_number_of_units_counts(number: int, unit: tuple[str, int]):
    assert days(f"in {number_words(number)} {unit[0]}") == [number * unit[1]]
