"""When calls are allowed: windows in the lead's own zone, several zones at once, clock changes, public holidays."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from leads.compliance import Purpose, Reason, may_call
from leads.market_packs import market_packs
from tests.leads.facts import PLACES, consent, facts, facts_in, reasons

OUTSIDE = [Reason.OUTSIDE_CALLING_HOURS]
TWO_ZONES = "+243991234567"  # DR Congo: Kinshasa, an hour behind Lubumbashi


def local(text: str, zone: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


@pytest.mark.parametrize(
    ("market", "purpose", "text", "expected"),
    [
        pytest.param("KE", Purpose.MARKETING, "2026-11-24 07:59:59", OUTSIDE, id="KE a second too early"),
        pytest.param("KE", Purpose.MARKETING, "2026-11-24 08:00:00", [], id="KE opens"),
        pytest.param("KE", Purpose.MARKETING, "2026-11-24 18:59:59", [], id="KE last second"),
        pytest.param("KE", Purpose.MARKETING, "2026-11-24 19:00:00", OUTSIDE, id="KE closed"),
        pytest.param("KE", Purpose.MARKETING, "2026-11-28 08:59:59", OUTSIDE, id="KE Saturday starts later"),
        pytest.param("KE", Purpose.MARKETING, "2026-11-28 09:00:00", [], id="KE Saturday"),
        pytest.param("KE", Purpose.MARKETING, "2026-11-29 12:00:00", OUTSIDE, id="KE Sunday"),
        pytest.param("KE", Purpose.RESEARCH, "2026-11-24 19:00:00", [], id="KE surveys have hours of their own"),
        pytest.param("KE", Purpose.SERVICE, "2026-11-24 07:00:00", [], id="KE service starts earlier"),
        pytest.param("GH", Purpose.MARKETING, "2026-11-24 07:00:00", OUTSIDE, id="GH when it is ten in Nairobi"),
        pytest.param("ZA", Purpose.MARKETING, "2026-11-24 19:59:59", [], id="ZA law, weekday"),
        pytest.param("ZA", Purpose.MARKETING, "2026-11-24 20:00:00", OUTSIDE, id="ZA law, weekday closed"),
        pytest.param("ZA", Purpose.MARKETING, "2026-11-28 12:59:59", [], id="ZA law, Saturday"),
        pytest.param("ZA", Purpose.MARKETING, "2026-11-28 13:00:00", OUTSIDE, id="ZA law, Saturday closed"),
        pytest.param("ZA", Purpose.MARKETING, "2026-11-29 10:00:00", OUTSIDE, id="ZA law, Sunday"),
        pytest.param("EG", Purpose.MARKETING, "2026-11-27 12:00:00", OUTSIDE, id="EG rests on Friday"),
        pytest.param("EG", Purpose.MARKETING, "2026-11-29 12:00:00", [], id="EG works on Sunday"),
    ],
)
def test_it_keeps_the_hours_of_the_market_and_the_purpose(market, purpose, text, expected):
    zone = PLACES[market][1]

    assert reasons(facts_in(market, purpose), at=local(text, zone)) == expected


@pytest.mark.parametrize(
    ("utc", "expected"),
    [
        pytest.param("2026-04-23 06:59:59", OUTSIDE, id="Thursday before, 08:59:59 in winter time"),
        pytest.param("2026-04-23 07:00:00", [], id="Thursday before, opens at 07:00 UTC"),
        pytest.param("2026-04-26 05:59:59", OUTSIDE, id="Sunday after, 08:59:59 in summer time"),
        pytest.param("2026-04-26 06:00:00", [], id="Sunday after, opens at 06:00 UTC"),
        pytest.param("2026-10-29 06:00:00", [], id="Thursday before the clocks go back"),
        pytest.param("2026-11-01 06:00:00", OUTSIDE, id="Sunday after they went back"),
        pytest.param("2026-11-01 07:00:00", [], id="Sunday after, opens an hour later by UTC"),
    ],
)
def test_it_follows_the_clock_changes_of_egypt(utc, expected):
    assert reasons(facts_in("EG"), at=datetime.fromisoformat(utc).replace(tzinfo=UTC)) == expected


@pytest.mark.parametrize(
    ("utc", "expected"),
    [
        pytest.param("2026-04-24 10:59:59", OUTSIDE, id="spring, 13:59:59"),
        pytest.param("2026-04-24 11:00:00", [], id="spring, 14:00"),
        pytest.param("2026-04-24 17:59:59", [], id="spring, last second"),
        pytest.param("2026-04-24 18:00:00", OUTSIDE, id="spring, closed"),
        pytest.param("2026-10-30 11:59:59", OUTSIDE, id="autumn, 13:59:59"),
        pytest.param("2026-10-30 12:00:00", [], id="autumn, 14:00"),
    ],
)
def test_it_reads_the_wall_clock_on_the_very_day_of_a_change(utc, expected):
    """The clocks changed at midnight before these two Fridays, when service calls are allowed from 14:00 to 21:00."""
    assert reasons(facts_in("EG", Purpose.SERVICE), at=datetime.fromisoformat(utc).replace(tzinfo=UTC)) == expected


def test_it_does_not_derive_a_zone_that_was_cleared():
    assert reasons(facts(time_zone="")) == [Reason.ZONE_UNKNOWN]


@pytest.mark.parametrize("name", ["UTC", "Etc/Unknown", "Africa/Nairobbi", "Etc/GMT-3", "Africa"])
def test_it_does_not_call_by_a_zone_that_is_no_place(name):
    assert reasons(facts(time_zone=name)) == [Reason.ZONE_INVALID]


def test_a_zone_that_contradicts_the_number_only_takes_hours_away():
    lead = facts(time_zone="Africa/Lagos")  # two hours behind Nairobi, where it is not yet eight at 09:59

    assert reasons(lead, at=local("2026-11-24 09:59", "Africa/Nairobi")) == OUTSIDE
    assert reasons(lead, at=local("2026-11-24 10:00", "Africa/Nairobi")) == []
    assert reasons(lead, at=local("2026-11-24 19:00", "Africa/Nairobi")) == OUTSIDE


def congolese(time_zone: str) -> list[Reason]:
    """Reasons of time alone, at an instant when it is 07:30 in Kinshasa and 08:30 in Lubumbashi; DR Congo has no pack, so Kenya's is lent."""
    lead = facts(phone=TWO_ZONES, time_zone=time_zone)
    refusals = may_call(lead, market_packs()["KE"], at=local("2026-11-24 08:30", "Africa/Lubumbashi"))
    return [refusal.reason for refusal in refusals if refusal.reason != Reason.MARKET_NOT_OF_NUMBER]


