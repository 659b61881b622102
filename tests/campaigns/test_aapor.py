"""AAPOR's codes and rates, against figures worked out by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.aapor import CODES, Group, group_of, rates

G = Group


@pytest.mark.parametrize(
    ("code", "group"),
    [
        ("1.1", G.COMPLETE),
        ("1.2", G.PARTIAL),
        ("2.11", G.REFUSAL),
        ("2.12", G.REFUSAL),
        ("2.21", G.NON_CONTACT),
        ("2.34", G.OTHER),
        ("3.13", G.UNKNOWN_NUMBER),
        ("3.21", G.UNKNOWN_PERSON),
        ("3.9", G.UNKNOWN_PERSON),
        ("4.3", G.NOT_ELIGIBLE),
    ],
    ids=str,
)
def test_a_code_counts_as_what_the_standard_says(code, group):
    assert group_of(code) is group


def test_every_code_belongs_to_a_group():
    assert {group_of(code) for code in CODES} == set(G)


def test_a_code_that_is_none_is_not_counted_as_anything():
    with pytest.raises(KeyError):
        group_of("1.9")


def test_the_rates_of_a_small_survey():
    cases = {
        G.COMPLETE: 40,
        G.PARTIAL: 10,
        G.REFUSAL: 20,
        G.NON_CONTACT: 5,
        G.OTHER: 5,
        G.UNKNOWN_NUMBER: 15,
        G.UNKNOWN_PERSON: 5,
        G.NOT_ELIGIBLE: 20,
    }
    found = rates(cases)
    assert found.e == 0.8  # 80 eligible of 100 of whom it is known
    assert "CASRO" in found.e_is
    assert {name: rate and round(rate, 4) for name, rate in found.rates.items()} == {
        "RR1": 0.4,  # 40 of 100
        "RR2": 0.5,
        "RR3": 0.4167,  # 40 of 80 + 0.8 * 20
        "RR4": 0.5208,
        "RR5": 0.5,
        "RR6": 0.625,
        "COOP1": 0.5333,  # 40 of 75
        "REF1": 0.2,
        "CON1": 0.75,
    }


def test_of_nobody_there_are_no_rates():
    found = rates({})
    assert found.e is None and set(found.rates.values()) == {None}


@given(st.fixed_dictionaries({group: st.integers(0, 1000) for group in G}))
def test_rates_are_shares_and_the_honest_denominator_never_flatters(cases):
    found = {name: rate for name, rate in rates(cases).rates.items() if rate is not None}
    assert all(0 <= rate <= 1 for rate in found.values())
    if "RR5" in found:  # somebody is known to be eligible
        assert found["RR1"] <= found["RR3"] + 1e-12 and found["RR3"] <= found["RR5"] + 1e-12
