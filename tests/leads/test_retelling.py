"""Sentences of ours that were stored in English, read in Swahili."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils.translation import override

from leads.compliance import Reason, Refusal, may_call
from leads.holiday_calendar import DoubtfulDay
from leads.market_packs import market_packs
from leads.retelling import retold
from leads.said import sentence
from leads.telling import told
from tests.conftest import NOW
from tests.leads.facts import consent, facts, facts_in, withdrawal

TODAY = NOW.date()
NIGHT = NOW + timedelta(hours=14)
PEOPLE = {
    "nothing is in order": (facts(consents=(), is_on_dnc=True, time_zone="", controller="", attempts=(NOW,) * 20), NOW),
    "a number that is not in use": (facts(phone="+254999999999"), NOW),
    "another market": (facts(phone="+27711234567", time_zone="Africa/Johannesburg"), NOW),
    "no market": (facts(market=""), NOW),
    "no pack": (facts(phone="+260955123456", market="ZM", time_zone="Africa/Lusaka"), NOW),
    "another purpose": (facts(purpose="fundraising"), NOW),
    "consent for another purpose": (facts(consents=(consent(purpose="research"), consent(purpose="service"))), NOW),
    "weak consent": (facts(consents=(consent(covers_automated_voice=False, grade="attested", lawful_basis="contract", controller="Duka"),)), NOW),
    "old consent": (facts(consents=(consent(expires_at=NOW),)), NOW),
    "consent withdrawn": (facts(consents=(withdrawal(),)), NOW),
    "a zone that is none": (facts(time_zone="EAT"), NOW),
    "at night": (facts(), NIGHT),
    "on a Sunday": (facts_in("GB"), NOW + timedelta(days=5)),
    "a holiday": (facts(holidays=frozenset({TODAY})), NOW),
    "perhaps a holiday": (facts(holidays=frozenset({TODAY}), doubtful_holidays=(DoubtfulDay(TODAY, date(2026, 11, 25), "Eid al-Fitr"),)), NOW),
}


def refusals(name: str) -> tuple[Refusal, ...]:
    lead, at = PEOPLE[name]
    return may_call(lead, market_packs().get(lead.market), at=at)


@pytest.mark.parametrize("name", PEOPLE)
def test_why_somebody_may_not_be_called_is_retold_as_it_would_be_told(name: str):
    """The decision keeps the English alone."""
    found = refusals(name)
    assert found

    with override("sw"):
        assert [retold(str(refusal.sentence)) for refusal in found] == [told(refusal.sentence) for refusal in found]
        assert [refusal.reason for refusal in found if told(refusal.sentence) == refusal.sentence] == []


def test_the_rules_say_their_reasons_in_swahili():
    (refusal,) = refusals("at night")

    assert refusal.reason is Reason.OUTSIDE_CALLING_HOURS
    assert refusal.sentence.startswith("It is Wednesday 00:00 in Africa/Nairobi")
    with override("sw"):
        assert retold(refusal.sentence).startswith("Ni Jumatano 00:00 huko Africa/Nairobi; simu zinaruhusiwa siku hiyo: ")


def test_a_name_in_it_stays_as_it_is():
    with override("sw"):
        assert retold("All dialing is stopped by mosi: Fire in the house.") == "Upigaji wote umesimamishwa na mosi: Fire in the house."


def test_a_sentence_within_it_is_retold_too():
    stored = str(sentence("The approval was taken back: %(beyond)s.", beyond="3 more leads are enrolled"))

    with override("sw"):
        assert retold(stored) == "Idhinisho liliondolewa: wateja watarajiwa 3 zaidi wameandikishwa."


@pytest.mark.parametrize("words", ["Fire in the house.", "x", "", None, "+254712123401", "Asha: budget approved, call on Monday"])
def test_what_is_none_of_ours_stays_as_it_is(words: str | None):
    with override("sw"):
        assert retold(words) == (words or "")


def test_in_english_everything_stays_as_it_is():
    with override("en"):
        assert retold("All dialing is stopped by mosi: Fire.") == "All dialing is stopped by mosi: Fire."
