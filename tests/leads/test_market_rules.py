from __future__ import annotations

from datetime import date, time, timedelta
from importlib.resources import files

import pytest

from leads.compliance import ConsentGrade, LawfulBasis, Purpose
from leads.market_packs import market_packs
from leads.market_rules import DisclosurePart, RuleTag, packs_to_review, parse_pack, stale_rules
from leads.rule_table import BadPack, Window

KENYA = files("leads").joinpath("markets/KE.toml").read_text()
MARKETS = ["DE", "EG", "ES", "ET", "FR", "GB", "GH", "KE", "NG", "RW", "TZ", "UG", "US", "ZA"]
LAWFUL_HOURS = {"FR", "US", "ZA"}  # where the law on hours was found
STATES_OF_THE_EU = ["DE", "ES", "FR"]


def test_it_reads_a_pack():
    pack = parse_pack(KENYA, file="KE.toml")
    marketing = pack.purposes[Purpose.MARKETING]

    assert (pack.market, pack.name, pack.version) == ("KE", "Kenya", "KE-2026-11-22")
    assert marketing.hours.windows[0] == (Window(time(8), time(19)),)
    assert marketing.hours.windows[6] == ()
    assert marketing.hours.origin.tag == RuleTag.CUSTOM
    assert marketing.consent.minimum_grade == ConsentGrade.RECORDED
    assert marketing.consent.lawful_bases == (LawfulBasis.CONSENT,)
    assert marketing.consent.origin.tag == RuleTag.LAW
    assert marketing.holidays.is_closed
    assert (marketing.attempts.per_day, marketing.attempts.per_7_days, marketing.attempts.per_30_days) == (3, 6, 12)
    assert marketing.disclosure.parts[0] == DisclosurePart.ORGANISATION
    assert pack.keep_consent.days == 1095


FORBIDDEN = '\n[recording]\nallowed = false\ntag = "L"\nsource = "an act"\neffective_from = 2026-01-01\nreviewed_on = 2026-11-22\n'


def test_a_pack_may_forbid_recordings():
    pack = parse_pack(KENYA + FORBIDDEN, file="KE.toml")

    assert pack.recording is not None and not pack.recording.is_allowed
    assert parse_pack(KENYA, file="KE.toml").recording is None
    assert "recording" in stale_rules(pack, on=date(2030, 1, 1))


def test_it_reads_several_windows_of_a_day():
    pack = parse_pack(KENYA.replace('monday = ["08:00-19:00"]', 'monday = ["08:00-12:30", "14:00-19:00"]', 1), file="KE.toml")

    assert [str(window) for window in pack.purposes[Purpose.MARKETING].hours.windows[0]] == ["08:00-12:30", "14:00-19:00"]


HOURS = 'monday = ["08:00-19:00"]'


