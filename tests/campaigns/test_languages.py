"""A call is held in the lead's language where its script has it, and everything that is said and demanded follows."""

from __future__ import annotations

from dataclasses import asdict

import pytest

from bridge.brief import QuestionKind
from bridge.values import valid_value
from campaigns import calls, campaign_life
from campaigns.briefs import build_brief, question_brief, script_lines, standard_disclosure
from campaigns.campaign_life import Action, copy_to_new_version
from campaigns.clips.standing import missing, prepared_lines, standing_of
from campaigns.disclosure_parts import Opening, missing_parts
from campaigns.disclosures import disclosure_obstacles
from campaigns.handoff.candidates import rule_of
from campaigns.inbound_words import tongue_to_lead
from campaigns.languages import held_in, language_of
from campaigns.models import Campaign, Handoff, Question, Script
from campaigns.preflight.run import preflight
from leads.market_rules import DisclosurePart
from tests.campaigns.campaign_lives import do
from tests.campaigns.conftest import launch, live_call

pytestmark = pytest.mark.django_db

DISCLOSURE = standard_disclosure(language="sw")
WHEN = {"wording": "{bot_name} hapa. Je, sasa ni wakati mzuri?", "reask_wording": "Sasa ni sawa?"}
SEATS = {"wording": "Viti vingapi?"}
COLOURS = {"wording": "Rangi gani?", "choices": ["nyekundu", "buluu"]}


@pytest.fixture
def swahili(script: Script) -> Script:
    """The script, told in Swahili as well."""
    script.translations = {"sw": {"disclosure": DISCLOSURE, "lines": {"cold_close": "Haya, kwaheri."}}}
    script.save()
    Question.objects.create(script=script, key="colours", position=3, kind="many_of", wording="Which colours?", choices=["red", "blue"])
    for key, told in (("permission", WHEN), ("seats", SEATS), ("colours", COLOURS)):
        Question.objects.filter(script=script, key=key).update(translations={"sw": told})
    script.refresh_from_db()
    return script


@pytest.fixture
def speaking(swahili, draft: Campaign) -> Campaign:
    """A campaign whose voice speaks whatever it is told to."""
    Campaign.objects.filter(pk=draft.pk).update(voice="cascade")
    draft.refresh_from_db()
    return draft


@pytest.mark.parametrize(
    ("language", "voice", "held"),
    [
        ("sw-KE", "cascade", "sw"),
        ("SW", "cascade", "sw"),
        ("en-GB", "cascade", "en-KE"),
        ("fr-RW", "cascade", "en-KE"),
        ("", "cascade", "en-KE"),
        ("sw-KE", "embedded", "en-KE"),
        ("sw-KE", "a voice nobody lists", "sw"),
    ],
    ids=["the lead's", "in capitals", "the script's own", "one it has not", "not known", "the voice does not speak it", "a voice of a test"],
)
def test_a_call_is_held_in_the_leads_language_if_the_script_has_it_and_the_voice_speaks_it(swahili, language, voice, held):
    assert held_in(swahili, language, voice=voice) == held


def test_everything_that_is_said_is_said_in_the_language_of_the_call(speaking, asha):
    asha.language = "sw-KE"
    brief = build_brief(live_call(speaking, asha, voice="cascade"))
    permission, seats, colours = brief.questions

    assert brief.language == "sw"
    assert (permission.wording, permission.reask_wording) == ("Zawadi hapa. Je, sasa ni wakati mzuri?", "Sasa ni sawa?")
    assert (seats.reask_wording, seats.unit) == ("Viti vingapi?", "")
    assert (colours.choices, colours.stored_choices) == (("nyekundu", "buluu"), ("red", "blue"))
    assert valid_value(colours, ["buluu", "red"]) == ["red", "blue"]
    assert brief.lines.disclosure.startswith("Habari, mimi ni Zawadi, msaidizi wa akili bandia anayepiga simu kwa niaba ya Acme")
    assert brief.lines.cold_close == "Haya, kwaheri."
    assert brief.lines.still_there == "Bado upo?"


def test_who_speaks_the_scripts_own_language_hears_it(speaking, asha):
    brief = build_brief(live_call(speaking, asha, voice="cascade"))
    assert (brief.language, brief.questions[2].choices, brief.questions[2].stored_choices) == ("en-KE", ("red", "blue"), ())
    assert brief.questions[1].unit == "seats"


def test_no_standard_sentence_of_a_call_in_swahili_is_english(script):
    script.translations = {"sw": {"disclosure": DISCLOSURE}}
    english, swahili = asdict(script_lines(script)), asdict(script_lines(script, "sw"))
    assert [name for name in english if english[name] and english[name] == swahili[name]] == []


@pytest.mark.parametrize("told", [{}, {"choices": ["nyekundu"]}, "Rangi?"], ids=["no wording", "too few choices, no wording", "no words at all"])
def test_a_question_that_is_not_told_in_a_language_is_asked_in_the_scripts_own(script, told):
    question = Question(script=script, key="x", kind="one_of", wording="Which?", choices=["red", "blue"], translations={"sw": told})
    assert question_brief(question, "sw") == question_brief(question)


def test_choices_that_do_not_fit_are_said_as_they_are_stored(script):
    question = Question(
        script=script, kind="one_of", wording="?", choices=["red", "blue"], translations={"sw": {"wording": "Ipi?", "choices": ["a"]}}
    )
    assert question_brief(question, "sw").choices == ("red", "blue")


def test_an_amount_keeps_its_currency_in_every_language(script):
    question = Question(script=script, kind=QuestionKind.MONEY, wording="?", unit="KES", translations={"sw": {"wording": "Kiasi gani?"}})
    assert question_brief(question, "sw").unit == "KES"


