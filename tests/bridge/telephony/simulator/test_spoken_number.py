from __future__ import annotations

import pytest

from bridge.telephony.simulator.spoken_number import numbers_in


@pytest.mark.parametrize(
    ("sentence", "numbers"),
    [
        pytest.param("Fifty seats, is that right?", {50}, id="word"),
        pytest.param("50 seats, is that right?", {50}, id="digits"),
        pytest.param("1,200 seats", {1200}, id="digits with a comma"),
        pytest.param("Twenty five, is that right?", {25}, id="two words"),
        pytest.param("Twenty-five seats", {25}, id="hyphen"),
        pytest.param("One hundred and twenty seats", {120}, id="hundred and"),
        pytest.param("a hundred seats", {100}, id="a hundred"),
        pytest.param("two thousand five hundred", {2500}, id="thousands"),
        pytest.param("three hundred thousand", {300_000}, id="hundred thousand"),
        pytest.param("fifteen or fifty?", {15, 50}, id="two numbers"),
        pytest.param("five and six", {5, 6}, id="and between numbers"),
        pytest.param("a handful of seats", set(), id="no number"),
        pytest.param("", set(), id="nothing"),
    ],
)
def test_it_reads_numbers_as_people_say_them(sentence: str, numbers: set[int]) -> None:
    assert numbers_in(sentence) == numbers
