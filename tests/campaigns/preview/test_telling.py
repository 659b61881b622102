"""What a preview tells is what a call says: conversations of a script are held, and each line the bot says is looked for in its preview."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace

import pytest

from bridge.brief import CallBrief, HandoffStrategy, Lines, LineTraits, QuestionBrief, QuestionKind, Skip
from bridge.events import DeskFailed, DeskTask, Tool
from bridge.notes import NoRep, RepAccepted
from bridge.phrases import ENGLISH
from campaigns.briefs import build_brief, to_be_said
from campaigns.models import Campaign, Question, Script
from campaigns.preview import showing
from campaigns.preview.telling import PART_OF, Kind, Part, an_answer_to, telling_of
from leads import clock
from tests.bridge.conversing import Rehearsal
from tests.campaigns.conftest import live_call

pytestmark = pytest.mark.django_db

Course = Callable[[Rehearsal], object]
SWAHILI = {"wording": "Je, ni viti vingapi?", "reask_wording": "Idadi tu: viti vingapi?", "choices": []}


@pytest.fixture
def script(script: Script) -> Script:
    """Of every kind a question, with a way past one, in two languages."""
    Question.objects.filter(script=script, key="seats").update(
        translations={"sw": SWAHILI}, reask_wording="How many, as a number?", is_read_back=True
    )
    more = [
        {"key": "decider", "kind": "yes_no", "wording": "Do you decide?", "skips": [{"when": {"equals": False}, "to": "start"}]},
        {"key": "budget", "kind": "money", "wording": "How much may it cost?", "unit": "KES", "is_read_back": True},
        {"key": "start", "kind": "timeline", "wording": "When would you start?", "is_read_back": True},
        {"key": "tool", "kind": "one_of", "wording": "Paper or a program?", "choices": ["paper", "program"], "is_read_back": True},
        {"key": "why", "kind": "open", "wording": "What for?"},
    ]
    Question.objects.bulk_create(Question(script=script, position=n, **question) for n, question in enumerate(more, start=3))
    script.translations = {"sw": {"disclosure": "Mimi ni {bot_name} wa {organisation}.", "lines": {"cold_close": "Kwaheri."}}}
    script.lines = {"who": "It is {bot_name}."}
    script.save(update_fields=["translations", "lines"])
    return script


def brief_in(campaign: Campaign, lead, language: str, **changes) -> CallBrief:
    call = live_call(campaign, lead, language=language)
    return replace(build_brief(call, at=clock.now()), **changes)


def told_in(campaign: Campaign, language: str) -> showing.InLanguage:
    return showing.in_language(campaign.script, language, campaign, showing.sample_of(campaign, None))


def untold(spoken: list[str], texts: list[str]) -> list[str]:
    """Lines that are not made of the preview's, one after the other: thanks come before a question in one breath."""

    def is_told(text: str) -> bool:
        return not text or any(each and text.startswith(each) and is_told(text[len(each) :].strip()) for each in texts)

    return [text for text in spoken if not is_told(text)]


def heard_out(held: Rehearsal) -> None:
    """Until the bot has said its question to the end, and before it wonders about the silence."""
    held.waits(0.5)
    for _ in range(300):
        if held.conversation.is_over or (held.heard and held.heard[-1] == held.spoken[-1] and held.spoken[-1].endswith("?")):
            return
        held.waits(0.1)


def answers_all(held: Rehearsal) -> None:
    heard_out(held)
    for question in held.conversation._brief.questions:
        if question.kind is QuestionKind.OPEN:
            held.answers(question.question_id, "a story")
        else:
            held.answers(question.question_id, an_answer_to(question))
        heard_out(held)
        held.says("yes", Tool.CONFIRM, is_yes=True)
        heard_out(held)


def everything(held: Rehearsal) -> None:
    answers_all(held)
    held.until_over()


def nobody_speaks(held: Rehearsal) -> None:
    held.until_over()


