"""Enrolling, starting, pausing, closing; and what is kept of each change."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from campaigns import campaign_life
from campaigns.campaign_life import TAKEN_OUT, Action, TakenOut
from campaigns.models import Call, Campaign, CampaignChange, LiveEvent, Preflight, Question, Script
from campaigns.preflight.run import preflight
from campaigns.rehearsals import waive
from leads.models import Lead
from tests.campaigns.campaign_lives import do
from tests.campaigns.conftest import launch, live_call
from tests.conftest import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("loopback")]


def test_it_starts_and_freezes_its_script(draft, script):
    assert launch(draft) == []
    assert draft.status == "running"
    script.refresh_from_db()
    assert script.launched_at is not None


def test_it_goes_from_draft_to_closed(draft):
    waive(draft.script, by="mosi", why="A test of something else.")
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


def test_who_is_taken_out_is_not_called_and_can_be_enrolled_again(draft, asha, baraka):
    campaign_life.enroll(draft, [asha, baraka])
    assert campaign_life.take_out(draft, Lead.objects.filter(pk=asha.pk)) == TakenOut(1, 0)
    assert list(Call.objects.filter(status="queued").values_list("lead", flat=True)) == [baraka.pk]
    assert campaign_life.take_out(draft, Lead.objects.filter(pk=asha.pk)) == TakenOut(0, 0)
    assert campaign_life.enroll(draft, [asha, baraka]) == 1
    assert Call.objects.get(lead=asha, status="queued").attempt_number == 2


@pytest.mark.parametrize(
    ("fields", "taken"),
    [
        ({"status": "queued", "attempt_number": 2}, TakenOut(1, 0)),
        ({"status": "queued", "promise_due_at": NOW}, TakenOut(0, 0)),
        ({"status": "queued", "occasion": "promised"}, TakenOut(0, 0)),
        ({"status": "ringing"}, TakenOut(0, 1)),
        ({"status": "completed"}, TakenOut(0, 0)),
    ],
    ids=["a further attempt", "a call back that the bot promised", "a call back that a rep promised", "rings", "is over"],
)
def test_only_what_waits_and_was_promised_to_nobody_is_taken_out(draft, asha, fields, taken):
    live_call(draft, asha, **fields)
    assert campaign_life.take_out(draft, Lead.objects.all()) == taken
    assert Call.objects.filter(status="canceled", failure=TAKEN_OUT).count() == taken.n


def test_leads_of_another_campaign_stay_in_it(draft, campaign, asha):
    campaign_life.enroll(campaign, [asha])
    assert campaign_life.take_out(draft, Lead.objects.all()) == TakenOut(0, 0)


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


def test_every_change_of_status_is_kept_with_who_from_to_and_why(draft):
    launch(draft)
    campaign_life.pause_itself(draft, "The wallet is empty.")
    do(draft, Action.RESUME)
    kept = CampaignChange.objects.order_by("id").values_list("changed_by", "from_status", "to_status", "why")
    assert list(kept) == [
        ("mosi", "draft", "approved", ""),
        ("mosi", "approved", "running", "The rehearsal of Zawadi from Acme v1 was waived by mosi: A test of something else."),
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


BACK = [{"when": {"at_least": 1}, "to": "permission"}]


def test_a_script_with_a_fault_is_neither_approved_nor_started(draft):
    Question.objects.filter(key="seats").update(skips=BACK)
    [obstacle] = launch(draft)
    assert obstacle.startswith("Question seats: Skip rule 1 leads to a question before it (“permission”).")
    draft.refresh_from_db()
    assert draft.status == "draft"


@pytest.mark.parametrize(("kind", "n_obstacles"), [("qualification", 1), ("survey", 0)])
def test_a_threshold_out_of_reach_matters_where_somebody_is_to_be_hot(draft, script, kind, n_obstacles):
    Campaign.objects.update(kind=kind)
    Script.objects.filter(pk=script.pk).update(hot_threshold=71)
    draft.refresh_from_db()
    assert len([sentence for sentence in launch(draft) if "No lead can ever be hot" in sentence]) == n_obstacles


def test_a_campaign_that_was_launched_with_a_fault_goes_on(draft):
    Question.objects.filter(key="seats").update(skips=BACK)
    preflight(draft, by="mosi")
    Campaign.objects.update(status="paused", approved_preflight=Preflight.objects.get())
    draft.refresh_from_db()
    assert do(draft, Action.RESUME) == []