@pytest.mark.parametrize(
    ("right", "wrong", "key", "mend"),
    [
        pytest.param('market = "KE"', 'market = "UG"', "market", "file's name", id="another market's file"),
        pytest.param('version = "KE-2026-11-22"\n', "", "version", "write a text", id="version missing"),
        pytest.param('version = "KE-2026-11-22"', 'version = ""', "version", "not empty", id="version empty"),
        pytest.param(HOURS + "\n", "", "marketing.hours.monday", "a list of windows", id="a day missing"),
        pytest.param(HOURS, 'monday = "08:00-19:00"', "marketing.hours.monday", "a list of windows", id="a day that is no list"),
        pytest.param(HOURS, 'monday = ["8:00-19:00"]', "marketing.hours.monday", "a list of windows", id="hour of one digit"),
        pytest.param(HOURS, 'monday = ["08:00-24:00"]', "marketing.hours.monday", "a list of windows", id="hour 24"),
        pytest.param(HOURS, 'monday = ["08:60-19:00"]', "marketing.hours.monday", "a list of windows", id="minute 60"),
        pytest.param(HOURS, "monday = [8]", "marketing.hours.monday", "a list of windows", id="a window that is a number"),
        pytest.param(HOURS, 'monday = ["19:00-08:00"]', "marketing.hours.monday", "a list of windows", id="closes before it opens"),
        pytest.param(HOURS, 'monday = ["08:00-08:00"]', "marketing.hours.monday", "a list of windows", id="empty window"),
        pytest.param(HOURS, 'monday = ["08:00-12:00", "11:00-19:00"]', "marketing.hours.monday", "in order", id="overlap"),
        pytest.param(HOURS, HOURS + "\nmoonday = []", "marketing.hours.moonday", "not a key", id="a day nobody knows"),
        pytest.param('tag = "C"', 'tag = "X"', "marketing.hours.tag", "one of L, G, C, D, U", id="unknown tag"),
        pytest.param('tag = "C"\n', "", "marketing.hours.tag", "one of L, G, C, D, U", id="tag missing"),
        pytest.param("reviewed_on = 2026-11-22", 'reviewed_on = "today"', "marketing.hours.reviewed_on", "a date", id="date as text"),
        pytest.param("reviewed_on = 2026-11-22", "reviewed_on = 2026-11-22T10:00:00", "marketing.hours.reviewed_on", "a date", id="date with time"),
        pytest.param("closed = true", "closed = 1", "marketing.holidays.closed", "true or false", id="truth as number"),
        pytest.param("must_name_automated_voice = true\n", "", "marketing.consent.must_name_automated_voice", "true or false", id="demand missing"),
        pytest.param('minimum_grade = "recorded"', 'minimum_grade = "good"', "marketing.consent.minimum_grade", "one of", id="unknown grade"),
        pytest.param('lawful_bases = ["consent"]', "lawful_bases = []", "marketing.consent.lawful_bases", "a list", id="no basis"),
        pytest.param('lawful_bases = ["consent"]', "lawful_bases = [1]", "marketing.consent.lawful_bases", "one of consent", id="basis as number"),
        pytest.param('["consent"]', '["consent", "consent"]', "marketing.consent.lawful_bases", "different", id="basis twice"),
        pytest.param("per_day = 3", "per_day = 0", "marketing.attempts.per_day", "from 1", id="cap of none"),
        pytest.param("per_day = 3", "per_day = true", "marketing.attempts.per_day", "from 1", id="cap as truth"),
        pytest.param("per_day = 3", "per_day = 7", "marketing.attempts", "per_day <= per_7_days", id="caps that contradict each other"),
        pytest.param("[retention.calls]", "[retention.cals]", "retention.calls", "a table", id="misspelt table"),
        pytest.param("[retention.calls]", "[retention.more]\ndays = 1\n[retention.calls]", "retention.more", "not a key", id="a table nobody knows"),
        pytest.param("[marketing.hours]", "[marketing.extra]\n[marketing.hours]", "marketing.extra", "not a key", id="a rule nobody knows"),
        pytest.param('name = "Kenya"', 'name = "Kenya"\nregistry = true', "registry", "not a key", id="a key nobody knows"),
        pytest.param('name = "Kenya"', "name = Kenya", "the file", "is not TOML", id="not TOML"),
    ],
)
def test_it_names_file_key_and_mend_of_a_mistake(right, wrong, key, mend):
    assert right in KENYA

    with pytest.raises(BadPack) as raised:
        parse_pack(KENYA.replace(right, wrong, 1), file="KE.toml")

    assert str(raised.value).startswith(f"KE.toml: {key}: ")
    assert mend in str(raised.value)


@pytest.mark.parametrize(
    ("right", "wrong", "line"),
    [
        pytest.param('tuesday = ["08:00-19:00"]', 'tuesday = ["19:00-08:00"]', 'tuesday = ["19:00-08:00"]', id="a wrong value: its own line"),
        pytest.param(HOURS + "\n", "", "[marketing.hours]", id="a key that is missing: its table's line"),
        pytest.param("per_day = 3", "per_day = 7", "[marketing.attempts]", id="caps that contradict each other: their table's line"),
        pytest.param('name = "Kenya"', "name = Kenya", "name = Kenya", id="not TOML"),
    ],
)
def test_it_names_the_line_of_a_mistake(right, wrong, line):
    text = KENYA.replace(right, wrong, 1)

    with pytest.raises(BadPack, match=f"line {text.splitlines().index(line) + 1}\\b"):
        parse_pack(text, file="KE.toml")


