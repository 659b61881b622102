"""What the judge promises and finds, told in Swahili: kept in English with the judgement, and found again from that."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from django.utils.translation import override

from campaigns.judge.court import judge, promise
from campaigns.judge.planting import plant
from campaigns.judge.ruling import Invariant
from leads.retelling import retold
from leads.telling import told
from tests.campaigns.judge.records import CONSENT, morning

ENGLISH = re.compile(r"\b(the|was|were|is|are|of|had|its?|for|and)\b", re.IGNORECASE)


@pytest.mark.parametrize("invariant", Invariant)
def test_every_promise_is_told_in_swahili(invariant: Invariant):
    with override("sw"):
        said = told(promise(invariant))

    assert said != promise(invariant) and not ENGLISH.search(said)


@pytest.mark.parametrize("invariant", Invariant)
def test_what_was_broken_is_retold_as_it_would_be_told(invariant: Invariant):
    sentences = [violation.sentence for violation in judge(plant(invariant, morning())).violations]
    assert sentences

    with override("sw"):
        assert [retold(str(sentence)) for sentence in sentences] == [told(sentence) for sentence in sentences]
        assert [told(sentence) for sentence in sentences if ENGLISH.search(told(sentence))] == []


def test_each_fault_of_a_consent_is_retold():
    record = morning()
    poor = replace(CONSENT, covers_automated_voice=False, grade="attested")
    consents = dict.fromkeys(record.evidence.consents, (poor,))
    found = judge(replace(record, evidence=replace(record.evidence, consents=consents))).violations[0].sentence

    assert found == "The consent for marketing did not hold: it does not name automated voice calls, its evidence is only attested."
    with override("sw"):
        assert retold(str(found)) == told(found) and not ENGLISH.search(told(found))
