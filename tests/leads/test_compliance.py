from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leads.compliance import ConsentFact, ConsentGrade, ConsentKind, LawfulBasis, LeadFacts, Purpose, Reason, deciding_consent, may_call
from leads.market_packs import market_packs
from tests.conftest import NOW
from tests.leads.facts import ACME, ASHA, PLACES, consent, facts, facts_in, reasons, withdrawal

SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)


def test_it_allows_a_lead_with_everything_in_order():
    assert may_call(ASHA, market_packs()["KE"], at=NOW) == ()


def test_it_refuses_an_instant_without_a_zone():
    with pytest.raises(ValueError, match="aware"):
        may_call(ASHA, market_packs()["KE"], at=NOW.replace(tzinfo=None))


def test_it_gives_all_reasons_and_each_once():
    lead = facts(consents=(), is_on_dnc=True, time_zone="", controller="", attempts=(NOW,) * 20)

    found = reasons(lead)

    assert set(found) == {
        Reason.CONSENT_MISSING,
        Reason.DO_NOT_CALL,
        Reason.ZONE_UNKNOWN,
        Reason.CONTROLLER_MISSING,
        Reason.ATTEMPTS_WEEK,
        Reason.ATTEMPTS_MONTH,
    }
    assert len(found) == len(set(found))


# Number and market


@pytest.mark.parametrize("phone", ["", "0712345678", "+2540254712345678", "+254", "not a number"])
def test_it_does_not_call_a_number_that_is_not_in_use(phone):
    assert reasons(facts(phone=phone)) == [Reason.NUMBER_INVALID]


@pytest.mark.parametrize("phone", ["+254800223456", "+254900223456"], ids=["toll-free", "premium"])
def test_it_does_not_call_a_service_number(phone):
    assert reasons(facts(phone=phone)) == [Reason.NUMBER_KIND_REFUSED]


def test_it_does_not_call_a_market_without_a_pack():
    assert reasons(facts(phone="+260955123456", market="ZM", time_zone="Africa/Lusaka")) == [Reason.MARKET_UNKNOWN]


def test_it_does_not_call_a_lead_without_a_market():
    assert reasons(facts(market="")) == [Reason.MARKET_UNKNOWN]


def test_it_does_not_judge_by_the_pack_of_another_market():
    assert Reason.MARKET_UNKNOWN in {refusal.reason for refusal in may_call(ASHA, market_packs()["UG"], at=NOW)}


def test_it_does_not_let_a_lead_choose_another_market_than_its_numbers():
    assert reasons(facts(phone="+27711234567", time_zone="Africa/Johannesburg")) == [Reason.MARKET_NOT_OF_NUMBER]


def test_it_does_not_call_for_a_purpose_without_rules():
    assert Reason.PURPOSE_UNKNOWN in reasons(facts(purpose="fundraising"))


# Do-not-call and the organisation


@pytest.mark.parametrize("is_on_dnc", [True, None, 0], ids=["on the list", "unknown", "not a clear no"])
def test_it_does_not_call_a_number_on_the_dnc_list(is_on_dnc):
    assert reasons(facts(is_on_dnc=is_on_dnc)) == [Reason.DO_NOT_CALL]


@pytest.mark.parametrize("controller", ["", "  "])
def test_it_does_not_call_on_behalf_of_nobody(controller):
    assert reasons(facts(controller=controller)) == [Reason.CONTROLLER_MISSING]


# Consent


def test_it_does_not_call_without_consent():
    assert reasons(facts(consents=())) == [Reason.CONSENT_MISSING]


def test_it_does_not_take_consent_for_another_purpose():
    assert reasons(facts(consents=(consent(purpose=Purpose.RESEARCH),))) == [Reason.CONSENT_NOT_FOR_PURPOSE]


@pytest.mark.parametrize(
    ("withdrawn_at", "expected"),
    [
        pytest.param(NOW - 31 * DAY, [], id="before the consent"),
        pytest.param(NOW - 30 * DAY - SECOND, [], id="a second before the consent"),
        pytest.param(NOW - 30 * DAY, [Reason.CONSENT_WITHDRAWN], id="in the same instant"),
        pytest.param(NOW - 1 * DAY, [Reason.CONSENT_WITHDRAWN], id="after it"),
        pytest.param(NOW, [Reason.CONSENT_WITHDRAWN], id="now"),
        pytest.param(NOW + 1 * DAY, [Reason.CONSENT_WITHDRAWN], id="dated ahead"),
        pytest.param((NOW - 40 * DAY).replace(tzinfo=None), [Reason.CONSENT_WITHDRAWN], id="at a time without a zone"),
    ],
)
def test_the_newest_record_decides_and_doubt_is_settled_for_the_person(withdrawn_at, expected):
    lead = facts(consents=(consent(), replace(withdrawal(), given_at=withdrawn_at)))

    assert reasons(lead) == expected
    assert reasons(replace(lead, consents=lead.consents[::-1])) == expected