def test_it_tells_which_rules_nobody_read_for_half_a_year():
    pack = parse_pack(KENYA.replace("reviewed_on = 2026-11-22", "reviewed_on = 2026-05-01", 1), file="KE.toml")

    assert stale_rules(pack, on=date(2026, 5, 1) + timedelta(days=180)) == ()
    assert stale_rules(pack, on=date(2026, 5, 1) + timedelta(days=181)) == ("marketing.hours",)
    assert len(stale_rules(pack, on=date(2028, 1, 1))) == 3 * 5 + 2


# The packs that are shipped


def test_fourteen_markets_are_shipped():
    assert list(market_packs()) == MARKETS


@pytest.mark.parametrize("market", MARKETS)
def test_every_market_demands_consent_to_automated_marketing_calls(market):
    demand = market_packs()[market].purposes[Purpose.MARKETING].consent

    assert demand.must_name_automated_voice
    assert demand.minimum_grade != ConsentGrade.ATTESTED
    assert demand.lawful_bases == (LawfulBasis.CONSENT,)


@pytest.mark.parametrize("market", MARKETS)
@pytest.mark.parametrize("purpose", Purpose)
def test_every_call_opens_with_who_calls_that_it_is_a_machine_and_how_to_stop(market, purpose):
    parts = market_packs()[market].purposes[purpose].disclosure.parts

    assert parts[0] == DisclosurePart.ORGANISATION
    assert {DisclosurePart.AUTOMATED_VOICE, DisclosurePart.PURPOSE, DisclosurePart.RECORDING_AND_RECIPIENTS, DisclosurePart.HOW_TO_STOP} <= {*parts}


@pytest.mark.parametrize("market", MARKETS)
def test_hours_are_shown_as_law_only_where_the_law_was_found(market):
    tag = market_packs()[market].purposes[Purpose.MARKETING].hours.origin.tag
    expected = RuleTag.LAW if market in LAWFUL_HOURS else RuleTag.UNVERIFIED if market in STATES_OF_THE_EU else RuleTag.CUSTOM

    assert tag == expected


@pytest.mark.parametrize("market", MARKETS)
@pytest.mark.parametrize("purpose", Purpose)
def test_every_line_has_a_source_that_says_when_it_is_our_own_choice_or_unverified(market, purpose):
    words = {RuleTag.CUSTOM: ("our choice", "common practice"), RuleTag.UNVERIFIED: ("not read", "unverified", "not verified")}
    rules = market_packs()[market].purposes[purpose]

    for rule in (rules.hours, rules.holidays, rules.consent, rules.attempts, rules.disclosure):
        assert rule.origin.effective_from <= rule.origin.reviewed_on
        assert any(word in rule.origin.source.lower() for word in words.get(rule.origin.tag, ("",))), rule.origin


@pytest.mark.parametrize("purpose", Purpose)
def test_the_united_states_demand_consent_to_an_automated_voice_for_every_purpose(purpose):
    demand = market_packs()["US"].purposes[purpose].consent

    assert demand.must_name_automated_voice
    assert demand.minimum_grade == (ConsentGrade.WRITTEN if purpose == Purpose.MARKETING else ConsentGrade.RECORDED)
    assert demand.lawful_bases == (LawfulBasis.CONSENT,)
    assert demand.origin.tag == RuleTag.LAW


@pytest.mark.parametrize("market", STATES_OF_THE_EU)
@pytest.mark.parametrize("purpose", Purpose)
def test_the_union_demands_by_law_that_the_machine_says_what_it_is(market, purpose):
    disclosure = market_packs()[market].purposes[purpose].disclosure

    assert DisclosurePart.AUTOMATED_VOICE in disclosure.parts
    assert (disclosure.origin.tag, disclosure.origin.effective_from) == (RuleTag.LAW, date(2026, 8, 2))


# Ageing


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        pytest.param(180, {}, id="half a year"),
        pytest.param(181, {"KE": ("marketing.hours",)}, id="a day more"),
    ],
)
def test_it_names_the_packs_that_must_be_read_again(days, expected):
    old = parse_pack(KENYA.replace("reviewed_on = 2026-11-22", "reviewed_on = 2026-05-26", 1), file="KE.toml")
    packs = {**market_packs(), "KE": old}

    assert packs_to_review(packs, date(2026, 5, 26) + timedelta(days=days)) == expected


def test_all_packs_age():
    assert list(packs_to_review(market_packs(), date(2027, 5, 22))) == MARKETS
