"""Enrolling, approving, starting, pausing, closing; and a launched script that nobody can change, whatever they try."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from campaigns import campaign_life
from campaigns.approval import n_leads_since_approval
from campaigns.campaign_life import Action
from campaigns.models import Call, Campaign, CampaignChange, Line, LiveEvent, Preflight, Question, Script
from campaigns.preflight.run import begin, preflight
from leads import clock
from leads.models import Lead
from leads.pack_review import acknowledge_pack
from tests.campaigns.conftest import launch, live_call
from tests.conftest import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("loopback")]


@pytest.fixture
def draft(line, script) -> Campaign:
    return Campaign.objects.create(name="December", line=line, script=script, controller="Acme Ltd")


def do(campaign: Campaign, action: Action) -> list[str]:
    return campaign_life.change(campaign, action, by="mosi")


def test_it_starts_and_freezes_its_script(draft, script):
    assert launch(draft) == []
    assert draft.status == "running"
    script.refresh_from_db()
    assert script.launched_at is not None


def test_it_goes_from_draft_to_closed(draft):
    preflight(draft, by="mosi")
    way = [
        (Action.APPROVE, "approved"),
        (Action.START, "running"),
        (Action.PAUSE, "paused"),
        (Action.RESUME, "running"),
        (Action.CLOSE, "closed"),
    ]
    for action, status in way:
        assert do(draft, action) == []
        assert draft.status == status


@pytest.mark.parametrize(
    ("status", "action"),
    [
        ("draft", Action.START),
        ("draft", Action.PAUSE),
        ("draft", Action.RESUME),
        ("draft", Action.REVISE),
        ("running", Action.APPROVE),
        ("running", Action.REVISE),
        ("closed", Action.REVISE),
        ("running", Action.START),
        ("paused", Action.START),
        ("closed", Action.START),
        ("closed", Action.CLOSE),
    ],
    ids=str,
)
def test_a_change_that_makes_no_sense_is_refused_in_words(draft, status, action):
    Campaign.objects.filter(pk=draft.pk).update(status=status)
    [sentence] = do(draft, action)
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
def test_what_stands_in_the_way_of_an_approval_is_said_in_words(draft, change, word):
    change(draft)
    draft.refresh_from_db()
    obstacles = launch(draft)
    assert any(word in sentence for sentence in obstacles)
    draft.refresh_from_db()
    assert draft.status == "draft"
    assert Script.objects.get(pk=draft.script_id).launched_at is None


def test_a_real_line_refuses_the_demonstration_voice_and_asks_for_what_it_lacks(draft, line, settings):
    settings.SAUTIKIT_API_URL = "https://api.sautikit.com"
    type(line).objects.filter(pk=line.pk).update(is_simulated=False)
    sentences = " ".join(launch(draft))
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
    do(draft, Action.CLOSE)
    assert campaign_life.enroll(draft, [asha]) == 0


def test_closing_cancels_what_is_queued(draft, asha):
    campaign_life.enroll(draft, [asha])
    do(draft, Action.CLOSE)
    call = Call.objects.get(campaign=draft)
    assert call.status == "canceled" and call.ended_at is not None


def test_it_pauses_itself_and_says_why(draft):
    campaign_life.pause_itself(draft, "not running, so nothing happens")
    draft.refresh_from_db()
    assert draft.status == "draft"
    launch(draft)
    campaign_life.pause_itself(draft, "The wallet is empty.")
    draft.refresh_from_db()
    assert (draft.status, draft.pause_reason) == ("paused", "The wallet is empty.")
    assert LiveEvent.objects.filter(kind="campaign").latest("id").payload["reason"] == "The wallet is empty."


# ---- approval ---------------------------------------------------------------------------------------------------------------------


def approve(campaign: Campaign) -> list[str]:
    preflight(campaign, by="rehema")
    return do(campaign, Action.APPROVE)


def test_it_is_not_approved_without_a_preflight(draft):
    assert "no preflight" in do(draft, Action.APPROVE)[0]
    assert draft.status == "draft"


def test_an_approval_keeps_by_whom_when_and_on_which_preflight(draft):
    assert approve(draft) == []
    run = Preflight.objects.get()
    assert (draft.approved_by, draft.approved_preflight, run.asked_by) == ("mosi", run, "rehema")
    assert draft.approved_at is not None and CampaignChange.objects.get().preflight == run


@pytest.mark.parametrize(
    ("change", "words"),
    [
        pytest.param({"max_calls_in_flight": 9}, "calls in flight were 5 and are 9", id="more at once"),
        pytest.param({"max_attempts": 2}, "attempts a lead were 3 and are 2", id="fewer attempts"),
        pytest.param({"budget_minor": 100_000}, "the budget was without a cap and is KES 1,000.00", id="a budget"),
        pytest.param({"day_budget_minor": 5_000}, "the budget a day was without a cap and is KES 50.00", id="a budget a day"),
        pytest.param({"is_recorded": False}, "calls were recorded and are not recorded", id="recordings"),
        pytest.param({"hot_leads_a_rep": None}, "hot leads a free rep was 1 and is not asked about", id="reps"),
        pytest.param({"purpose": "research"}, "the purpose was marketing and is research", id="purpose"),
        pytest.param({"controller": "Acme East"}, "organisation named in the consent was Acme Ltd and is Acme East", id="organisation"),
        pytest.param({"voice": "scripted_cold"}, "the voice was embedded and is scripted_cold", id="voice"),
    ],
)
def test_a_preflight_of_other_terms_is_out_of_date_and_says_what_changed(draft, change, words):
    preflight(draft, by="mosi")
    Campaign.objects.update(**change)
    [sentence] = [sentence for sentence in do(draft, Action.APPROVE) if "out of date" in sentence]
    assert words in sentence and "Run it again" in sentence


def test_a_preflight_is_out_of_date_once_a_question_or_a_lead_changed(draft, asha):
    preflight(draft, by="mosi")
    Question.objects.filter(key="seats").update(wording="How many chairs?")
    assert "the words or points of the script Zawadi from Acme v1 changed" in do(draft, Action.APPROVE)[0]
    preflight(draft, by="mosi")
    campaign_life.enroll(draft, [asha])
    assert "1 more lead is enrolled" in do(draft, Action.APPROVE)[0]


def test_a_further_line_takes_the_approval_back(draft):
    approve(draft)
    draft.more_lines.add(Line.objects.create(number="+254711000009", is_simulated=True))
    assert campaign_life.take_approval_back(draft, by="mosi") == ["the phone lines were +254711000001 and are +254711000001, +254711000009"]


def test_last_weeks_preflight_no_longer_holds(draft):
    preflight(draft, by="mosi")
    clock.set_offset(NOW + timedelta(days=8) - datetime.now(UTC))
    assert "older than 7 days" in do(draft, Action.APPROVE)[0]


def test_a_preflight_that_broke_off_or_goes_on_approves_nothing(draft):
    asked = begin(draft, by="mosi")
    assert "still at work" in do(draft, Action.APPROVE)[0]
    Preflight.objects.filter(pk=asked.pk).update(finished_at=NOW, failure="The worker died.")
    assert "The worker died." in do(draft, Action.APPROVE)[0]


@pytest.mark.parametrize("change", [{"budget_minor": None}, {"max_attempts": 4}, {"voice": "other"}], ids=["no cap", "more attempts", "voice"])
def test_an_edit_beyond_the_approval_takes_it_back_in_words(draft, change):
    Campaign.objects.update(budget_minor=50_000)
    draft.refresh_from_db()
    approve(draft)
    Campaign.objects.update(**change)
    assert len(campaign_life.take_approval_back(draft, by="mosi")) == 1
    assert (draft.status, draft.approved_by, draft.approved_preflight) == ("draft", "", None)
    assert "The approval was taken back" in CampaignChange.objects.first().why


def test_a_limit_that_was_lowered_keeps_the_approval(draft):
    approve(draft)
    Campaign.objects.update(budget_minor=50_000, max_attempts=1, max_calls_in_flight=2)
    assert campaign_life.take_approval_back(draft, by="mosi") == []
    assert do(draft, Action.START) == []


def test_leads_enrolled_before_the_start_take_the_approval_back_and_later_ones_do_not(draft, asha, daudi):
    approve(draft)
    campaign_life.enroll(draft, [asha])
    assert draft.status == "draft"
    launch(draft)
    campaign_life.enroll(draft, [daudi])
    assert draft.status == "running" and n_leads_since_approval(draft) == 1


def test_what_was_changed_behind_the_consoles_back_is_found_at_the_start(draft):
    approve(draft)
    Question.objects.filter(key="seats").update(rubric=[])
    assert "not what was approved: the words or points" in do(draft, Action.START)[0]
    assert draft.status == "approved"


def test_a_paused_campaign_that_goes_beyond_its_approval_is_not_resumed(draft):
    launch(draft)
    do(draft, Action.PAUSE)
    Campaign.objects.update(max_calls_in_flight=50)
    assert "calls in flight were 5 and are 50" in do(draft, Action.RESUME)[0]
    assert do(draft, Action.REVISE) == [] and launch(draft) == []


# ---- what is kept -----------------------------------------------------------------------------------------------------------------


def test_every_change_of_status_is_kept_with_who_from_to_and_why(draft):
    launch(draft)
    campaign_life.pause_itself(draft, "The wallet is empty.")
    do(draft, Action.RESUME)
    kept = CampaignChange.objects.order_by("id").values_list("changed_by", "from_status", "to_status", "why")
    assert list(kept) == [
        ("mosi", "draft", "approved", ""),
        ("mosi", "approved", "running", ""),
        ("SautiQual", "running", "paused", "The wallet is empty."),
        ("mosi", "paused", "running", ""),
    ]


def test_a_refused_change_is_not_kept(draft):
    do(draft, Action.START)
    assert not CampaignChange.objects.exists()


def test_the_database_refuses_to_edit_a_kept_change_and_a_finished_preflight(draft):
    launch(draft)
    with pytest.raises(IntegrityError, match="kept as it was"), transaction.atomic():
        CampaignChange.objects.update(changed_by="nobody")
    with pytest.raises(IntegrityError, match="kept as it is"), transaction.atomic():
        Preflight.objects.update(result={})


def test_the_database_refuses_an_approval_that_rests_on_nothing(draft):
    with pytest.raises(IntegrityError), transaction.atomic():
        Campaign.objects.update(status="approved")


def test_a_draft_is_deleted_with_its_history(draft):
    preflight(draft, by="mosi")
    do(draft, Action.APPROVE)
    do(draft, Action.REVISE)
    draft.delete()
    assert not Preflight.objects.exists()


# ---- old market packs ---------------------------------------------------------------------------------------------------------------


@pytest.fixture
def half_a_year_later() -> datetime:
    """The shipped packs were read 181 days ago; conftest sets the clock back after the test."""
    at = datetime(2027, 5, 22, 12, 0, tzinfo=UTC)
    clock.set_offset(at - datetime.now(UTC))
    return at


def test_a_start_asks_for_somebodys_word_for_the_old_packs_of_its_own_leads(draft, asha, daudi, half_a_year_later):
    campaign_life.enroll(draft, [asha, daudi])
    obstacles = launch(draft)

    assert [sentence.partition("--by")[0].rpartition("acknowledge_pack ")[2].strip() for sentence in obstacles] == ["GH", "KE"]
    assert "Kenya (KE-2026-11-22)" in obstacles[1]
    draft.refresh_from_db()
    assert draft.status == "draft"


def test_it_starts_when_somebody_answers_for_every_old_pack(draft, asha, daudi, half_a_year_later):
    mosi = User.objects.create_user("mosi")
    campaign_life.enroll(draft, [asha, daudi])
    for market, n_left in [("KE", 1), ("GH", 0)]:
        acknowledge_pack(market, by=mosi, at=half_a_year_later)
        assert len(campaign_life.obstacles_to_calling(draft)) == n_left

    assert launch(draft) == []


def test_leads_enrolled_later_are_looked_at_when_it_is_resumed(draft, asha, half_a_year_later):
    assert launch(draft) == []
    campaign_life.enroll(draft, [asha])
    assert do(draft, Action.PAUSE) == []
    assert len(do(draft, Action.RESUME)) == 1


def test_young_packs_stand_in_nobodys_way(draft, asha):
    campaign_life.enroll(draft, [asha])
    assert launch(draft) == []


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