def test_consent_given_again_after_a_withdrawal_counts():
    again = consent(record_id="c2", given_at=NOW - timedelta(hours=1))

    assert reasons(facts(consents=(consent(), withdrawal(), again))) == []


def test_a_withdrawal_for_another_purpose_does_not_touch_this_one():
    assert reasons(facts(consents=(consent(), replace(withdrawal(), purpose=Purpose.RESEARCH)))) == []


def test_a_withdrawal_alone_is_a_withdrawal():
    assert reasons(facts(consents=(withdrawal(),))) == [Reason.CONSENT_WITHDRAWN]


@pytest.mark.parametrize(
    ("given_at", "expected"),
    [
        pytest.param(NOW, [], id="given now"),
        pytest.param(NOW + SECOND, [Reason.CONSENT_MISSING], id="not yet given"),
        pytest.param((NOW - DAY).replace(tzinfo=None), [Reason.CONSENT_MISSING], id="at a time without a zone"),
    ],
)
def test_consent_counts_from_the_instant_it_is_given(given_at, expected):
    assert reasons(facts(consents=(consent(given_at=given_at),))) == expected


@pytest.mark.parametrize(
    ("expires_at", "expected"),
    [
        pytest.param(NOW + SECOND, [], id="in a second"),
        pytest.param(NOW, [Reason.CONSENT_EXPIRED], id="now"),
        pytest.param(NOW - SECOND, [Reason.CONSENT_EXPIRED], id="a second ago"),
        pytest.param((NOW + DAY).replace(tzinfo=None), [Reason.CONSENT_EXPIRED], id="at a time without a zone"),
    ],
)
def test_consent_ends_when_it_expires(expires_at, expected):
    assert reasons(facts(consents=(consent(expires_at=expires_at),))) == expected


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        pytest.param("Beta Ltd", [Reason.CONSENT_NAMES_OTHER_ORGANISATION], id="another"),
        pytest.param("", [Reason.CONSENT_NAMES_OTHER_ORGANISATION], id="nobody"),
        pytest.param(" ACME  ltd ", [], id="the same in other letters"),
    ],
)
def test_consent_must_name_the_organisation_we_call_for(named, expected):
    assert reasons(facts(consents=(consent(controller=named),))) == expected


def test_newer_consent_to_somebody_else_does_not_hide_ours():
    to_beta = consent(record_id="c2", controller="Beta Ltd", given_at=NOW - DAY)

    assert reasons(facts(consents=(to_beta, consent()))) == []


def test_marketing_consent_must_name_automated_voice_calls():
    assert reasons(facts(consents=(consent(covers_automated_voice=False),))) == [Reason.CONSENT_NOT_FOR_AUTOMATED_VOICE]


def test_a_survey_needs_no_consent_to_automated_voice():
    given = consent(purpose=Purpose.RESEARCH, covers_automated_voice=False, grade=ConsentGrade.ATTESTED)

    assert reasons(facts(purpose=Purpose.RESEARCH, consents=(given,))) == []


@pytest.mark.parametrize(
    ("market", "grade", "expected"),
    [
        pytest.param("KE", ConsentGrade.ATTESTED, [Reason.CONSENT_GRADE_TOO_WEAK], id="Kenya takes no mere attestation"),
        pytest.param("KE", ConsentGrade.RECORDED, [], id="Kenya takes a recorded one"),
        pytest.param("GH", ConsentGrade.RECORDED, [Reason.CONSENT_GRADE_TOO_WEAK], id="Ghana wants it written"),
        pytest.param("GH", ConsentGrade.WRITTEN, [], id="Ghana takes a written one"),
        pytest.param("KE", "hearsay", [Reason.CONSENT_GRADE_TOO_WEAK], id="a grade nobody knows"),
    ],
)
def test_the_evidence_must_be_good_enough_for_the_market(market, grade, expected):
    lead = facts_in(market, consents=(consent(grade=grade),))

    assert reasons(lead, at=NOW + timedelta(hours=3)) == expected


@pytest.mark.parametrize(
    ("purpose", "basis", "expected"),
    [
        pytest.param(Purpose.MARKETING, LawfulBasis.LEGITIMATE_INTEREST, [Reason.CONSENT_BASIS_NOT_ACCEPTED], id="no selling on our own interest"),
        pytest.param(Purpose.RESEARCH, LawfulBasis.LEGITIMATE_INTEREST, [], id="a survey may"),
        pytest.param(Purpose.SERVICE, LawfulBasis.CONTRACT, [], id="service under a contract"),
        pytest.param(Purpose.SERVICE, "because", [Reason.CONSENT_BASIS_NOT_ACCEPTED], id="no lawful basis at all"),
    ],
)
def test_the_lawful_basis_must_fit_the_purpose(purpose, basis, expected):
    assert reasons(facts(purpose=purpose, consents=(consent(purpose=purpose, lawful_basis=basis),))) == expected


def test_it_tells_which_record_decided():
    assert deciding_consent(ASHA, at=NOW) == consent()
    assert deciding_consent(facts(consents=(consent(), withdrawal())), at=NOW) == withdrawal()
    assert deciding_consent(facts(consents=()), at=NOW) is None


