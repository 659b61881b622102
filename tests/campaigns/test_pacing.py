"""How many calls may start, by the tightest of many limits."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.pacing import DayCount, HotRates, InFlight, Limit, Load, Room, TokenBucket, calls_for_reps, tightest
from tests.conftest import NOW

TODAY = date(2026, 11, 24)
FRESH = HotRates(0, 0, 0)


@pytest.mark.parametrize(
    ("load", "room"),
    [(Load(2, 5), 3), (Load(5, 5), 0), (Load(7, 5), 0), (Load(0, 0), 0), (Load(9, None), None)],
    ids=["room", "full", "the cap was lowered", "cap of zero", "no cap"],
)
def test_a_load_leaves_what_its_cap_leaves(load, room):
    assert load.room == room


def test_the_fuller_one_has_the_larger_share():
    assert (Load(0, 0).share, Load(1, 4).share, Load(9, None).share) == (1.0, 0.25, 0.0)


@pytest.mark.parametrize(
    ("rooms", "expected"),
    [
        ({Limit.CAMPAIGN: 3, Limit.LINE: 5, Limit.REPS: None}, Room(3, Limit.CAMPAIGN)),
        ({Limit.CAMPAIGN: 3, Limit.REPS: 0, Limit.SERVER: 0}, Room(0, Limit.REPS)),
        ({Limit.CAMPAIGN: 3, Limit.SERVER: -2}, Room(0, Limit.SERVER)),
        ({Limit.REPS: None}, Room(10**6, None)),
    ],
    ids=["the smallest", "on a tie the first", "never negative", "nothing limits"],
)
def test_the_tightest_limit_counts_and_is_named(rooms, expected):
    assert tightest(rooms) == expected


# ---- calls a second -----------------------------------------------------------------------------------------------------------


def test_a_line_that_was_never_used_gives_one_second_s_worth_at_once():
    bucket = TokenBucket(per_second=3.0, tokens=0.0, filled_at=None)
    for _ in range(3):
        after = bucket.take(NOW)
        assert after is not None
        bucket = after
    assert bucket.take(NOW) is None
    assert bucket.take(NOW + timedelta(seconds=0.34)) is not None


def test_a_quiet_night_saves_up_no_burst():
    bucket = TokenBucket(per_second=1.0, tokens=0.0, filled_at=NOW).take(NOW + timedelta(hours=12))
    assert bucket is not None and bucket.take(NOW + timedelta(hours=12)) is None


def test_a_slow_line_still_calls():
    bucket = TokenBucket(per_second=0.1, tokens=0.0, filled_at=NOW)
    assert bucket.take(NOW + timedelta(seconds=9)) is None
    assert bucket.take(NOW + timedelta(seconds=10)) is not None


def test_a_clock_that_was_put_back_wins_no_calls():
    bucket = TokenBucket(per_second=1.0, tokens=0.0, filled_at=NOW)
    earlier = NOW - timedelta(seconds=60)
    assert bucket.take(earlier) is None
    assert bucket.at(earlier) == bucket


def test_a_clock_that_was_far_ahead_does_not_stop_the_line_until_then():
    bucket = TokenBucket(per_second=1.0, tokens=0.0, filled_at=NOW + timedelta(days=1))
    righted = bucket.at(NOW)
    assert righted.take(NOW) is None
    assert righted.take(NOW + timedelta(seconds=1)) is not None


@given(st.floats(0.05, 20), st.lists(st.floats(0, 5), min_size=1, max_size=60))
def test_no_stretch_of_time_sees_more_calls_than_its_rate_allows(per_second, gaps):
    bucket, at, taken = TokenBucket(per_second, 0.0, None), NOW, []
    for gap in gaps:
        at += timedelta(seconds=gap)
        while (after := bucket.take(at)) is not None:
            bucket = after
            taken.append(at)
    for n, first in enumerate(taken):
        for m, last in enumerate(taken[n:], start=n):
            assert m - n + 1 <= bucket.holds + (last - first).total_seconds() * per_second + 1e-6


# ---- calls a day --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("count", "room"),
    [
        (DayCount(None, TODAY, 999), None),
        (DayCount(100, TODAY, 40), 60),
        (DayCount(100, TODAY, 100), 0),
        (DayCount(100, TODAY - timedelta(days=1), 100), 100),
        (DayCount(100, None, 0), 100),
    ],
    ids=["no cap", "some left", "used up", "another day's count", "never used"],
)
def test_a_number_has_so_many_calls_a_day(count, room):
    assert count.room(TODAY) == room


# ---- reps ---------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("n_free", "target", "in_flight", "rates", "n_calls"),
    [
        (2, 1.0, [], FRESH, 20),
        (0, 1.0, [], FRESH, 0),
        (1, 1.0, [InFlight(FRESH, n_ringing=10, n_talking=0, n_waiting=0)], FRESH, 0),
        (1, 1.0, [InFlight(FRESH, n_ringing=0, n_talking=2, n_waiting=0)], FRESH, 6),
        (1, 1.0, [InFlight(FRESH, n_ringing=0, n_talking=0, n_waiting=1)], FRESH, 0),
        (1, 3.0, [InFlight(FRESH, n_ringing=0, n_talking=0, n_waiting=1)], FRESH, 20),
        (1, 1.0, [], HotRates(90, 50, 89), 1),
        (1, 0.2, [], HotRates(90, 50, 89), 1),
        (1, 0.2, [InFlight(FRESH, n_ringing=1, n_talking=0, n_waiting=0)], HotRates(90, 50, 89), 0),
        (1, 1.0, [InFlight(FRESH, 3, 0, 0), InFlight(FRESH, 4, 0, 0)], FRESH, 3),
    ],
    ids=[
        "one in ten turns hot",
        "no rep is free",
        "enough are ringing",
        "some are talking",
        "one waits already",
        "a target above one",
        "nearly all turn hot",
        "a tiny target does not stop it for good",
        "but only while nothing is under way",
        "campaigns that share the reps count together",
    ],
)
def test_no_more_hot_leads_are_expected_than_the_reps_can_take(n_free, target, in_flight, rates, n_calls):
    assert calls_for_reps(n_free_reps=n_free, target=target, in_flight=in_flight, rates=rates) == n_calls


@given(st.integers(0, 30), st.floats(0.1, 5), st.integers(0, 500), st.integers(0, 500), st.integers(0, 500))
def test_starting_what_it_says_never_expects_more_than_the_target(n_free, target, n_dialled, n_answered, n_hot):
    rates = HotRates(n_dialled, min(n_answered, n_dialled), min(n_hot, n_answered, n_dialled))
    n_calls = calls_for_reps(n_free_reps=n_free, target=target, in_flight=[], rates=rates)
    assert n_calls <= 1 or n_calls * rates.of_dialled <= n_free * target + 1e-6


@given(st.integers(0, 500), st.integers(0, 500), st.integers(0, 500))
def test_rates_are_shares_and_an_answer_is_worth_more_than_a_ring(n_dialled, n_answered, n_hot):
    rates = HotRates(n_dialled, min(n_answered, n_dialled), min(n_hot, n_answered, n_dialled))
    assert 0 < rates.of_dialled <= rates.of_answered <= 1