def test_a_call_keeps_the_language_it_was_opened_in(speaking, asha):
    asha.language = "sw-KE"
    call = live_call(speaking, asha, voice="cascade")
    calls.note_language(call.pk, language_of(call))
    call.refresh_from_db()
    call.lead.language = "en-KE"
    assert (call.language, language_of(call)) == ("sw", "sw")


def test_a_rep_of_the_calls_language_is_looked_for(speaking, asha):
    Campaign.objects.update(is_language_matched=True)
    speaking.refresh_from_db()
    call = live_call(speaking, asha, voice="cascade", language="sw")
    assert rule_of(Handoff(call=call)).language == "sw"


def test_who_calls_us_hears_the_scripts_own_words_in_their_language(speaking, asha):
    speaking.script.translations["sw"]["lines"]["thanks_for_calling"] = "Asante sana."
    asha.language = "sw"
    tongue = tongue_to_lead(live_call(speaking, asha), voice="cascade")
    assert (tongue.sentence("thanks_for_calling"), tongue.lines().cold_close) == ("Asante sana.", "Haya, kwaheri.")


# ---- before anybody is called ----


def test_the_standard_disclosures_say_every_part_of_their_language():
    for language in ("en", "sw"):
        opening = Opening(language, "Acme", standard_disclosure(language=language), asks_permission=True, is_vouched_for=False)
        wanted = set(DisclosurePart) - {DisclosurePart.CONTACT_DETAILS, DisclosurePart.SOURCE_OF_DATA}
        assert missing_parts(opening, wanted) == ()
        unrecorded = Opening(language, "Acme", standard_disclosure(language=language, is_recorded=False), asks_permission=True, is_vouched_for=False)
        assert missing_parts(unrecorded, wanted) == (DisclosurePart.RECORDING_AND_RECIPIENTS,)


def test_a_language_without_a_standard_disclosure_has_none():
    assert standard_disclosure(language="fr-RW") == ""


@pytest.mark.usefixtures("loopback")
class TestWhatStandsInTheWay:
    def test_of_a_script_in_two_languages_nothing(self, swahili, draft, asha):
        campaign_life.enroll(draft, [asha])
        assert launch(draft) == []

    def test_a_question_without_words_in_one_of_them(self, swahili, draft):
        Question.objects.filter(key="seats").update(translations={})
        assert launch(draft) == [
            "Question seats: It has no wording in the language “sw”. Write it, or take the language out of the script.",
        ]

    def test_no_disclosure_in_one_of_them(self, swahili, draft):
        swahili.translations["sw"]["disclosure"] = " "
        swahili.save()
        draft.refresh_from_db()
        [obstacle] = disclosure_obstacles(draft)
        assert "has no disclosure in the language “sw”" in obstacle and "take the language out" in obstacle

    def test_a_part_that_one_of_them_does_not_say(self, swahili, draft, asha):
        campaign_life.enroll(draft, [asha])
        swahili.translations["sw"]["disclosure"] = DISCLOSURE.replace("Ili tuache kukupigia, sema acheni kunipigia.", "")
        swahili.save()
        draft.refresh_from_db()
        [obstacle] = disclosure_obstacles(draft)
        assert "in the language “sw” does not say how to stop the calls" in obstacle and "sema acheni kunipigia" in obstacle

    def test_words_that_nobody_recognises_until_somebody_answers_for_them(self, swahili, draft, asha):
        campaign_life.enroll(draft, [asha])
        swahili.translations["sw"]["disclosure"] = "{organisation}!"
        swahili.save()
        draft.refresh_from_db()
        assert len(disclosure_obstacles(draft)) == 4
        swahili.vouch(by="mosi", language="sw")
        swahili.save()
        draft.refresh_from_db()
        assert disclosure_obstacles(draft) == []
        assert (swahili.telling("sw").vouched_by, swahili.disclosure_vouched_by) == ("mosi", "")

    def test_nobody_answers_for_a_language_that_is_not_there(self, swahili):
        swahili.vouch(by="mosi", language="fr")
        assert not any(swahili.telling(language).is_vouched_for for language in swahili.languages)

    def test_a_change_of_a_vouched_text_in_one_of_them(self, swahili):
        swahili.vouch(by="mosi", language="sw")
        swahili.translations["sw"]["disclosure"] += " Asante."
        assert not swahili.telling("sw").is_vouched_for

    def test_clips_in_each_of_them(self, swahili, draft):
        lines = standing_of(swahili, "openai")
        assert {line.language for line in lines} == {"en-KE", "sw"}
        assert {"disclosure", "disclosure-sw"} <= set(missing(swahili, "openai"))
        assert prepared_lines(swahili, "sw")["disclosure"].startswith("Habari")

    @pytest.mark.parametrize("change", [{"translations": {"sw": {"wording": "Viti?"}}}, {"skips": [{"when": {"at_least": 1}, "to": ""}]}], ids=str)
    def test_words_or_rules_that_nobody_approved(self, swahili, draft, change):
        preflight(draft, by="mosi")
        assert do(draft, Action.APPROVE) == []
        Question.objects.filter(key="seats").update(**change)
        draft.refresh_from_db()
        assert any("not what was approved" in sentence for sentence in do(draft, Action.START))


def test_a_new_version_has_the_same_languages_and_rules(swahili):
    Question.objects.filter(key="permission").update(skips=[{"when": {"equals": True}, "to": "colours"}])
    copy = copy_to_new_version(swahili)
    assert copy.translations == swahili.translations
    kept = [(question.key, question.skips, question.translations) for question in copy.questions.all()]
    assert kept == [(question.key, question.skips, question.translations) for question in swahili.questions.all()]
