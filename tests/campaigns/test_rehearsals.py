"""What a rehearsal is worth for a launch, and its waiver."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from campaigns import campaign_life
from campaigns.approval import script_digest
from campaigns.campaign_life import Action
from campaigns.models import Campaign, CampaignChange, Question, Rehearsal, Script
from campaigns.preflight.run import preflight
from campaigns.rehearsals import NotWaived, rehearsal_obstacles, rehearsal_of, waive, waive_if_missing
from leads.models import AuditEntry
from tests.campaigns.campaign_lives import do
from tests.campaigns.conftest import launch
from tests.conftest import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("loopback")]
Kind, Status = Rehearsal.Kind, Rehearsal.Status


def rehearsed(script: Script, status: str = Status.PASSED, **fields: object) -> Rehearsal:
    ended_at = None if status == Status.RUNNING else NOW
    given = {"kind": Kind.BROWSER, "digest": script_digest(script), "started_by": "mosi", "started_at": NOW, "finished_at": ended_at}
    return Rehearsal.objects.create(script=script, status=status, **{**given, **fields})


def approved(campaign: Campaign) -> Campaign:
    preflight(campaign, by="mosi")
    assert do(campaign, Action.APPROVE) == []
    return campaign


def test_a_campaign_may_be_approved_but_not_started_without_a_rehearsal(draft):
    [sentence] = do(approved(draft), Action.START)
    assert "Nobody has rehearsed Zawadi from Acme v1" in sentence and "press “Rehearse”" in sentence
    assert (draft.status, draft.script.launched_at) == ("approved", None)


@pytest.mark.parametrize("kind", [Kind.BROWSER, Kind.PEOPLE])
def test_a_passed_rehearsal_lets_it_start(draft, script, kind):
    rehearsed(script, kind=kind)
    assert rehearsal_of(script).is_passed and not rehearsal_of(script).is_waived
    assert do(approved(draft), Action.START) == []


@pytest.mark.parametrize(
    ("status", "word"),
    [(Status.FAILED, "was passed"), (Status.ABANDONED, "Nobody has rehearsed"), (Status.RUNNING, "Nobody has rehearsed")],
)
def test_one_that_was_not_passed_does_not(script, status, word):
    rehearsed(script, status)
    [sentence] = rehearsal_obstacles(script)
    assert word in sentence


def test_one_that_is_at_work_is_waited_for(script):
    rehearsed(script, Status.RUNNING, heard_from_at=timezone.now())
    assert "still running" in rehearsal_obstacles(script)[0]
    Rehearsal.objects.update(heard_from_at=timezone.now() - timedelta(minutes=3))
    assert "Nobody has rehearsed" in rehearsal_obstacles(script)[0]


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda s: Script.objects.filter(pk=s.pk).update(disclosure="Hello."), id="disclosure"),
        pytest.param(lambda s: Question.objects.filter(script=s, key="seats").update(wording="Seats?"), id="wording"),
        pytest.param(lambda s: Script.objects.filter(pk=s.pk).update(hot_threshold=10), id="threshold"),
    ],
)
def test_other_words_or_points_need_another_rehearsal(script, change):
    rehearsed(script)
    waive(script, by="mosi", why="It was read aloud.")
    change(script)
    script.refresh_from_db()
    [sentence] = rehearsal_obstacles(script)
    assert "was changed since it was rehearsed" in sentence


def test_a_copy_is_a_version_of_its_own(script):
    rehearsed(script)
    assert rehearsal_obstacles(campaign_life.copy_to_new_version(script))


def test_a_launched_version_goes_on_without(script, draft):
    campaign_life.freeze(script)
    script.refresh_from_db()
    assert rehearsal_obstacles(script) == []
    assert do(approved(draft), Action.START) == []


def test_a_waiver_is_kept_with_who_and_why(draft, script):
    waive(script, by="mosi", why="  The same words as last year. ")
    assert rehearsal_of(script).is_waived
    entry = AuditEntry.objects.get(act="waive")
    assert (entry.by, entry.subject, entry.subject_id, entry.campaign_id) == ("mosi", "script", str(script.pk), draft.pk)
    assert (entry.why, entry.detail["what"]) == ("The same words as last year.", "rehearsal")
    assert do(approved(draft), Action.START) == []
    assert CampaignChange.objects.first().why == "The rehearsal of Zawadi from Acme v1 was waived by mosi: The same words as last year."


def test_a_script_of_no_campaign_can_be_waived_too(script):
    waive(script, by="mosi", why="Read aloud.")
    assert AuditEntry.objects.get(act="waive").campaign_id is None


def test_a_rehearsal_counts_before_a_waiver(script, draft):
    waive(script, by="mosi", why="No time.")
    rehearsed(script)
    assert rehearsal_of(script).is_passed
    launch(draft)
    assert CampaignChange.objects.first().why == ""


@pytest.mark.parametrize("why", ["", "  ", "x" * 1001], ids=["empty", "blank", "too long"])
def test_it_is_not_waived_without_a_fit_reason(script, why):
    with pytest.raises(NotWaived):
        waive(script, by="mosi", why=why)
    assert not Rehearsal.objects.exists() and not AuditEntry.objects.exists()


def test_a_launched_version_needs_no_waiver(script):
    campaign_life.freeze(script)
    script.refresh_from_db()
    with pytest.raises(NotWaived, match="launched already"):
        waive(script, by="mosi", why="Sure.")


def test_nobody_waives_it_without_a_name(script):
    with pytest.raises(IntegrityError), transaction.atomic():
        waive(script, by="", why="Sure.")


def test_programs_waive_only_what_is_missing(script):
    rehearsed(script)
    waive_if_missing(script, by="a program", why="Simulated.")
    assert not Rehearsal.objects.filter(kind=Kind.WAIVER).exists()
