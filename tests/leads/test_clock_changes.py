"""A clock that jumps does not open a window twice: days of change in Egypt and the United States, and a machine's clock set back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leads.compliance import Purpose, Reason, may_call
from leads.market_packs import market_packs
from leads.market_rules import MarketPack
from leads.rule_table import Window
from tests.leads.facts import PLACES, consent, facts_in

STEP = timedelta(minutes=15)
CHANGES = [
    pytest.param("EG", date(2026, 4, 24), id="Egypt, spring: a Friday without its first hour"),
    pytest.param("EG", date(2026, 10, 29), id="Egypt, autumn: a Thursday whose last hour comes twice"),
    pytest.param("US", date(2026, 3, 8), id="US, spring: two o'clock is missing"),
    pytest.param("US", date(2026, 11, 1), id="US, autumn: one o'clock comes twice"),
]


def day_of(zone: ZoneInfo, day: date) -> list[datetime]:
    """Every quarter of an hour of this local day, however long the day is."""
    at, end = (datetime.combine(each, time(), zone).astimezone(UTC) for each in (day, day + timedelta(days=1)))
    return [at + STEP * n for n in range(int((end - at) / STEP))]


def open_at(market: str, purpose: Purpose, at: datetime, pack: MarketPack) -> bool:
    lead = facts_in(market, purpose, consents=(consent(purpose=purpose, given_at=datetime(2020, 1, 1, tzinfo=UTC)),))
    return Reason.OUTSIDE_CALLING_HOURS not in {refusal.reason for refusal in may_call(lead, pack, at=at)}


def with_window(market: str, opens: time, closes: time) -> MarketPack:
    """The market's pack, open on every day for service calls between these two and at no other time."""
    pack = market_packs()[market]
    service = pack.purposes[Purpose.SERVICE]
    hours = replace(service.hours, windows=((Window(opens, closes),),) * 7)
    return replace(pack, purposes={**pack.purposes, Purpose.SERVICE: replace(service, hours=hours)})


@pytest.mark.parametrize(("market", "day"), CHANGES)
@pytest.mark.parametrize("purpose", Purpose)
def test_a_day_of_change_opens_and_closes_once_and_lasts_as_long_as_any(market, day, purpose):
    pack = market_packs()[market]
    zone = ZoneInfo(PLACES[market][1])
    instants = day_of(zone, day)
    was_open = [open_at(market, purpose, at, pack) for at in instants]
    windows = pack.purposes[purpose].hours.windows[day.weekday()]

    assert len(instants) != 96
    assert [is_open for is_open, _ in groupby(was_open)].count(True) == len(windows)
    minutes = sum((window.closes.hour - window.opens.hour) * 60 + window.closes.minute - window.opens.minute for window in windows)
    assert sum(was_open) * STEP == timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("market", "opens", "closes", "utc", "expected"),
    [
        pytest.param("US", time(0, 30), time(1, 30), "2026-11-01 05:29", True, id="US 01:29 in summer time"),
        pytest.param("US", time(0, 30), time(1, 30), "2026-11-01 05:30", False, id="US 01:30 in summer time, closed"),
        pytest.param("US", time(0, 30), time(1, 30), "2026-11-01 06:00", False, id="US 01:00 again, in winter time"),
        pytest.param("US", time(0, 30), time(1, 30), "2026-11-02 06:00", True, id="US 01:00 the next day"),
        pytest.param("EG", time(22), time(23, 30), "2026-10-29 20:29", True, id="Egypt 23:29 in summer time"),
        pytest.param("EG", time(22), time(23, 30), "2026-10-29 20:30", False, id="Egypt 23:30 in summer time, closed"),
        pytest.param("EG", time(22), time(23, 30), "2026-10-29 21:00", False, id="Egypt 23:00 again, in winter time"),
        pytest.param("EG", time(22), time(23, 30), "2026-10-30 21:00", True, id="Egypt 23:00 the next day"),
    ],
)
def test_an_hour_that_the_clock_shows_twice_is_open_once(market, opens, closes, utc, expected):
    at = datetime.fromisoformat(utc).replace(tzinfo=UTC)

    assert open_at(market, Purpose.SERVICE, at, with_window(market, opens, closes)) is expected


def test_it_says_that_the_clock_shows_this_hour_for_the_second_time():
    pack = with_window("US", time(0, 30), time(1, 30))
    lead = facts_in("US", Purpose.SERVICE)
    (refusal,) = may_call(lead, pack, at=datetime(2026, 11, 1, 6, 10, tzinfo=UTC))

    assert refusal.sentence == "It is Sunday 01:10 for the second time in America/New_York; calls are allowed on that day: 00:30-01:30."


@given(
    st.sampled_from([("EG", date(2026, 4, 24)), ("EG", date(2026, 10, 29)), ("US", date(2026, 3, 8)), ("US", date(2026, 11, 1))]),
    st.integers(0, 22),
    st.integers(1, 23),
)
def test_no_window_is_open_longer_than_it_says_on_a_day_of_change(change, opens, length):
    market, day = change
    closes = min(opens + length, 23)
    pack = with_window(market, time(opens), time(closes))
    n_open = sum(open_at(market, Purpose.SERVICE, at, pack) for at in day_of(ZoneInfo(PLACES[market][1]), day))

    assert n_open * STEP <= timedelta(hours=closes - opens)


@pytest.mark.parametrize("back", [timedelta(seconds=1), timedelta(hours=1), timedelta(days=1), timedelta(days=400)], ids=str)
def test_a_machines_clock_set_back_wins_no_calls(back):
    """Three attempts were made; then the clock is set back: they lie ahead now, and count all the same."""
    made_at = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
    lead = facts_in("US", attempts=(made_at,) * 3)
    refusals = may_call(lead, market_packs()["US"], at=made_at - back)

    assert Reason.ATTEMPTS_TODAY in {refusal.reason for refusal in refusals}


@pytest.mark.parametrize(
    ("market", "first", "second", "expected"),
    [
        pytest.param("US", "2026-11-01 04:30", "2026-11-02 04:30", True, id="US, 25 hours: 00:30 and 23:30 are one day"),
        pytest.param("US", "2026-11-01 04:30", "2026-11-02 05:00", False, id="US, the next midnight"),
        pytest.param("EG", "2026-10-28 21:00", "2026-10-29 21:30", True, id="Egypt, 25 hours: midnight and 23:30 again"),
        pytest.param("EG", "2026-10-28 21:00", "2026-10-29 22:00", False, id="Egypt, the next midnight"),
    ],
)
def test_a_day_of_25_hours_gives_no_second_helping_of_attempts(market, first, second, expected):
    made_at, at = (datetime.fromisoformat(each).replace(tzinfo=UTC) for each in (first, second))
    refusals = may_call(facts_in(market, attempts=(made_at,) * 3), market_packs()[market], at=at)

    assert (Reason.ATTEMPTS_TODAY in {refusal.reason for refusal in refusals}) is expected
