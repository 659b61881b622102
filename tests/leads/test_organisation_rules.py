"""An organisation's own rules: they tighten, and are refused by file and key when they would loosen."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leads import market_packs as packs
from leads.checks import check_market_packs
from leads.compliance import ConsentGrade, LawfulBasis, Purpose, Reason, may_call
from leads.eligibility import decide
from leads.market_packs import market_packs
from leads.market_rules import DAYS, PurposeRules, RuleTag
from leads.organisation_rules import NO_RULES, Loosens, parse_organisation_rules, tightened, tightened_packs
from leads.rule_table import BadPack, Window
from tests.conftest import NOW
from tests.leads.facts import ACME, PLACES, consent, facts_in

FILE = "acme.toml"
KENYA = market_packs()["KE"]
MARKETING = KENYA.purposes[Purpose.MARKETING]


def kenya_under(text: str) -> PurposeRules:
    """Kenya's marketing rules under the organisation's."""
    return tightened(KENYA, parse_organisation_rules(text, file=FILE)).purposes[Purpose.MARKETING]


def test_without_rules_the_packs_are_as_they_ship():
    assert tightened_packs(market_packs(), NO_RULES) == dict(market_packs())


def test_a_market_is_tightened_and_everything_else_stays():
    rules = parse_organisation_rules('[KE.marketing.hours]\nmonday = ["10:00-12:00", "14:00-16:00"]\nfriday = []', file=FILE)
    found = tightened_packs(market_packs(), rules)
    windows = found["KE"].purposes[Purpose.MARKETING].hours.windows

    assert windows[0] == (Window(time(10), time(12)), Window(time(14), time(16)))
    assert windows[1] == MARKETING.hours.windows[1]
    assert windows[4] == ()
    assert found["KE"].purposes[Purpose.RESEARCH] == KENYA.purposes[Purpose.RESEARCH]
    assert found["NG"] is market_packs()["NG"]


@pytest.mark.parametrize(
    ("table", "read", "expected"),
    [
        ("attempts]\nper_day = 1", lambda r: (r.attempts.per_day, r.attempts.per_7_days), (1, 6)),
        ("attempts]\nper_30_days = 2", lambda r: (r.attempts.per_day, r.attempts.per_7_days, r.attempts.per_30_days), (2, 2, 2)),
        ('consent]\nminimum_grade = "written"', lambda r: r.consent.minimum_grade, ConsentGrade.WRITTEN),
        ('consent]\nlawful_bases = ["consent"]', lambda r: r.consent.lawful_bases, (LawfulBasis.CONSENT,)),
        ("consent]\nmust_name_automated_voice = true", lambda r: r.consent.must_name_automated_voice, True),
        ("holidays]\nclosed = true", lambda r: r.holidays.is_closed, True),
        ("holidays]\nclosed_on = [2027-08-10]", lambda r: r.holidays.also_closed_on, frozenset({date(2027, 8, 10)})),
        ('hours]\nmonday = ["08:00-19:00"]', lambda r: r.hours, MARKETING.hours),
    ],
    ids=[
        "cap a day",
        "a cap a month holds for day and week",
        "grade",
        "basis",
        "automated voice",
        "holidays",
        "a day of our own",
        "as the pack has it",
    ],
)
def test_each_rule_can_be_tightened(table, read, expected):
    assert read(kenya_under(f"[KE.marketing.{table}")) == expected


@pytest.mark.parametrize(
    ("table", "key", "allowed"),
    [
        ('[KE.marketing.hours]\nmonday = ["07:59-19:00"]', "KE.marketing.hours.monday", "08:00-19:00"),
        ('[KE.marketing.hours]\nmonday = ["08:00-19:01"]', "KE.marketing.hours.monday", "08:00-19:00"),
        ('[KE.marketing.hours]\nmonday = ["10:00-11:00", "18:00-20:00"]', "KE.marketing.hours.monday", "08:00-19:00"),
        ('[KE.marketing.hours]\nsunday = ["12:00-12:01"]', "KE.marketing.hours.sunday", "closed"),
        ("[KE.marketing.attempts]\nper_day = 4", "KE.marketing.attempts.per_day", "3"),
        ("[KE.marketing.attempts]\nper_7_days = 7", "KE.marketing.attempts.per_7_days", "6"),
        ("[KE.marketing.attempts]\nper_30_days = 13", "KE.marketing.attempts.per_30_days", "12"),
        ("[KE.marketing.holidays]\nclosed = false", "KE.marketing.holidays.closed", "true"),
        ("[KE.marketing.consent]\nmust_name_automated_voice = false", "KE.marketing.consent.must_name_automated_voice", "true"),
        ('[KE.marketing.consent]\nminimum_grade = "attested"', "KE.marketing.consent.minimum_grade", "recorded"),
        ('[KE.marketing.consent]\nlawful_bases = ["consent", "contract"]', "KE.marketing.consent.lawful_bases", "consent"),
    ],
    ids=lambda value: value if value.startswith("KE.") else "",
)
def test_a_rule_that_would_loosen_is_refused_by_file_and_key(table, key, allowed):
    with pytest.raises(Loosens) as raised:
        kenya_under(table)

    assert (
        str(raised.value)
        == f"{FILE}: {key}: would allow more than the market pack {KENYA.version}, which says {allowed}; make it stricter or take it out (line 2)"
    )


def test_windows_that_touch_allow_no_more_than_the_one_they_make_up():
    assert kenya_under('[KE.marketing.hours]\nmonday = ["08:00-12:00", "12:00-19:00"]') == MARKETING


def test_a_rule_for_all_is_a_ceiling_and_the_stricter_counts():
    rules = parse_organisation_rules('[all.marketing.attempts]\nper_day = 1\n[all.all.hours]\nfriday = ["06:00-12:00"]', file=FILE)

    for market, pack in tightened_packs(market_packs(), rules).items():
        marketing = pack.purposes[Purpose.MARKETING]
        shipped = market_packs()[market].purposes[Purpose.MARKETING].hours.windows[4]
        assert marketing.attempts.per_day == 1
        assert all(window.closes <= time(12) for window in marketing.hours.windows[4])
        assert [window.opens for window in marketing.hours.windows[4]] == [window.opens for window in shipped if window.opens < time(12)]


def test_the_rules_for_all_and_for_one_market_hold_together():
    tight = kenya_under("[all.all.attempts]\nper_day = 1\n[KE.all.attempts]\nper_7_days = 2\n[KE.marketing.attempts]\nper_30_days = 4")

    assert (tight.attempts.per_day, tight.attempts.per_7_days, tight.attempts.per_30_days) == (1, 2, 4)


def test_a_rule_looser_than_our_own_ceiling_is_cut_and_not_refused():
    """It loosens nothing that the pack says; the stricter of the two counts."""
    rules = parse_organisation_rules('[all.all.consent]\nminimum_grade = "written"\n[KE.all.consent]\nminimum_grade = "recorded"', file=FILE)

    assert tightened(KENYA, rules).purposes[Purpose.MARKETING].consent.minimum_grade == ConsentGrade.WRITTEN


def test_a_tightened_rule_is_shown_as_the_organisations_choice_but_the_law_beneath_it_ages():
    tight = kenya_under('[KE.marketing.consent]\nminimum_grade = "written"')

    assert tight.consent.origin.tag == RuleTag.CUSTOM
    assert tight.consent.origin.source.startswith("Our organisation's choice (acme.toml, KE.marketing), stricter than: KICA")
    assert tight.consent.origin.reviewed_on == MARKETING.consent.origin.reviewed_on
    assert tight.hours.origin == MARKETING.hours.origin


@pytest.mark.parametrize("purpose", Purpose)
def test_a_day_of_our_own_is_closed_whatever_the_pack_says_about_holidays(purpose):
    rules = parse_organisation_rules("[all.all.holidays]\nclosed_on = [2027-08-10]\n[KE.all.holidays]\nclosed_on = [2027-08-11]", file=FILE)
    pack = tightened(KENYA, rules)
    noon = datetime(2027, 8, 10, 9, 0, tzinfo=UTC)

    found = [may_call(facts_in("KE", purpose), pack, at=noon + timedelta(days=n)) for n in range(3)]
    assert [[refusal.sentence for refusal in refusals] for refusals in found] == [
        ["10 August is closed by our organisation's rules."],
        ["11 August is closed by our organisation's rules."],
        [],
    ]
    assert found[0][0].reason == Reason.PUBLIC_HOLIDAY


def test_the_version_names_the_very_rules():
    one, other = (
        tightened(KENYA, parse_organisation_rules(f"[KE.all.attempts]\nper_day = {cap}", file=FILE)).version for cap in (1, 2)
    )  # fmt: skip

    assert one.startswith(f"{KENYA.version}+") and one != other
    assert len(one) <= 40  # what is kept with a decision


@pytest.mark.parametrize(
    ("text", "key"),
    [
        pytest.param("[KE.marketing.hours", "the file", id="not TOML"),
        pytest.param("[kenya.marketing.hours]", "kenya", id="no market"),
        pytest.param("[ZM.marketing.attempts]\nper_day = 1", "ZM", id="a market without a pack"),
        pytest.param("[KE.selling.hours]", "KE.selling", id="no purpose"),
        pytest.param("[KE.marketing.retention]", "KE.marketing.retention", id="no rule"),
        pytest.param("[KE.marketing.hours]\nmoonday = []", "KE.marketing.hours.moonday", id="no day"),
        pytest.param('[KE.marketing.hours]\nmonday = "closed"', "KE.marketing.hours.monday", id="no windows"),
        pytest.param("[KE.marketing.attempts]\nper_day = 0", "KE.marketing.attempts.per_day", id="cap of none"),
        pytest.param('[KE.marketing.holidays]\nclosed_on = "2027-08-10"', "KE.marketing.holidays.closed_on", id="a day that is no list"),
        pytest.param("[KE.marketing.holidays]\nclosed_on = []", "KE.marketing.holidays.closed_on", id="no days"),
        pytest.param("[KE.marketing.holidays]\nclosed_on = [{}]", "KE.marketing.holidays.closed_on", id="a day that is no date"),
        pytest.param("[KE.marketing.holidays]\nclosed_on = [2027-08-10T00:00:00]", "KE.marketing.holidays.closed_on", id="a day with a time"),
        pytest.param("[KE.marketing.holidays]\nclosed_on = [2027-08-10, 2027-08-10]", "KE.marketing.holidays.closed_on", id="a day twice"),
        pytest.param("KE = 1", "KE", id="a market that is no table"),
        pytest.param('[all.all.consent]\nlawful_bases = ["contract"]', "DE.marketing.consent.lawful_bases", id="no basis left"),
    ],
)
def test_a_mistake_in_the_file_is_named_by_key(text, key):
    with pytest.raises(BadPack) as raised:
        tightened_packs(market_packs(), parse_organisation_rules(text, file=FILE))

    assert str(raised.value).startswith(f"{FILE}: {key}: ")


# Tightened never allows what the pack refuses

clocks = st.integers(0, 23 * 60 + 59).map(lambda minute: time(minute // 60, minute % 60))
windows = st.lists(clocks, unique=True, max_size=4).map(sorted).map(lambda edges: [f"{a:%H:%M}-{b:%H:%M}" for a, b in zip(edges[::2], edges[1::2])])  # noqa: B905
hours_tables = st.dictionaries(st.sampled_from(DAYS), windows, max_size=7).map(
    lambda days: "\n".join(f"{day} = {value}" for day, value in days.items())
)
caps_tables = st.dictionaries(st.sampled_from(["per_day", "per_7_days", "per_30_days"]), st.integers(1, 20)).map(
    lambda caps: "\n".join(f"{key} = {cap}" for key, cap in caps.items())
)
consent_tables = st.fixed_dictionaries(
    {},
    optional={
        "must_name_automated_voice": st.sampled_from(["true", "false"]),
        "minimum_grade": st.sampled_from([f'"{grade}"' for grade in ConsentGrade]),
        # Consent is accepted everywhere: without it no basis would be left in most files.
        "lawful_bases": st.sets(st.sampled_from(LawfulBasis)).map(lambda found: str(sorted({str(each) for each in found} | {"consent"}))),
    },
).map(lambda said: "\n".join(f"{key} = {value}" for key, value in said.items()))


@st.composite
def rule_files(draw: st.DrawFn, *, n_named: int = 1) -> str:
    ceilings = st.sampled_from([("all", "all"), *(("all", purpose) for purpose in Purpose), *((market, "all") for market in PLACES)])
    named = st.tuples(st.sampled_from(sorted(PLACES)), st.sampled_from(Purpose))  # most of these loosen, and are refused
    scopes = draw(st.lists(ceilings, unique=True, max_size=4)) + draw(st.lists(named, max_size=n_named))
    return "\n".join(
        f"[{market}.{purpose}.hours]\n{draw(hours_tables)}\n[{market}.{purpose}.attempts]\n{draw(caps_tables)}\n"
        f"[{market}.{purpose}.consent]\n{draw(consent_tables)}\n[{market}.{purpose}.holidays]\n{draw(st.sampled_from(['', 'closed = true']))}"
        for market, purpose in scopes
    )


people = st.builds(
    lambda market, purpose, grade, basis, names, attempts, holidays: facts_in(
        market,
        purpose,
        consents=(
            consent(purpose=purpose, grade=grade, lawful_basis=basis, covers_automated_voice=names, given_at=datetime(2020, 1, 1, tzinfo=UTC)),
        ),
        attempts=tuple(attempts),
        holidays=holidays,
    ),
    st.sampled_from(sorted(PLACES)),
    st.sampled_from(Purpose),
    st.sampled_from(ConsentGrade),
    st.sampled_from(LawfulBasis),
    st.booleans(),
    st.lists(st.integers(0, 24 * 31).map(lambda hours: NOW - timedelta(hours=hours)), max_size=13),
    st.sampled_from([frozenset(), frozenset({date(2026, 11, 24)}), None]),
)
instants = st.integers(0, 7 * 24 * 60).map(lambda minutes: NOW + timedelta(minutes=minutes))


@given(rule_files(), people, instants)
def test_tightened_never_allows_what_the_pack_refuses(text, lead, at):
    try:
        tight = tightened_packs(market_packs(), parse_organisation_rules(text, file=FILE))[lead.market]
    except BadPack:
        return
    refused = {refusal.reason for refusal in may_call(lead, market_packs()[lead.market], at=at)}

    assert refused <= {refusal.reason for refusal in may_call(lead, tight, at=at)}


@given(rule_files(n_named=0))  # ceilings alone: a named rule is judged beside the pack as it ships, see the test below
def test_tightening_twice_changes_nothing_more(text):
    try:
        rules = parse_organisation_rules(text, file=FILE)
        once = tightened_packs(market_packs(), rules)
    except BadPack:
        return
    for market, pack in once.items():
        shipped = replace(market_packs()[market], purposes=pack.purposes)
        assert tightened(shipped, rules).purposes == pack.purposes


# Every decision obeys


@pytest.fixture
def rules_file(tmp_path: Path, settings):
    """Writes the organisation's rules and has the packs read anew."""

    def write(text: str) -> None:
        (tmp_path / FILE).write_text(text)
        settings.ORGANISATION_RULES = str(tmp_path / FILE)
        packs.market_packs.cache_clear()

    yield write
    packs.market_packs.cache_clear()