def vague(held: Rehearsal) -> None:
    heard_out(held)
    held.answers("permission", True)
    heard_out(held)
    for _ in range(3):
        held.says("hmm well", Tool.NOT_UNDERSTOOD)
        heard_out(held)
    held.until_over()


def opts_out(held: Rehearsal) -> None:
    heard_out(held)
    held.says("stop calling me", Tool.OPT_OUT)
    held.until_over()


def wants(tool: Tool, text: str, **arguments: str) -> Course:
    def course(held: Rehearsal) -> None:
        heard_out(held)
        held.says(text, tool, **arguments)
        heard_out(held)
        held.until_over()

    return course


def gets_a_rep(held: Rehearsal) -> None:
    answers_all(held)
    held.waits(6)
    held.happens(RepAccepted("Rehema"))
    held.waits(30)


def gets_nobody(held: Rehearsal) -> None:
    answers_all(held)
    held.waits(6)
    held.happens(NoRep())
    held.waits(30)


def desk_breaks(held: Rehearsal) -> None:
    heard_out(held)
    held.does_desk_answer = False
    held.answers("permission", True)
    held.happens(DeskFailed(DeskTask.ANSWER))
    held.waits(60)


COURSES: dict[str, Course] = {
    "answers everything": everything,
    "says nothing": nobody_speaks,
    "is vague": vague,
    "opts out": opts_out,
    "is not interested": wants(Tool.END_CALL, "not interested", reason="not_interested"),
    "is somebody else": wants(Tool.END_CALL, "you have the wrong number", reason="wrong_number"),
    "names a time": wants(Tool.SCHEDULE_CALLBACK, "call me tomorrow at ten in the morning"),
    "names no time": wants(Tool.SCHEDULE_CALLBACK, "call me another time"),
    "asks whether it is a robot": wants(Tool.EXPLAIN, "are you a robot", topic="robot"),
    "asks who it is": wants(Tool.EXPLAIN, "who is this", topic="who"),
    "wants no recording": wants(Tool.NOT_UNDERSTOOD, "I do not want to be recorded"),
    "gets a rep": gets_a_rep,
    "gets nobody": gets_nobody,
    "meets a fault": desk_breaks,
}


@pytest.mark.parametrize("course", COURSES.values(), ids=COURSES)
@pytest.mark.parametrize("language", ["en-KE", "sw"])
def test_every_line_the_bot_says_is_in_the_preview(campaign, asha, course, language):
    held = Rehearsal(brief_in(campaign, asha, language), hot_from="seats" if course in {gets_a_rep, gets_nobody} else "").open()
    course(held)

    assert len(held.spoken) > 1 or course is nobody_speaks
    assert untold(held.spoken, [heard.text for heard in told_in(campaign, language).telling.all()]) == []


@pytest.mark.parametrize("strategy", HandoffStrategy)
def test_so_it_is_with_every_way_of_handing_off(campaign, asha, strategy):
    held = Rehearsal(brief_in(campaign, asha, "en-KE", line=LineTraits(strategy=strategy)), hot_from="seats").open()
    gets_a_rep(held)

    assert held.spoken[-1] in [heard.text for heard in told_in(campaign, "en-KE").telling.of(Part.HANDOFF)], held.spoken
    assert untold(held.spoken, [heard.text for heard in told_in(campaign, "en-KE").telling.all()]) == []


def test_a_preview_that_lacks_a_line_would_be_found_out(campaign, asha):
    held = Rehearsal(brief_in(campaign, asha, "en-KE")).open()
    everything(held)
    texts = [heard.text for heard in told_in(campaign, "en-KE").telling.all() if heard.name != "seats"]

    assert [text for text in untold(held.spoken, texts) if "How many seats?" in text] != [], held.spoken


def test_questions_and_lines_are_those_of_the_calls_brief(campaign, asha):
    brief, telling = brief_in(campaign, asha, "sw"), told_in(campaign, "sw").telling

    assert tuple(asked.question for asked in telling.asked) == brief.questions
    assert telling.of(Part.OPENING)[0].text == brief.lines.disclosure == "Mimi ni Zawadi wa Acme."


