"""How old the rules behind a decision were, kept with it and told in plain words."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils.translation import override

from leads.bulk_facts import facts_in_bulk
from leads.eligibility import Eligibility, decide, facts_of
from leads.models import Lead
from leads.pack_review import acknowledge_pack
from leads.rule_age import age_in_words
from leads.telling import told
from tests.conftest import NOW
from tests.leads.conftest import consent_of
from tests.leads.facts import ACME

pytestmark = pytest.mark.django_db

ENGLISH = re.compile(r"\b(the|was|of|that|and|only|day|more|for)\b", re.IGNORECASE)
OLD = datetime(2027, 5, 25, 7, 0, tzinfo=UTC)  # a Tuesday, 184 days after the packs were read


def decided(lead: Lead, *, at: datetime) -> Eligibility:
    return decide(lead, purpose="marketing", controller=ACME, attempts=(), at=at)


def rules_of(eligibility: Eligibility) -> Any:
    return eligibility.facts["rules"]


def words(eligibility: Eligibility, acknowledged: str = "") -> str:
    return " ".join(age_in_words(rules_of(eligibility), acknowledged=acknowledged))


def test_a_decision_keeps_when_each_deciding_rule_was_last_read(asha):
    kept = rules_of(decided(asha, at=NOW))

    assert [rule["rule"] for rule in kept["deciding"]] == ["hours", "holidays", "consent", "attempts", "disclosure"]
    assert kept["deciding"][0] == {"rule": "hours", "tag": "C", "reviewed_on": "2026-11-22", "reviewed_days_ago": 2}
    assert (kept["regions"], kept["stale"], kept["acknowledgement_id"]) == ([], [], None)
    assert json.dumps(kept)


def test_in_words_the_oldest_is_named(asha):
    assert words(decided(asha, at=NOW)) == "The oldest of the 5 rules that decided, hours, was last read 2 days before, on 2026-11-22."


def test_an_old_pack_that_nobody_answers_for_refuses_nothing_and_says_so(asha):
    eligibility = decided(asha, at=OLD)

    assert eligibility.is_allowed
    assert "marketing.hours" in rules_of(eligibility)["stale"]
    said = words(eligibility)
    assert "last read 184 days before, on 2026-11-22." in said
    assert "The market pack was old then: nobody had read again for 180 days marketing.hours, marketing.holidays," in said
    assert said.endswith("and 12 more. Nobody had answered for it.")


def test_the_acknowledgement_that_stood_at_that_instant_is_kept(asha):
    mosi = User.objects.create_user("mosi")
    word, _ = acknowledge_pack("KE", by=mosi, at=OLD)
    before, after = (decided(asha, at=OLD + shift) for shift in (-timedelta(minutes=1), timedelta(minutes=1)))

    assert rules_of(before)["acknowledgement_id"] is None
    assert rules_of(after)["acknowledgement_id"] == word.pk
    assert words(after, "mosi at 2027-05-25 07:00 UTC").endswith(f"acknowledgement {word.pk}, mosi at 2027-05-25 07:00 UTC.")
    assert words(after).endswith(f"Somebody had answered for it: acknowledgement {word.pk}.")


def test_a_young_pack_costs_no_query_for_its_age(asha, django_assert_num_queries):
    with django_assert_num_queries(4):
        decided(asha, at=NOW)
    with django_assert_num_queries(5):
        decided(asha, at=OLD)


def american(**custom_fields: object) -> Lead:
    lead = Lead.objects.create(phone="+13052345678", market="US", time_zone="America/New_York", custom_fields=custom_fields)
    consent = consent_of(lead)
    consent.save()
    return lead


def test_the_rules_of_a_state_are_named():
    eligibility = decided(american(), at=NOW.replace(hour=17))
    kept = rules_of(eligibility)

    assert kept["regions"] == ["FL"]
    assert [rule["rule"] for rule in kept["deciding"]][-2:] == ["FL.hours", "FL.attempts"]
    assert "Rules of these regions counted besides: FL." in words(eligibility)


@pytest.mark.parametrize(
    ("region", "n_states"), [("TX", 2), ("Texas", 2), ("", 1), (None, 1), ("nowhere", 51), (7, 51), (["TX"], 51)], ids=lambda value: repr(value)
)
def test_the_custom_field_region_adds_a_state_and_what_nobody_understands_adds_all(region, n_states):
    kept = rules_of(decided(american(region=region), at=NOW))

    assert len(kept["regions"]) == n_states


def test_a_lead_without_a_pack_has_no_rules_to_tell_of(db):
    lead = Lead.objects.create(phone="+260955123456", market="ZM", time_zone="Africa/Lusaka")

    assert rules_of(decided(lead, at=NOW)) is None
    assert words(decided(lead, at=NOW)) == ""


def test_a_rule_kept_before_it_begins_is_said():
    early = decided(american(), at=datetime(2026, 1, 5, 17, 0, tzinfo=UTC))

    assert "The rule attempts begins on 2026-11-22 and was kept early: none is known that holds before." in words(early)
    assert "was last read only after that day" in words(early)


@pytest.mark.parametrize("region", ["TX", "", None, 7, ["TX"]], ids=lambda value: repr(value))
def test_many_leads_at_once_are_known_to_live_where_one_is(region):
    lead = american(region=region)
    one = facts_of(lead, purpose="marketing", controller=ACME, attempts=(), at=NOW)
    [(_id, many)] = facts_in_bulk(Lead.objects.all(), purpose="marketing", controller=ACME, attempts={})

    assert many.region == one.region


def test_a_lead_without_the_field_is_known_to_live_nowhere_in_particular():
    american()
    [(_id, many)] = facts_in_bulk(Lead.objects.all(), purpose="marketing", controller=ACME, attempts={})

    assert many.region == ""


def test_it_is_all_told_in_swahili(asha):
    old = decided(asha, at=OLD)
    early = decided(american(region="nowhere"), at=datetime(2026, 1, 5, 17, 0, tzinfo=UTC))
    notes = [note for eligibility in (old, early) for note in age_in_words(rules_of(eligibility), acknowledged="mosi")]
    answered = age_in_words({**rules_of(old), "acknowledgement_id": 7}, acknowledged="mosi")[-1]

    with override("sw"):
        told_notes = [told(note) for note in notes]
        assert told(answered) == "Kuna aliyewajibika kwa hilo: ukubali 7, mosi."
    assert [words for words in told_notes if ENGLISH.search(words)] == [] and len(notes) > 5