def test_the_decision_about_a_lead_obeys_the_file_that_is_set(asha, rules_file):
    rules_file('[KE.marketing.hours]\ntuesday = ["10:01-19:00"]')
    decided = decide(asha, purpose=Purpose.MARKETING, controller=ACME, attempts=(), at=NOW)

    assert [refusal.reason for refusal in decided.refusals] == [Reason.OUTSIDE_CALLING_HOURS]
    assert decided.refusals[0].inputs["tag"] == "C"
    assert decided.pack_version.startswith("KE-2026-11-22+")
    assert decide(asha, purpose=Purpose.MARKETING, controller=ACME, attempts=(), at=NOW + timedelta(minutes=1)).is_allowed


def test_a_file_that_loosens_stops_the_start(rules_file):
    rules_file("[KE.marketing.attempts]\nper_day = 9")
    (error,) = check_market_packs(None)

    assert error.id == "leads.E001"
    assert error.msg.startswith("acme.toml: KE.marketing.attempts.per_day: would allow more")


@pytest.mark.parametrize("content", [None, b"\xff\xfe"], ids=["missing", "not text"])
def test_a_file_that_cannot_be_read_stops_the_start(tmp_path, settings, rules_file, content):
    rules_file("")
    (tmp_path / FILE).unlink()
    if content is not None:
        (tmp_path / FILE).write_bytes(content)
    (error,) = check_market_packs(None)

    assert error.msg.startswith("acme.toml: the file: cannot be read; set ORGANISATION_RULES")