def test_every_line_of_a_call_has_its_place():
    assert {field.name for field in fields(Lines)} == set(PART_OF)


@pytest.mark.parametrize(("is_survey", "said", "unsaid"), [(True, "survey_close", "cold_close"), (False, "cold_close", "survey_close")])
def test_the_end_that_does_not_happen_is_left_out(campaign, is_survey, said, unsaid):
    Campaign.objects.filter(pk=campaign.pk).update(kind="survey" if is_survey else "qualification")
    campaign.refresh_from_db()
    names = {heard.name for heard in told_in(campaign, "en-KE").telling.all()}

    assert (said in names, unsaid in names) == (True, False)


def test_a_script_alone_tells_both_ends(script):
    telling = showing.in_language(script, "en-KE", None, showing.sample_of(None, None)).telling
    assert {"cold_close", "survey_close"} <= {heard.name for heard in telling.all()}


def test_a_question_that_some_answer_leads_past_is_marked(campaign):
    marked = [asked.question.question_id for asked in told_in(campaign, "en-KE").telling.asked if asked.may_be_passed_over]
    assert marked == ["budget"]


def test_times_stand_where_the_call_would_name_them(campaign):
    said = {heard.name: heard.text for heard in told_in(campaign, "en-KE").telling.all() if heard.kind is Kind.LINE}

    assert said["call_back_at"] == "No problem. I will call you tomorrow at ten in the morning. Goodbye."
    assert "half past three in the afternoon" in said["offer_slots"]
    assert not any("{" in text for text in said.values())


def test_every_key_is_there_once(campaign):
    keys = [heard.key for heard in told_in(campaign, "en-KE").telling.all()]
    assert len(keys) == len(set(keys))


def test_who_calls_us_hears_the_scripts_sentences(campaign):
    callers = {heard.name: heard.text for heard in told_in(campaign, "en-KE").telling.of(Part.CALLS_TO_US)}
    assert "Acme" in callers["missed_call"]


@pytest.mark.parametrize(
    ("kind", "fields", "said_back"),
    [
        ("yes_no", {}, "I heard yes, is that right?"),
        ("number", {"unit": "seats", "minimum": 1, "maximum": 1000}, "25 seats, is that right?"),
        ("number", {"minimum": 2, "maximum": 4}, "3, is that right?"),
        ("scale", {"minimum": 0, "maximum": 10}, "5, is that right?"),
        ("money", {"unit": "KES"}, "12 Kenyan shillings, is that right?"),
        ("timeline", {}, "I heard in about 2 weeks, is that right?"),
        ("one_of", {"choices": ("red", "green")}, "I heard red, is that right?"),
        ("many_of", {"choices": ("red", "green")}, "I heard red and green, is that right?"),
    ],
)
def test_an_answer_of_each_kind_is_said_back(kind, fields, said_back, campaign):
    question = QuestionBrief("q", QuestionKind(kind), "Well?", "Well?", **fields)
    lines = to_be_said(campaign.script, "").lines
    telling = telling_of([question], lines, ENGLISH, times=("a", "b"), to_callers={}, is_survey=None)

    assert [heard.text for heard in telling.asked[0].heard] == ["Well?", said_back]


def test_a_skip_to_the_end_may_pass_over_all_that_follows(campaign):
    first = QuestionBrief("a", QuestionKind.YES_NO, "A?", "A?", skips=(Skip((("equals", False),), ""),))
    others = [QuestionBrief(key, QuestionKind.OPEN, key, key) for key in "bc"]
    lines = to_be_said(campaign.script, "").lines
    telling = telling_of([first, *others], lines, ENGLISH, times=("a", "b"), to_callers={}, is_survey=None)

    assert [asked.may_be_passed_over for asked in telling.asked] == [False, True, True]