@pytest.mark.parametrize(
    ("time_zone", "expected"),
    [
        pytest.param("", [Reason.ZONE_UNKNOWN], id="not known which of the two"),
        pytest.param("Africa/Lubumbashi", [], id="narrowed by a person to where it is open"),
        pytest.param("Africa/Kinshasa", OUTSIDE, id="narrowed to where it is closed"),
        pytest.param("Africa/Nairobi", OUTSIDE, id="a third zone: all three must be open"),
    ],
)
def test_a_number_of_several_zones_is_called_when_all_that_remain_are_open(time_zone, expected):
    assert congolese(time_zone) == expected


def test_it_says_what_time_it_is_there_and_when_calls_are_allowed():
    (refusal,) = may_call(facts_in("GH"), market_packs()["GH"], at=local("2026-11-24 10:00", "Africa/Nairobi"))

    assert refusal.sentence == "It is Tuesday 07:00 in Africa/Accra; calls are allowed on that day: 08:00-20:00."
    assert refusal.inputs["closed_in"] == [{"time_zone": "Africa/Accra", "local_time": "2026-11-24T07:00:00+00:00", "allowed": ["08:00-20:00"]}]
    assert refusal.inputs["tag"] == "C"


# Public holidays


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("2026-12-24 10:00", [], id="the day before"),
        pytest.param("2026-12-25 10:00", [Reason.PUBLIC_HOLIDAY], id="Christmas"),
        pytest.param("2026-12-28 10:00", [], id="the Monday after"),
    ],
)
def test_it_does_not_sell_on_a_public_holiday(text, expected):
    christmas = frozenset({date(2026, 12, 25), date(2026, 12, 26)})

    assert reasons(facts(holidays=christmas), at=local(text, "Africa/Nairobi")) == expected


