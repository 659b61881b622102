from __future__ import annotations

import re
from dataclasses import replace

import pytest

from bridge.brief import QuestionKind
from campaigns.disclosure_parts import Opening, missing_parts
from campaigns.models import Campaign, Script
from campaigns.scripting.check import faults_of_text
from campaigns.scripting.flow import flow_of
from campaigns.scripting.keeping import new_script, text_of, unsaid_in
from campaigns.scripting.missing import missing_in
from campaigns.scripting.ready import READY
from campaigns.scripting.text import from_json
from leads.market_rules import DisclosurePart
from tests.campaigns.conftest import launch
from tests.leads.facts import ACME

FOR_NOBODY = "It would say that it calls for “Your organisation”. Write under “On behalf of” for whom you call."
SAID_BY_A_SCRIPT = set(DisclosurePart) - {DisclosurePart.CONTACT_DETAILS, DisclosurePart.SOURCE_OF_DATA}


def test_there_are_three():
    assert [ready.title for ready in READY.values()] == ["BANT", "CHAMP", "Phone survey"]


@pytest.mark.parametrize("name", READY)
def test_a_ready_script_lacks_nothing_but_for_whom_it_calls(name):
    assert [fault.message for fault in faults_of_text(READY[name].text)] == [FOR_NOBODY]
    assert faults_of_text(replace(READY[name].text, organisation="Acme")) == []


@pytest.mark.parametrize("name", READY)
def test_every_word_of_a_ready_script_is_there_in_swahili(name):
    text = READY[name].text
    assert list(text.translations) == ["sw"]
    assert missing_in("sw", text, unsaid=unsaid_in("sw")) == []


@pytest.mark.parametrize("language", ["en-KE", "sw"])
@pytest.mark.parametrize("name", READY)
def test_a_ready_disclosure_says_every_part_in_either_language(name, language):
    text = READY[name].text
    said = text.disclosure if language == text.language else text.translations[language]["disclosure"]
    asks = any(question.role == "permission" for question in text.questions)
    opening = Opening(language, text.organisation, said, asks_permission=asks, is_vouched_for=False)
    assert missing_parts(opening, SAID_BY_A_SCRIPT) == ()


@pytest.mark.parametrize("name", READY)
def test_the_points_it_promises_can_be_reached(name):
    ready = READY[name]
    promised = re.search(r"of (\d+) points", ready.about)
    assert flow_of(ready.text.questions).best_score == (int(promised[1]) if promised else 0)


def test_the_survey_shows_what_a_survey_can_do():
    text = READY["survey"].text
    assert {QuestionKind.SCALE, QuestionKind.MANY_OF, QuestionKind.OPEN} <= {QuestionKind(question.kind) for question in text.questions}
    assert any(question.skips for question in text.questions)


@pytest.mark.django_db
@pytest.mark.usefixtures("loopback")
@pytest.mark.parametrize("name", READY)
def test_a_campaign_can_be_launched_with_a_ready_script(name, line):
    script = new_script(replace(READY[name].text, organisation="Acme"))
    kind = Campaign.Kind.SURVEY if name == "survey" else Campaign.Kind.QUALIFICATION
    assert launch(Campaign.objects.create(name="Ready", line=line, script=script, controller=ACME, kind=kind)) == []
    assert Script.objects.get().launched_at is not None


@pytest.mark.django_db
@pytest.mark.usefixtures("loopback")
def test_a_ready_script_calls_nobody_in_the_name_that_was_to_be_written_over(line):
    script = new_script(READY["bant"].text)
    campaign = Campaign.objects.create(name="Ready", line=line, script=script, controller=ACME)
    assert launch(campaign) == [f"{script}: {FOR_NOBODY}"]


@pytest.mark.django_db
def test_a_second_one_of_a_name_is_its_next_version():
    assert [new_script(READY["bant"].text).version for _ in range(2)] == [1, 2]


def test_in_a_language_without_sentences_all_of_them_are_missing_and_in_english_none():
    assert (len(unsaid_in("ki")), unsaid_in("en-KE")) > (30, [])
    assert "cold_close" in unsaid_in("fr") and "opted_out" not in unsaid_in("fr")


@pytest.mark.django_db
def test_a_script_in_the_database_is_the_text_that_was_written():
    text = READY["champ"].text
    assert text_of(new_script(text)) == text


def test_what_is_missing_is_found_by_name():
    with pytest.raises(ValueError, match="not the text"):
        from_json({"name": 3, "questions": "x"})
