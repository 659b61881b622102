"""The brief: every sentence is there, filled in, and the disclosure says what it must."""

from __future__ import annotations

import re
from dataclasses import asdict

import pytest
from django.db import IntegrityError

from bridge import named_time
from bridge.brief import TIMES_IN, TurnControl
from bridge.opt_out import LANGUAGES
from campaigns.briefs import build_brief, script_lines, standard_disclosure
from campaigns.models import Campaign, Question, Script
from tests.campaigns.conftest import live_call
from tests.conftest import NOW

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "part",
    [
        "{bot_name}",
        "{organisation}",
        "automated AI assistant",
        "about your needs",
        "shared with {organisation}",
        "so that your answers",
        "stop calling me",
    ],
)
def test_the_standard_disclosure_says_who_what_why_and_how_to_stop(part):
    assert part in standard_disclosure()


def test_every_sentence_is_there_and_filled_in():
    lines = asdict(script_lines(Script(organisation="Acme", disclosure="")))
    for name, text in lines.items():
        places = TIMES_IN.get(name, ())  # the conversation knows the time
        assert text and set(re.findall(r"{.*?}", text)) == set(places)
    assert lines["disclosure"].startswith("Hello, this is Zawadi, an automated AI assistant calling for Acme with a few short questions")


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_who_wants_no_more_calls_is_answered_in_the_scripts_language(language):
    lines = script_lines(Script(organisation="Acme", disclosure="x", language=f"{language}-XX"))
    english = script_lines(Script(organisation="Acme", disclosure="x", language="en-KE"))
    differ = {lines.confirm_opt_out != english.confirm_opt_out, lines.opted_out != english.opted_out}
    assert differ == {language != "en"}


def test_a_language_without_sentences_is_answered_in_english():
    assert script_lines(Script(organisation="Acme", disclosure="x", language="zu-ZA")).opted_out.startswith("I understand.")


def test_the_scripts_own_goodbye_comes_before_the_languages():
    assert script_lines(Script(organisation="Acme", disclosure="x", language="sw-KE", lines={"opted_out": "Haya."})).opted_out == "Haya."


@pytest.mark.parametrize(
    ("own", "said"),
    [("Asante, {bot_name} hapa.", "Asante, Zawadi hapa."), ("  ", None), (5, None), ("A {brace", "A {brace")],
    ids=["a sentence of its own", "blank", "no text", "a stray brace"],
)
def test_a_script_may_say_it_in_its_own_words(own, said):
    lines = script_lines(Script(organisation="Acme", disclosure="x", lines={"cold_close": own, "unknown": "ignored"}))
    assert lines.cold_close == said if said else lines.cold_close.startswith("Thank you")


def test_a_question_without_a_re_ask_is_asked_in_the_same_words(campaign, asha):
    brief = build_brief(live_call(campaign, asha))
    assert brief.questions[1].reask_wording == brief.questions[1].wording == "How many seats?"


def test_it_tells_the_clock_on_the_callee_s_wall_and_when_they_may_be_rung(campaign, asha):
    clock = build_brief(live_call(campaign, asha), at=NOW).clock
    assert clock is not None and clock.hours is not None
    assert (clock.opened_at, str(clock.opened_at.tzinfo)) == (NOW, asha.time_zone)
    assert clock.is_open(clock.at(60.0))
    assert not clock.is_open(clock.opened_at.replace(hour=3))


def test_of_a_callee_whose_zone_is_not_known_it_tells_no_clock(campaign, asha):
    asha.time_zone = ""
    assert build_brief(live_call(campaign, asha), at=NOW).clock is None


@pytest.mark.parametrize("language", sorted(named_time.LANGUAGES))
def test_who_wants_another_time_is_asked_for_one_in_the_scripts_language(language):
    lines = script_lines(Script(organisation="Acme", disclosure="x", language=f"{language}-XX"))
    english = script_lines(Script(organisation="Acme", disclosure="x", language="en-KE"))
    ours, theirs = asdict(lines), asdict(english)
    for name in ("when_better", "slot_taken", "colleagues_busy", "promise", *TIMES_IN):
        assert (ours[name] != theirs[name]) is (language != "en")
        assert all(place in ours[name] for place in TIMES_IN.get(name, ()))


def test_a_survey_is_said_to_be_one(line, script, asha):
    Question.objects.filter(key="seats").update(choices=["few", "many"])
    survey = Campaign.objects.create(name="Survey", kind="survey", line=line, script=script, controller="Acme")
    brief = build_brief(live_call(survey, asha))
    assert brief.is_survey
    assert brief.questions[1].choices == ("few", "many")


@pytest.mark.parametrize("control", TurnControl)
def test_the_campaign_says_who_decides_whose_turn_it_is(campaign, asha, control):
    Campaign.objects.update(turns=control)
    campaign.refresh_from_db()
    assert build_brief(live_call(campaign, asha)).turns is control


def test_we_decide_unless_the_campaign_says_otherwise(campaign):
    assert campaign.turns == TurnControl.LOCAL


def test_nobody_else_can_decide_whose_turn_it_is(campaign):
    with pytest.raises(IntegrityError):
        Campaign.objects.update(turns="nobody")


def test_a_call_that_was_never_claimed_has_no_brief(campaign, asha):
    with pytest.raises(AssertionError):
        build_brief(live_call(campaign, asha, script=None))
