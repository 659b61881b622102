"""Which rules count at an instant: by their dates, and by the region that a number tells."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from importlib.resources import files

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from phonenumbers import geocoder

from leads.compliance import LeadFacts, Purpose, Reason, may_call
from leads.market_packs import market_packs
from leads.market_rules import MarketPack, PurposeRules, parse_pack, stale_rules
from leads.opening import opens_at
from leads.organisation_rules import Loosens, parse_organisation_rules, tightened
from leads.rule_table import BadPack
from leads.rules_in_force import regions_of, rules_in_force
from tests.leads.facts import consent, facts_in
from tests.leads.test_number_traps import at

KENYA = files("leads").joinpath("markets/KE.toml").read_text()
US = market_packs()["US"]
HOURS = KENYA[KENYA.index("[marketing.hours]") : KENYA.index("[marketing.holidays]")]
FEDERAL = replace(US, regions={})
EARLY = datetime(2020, 1, 1, tzinfo=UTC)

FLORIDA, OKLAHOMA, WASHINGTON, WASHINGTON_DC, TEXAS, RHODE_ISLAND = (
    "+13052345678", "+14052345678", "+12062345678", "+12024561414", "+12142345678", "+14012345678",
)  # fmt: skip
LOUISIANA, UTAH, CONNECTICUT = "+15042345678", "+18012345678", "+12032345678"


def kenya(hours: str) -> MarketPack:
    return parse_pack(KENYA.replace(HOURS, hours), file="KE.toml")


def changing(ends: str, begins: str, new: str = '["10:00-21:00"]') -> MarketPack:
    """Marketing hours 08:00-19:00 on Mondays until `ends`, other ones from `begins` on."""
    first = HOURS.replace("effective_from = 2026-11-22", f"effective_from = 2026-11-22\neffective_to = {ends}")
    days = "\n".join(f"{day} = {new}" for day in ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"))
    later = f'[marketing.hours.later]\n{days}\ntag = "L"\nsource = "a new act"\neffective_from = {begins}\nreviewed_on = 2026-11-22\n\n'
    return kenya(first + later)


def marketing(pack: MarketPack, day: date, phone: str = "+254712123401", region: str = "") -> PurposeRules:
    return rules_in_force(pack, phone, region, at=datetime.combine(day, datetime.min.time(), tzinfo=UTC)).purposes[Purpose.MARKETING]


def tuesday_hours(rules: PurposeRules) -> str:
    return " and ".join(map(str, rules.hours.windows[1])) or "closed"


# By date


@pytest.mark.parametrize(
    ("day", "hours"),
    [
        pytest.param(date(2027, 6, 28), "08:00-19:00", id="two days before: it may not be the last day anywhere"),
        pytest.param(date(2027, 6, 30), "10:00-19:00", id="the last day: both"),
        pytest.param(date(2027, 7, 1), "10:00-19:00", id="the first day of the new one: both"),
        pytest.param(date(2027, 7, 2), "10:00-21:00", id="the day after: the new one alone"),
    ],
)
def test_around_a_change_the_stricter_of_both_counts(day, hours):
    assert tuesday_hours(marketing(changing("2027-06-30", "2027-07-01"), day)) == hours


def test_two_rules_that_speak_of_the_same_days_both_count():
    assert tuesday_hours(marketing(changing("2027-12-31", "2027-07-01"), date(2027, 9, 1))) == "10:00-19:00"


def test_a_rule_that_is_over_with_nothing_in_its_place_is_a_reason_not_to_call():
    pack = kenya(HOURS.replace("effective_from = 2026-11-22", "effective_from = 2026-11-22\neffective_to = 2027-06-30"))
    lead = facts_in("KE")
    before, after = (datetime(2027, month, day, 9, 0, tzinfo=UTC) for month, day in ((6, 30), (7, 5)))
    (refusal,) = may_call(lead, pack, at=after)

    assert may_call(lead, pack, at=before) == ()
    assert refusal.reason == Reason.RULES_ENDED
    assert "hours (until 2027-06-30)" in refusal.sentence
    assert opens_at(lead, pack, at=after) is not None  # time alone is not what is in the way


def test_a_rule_that_begins_later_is_kept_early_and_says_so():
    rules = marketing(kenya(HOURS), date(2025, 1, 1))

    assert tuesday_hours(rules) == "08:00-19:00"
    assert [rule.is_early for rule in rules.in_force if rule.name == "hours"] == [True]
    assert [rule.is_early for rule in rules.in_force if rule.name == "consent"] == [False]


def test_every_rule_that_had_a_say_is_named():
    rules = marketing(changing("2027-06-30", "2027-07-01"), date(2027, 7, 1))

    assert [rule.name for rule in rules.in_force] == ["hours", "hours", "holidays", "consent", "attempts", "disclosure"]


def test_the_rule_to_come_ages_as_well():
    pack = changing("2027-06-30", "2027-07-01")

    assert "marketing.hours.later" in stale_rules(pack, on=date(2027, 6, 1))


@pytest.mark.parametrize(
    ("ends", "begins", "key", "mend"),
    [
        ("2027-06-30", "2027-07-02", "marketing.hours.later.effective_from", "at the latest on the day after"),
        ("2027-06-30", "2026-11-22", "marketing.hours.later.effective_from", "begins after"),
        ("2026-11-21", "2027-07-01", "marketing.hours.effective_to", "a rule ends on the day"),
    ],
    ids=["a gap", "not later", "ends before it begins"],
)
def test_dates_that_leave_a_gap_stop_the_start_with_file_and_line(ends, begins, key, mend):
    with pytest.raises(BadPack, match=r"\(line \d+\)") as raised:
        changing(ends, begins)

    assert str(raised.value).startswith(f"KE.toml: {key}: ") and mend in str(raised.value)


def test_a_rule_with_a_later_one_must_end():
    later = HOURS.replace("[marketing.hours]", "[marketing.hours.later]").replace("effective_from = 2026-11-22", "effective_from = 2027-11-22")
    with pytest.raises(BadPack, match="marketing.hours.effective_to: write the last day"):
        kenya(HOURS + later)


def test_the_organisations_rules_hold_for_what_comes_later_too():
    pack = changing("2027-06-30", "2027-07-01")
    tight = tightened(pack, parse_organisation_rules('[all.all.hours]\ntuesday = ["09:00-12:00"]', file="acme.toml"))

    assert tuesday_hours(marketing(tight, date(2027, 6, 1))) == "09:00-12:00"
    assert tuesday_hours(marketing(tight, date(2027, 8, 1))) == "10:00-12:00"
    with pytest.raises(Loosens, match="10:00-21:00"):
        tightened(pack, parse_organisation_rules('[KE.marketing.hours]\ntuesday = ["09:00-12:00"]', file="acme.toml"))


# By region: the states of the United States


@pytest.mark.parametrize(
    ("phone", "region", "codes"),
    [
        pytest.param(FLORIDA, "", {"FL"}, id="by area code"),
        pytest.param(WASHINGTON_DC, "", {"DC"}, id="the capital is not the state"),
        pytest.param(FLORIDA, "TX", {"FL", "TX"}, id="moved to Texas with the number: both"),
        pytest.param(FLORIDA, " florida ", {"FL"}, id="by name, as people write it"),
        pytest.param(FLORIDA, "Floridda", set(US.regions), id="a state nobody knows: all"),
        pytest.param("+19992345678", "", set(US.regions), id="an area code nobody knows: all"),
        pytest.param("+19992345678", "TX", set(US.regions), id="an area code nobody knows is not settled by a word"),
        pytest.param("", "", set(US.regions), id="no number: all"),
    ],
)
def test_the_states_whose_rules_count(phone, region, codes):
    assert regions_of(US, phone, region) == codes


def test_a_market_without_regions_has_none():
    assert regions_of(market_packs()["KE"], "+254712123401", "Nairobi") == frozenset()


def american(phone: str, **changes) -> LeadFacts:
    zones = {TEXAS: "America/Chicago", OKLAHOMA: "America/Chicago", LOUISIANA: "America/Chicago", WASHINGTON: "America/Los_Angeles"}
    zone = zones.get(phone, "America/Denver" if phone == UTAH else "America/New_York")
    return facts_in("US", **{"phone": phone, "time_zone": zone, "consents": (consent(given_at=EARLY),), **changes})


def reasons(lead: LeadFacts, local: str) -> list[Reason]:
    return [refusal.reason for refusal in may_call(lead, US, at=at(local, lead.time_zone))]


OUTSIDE = [Reason.OUTSIDE_CALLING_HOURS]


@pytest.mark.parametrize(
    ("phone", "local", "expected"),
    [
        *[
            pytest.param(phone, f"2026-11-24 {time}", expected, id=f"{name} {time}")
            for name, phone in (("Florida", FLORIDA), ("Oklahoma", OKLAHOMA), ("Washington", WASHINGTON))
            for time, expected in (("07:59:59", OUTSIDE), ("08:00", []), ("19:59:59", []), ("20:00", OUTSIDE))
        ],
        pytest.param(WASHINGTON_DC, "2026-11-24 20:59:59", [], id="the capital: the federal hours"),
        pytest.param(WASHINGTON_DC, "2026-11-24 21:00", OUTSIDE, id="the capital, closed"),
        pytest.param(CONNECTICUT, "2026-11-24 08:59:59", OUTSIDE, id="Connecticut begins at nine"),
        pytest.param(CONNECTICUT, "2026-11-24 09:00", [], id="Connecticut"),
        pytest.param(TEXAS, "2026-11-29 11:59:59", OUTSIDE, id="Texas, Sunday before noon"),
        pytest.param(TEXAS, "2026-11-29 12:00", [], id="Texas, Sunday"),
        pytest.param(LOUISIANA, "2026-11-29 12:00", OUTSIDE, id="Louisiana, never on a Sunday"),
        pytest.param(UTAH, "2026-11-29 12:00", OUTSIDE, id="Utah, never on a Sunday"),
        pytest.param(RHODE_ISLAND, "2026-11-24 18:00", OUTSIDE, id="Rhode Island ends at six"),
        pytest.param(RHODE_ISLAND, "2026-11-28 16:59:59", [], id="Rhode Island, Saturday"),
        pytest.param(LOUISIANA, "2027-02-09 12:00", [Reason.PUBLIC_HOLIDAY], id="Mardi Gras in Louisiana"),
        pytest.param(TEXAS, "2027-02-09 12:00", [], id="Mardi Gras elsewhere"),
        pytest.param(UTAH, "2026-07-24 12:00", [Reason.PUBLIC_HOLIDAY], id="Pioneer Day in Utah"),
    ],
)
def test_the_hours_and_days_of_the_states(phone, local, expected):
    assert reasons(american(phone), local) == expected


def test_who_moved_with_the_number_is_held_to_both_states():
    assert reasons(american(WASHINGTON_DC, region="FL"), "2026-11-24 20:30") == OUTSIDE
    assert reasons(american(WASHINGTON_DC), "2026-11-24 20:30") == []


@pytest.mark.parametrize(
    ("hours_ago", "expected"),
    [
        pytest.param((23, 15, 14), [Reason.ATTEMPTS_TODAY], id="three within 24 hours, over midnight"),
        pytest.param((24, 15, 14), [], id="the first is 24 hours ago"),
        pytest.param((1, 2, 3), [Reason.ATTEMPTS_TODAY], id="three today: said once"),
    ],
)
@pytest.mark.parametrize("phone", [FLORIDA, OKLAHOMA], ids=["Florida", "Oklahoma"])
def test_three_calls_in_24_hours(phone, hours_ago, expected):
    lead = american(phone)
    noon = at("2026-11-24 12:00", lead.time_zone)
    attempts = tuple(noon - timedelta(hours=hours) for hours in hours_ago)

    assert [refusal.reason for refusal in may_call(american(phone, attempts=attempts), US, at=noon)] == expected


def test_the_cap_of_a_state_is_not_that_of_another():
    noon = at("2026-11-24 12:00", "America/New_York")
    attempts = tuple(noon - timedelta(hours=hours) for hours in (23, 15, 14))

    assert may_call(american(WASHINGTON_DC, attempts=attempts), US, at=noon) == ()


def test_a_number_that_tells_no_state_is_held_to_the_strictest():
    rules = marketing(US, date(2026, 11, 24), "+19992345678")

    assert tuesday_hours(rules) == "10:00-18:00"
    assert rules.hours.windows[6] == ()
    assert rules.attempts.per_24_hours == 3
    assert rules.holidays.calendars >= {"LA", "UT"}


def test_it_opens_when_the_state_opens():
    lead = american(CONNECTICUT)

    assert opens_at(lead, US, at=at("2026-11-24 08:15", "America/New_York")) == at("2026-11-24 09:00", "America/New_York")


@pytest.mark.parametrize("purpose", [Purpose.RESEARCH, Purpose.SERVICE])
def test_the_states_speak_of_selling_only(purpose):
    assert not any(purpose in region.purposes for region in US.regions.values())


def test_every_area_code_lies_in_its_state():
    """Against the geography that phonenumbers ships, which knows a few of them by town."""
    wrong = []
    for region in US.regions.values():
        for prefix in region.prefixes:
            place = geocoder.description_for_valid_number(phonenumbers.parse(f"+{prefix}2345678"), "en")
            if not (place.startswith(region.name) or place.endswith(f", {region.code}") or (region.code, place) == ("DC", "Washington D.C.")):
                wrong.append((region.code, prefix, place))
    assert wrong == []
    prefixes = [prefix for region in US.regions.values() for prefix in region.prefixes]
    assert len(prefixes) == len(set(prefixes)) and len(US.regions) == 51


def test_no_area_code_in_use_is_missing():
    known = {prefix for region in US.regions.values() for prefix in region.prefixes}
    geographic = (phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE, phonenumbers.PhoneNumberType.MOBILE)
    for area in range(200, 1000):
        number = phonenumbers.parse(f"+1{area}2345678")
        if phonenumbers.region_code_for_number(number) == "US" and phonenumbers.number_type(number) in geographic:
            assert f"1{area}" in known, area


instants = st.datetimes(min_value=datetime(2026, 11, 27), max_value=datetime(2032, 1, 1), timezones=st.just(UTC))


@given(st.from_regex(r"\+1[2-9][0-9]{9}", fullmatch=True), st.sampled_from(["", "FL", "RI", "nowhere"]), instants)
def test_a_state_never_allows_what_the_federal_rules_refuse(phone, region, instant):
    lead = american(phone, region=region)

    assert {each.reason for each in may_call(lead, FEDERAL, at=instant)} <= {each.reason for each in may_call(lead, US, at=instant)}


@given(st.sampled_from([FLORIDA, RHODE_ISLAND, "+19992345678"]), instants)
def test_choosing_twice_changes_nothing(phone, instant):
    once = rules_in_force(US, phone, "", at=instant)

    assert dict(rules_in_force(once, phone, "", at=instant).purposes) == dict(once.purposes)


REGION = '\n[regions.NB]\nname = "Nairobi"\nprefixes = ["25471"]\n'
ORIGIN = 'tag = "C"\nsource = "Our choice"\neffective_from = 2026-11-22\nreviewed_on = 2026-11-22\n'


@pytest.mark.parametrize(
    ("text", "key"),
    [
        pytest.param(REGION.replace('["25471"]', '["+25471"]'), "regions.NB.prefixes", id="a plus"),
        pytest.param(REGION.replace('["25471"]', "[25471]"), "regions.NB.prefixes", id="a number"),
        pytest.param(REGION.replace('["25471"]', '["25471", "25471"]'), "regions.NB.prefixes", id="twice"),
        pytest.param(REGION.replace('["25471"]', "[]"), "regions.NB.prefixes", id="none"),
        pytest.param(REGION.replace('name = "Nairobi"\n', ""), "regions.NB.name", id="no name"),
        pytest.param(f"{REGION}capital = true\n", "regions.NB.capital", id="a key nobody knows"),
        pytest.param(f"{REGION}[regions.NB.selling]\n", "regions.NB.selling", id="a purpose nobody knows"),
        pytest.param(f"{REGION}[regions.NB.marketing.consent]\n", "regions.NB.marketing.consent", id="a rule that is not the region's"),
        pytest.param(f"{REGION}[regions.NB.marketing.holidays]\nclosed = false\n{ORIGIN}", "regions.NB.marketing.holidays.closed", id="opens"),
        pytest.param(f"{REGION}[regions.NB.marketing.attempts]\nper_day = 1\n{ORIGIN}", "regions.NB.marketing.attempts.per_24_hours", id="no cap"),
        pytest.param(f"{REGION}[regions.NB.marketing.hours]\nmonday = []\n{ORIGIN}", "regions.NB.marketing.hours.tuesday", id="a day missing"),
    ],
)
def test_a_mistake_in_a_region_stops_the_start_with_file_and_line(text, key):
    with pytest.raises(BadPack, match=r"\(line \d+\)") as raised:
        parse_pack(KENYA + text, file="KE.toml")

    assert str(raised.value).startswith(f"KE.toml: {key}: ")
