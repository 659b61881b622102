"""The checklist and the start say the same: whatever stands in the way is on the list, and with nothing there that stops, it starts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.conf import settings

from campaigns import campaign_life, stop_all
from campaigns.admin.campaign_steps import NEXT
from campaigns.campaign_life import Action
from campaigns.launch.items import Key, State
from campaigns.models import Campaign, Line, Preflight, Rehearsal, Script
from campaigns.obstacles import Obstacle, Topic
from campaigns.preflight.run import begin, preflight
from leads import clock
from leads.telling import told as as_read
from tests.campaigns.launch.told import checked
from tests.conftest import NOW

pytestmark = pytest.mark.django_db

Breaks = Callable[[Campaign], object]


def of_campaign(**fields: object) -> Breaks:
    return lambda campaign: Campaign.objects.filter(pk=campaign.pk).update(**fields)


def of_line(**fields: object) -> Breaks:
    return lambda campaign: Line.objects.filter(pk=campaign.line_id).update(**fields)


def of_script(**fields: object) -> Breaks:
    return lambda campaign: Script.objects.filter(pk=campaign.script_id).update(**fields)


def half_a_year_passes(campaign: Campaign) -> None:
    clock.set_offset(datetime(2027, 5, 22, 12, 0, tzinfo=UTC) - datetime.now(UTC))


def words_of_its_own(campaign: Campaign) -> None:
    """On a real line, with a voice that may say what must be said in other words, and no clips."""
    settings.OPENAI_API_KEY = "k"
    Campaign.objects.filter(pk=campaign.pk).update(voice="openai")
    Line.objects.filter(pk=campaign.line_id).update(is_simulated=False)


def no_rehearsal(campaign: Campaign) -> None:
    Rehearsal.objects.all().delete()


def a_question_nobody_can_answer(campaign: Campaign) -> None:
    campaign.script.questions.filter(key="seats").update(kind="one_of", choices=[])


BREAKS: dict[str, tuple[Breaks, Key]] = {
    "the line is not active": (of_line(is_active=False), Key.LINE),
    "a room with both voices": (of_line(strategy="conference", track="both_tracks"), Key.LINE),
    "the line is real and nothing is set": (of_line(is_simulated=False), Key.PLATFORM),
    "a voice without its key": (of_campaign(voice="gemini"), Key.VOICE),
    "no such voice": (of_campaign(voice="parrot"), Key.VOICE),
    "the demonstration's voice on a real line": (of_line(is_simulated=False), Key.VOICE),
    "no disclosure": (of_script(disclosure=" "), Key.SCRIPT),
    "a disclosure that says too little": (of_script(disclosure="Hello from {organisation}."), Key.SCRIPT),
    "a fault in a question": (a_question_nobody_can_answer, Key.SCRIPT),
    "nobody named in the consent": (of_campaign(controller=" "), Key.LIMITS),
    "no call in flight": (of_campaign(max_calls_in_flight=0), Key.LIMITS),
    "calls too short": (of_campaign(max_call_s=10), Key.LIMITS),
    "no rehearsal": (no_rehearsal, Key.REHEARSAL),
    "old rules of a market": (half_a_year_passes, Key.PACKS),
    "words of its own on a real line": (words_of_its_own, Key.CLIPS),
}


@pytest.fixture(autouse=True)
def settings_come_back(settings) -> None:
    settings.OPENAI_API_KEY = ""


@pytest.mark.parametrize(("breaks", "key"), BREAKS.values(), ids=BREAKS)
def test_what_stands_in_the_way_of_a_draft_is_on_the_list_and_stops(ready, breaks, key):
    breaks(ready)
    campaign = Campaign.objects.select_related("script", "line").get(pk=ready.pk)
    told = checked(ready)

    assert told.state(key) is State.STOPS
    for action in (Action.APPROVE, Action.START):
        about_approval = {found.sentence for found in campaign_life.obstacles_by_topic(campaign, action) if found.topic is Topic.APPROVAL}
        assert [said for said in campaign_life.obstacles_to(campaign, action) if said not in {*told.stopping, *about_approval}] == []


@pytest.mark.parametrize(("breaks", "key"), BREAKS.values(), ids=BREAKS)
@pytest.mark.parametrize("status", ["approved", "paused"])
def test_so_it_is_once_it_was_approved(ready, status, breaks, key):
    approve(ready)
    Campaign.objects.filter(pk=ready.pk).update(status=status)
    breaks(ready)
    campaign = Campaign.objects.select_related("script", "line", "approved_preflight").get(pk=ready.pk)
    told = checked(ready)

    assert [said for said in campaign_life.obstacles_to(campaign, NEXT[campaign.status]) if said not in told.stopping] == []
    assert bool(campaign_life.change(campaign, NEXT[campaign.status], by="mosi")) == bool(told.stopping)


@pytest.mark.parametrize("topic", Topic)
def test_no_topic_of_an_obstacle_is_left_out(ready, topic, monkeypatch):
    """An obstacle that is added later under any topic comes to the list by itself."""
    monkeypatch.setattr(campaign_life, "obstacles_on_the_way", lambda campaign: [Obstacle(topic, "Something new.")])
    approve(ready)

    assert "Something new." in checked(ready).stopping


def test_with_nothing_that_stops_it_starts(ready):
    approve(ready)

    assert checked(ready).stopping == []
    assert campaign_life.change(ready, Action.START, by="mosi") == []


def test_a_draft_lacks_what_is_still_to_be_done(ready):
    assert checked(ready).stopping_keys == {Key.PREFLIGHT, Key.APPROVAL}
    preflight(ready, by="mosi")
    assert checked(ready).stopping_keys == {Key.APPROVAL}


PREFLIGHTS = {
    "broke off": {"failure": "The disk is full.", "finished_at": NOW},
    "at work": {},
    "of other terms": {"digest": "0", "finished_at": NOW},
    "too old": {"asked_at": datetime(2026, 11, 1, tzinfo=UTC), "finished_at": NOW},
}


@pytest.mark.parametrize("fields", PREFLIGHTS.values(), ids=PREFLIGHTS)
def test_a_preflight_that_does_not_hold_stops_the_approval(ready, fields):
    Preflight.objects.filter(pk=begin(ready, by="mosi").pk).update(**fields or {"asked_by": "juma"})

    assert checked(ready).stopping_keys == {Key.PREFLIGHT, Key.APPROVAL}
    # The list tells the reader's time, the refusal is plain English in UTC.
    assert [said for said in campaign_life.obstacles_to(ready, Action.APPROVE) if as_read(said) not in checked(ready).stopping] == []


def test_what_goes_beyond_the_approval_stops_the_start(ready):
    approve(ready)
    Campaign.objects.filter(pk=ready.pk).update(max_calls_in_flight=90)

    assert checked(ready).stopping_keys == {Key.APPROVAL}
    assert campaign_life.change(ready, Action.START, by="mosi") != []


def test_while_all_dialing_is_stopped_the_list_says_so(ready):
    approve(ready)
    stop_all.stop_all(by="mosi", reason="the list is wrong")

    told = checked(ready)
    assert told.stopping_keys == {Key.STOP}
    assert "the list is wrong" in told.words(Key.STOP)


def test_a_closed_campaign_is_stopped_for_good(ready):
    campaign_life.change(ready, Action.CLOSE, by="mosi")

    assert checked(ready).state(Key.STATUS) is State.STOPS


def approve(campaign: Campaign) -> None:
    preflight(campaign, by="mosi")
    assert campaign_life.change(campaign, Action.APPROVE, by="mosi") == []
