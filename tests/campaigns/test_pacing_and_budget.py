"""How many calls may start, and what each may cost at worst."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.budget import PRICES, Price, bridged_minor, may_reserve, minutes_begun, price_on, worst_case_minor
from campaigns.pacing import Load, calls_to_start

PRICE = Price(date(2026, 1, 1), call_minor=300, stream_minor=50)


@pytest.mark.parametrize(
    ("campaign", "line", "server_room", "n"),
    [
        (Load(2, 5), Load(0, 10), 50, 3),
        (Load(0, 5), Load(9, 10), 50, 1),
        (Load(0, 5), Load(0, 10), 2, 2),
        (Load(5, 5), Load(0, 10), 50, 0),
        (Load(7, 5), Load(0, 10), 50, 0),
        (Load(0, 5), Load(0, 10), 0, 0),
        (Load(0, 5), Load(0, 10), -1, 0),
        (Load(0, 0), Load(0, 10), 50, 0),
    ],
    ids=["campaign", "line", "server", "full", "cap was lowered", "no server", "servers over-full", "cap of zero"],
)
def test_the_tightest_limit_counts(campaign, line, server_room, n):
    assert calls_to_start(campaign=campaign, line=line, server_room=server_room) == n


def test_a_cap_of_zero_counts_as_full():
    assert Load(0, 0).share == 1.0
    assert Load(1, 4).share == 0.25


@pytest.mark.parametrize(("seconds", "minutes"), [(0, 0), (1, 1), (60, 1), (61, 2), (60.1, 2)], ids=str)
def test_a_minute_begun_counts_whole(seconds, minutes):
    assert minutes_begun(seconds) == minutes


def test_the_worst_case_is_the_longest_call_with_its_grace_at_the_dearest_reading():
    assert worst_case_minor(300, PRICE) == 6 * 350
    assert worst_case_minor(301, PRICE) == 7 * 350


def test_a_call_with_a_rep_costs_two_legs():
    assert bridged_minor(61, PRICE) == 2 * 650


@pytest.mark.parametrize("day", [date(2020, 1, 1), date(2026, 1, 1), date(2030, 1, 1)], ids=str)
def test_there_is_a_price_for_every_day(day):
    assert price_on(day) in PRICES


@pytest.mark.parametrize(
    ("cap", "spent", "reserved", "is_allowed"),
    [(None, 10**9, 0, True), (1000, 300, 350, True), (1000, 301, 350, False), (1000, 0, 651, False), (0, 0, 0, False)],
    ids=["no cap", "just enough", "one cent short", "reserved counts", "a budget of nothing"],
)
def test_it_reserves_only_what_the_cap_leaves(cap, spent, reserved, is_allowed):
    assert may_reserve(cap_minor=cap, spent_minor=spent, reserved_minor=reserved, next_minor=350) is is_allowed


@given(st.integers(0, 10**6), st.lists(st.integers(1, 5000), max_size=40))
def test_a_campaign_cannot_overshoot_its_cap(cap, worst_cases):
    reserved = 0
    for next_minor in worst_cases:
        if may_reserve(cap_minor=cap, spent_minor=0, reserved_minor=reserved, next_minor=next_minor):
            reserved += next_minor
    assert reserved <= cap