# Attempts: the Kenyan pack allows 3 a day, 6 in 7 days, 12 in 30 days


@pytest.mark.parametrize(
    ("attempts", "expected"),
    [
        pytest.param([], [], id="none"),
        pytest.param([timedelta(hours=1)] * 2, [], id="attempt 3 of 3"),
        pytest.param([timedelta(hours=1)] * 3, [Reason.ATTEMPTS_TODAY], id="attempt 4 of 3"),
        pytest.param([timedelta(hours=10)] * 3, [Reason.ATTEMPTS_TODAY], id="just after midnight in Nairobi"),
        pytest.param([timedelta(hours=10, seconds=1)] * 3, [], id="yesterday in Nairobi, today in London"),
        pytest.param([2 * DAY] * 5, [], id="attempt 6 of 6"),
        pytest.param([2 * DAY] * 6, [Reason.ATTEMPTS_WEEK], id="attempt 7 of 6"),
        pytest.param([7 * DAY - SECOND] * 6, [Reason.ATTEMPTS_WEEK], id="still within 7 days"),
        pytest.param([7 * DAY] * 6, [], id="7 days ago"),
        pytest.param([10 * DAY] * 11, [], id="attempt 12 of 12"),
        pytest.param([10 * DAY] * 12, [Reason.ATTEMPTS_MONTH], id="attempt 13 of 12"),
        pytest.param([30 * DAY - SECOND] * 12, [Reason.ATTEMPTS_MONTH], id="still within 30 days"),
        pytest.param([30 * DAY] * 12, [], id="30 days ago"),
        pytest.param([timedelta()] * 3, [Reason.ATTEMPTS_TODAY], id="in this very instant"),
        pytest.param([-DAY] * 3, [Reason.ATTEMPTS_TODAY], id="dated ahead counts"),
    ],
)
def test_it_keeps_the_caps_on_attempts(attempts, expected):
    assert reasons(facts(attempts=tuple(NOW - ago for ago in attempts))) == expected


def test_an_attempt_without_a_zone_counts():
    assert reasons(facts(attempts=(datetime(1999, 1, 1),) * 3)) == [Reason.ATTEMPTS_TODAY]


def test_it_says_how_many_attempts_were_made_and_allowed():
    (refusal,) = may_call(facts(attempts=(NOW,) * 3), market_packs()["KE"], at=NOW)

    assert refusal.inputs == {"made": 3, "cap": 3}


# What holds for all facts

texts = st.text(max_size=8)
instants = st.datetimes(min_value=datetime(1, 1, 1), max_value=datetime(9999, 1, 1), timezones=st.sampled_from([None, UTC]))
odd_consents = st.builds(
    ConsentFact,
    record_id=texts,
    kind=st.sampled_from([*ConsentKind, "", "agreed"]),
    purpose=st.sampled_from([*Purpose, ""]),
    covers_automated_voice=st.booleans(),
    controller=st.sampled_from([ACME, "Beta Ltd", ""]),
    grade=st.sampled_from([*ConsentGrade, ""]),
    lawful_basis=st.sampled_from([*LawfulBasis, ""]),
    given_at=instants,
    expires_at=st.none() | instants,
)
odd_facts = st.builds(
    LeadFacts,
    phone=st.sampled_from([ASHA.phone, "+243991234567", "+254800223456"]) | texts,
    time_zone=st.sampled_from(["Africa/Nairobi", "Africa/Kinshasa", "Africa", ""]) | texts,
    market=st.sampled_from(["KE", "ZA", ""]) | texts,
    consents=st.lists(odd_consents, max_size=4).map(tuple),
    is_on_dnc=st.sampled_from([False, True, None]),
    purpose=st.sampled_from([*Purpose, ""]),
    controller=st.sampled_from([ACME, ""]),
    attempts=st.lists(instants, max_size=5).map(tuple),
    holidays=st.none() | st.frozensets(st.dates(), max_size=3),
)
years_of_use = st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2040, 1, 1), timezones=st.just(UTC))


@given(odd_facts, years_of_use)
def test_it_never_raises_on_odd_facts_and_its_answer_can_be_kept(lead, at):
    for refusal in may_call(lead, market_packs().get(lead.market), at=at):
        assert json.loads(json.dumps(refusal.as_json()))["reason"] == refusal.reason
        assert not lead.phone.startswith("+2") or lead.phone not in json.dumps(refusal.as_json())


@given(st.sampled_from(sorted(PLACES)), st.sampled_from(Purpose), years_of_use)
def test_unknown_facts_always_block(market, purpose, at):
    known = facts_in(market, purpose)
    unknown: list[dict] = [
        {"phone": ""},
        {"time_zone": ""},
        {"market": ""},
        {"consents": ()},
        {"is_on_dnc": None},
        {"purpose": ""},
        {"controller": ""},
    ]

    for missing in unknown:
        assert may_call(replace(known, **missing), market_packs()[market], at=at), missing
    assert may_call(known, None, at=at)
