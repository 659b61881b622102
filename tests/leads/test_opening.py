"""When somebody who may not be called now may be called next."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, reject
from hypothesis import strategies as st

from leads.compliance import Purpose, Reason, may_call
from leads.market_packs import market_packs
from leads.opening import ONLY_NOT_NOW, is_only_not_now, opens_at
from tests.conftest import NOW
from tests.leads.facts import PLACES, facts, facts_in

NAIROBI = ZoneInfo("Africa/Nairobi")
KE = market_packs()["KE"]
TWO_ZONES = "+243991234567"  # DR Congo: Kinshasa, an hour behind Lubumbashi


def nairobi(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=NAIROBI)


def is_early(lead, pack, at: datetime) -> bool:
    return any(refusal.reason in ONLY_NOT_NOW for refusal in may_call(lead, pack, at=at))


@pytest.mark.parametrize(
    ("at", "opening"),
    [
        pytest.param("2026-11-24 10:00", "2026-11-24 10:00", id="open already"),
        pytest.param("2026-11-24 07:59:59", "2026-11-24 08:00", id="a second too early"),
        pytest.param("2026-11-24 19:00", "2026-11-25 08:00", id="closed for the night"),
        pytest.param("2026-11-28 17:00", "2026-11-30 08:00", id="Saturday evening: not on Sunday"),
    ],
)
def test_it_is_the_next_opening_of_the_market(at: str, opening: str):
    assert opens_at(facts(), KE, at=nairobi(at)) == nairobi(opening)


def test_a_holiday_tomorrow_is_passed_over():
    holiday = facts(holidays=frozenset({date(2026, 11, 25)}))

    assert opens_at(holiday, KE, at=nairobi("2026-11-24 20:00")) == nairobi("2026-11-26 08:00")


def test_a_full_day_opens_on_the_next_one():
    three = tuple(nairobi("2026-11-24 08:30") + timedelta(hours=hours) for hours in range(3))

    assert opens_at(facts(attempts=three), KE, at=nairobi("2026-11-24 12:00")) == nairobi("2026-11-25 08:00")


def test_a_full_week_opens_when_its_oldest_attempt_is_seven_days_old():
    six = tuple(nairobi("2026-11-19 11:00") + timedelta(hours=13 * n) for n in range(6))

    assert opens_at(facts(attempts=six), KE, at=nairobi("2026-11-24 12:00")) == nairobi("2026-11-26 11:00")


def test_every_clock_must_agree_where_there_are_two():
    congo = facts(phone=TWO_ZONES, time_zone="Africa/Kinshasa", market="CD")
    pack = replace(KE, market="CD")

    assert opens_at(congo, pack, at=datetime(2026, 11, 24, 3, tzinfo=UTC)) == datetime(2026, 11, 24, 7, tzinfo=UTC)  # 08:00 in Kinshasa


@pytest.mark.parametrize("lead", [pytest.param(facts(time_zone=""), id="no zone"), pytest.param(facts(purpose="selling"), id="no such purpose")])
def test_it_knows_no_opening_where_the_rules_are_unknown(lead):
    assert opens_at(lead, KE, at=NOW) is None


def test_a_market_that_is_never_open_has_no_opening():
    shut = replace(KE.purposes[Purpose.MARKETING].hours, windows=((),) * 7)
    rules = {**KE.purposes, Purpose.MARKETING: replace(KE.purposes[Purpose.MARKETING], hours=shut)}

    assert opens_at(facts(), replace(KE, purposes=rules), at=NOW) is None


@pytest.mark.parametrize(
    ("reasons", "expected"),
    [
        pytest.param([], False, id="nothing is in the way"),
        pytest.param([Reason.OUTSIDE_CALLING_HOURS, Reason.ATTEMPTS_TODAY], True, id="the clock alone"),
        pytest.param([Reason.OUTSIDE_CALLING_HOURS, Reason.DO_NOT_CALL], False, id="more than the clock"),
        pytest.param([Reason.HOLIDAYS_UNKNOWN], False, id="no clock makes holidays known"),
    ],
)
def test_only_the_clock_may_be_in_the_way(reasons, expected: bool):
    assert is_only_not_now(reasons) is expected


@given(
    market=st.sampled_from(sorted(PLACES)),
    purpose=st.sampled_from(list(Purpose)),
    at=st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC)),
    ages=st.lists(st.integers(0, 40 * 24), max_size=14),
)
def test_the_opening_is_open_and_the_first(market: str, purpose: Purpose, at: datetime, ages: list[int]):
    lead = facts_in(market, purpose, attempts=tuple(at - timedelta(hours=age) for age in ages))
    pack = market_packs()[market]

    opening = opens_at(lead, pack, at=at)

    if opening is None:
        reject()
    assert opening >= at
    assert not is_early(lead, pack, opening)
    between = (at + (opening - at) * part / 16 for part in range(16))
    assert all(is_early(lead, pack, instant) for instant in between if instant < opening)
