"""Numbers whose zone, market or kind is not what it seems (measured on phonenumbers 9.0.43): each through may_call."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from leads.compliance import LeadFacts, Reason, Refusal, may_call
from leads.market_packs import market_packs
from leads.phone import zones_of
from tests.conftest import NOW
from tests.leads.facts import consent, facts, facts_in

OUTSIDE = [Reason.OUTSIDE_CALLING_HOURS]
US_TOLL_FREE = "+18002345678"
ALASKAN = "+19072345678"  # Anchorage and, an hour behind, Adak
RUSSIAN = "+79123456789"  # mobile: sixteen zones, from Kaliningrad to Kamchatka
SPANISH = "+34612345678"  # mobile: the mainland and, an hour behind, the Canaries


def at(text: str, zone: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def reasons_by_pack_of(market: str, lead: LeadFacts, *, at: datetime) -> list[Reason]:
    """Under a pack that is lent to the lead's market, which ships none."""
    return [refusal.reason for refusal in may_call(lead, replace(market_packs()[market], market=lead.market), at=at)]


def refusals(lead: LeadFacts, *, at: datetime = NOW) -> tuple[Refusal, ...]:
    return may_call(lead, market_packs().get(lead.market), at=at)


def reasons(lead: LeadFacts, *, at: datetime = NOW) -> list[Reason]:
    return [refusal.reason for refusal in refusals(lead, at=at)]


@pytest.mark.parametrize(
    ("time_zone", "utc", "expected"),
    [
        pytest.param("Africa/Casablanca", "2026-11-24 07:00", [], id="08:00 in Casablanca, an hour earlier on the Canaries"),
        pytest.param("Africa/Casablanca", "2026-11-24 18:00", OUTSIDE, id="19:00 in Casablanca, still open on the Canaries"),
        pytest.param("Africa/Casablanca", "2026-02-24 07:30", OUTSIDE, id="07:30 in Ramadan, when Morocco is at UTC"),
        pytest.param("Africa/Casablanca", "2026-02-24 08:00", [], id="08:00 in Ramadan"),
        pytest.param("Atlantic/Canary", "2026-11-24 07:30", OUTSIDE, id="entered as the Canaries: both must be open"),
        pytest.param("Atlantic/Canary", "2026-11-24 18:30", OUTSIDE, id="and both must not be closed yet"),
    ],
)
@pytest.mark.parametrize(("phone", "market"), [("+212650123456", "MA"), ("+212528812345", "EH")], ids=["Morocco", "Western Sahara"])
def test_morocco_does_not_lie_on_the_canaries(phone, market, time_zone, utc, expected):
    given_early = (consent(given_at=datetime(2020, 1, 1, tzinfo=UTC)),)
    lead = facts(phone=phone, market=market, time_zone=time_zone, consents=given_early)
    found = reasons_by_pack_of("KE", lead, at=datetime.fromisoformat(utc).replace(tzinfo=UTC))

    assert [reason for reason in found if reason != Reason.MARKET_NOT_OF_NUMBER] == expected


@pytest.mark.parametrize(
    ("time_zone", "expected"),
    [
        pytest.param("", [Reason.ZONE_UNKNOWN], id="not known which of the two"),
        pytest.param("Africa/Kinshasa", OUTSIDE, id="Kinshasa, 07:30"),
        pytest.param("Africa/Lubumbashi", [], id="Lubumbashi, 08:30"),
        pytest.param("Europe/Paris", OUTSIDE, id="neither: all three must be open"),
    ],
)
def test_the_two_zones_of_dr_congo(time_zone, expected):
    lead = facts(phone="+243991234567", market="CD", time_zone=time_zone)

    assert reasons_by_pack_of("KE", lead, at=at("2026-11-24 08:30", "Africa/Lubumbashi")) == expected


@pytest.mark.parametrize("time_zone", ["America/New_York", "America/Chicago", ""])
def test_a_toll_free_number_of_the_united_states_is_nobodys_phone(time_zone):
    noon = at("2026-11-24 12:00", "America/New_York")

    assert len(zones_of(US_TOLL_FREE)) >= 40
    assert Reason.NUMBER_KIND_REFUSED in reasons(facts_in("US", phone=US_TOLL_FREE, time_zone=time_zone), at=noon)


def test_forty_zones_are_never_narrowed_by_guessing():
    """A zone that is none of the forty is added to them: when it is open in Nairobi it is night somewhere in America."""
    lead = facts_in("US", phone=US_TOLL_FREE, time_zone="Africa/Nairobi")

    assert reasons(lead, at=at("2026-11-24 10:00", "Africa/Nairobi")) == [Reason.NUMBER_KIND_REFUSED, Reason.OUTSIDE_CALLING_HOURS]


def test_a_russian_mobile_may_ring_in_sixteen_zones():
    assert len(zones_of(RUSSIAN)) == 16


