"""What each call may cost at worst, by a list whose sources disagree, and which cap is in the way."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import campaigns
from campaigns.budget import (
    BadPriceList,
    Cap,
    Component,
    Reading,
    bridged_minor,
    cap_in_the_way,
    parse_price_list,
    price_on,
    rep_leg_minor,
    scopes,
    worst_case_minor,
)

SHIPPED = (Path(campaigns.__file__).parent / "prices.toml").read_text(encoding="utf-8")
PRICES = parse_price_list(SHIPPED, file="prices.toml")
PRICE = PRICES[0]
READ_ON = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("increment_s", "seconds", "minor"),
    [(1, 0, 0), (1, 1, 5), (1, 61, 305), (60, 1, 300), (60, 60, 300), (60, 60.1, 600), (60, 61, 600)],
    ids=str,
)
def test_an_increment_that_is_begun_counts_whole(increment_s, seconds, minor):
    assert Reading(300, increment_s, "a page", READ_ON).minor(seconds) == minor


def test_the_dearest_reading_is_reserved_and_the_cheapest_is_known():
    assert (PRICE.dearest_minor(Component.CALL, 61), PRICE.cheapest_minor(Component.CALL, 61)) == (600, 305)
    assert (PRICE.dearest_minor(Component.STREAM, 61), PRICE.cheapest_minor(Component.STREAM, 61)) == (100, 0)


@given(st.sampled_from(Component), st.floats(0, 86_400))
def test_no_reading_is_dearer_than_the_dearest(component, seconds):
    readings = [reading.minor(seconds) for reading in PRICE.readings[component]]
    assert PRICE.cheapest_minor(component, seconds) <= min(readings) <= max(readings) <= PRICE.dearest_minor(component, seconds)


def test_the_worst_case_is_the_longest_call_with_its_grace():
    assert worst_case_minor(300, PRICE) == 6 * 350
    assert worst_case_minor(301, PRICE) == 7 * 350


def test_a_call_with_a_rep_costs_two_legs_and_a_rep_alone_one():
    assert bridged_minor(61, PRICE) == 2 * 650
    assert rep_leg_minor(61, PRICE) == 600


@pytest.mark.parametrize(
    ("day", "expected"),
    [(date(2025, 12, 31), 0), (date(2026, 1, 1), 0), (date(2026, 12, 31), 0), (date(2027, 1, 1), 1), (date(2030, 1, 1), 1)],
    ids=["before the first", "its first day", "its last day", "the next one's first day", "long after"],
)
def test_the_price_of_its_day_counts(day, expected):
    prices = parse_price_list(SHIPPED + SHIPPED.replace("valid_from = 2026-01-01", "valid_from = 2027-01-01"), file="prices.toml")
    assert price_on(day, prices) is prices[expected]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("valid_from = 2026-01-01", "", "price 1: valid_from: write a date"),
        ("increment_s = 1\n", "", "price 1.call, reading 1: write minor_per_minute"),
        ("increment_s = 1\n", "increment_s = 0\n", "an increment is 1 second or more"),
        ("minor_per_minute = 300", "minor_per_minute = -300", "a price is not negative"),
        ("minor_per_minute = 300", "minor_per_minute = 3.0", "whole numbers"),
        ("[[price.stream]]", "[[price.steam]]", "price 1.stream: write at least one reading"),
        ("[[price]]\n", "[[price]]\ncurrency = 'KES'\n", "currency: is not a key"),
        ("[[price]]", "[[price", "is not TOML"),
    ],
    ids=["no date", "no increment", "increment of nothing", "negative", "not whole", "misspelt component", "unknown key", "broken"],
)
def test_a_mistake_in_the_list_is_named_with_its_mend(old, new, words):
    with pytest.raises(BadPriceList, match="prices.toml") as bad:
        parse_price_list(SHIPPED.replace(old, new), file="prices.toml")
    assert words in str(bad.value)


@pytest.mark.parametrize("text", ["", "price = 3", "[[price]]"], ids=["empty", "a number", "no readings"])
def test_a_list_without_prices_is_none(text):
    with pytest.raises(BadPriceList):
        parse_price_list(text, file="prices.toml")


def test_two_prices_of_one_day_are_refused():
    with pytest.raises(BadPriceList, match="oldest first"):
        parse_price_list(SHIPPED + SHIPPED, file="prices.toml")


# ---- caps -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cap", "spent", "reserved", "is_allowed", "left"),
    [(None, 10**9, 0, True, None), (1000, 300, 350, True, 350), (1000, 301, 350, False, 349), (1000, 0, 651, False, 349), (0, 0, 0, False, 0)],
    ids=["no cap", "just enough", "one cent short", "reserved counts", "a budget of nothing"],
)
def test_it_reserves_only_what_the_cap_leaves(cap, spent, reserved, is_allowed, left):
    one = Cap("of this campaign", cap, spent, reserved)
    assert (one.may_reserve(350), one.left_minor) == (is_allowed, left)


def test_the_first_cap_that_is_short_is_named():
    roomy, short, shorter = Cap("a", None, 0, 0), Cap("b", 100, 60, 0), Cap("c", 100, 90, 0)
    assert cap_in_the_way((roomy, short, shorter), 50) is short
    assert cap_in_the_way((roomy, short, shorter), 10) is None


@given(st.integers(0, 10**6), st.lists(st.tuples(st.integers(1, 5000), st.floats(0, 1)), max_size=40))
def test_a_cap_is_never_overshot_whatever_the_calls_turn_out_to_cost(cap, calls):
    """Each call reserves its worst case and later costs some share of it."""
    spent = reserved = 0
    for worst_case, share in calls:
        if Cap("any", cap, spent, reserved).may_reserve(worst_case):
            reserved += worst_case
            if share > 0.5:  # some are settled before the next begins
                reserved, spent = reserved - worst_case, spent + int(worst_case * share)
        assert spent + reserved <= cap


def test_a_call_counts_in_its_campaign_its_day_and_its_month():
    assert scopes(7, date(2026, 11, 5)) == ("campaign:7", "campaign:7:2026-11-05", "day:2026-11-05", "month:2026-11")
