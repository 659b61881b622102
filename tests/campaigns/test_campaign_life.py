"""Enrolling, starting, pausing, closing; and a launched script that nobody can change, whatever they try."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from campaigns import campaign_life
from campaigns.campaign_life import Action
from campaigns.models import Call, Campaign, LiveEvent, Question, Script
from leads import clock
from leads.models import Lead
from leads.pack_review import acknowledge_pack
from tests.campaigns.conftest import live_call

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("loopback")]


@pytest.fixture
def draft(line, script) -> Campaign:
    return Campaign.objects.create(name="December", line=line, script=script, controller="Acme Ltd")


def test_it_starts_and_freezes_its_script(draft, script):
    assert campaign_life.change(draft, Action.START) == []
    assert draft.status == "running"
    script.refresh_from_db()
    assert script.launched_at is not None


def test_it_pauses_and_resumes(draft):
    for action, status in [(Action.START, "running"), (Action.PAUSE, "paused"), (Action.RESUME, "running"), (Action.CLOSE, "closed")]:
        assert campaign_life.change(draft, action) == []
        assert draft.status == status


@pytest.mark.parametrize(
    ("status", "action"),
    [
        ("draft", Action.PAUSE),
        ("draft", Action.RESUME),
        ("running", Action.START),
        ("paused", Action.START),
        ("closed", Action.START),
        ("closed", Action.CLOSE),
    ],
    ids=str,
)
def test_a_change_that_makes_no_sense_is_refused_in_words(draft, status, action):
    Campaign.objects.filter(pk=draft.pk).update(status=status)
    [sentence] = campaign_life.change(draft, action)
    assert action.value in sentence
    draft.refresh_from_db()
    assert draft.status == status


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (lambda c: Question.objects.filter(script=c.script).delete(), "no questions"),
        (lambda c: Script.objects.filter(pk=c.script_id).update(disclosure=" "), "no disclosure"),
        (lambda c: Script.objects.filter(pk=c.script_id).update(disclosure="Hello."), "does not name Acme"),
        (lambda c: Question.objects.filter(key="seats").update(rubric=[{"when": {}}]), "Question seats: Row 1"),
        (lambda c: Campaign.objects.filter(pk=c.pk).update(controller=""), "organisation"),
        (lambda c: Campaign.objects.filter(pk=c.pk).update(max_calls_in_flight=0), "in flight"),
        (lambda c: Campaign.objects.filter(pk=c.pk).update(max_call_s=10), "longest call"),
        (lambda c: type(c.line).objects.filter(pk=c.line_id).update(is_active=False), "not active"),
        (lambda c: type(c.line).objects.filter(pk=c.line_id).update(is_simulated=False), "points at this machine"),
    ],
    ids=["no questions", "no disclosure", "nobody named", "bad points", "no organisation", "no calls", "too short", "line off", "line not simulated"],
)
def test_what_stands_in_the_way_of_a_start_is_said_in_words(draft, change, word):
    change(draft)
    obstacles = campaign_life.change(draft, Action.START)
    assert any(word in sentence for sentence in obstacles)
    draft.refresh_from_db()
    assert draft.status == "draft"
    assert Script.objects.get(pk=draft.script_id).launched_at is None


def test_a_real_line_refuses_the_demonstration_voice_and_asks_for_what_it_lacks(draft, line, settings):
    settings.SAUTIKIT_API_URL = "https://api.sautikit.com"
    type(line).objects.filter(pk=line.pk).update(is_simulated=False)
    sentences = " ".join(campaign_life.change(draft, Action.START))
    for word in ("SAUTIKIT_API_KEY", "PUBLIC_URL", "embedded"):
        assert word in sentences


def test_enrolling_queues_one_first_call_a_lead(draft, asha, baraka):
    assert campaign_life.enroll(draft, [asha, baraka]) == 2
    assert campaign_life.enroll(draft, Lead.objects.all()) == 0
    assert Call.objects.filter(campaign=draft, status="queued", attempt_number=1).count() == 2


def test_the_same_lead_twice_in_one_list_is_queued_once(draft, asha):
    assert campaign_life.enroll(draft, [asha, asha]) == 1


@pytest.mark.parametrize(("status", "n_new"), [("blocked", 1), ("no_answer", 0), ("completed", 0), ("outcome_unknown", 0)], ids=str)
def test_only_a_blocked_lead_can_be_enrolled_again(draft, asha, status, n_new):
    live_call(draft, asha, status=status)
    assert campaign_life.enroll(draft, [asha]) == n_new


def test_a_lead_enrolled_by_two_at_once_is_queued_once(draft, asha, baraka):
    live_call(draft, asha, status="queued", attempt_number=7)  # came between the look and the insert, as far as the database knows
    Call.objects.filter(lead=asha).update(attempt_number=1)
    assert campaign_life.enroll(draft, [asha, baraka]) == 1


def test_a_closed_campaign_enrols_nobody(draft, asha):
    campaign_life.change(draft, Action.CLOSE)
    assert campaign_life.enroll(draft, [asha]) == 0


def test_closing_cancels_what_is_queued(draft, asha):
    campaign_life.enroll(draft, [asha])
    campaign_life.change(draft, Action.CLOSE)
    call = Call.objects.get(campaign=draft)
    assert call.status == "canceled" and call.ended_at is not None


def test_it_pauses_itself_and_says_why(draft):
    campaign_life.pause_itself(draft, "not running, so nothing happens")
    draft.refresh_from_db()
    assert draft.status == "draft"
    campaign_life.change(draft, Action.START)
    campaign_life.pause_itself(draft, "The wallet is empty.")
    draft.refresh_from_db()
    assert (draft.status, draft.pause_reason) == ("paused", "The wallet is empty.")
    assert LiveEvent.objects.filter(kind="campaign").latest("id").payload["reason"] == "The wallet is empty."


# ---- old market packs ---------------------------------------------------------------------------------------------------------------


@pytest.fixture
def half_a_year_later() -> datetime:
    """The shipped packs were read 181 days ago; conftest sets the clock back after the test."""
    at = datetime(2027, 5, 22, 12, 0, tzinfo=UTC)
    clock.set_offset(at - datetime.now(UTC))
    return at


def test_a_start_asks_for_somebodys_word_for_the_old_packs_of_its_own_leads(draft, asha, daudi, half_a_year_later):
    campaign_life.enroll(draft, [asha, daudi])
    obstacles = campaign_life.change(draft, Action.START)

    assert [sentence.partition("--by")[0].rpartition("acknowledge_pack ")[2].strip() for sentence in obstacles] == ["GH", "KE"]
    assert "Kenya (KE-2026-11-22)" in obstacles[1]
    draft.refresh_from_db()
    assert draft.status == "draft"


def test_it_starts_when_somebody_answers_for_every_old_pack(draft, asha, daudi, half_a_year_later):
    mosi = User.objects.create_user("mosi")
    campaign_life.enroll(draft, [asha, daudi])
    for market, n_left in [("KE", 1), ("GH", 0)]:
        acknowledge_pack(market, by=mosi, at=half_a_year_later)
        assert len(campaign_life.obstacles_to_start(draft)) == n_left

    assert campaign_life.change(draft, Action.START) == []


def test_leads_enrolled_later_are_looked_at_when_it_is_resumed(draft, asha, half_a_year_later):
    assert campaign_life.change(draft, Action.START) == []
    campaign_life.enroll(draft, [asha])
    assert campaign_life.change(draft, Action.PAUSE) == []
    assert len(campaign_life.change(draft, Action.RESUME)) == 1


def test_young_packs_stand_in_nobodys_way(draft, asha):
    campaign_life.enroll(draft, [asha])
    assert campaign_life.change(draft, Action.START) == []


# ---- a launched script ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        lambda s: Script.objects.filter(pk=s.pk).update(disclosure="Hello."),
        lambda s: Script.objects.filter(pk=s.pk).update(hot_threshold=1),
        lambda s: Script.objects.filter(pk=s.pk).update(launched_at=None),
        lambda s: Question.objects.filter(script=s).update(wording="Something else?"),
        lambda s: Question.objects.filter(key="seats").update(rubric=[]),
        lambda s: Question.objects.create(script=s, key="new", position=9, kind="open", wording="And?"),
        lambda s: Question.objects.filter(script=s).update(script=Script.objects.create(name="Other", organisation="Acme", disclosure="x")),
    ],
    ids=["its text", "its threshold", "its launch", "a question", "its points", "one more question", "a question moved away"],
)
def test_the_database_refuses_to_change_a_launched_script(script, change):
    campaign_life.freeze(script)
    with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
        change(script)


def test_a_question_cannot_be_moved_into_a_launched_script(script):
    campaign_life.freeze(script)
    other = Script.objects.create(name="Other", organisation="Acme", disclosure="x")
    question = Question.objects.create(script=other, key="late", position=1, kind="open", wording="And?")
    with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
        Question.objects.filter(pk=question.pk).update(script=script)


def test_a_script_that_was_not_launched_may_change(script):
    Script.objects.filter(pk=script.pk).update(disclosure="Hello from {organisation}.")
    Question.objects.filter(script=script).update(wording="Something else?")


def test_freezing_twice_keeps_the_first_launch(script):
    campaign_life.freeze(script)
    first = Script.objects.get(pk=script.pk).launched_at
    campaign_life.freeze(script)
    assert Script.objects.get(pk=script.pk).launched_at == first


def test_a_new_version_is_a_copy_that_may_change(script):
    campaign_life.freeze(script)
    copy = campaign_life.copy_to_new_version(script)
    assert (copy.version, copy.launched_at, copy.name) == (2, None, script.name)
    assert list(copy.questions.values_list("key", "rubric")) == list(script.questions.values_list("key", "rubric"))
    copy.questions.update(wording="Something else?")
    assert script.questions.first().wording == "Is now a good time?"