@pytest.mark.parametrize(
    ("time_zone", "expected"),
    [
        pytest.param("", [Reason.ZONE_UNKNOWN], id="not known which of the sixteen"),
        pytest.param("Europe/Moscow", [], id="narrowed to Moscow, noon"),
        pytest.param("Asia/Kamchatka", OUTSIDE, id="narrowed to Kamchatka, nine in the evening"),
        pytest.param("Africa/Nairobi", OUTSIDE, id="a zone of another country: all seventeen must be open, and never are"),
    ],
)
def test_a_russian_mobile_is_called_where_somebody_said_it_is(time_zone, expected):
    lead = facts(phone=RUSSIAN, market="RU", time_zone=time_zone)

    assert reasons_by_pack_of("KE", lead, at=at("2026-11-24 12:00", "Europe/Moscow")) == expected


def test_no_decision_asks_who_carries_a_number():
    """A ported number keeps its prefix: the library names the carrier that was given the block, not the one it rings at."""
    root = Path(__file__).resolve().parents[2]
    asking = [path.name for part in ("leads", "campaigns") for path in (root / part).rglob("*.py") if "carrier" in path.read_text()]

    assert asking == []


@pytest.mark.parametrize(
    ("phone", "market", "time_zone", "local", "zone", "expected"),
    [
        pytest.param(ALASKAN, "US", "", "2026-11-24 12:00", "America/Anchorage", [Reason.ZONE_UNKNOWN], id="Alaska, not known which"),
        pytest.param(ALASKAN, "US", "America/New_York", "2026-11-24 08:30", "America/New_York", OUTSIDE, id="all three: night in Alaska"),
        pytest.param(ALASKAN, "US", "America/New_York", "2026-11-24 12:30", "America/New_York", OUTSIDE, id="08:30 in Anchorage, 07:30 on Adak"),
        pytest.param(ALASKAN, "US", "America/New_York", "2026-11-24 13:00", "America/New_York", [], id="08:00 on Adak: open in all three"),
        pytest.param(ALASKAN, "US", "America/New_York", "2026-11-24 21:00", "America/New_York", OUTSIDE, id="closed in the first of the three"),
        pytest.param(ALASKAN, "US", "America/Anchorage", "2026-11-24 08:00", "America/Anchorage", [], id="narrowed to Anchorage"),
        pytest.param(SPANISH, "ES", "", "2026-11-24 12:00", "Europe/Madrid", [Reason.ZONE_UNKNOWN], id="Spain, not known which"),
        pytest.param(SPANISH, "ES", "Europe/London", "2026-11-24 09:30", "Europe/Madrid", OUTSIDE, id="open in Madrid, not on the Canaries"),
        pytest.param(SPANISH, "ES", "Europe/London", "2026-11-24 10:00", "Europe/Madrid", [], id="open in all"),
        pytest.param(SPANISH, "ES", "Europe/London", "2026-11-24 20:00", "Europe/Madrid", OUTSIDE, id="closed in Madrid, open on the Canaries"),
    ],
)
def test_a_number_of_several_zones_is_called_when_every_one_is_open(phone, market, time_zone, local, zone, expected):
    lead = facts_in(market, phone=phone, time_zone=time_zone)

    assert reasons(lead, at=at(local, zone)) == expected


@pytest.mark.parametrize(
    ("local", "expected"),
    [
        pytest.param("2026-11-24 07:59:59", OUTSIDE, id="a second too early"),
        pytest.param("2026-11-24 08:00:00", [], id="opens"),
        pytest.param("2026-11-24 20:59:59", [], id="last second"),
        pytest.param("2026-11-24 21:00:00", OUTSIDE, id="closed"),
        pytest.param("2026-11-29 12:00:00", [], id="Sunday"),
    ],
)
@pytest.mark.parametrize(
    ("phone", "zone"), [("+12024561414", "America/New_York"), ("+18082345678", "Pacific/Honolulu")], ids=["Washington", "Honolulu"]
)
def test_the_united_states_go_by_the_clock_of_the_called_party(phone, zone, local, expected):
    assert reasons(facts_in("US", phone=phone, time_zone=zone), at=at(local, zone)) == expected


def test_an_unknown_zone_is_never_taken_for_utc():
    """At 12:00 UTC it is a decent hour by UTC, and nobody knows where the number is."""
    noon = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)

    assert reasons(facts(phone="+2540254712345678", time_zone="Etc/Unknown"), at=noon) == [Reason.NUMBER_INVALID, Reason.ZONE_INVALID]
    assert reasons(facts(time_zone="Etc/Unknown"), at=noon) == [Reason.ZONE_INVALID]


@pytest.mark.parametrize("phone", ["+447911123456", "+447781123456"])
def test_a_number_of_guernsey_is_not_british(phone):
    noon = at("2026-11-24 12:00", "Europe/London")

    assert reasons(facts_in("GB", phone=phone), at=noon) == [Reason.MARKET_NOT_OF_NUMBER]
    assert reasons(facts(phone=phone, market="GG", time_zone="Europe/Guernsey"), at=noon) == [Reason.MARKET_UNKNOWN]
    assert reasons(facts_in("GB"), at=noon) == []