def test_a_holiday_begins_at_the_leads_own_midnight():
    """Christmas begins and ends in Nairobi three hours before it does in UTC."""
    lead = facts_in("KE", Purpose.RESEARCH, holidays=frozenset({date(2026, 12, 25)}))

    assert Reason.PUBLIC_HOLIDAY in reasons(lead, at=datetime(2026, 12, 24, 21, 0, tzinfo=UTC))
    assert Reason.PUBLIC_HOLIDAY not in reasons(lead, at=datetime(2026, 12, 25, 21, 0, tzinfo=UTC))


def test_a_service_call_may_be_made_on_a_holiday():
    lead = facts_in("KE", Purpose.SERVICE, holidays=frozenset({date(2026, 12, 25)}))

    assert reasons(lead, at=local("2026-12-25 10:00", "Africa/Nairobi")) == []


def test_it_does_not_sell_when_holidays_are_not_known():
    assert reasons(facts(holidays=None)) == [Reason.HOLIDAYS_UNKNOWN]


# What holds at every instant

instants = st.datetimes(min_value=datetime(2022, 1, 1), max_value=datetime(2035, 1, 1), timezones=st.just(UTC))
zones = st.sampled_from(sorted({zone for _phone, zone in PLACES.values()} | {"Europe/London", "America/New_York", "Asia/Kathmandu"}))

# Mostly by day in London, when most places here are open, and at any minute for the borders.
days = st.dates(min_value=date(2022, 1, 1), max_value=date(2035, 1, 1))
minutes = st.integers(9 * 60, 16 * 60) | st.integers(0, 24 * 60 - 1)
by_day = st.builds(lambda day, minute: datetime.combine(day, time(minute // 60, minute % 60), ZoneInfo("Europe/London")), days, minutes)


@given(st.sampled_from(sorted(PLACES)), st.sampled_from(Purpose), st.none() | zones, by_day)
def test_allowed_means_open_in_every_zone_the_lead_may_be_in(market, purpose, other_zone, at):
    zone = other_zone or PLACES[market][1]
    lead = facts_in(market, purpose, time_zone=zone)
    pack = market_packs()[market]
    assume(not may_call(lead, pack, at=at))

    for name in {zone, PLACES[market][1]}:
        wall_clock = at.astimezone(ZoneInfo(name))
        windows = pack.purposes[purpose].hours.windows[wall_clock.weekday()]
        assert any(window.opens <= wall_clock.time() < window.closes for window in windows)


@given(st.sampled_from(sorted(PLACES)), st.sampled_from(Purpose), instants)
def test_every_hour_of_the_night_is_closed_everywhere(market, purpose, at):
    """Whatever a pack says: nobody is rung between 21:00 and 07:00."""
    wall_clock = at.astimezone(ZoneInfo(PLACES[market][1]))
    assume(wall_clock.hour >= 21 or wall_clock.hour < 7)

    assert Reason.OUTSIDE_CALLING_HOURS in reasons(facts_in(market, purpose), at=at)


@given(st.sampled_from(sorted(PLACES)), st.sampled_from(Purpose))
def test_every_market_can_be_called_at_some_time_of_the_week(market, purpose):
    start = datetime(2026, 6, 7, tzinfo=UTC)
    lead = facts_in(market, purpose, consents=(consent(purpose=purpose, given_at=start),))

    assert any(not reasons(lead, at=start + timedelta(hours=hour)) for hour in range(7 * 24))
