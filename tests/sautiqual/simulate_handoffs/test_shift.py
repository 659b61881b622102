"""Small shifts on the virtual clock, through the product's own code: what becomes of leads and reps of one kind, and that a fault is found."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest
from asgiref.sync import async_to_sync
from django.db.models import F
from django.utils import timezone

from bridge.brief import HandoffStrategy
from campaigns.handoff import moves
from campaigns.handoff.states import HandoffEvent, next_status
from campaigns.models import Handoff, Line, StaffCall
from campaigns.states import HandoffStatus
from leads import clock
from sautiqual.simulate_handoffs import shift
from sautiqual.simulate_handoffs.agenda import Agenda
from sautiqual.simulate_handoffs.people import EVERY_KIND, Cast, Leaves, Manner, Mood, Temper
from sautiqual.simulate_handoffs.scene import LINES, set_scene
from sautiqual.simulate_handoffs.tally import End, Tally, tally
from tests.conftest import NOW

pytestmark = pytest.mark.django_db

LEAD = Mood(picks_up_after_s=2.0, thinks_s=5.0, leaves=Leaves.NEVER, leaves_after_s=0.0, declines_promise=False, answers_call_back=True)
REP = Temper(Manner.QUICK, (1.0, 2.0), declines=0.0, misses=0.0, answers_phone=1.0, presses_1=1.0, changes_mind=0.0)
ROOMS = tuple(number for number, (_, strategy) in LINES.items() if strategy is HandoffStrategy.CONFERENCE)


@pytest.fixture(autouse=True)
def _own_clock(settings) -> Iterator[None]:
    settings.SAUTIKIT_API_URL = "http://127.0.0.1:9"
    yield
    clock.set_offset(timedelta())


def played(*, n_leads: int = 3, n_reps: int = 3, numbers: tuple[str, ...] = ROOMS[:1], cast: Cast = EVERY_KIND) -> Tally:
    random = Random(1)
    set_scene(n_leads, n_reps, random, numbers=numbers)
    async_to_sync(shift.Shift(random, tell=lambda words: None, cast=cast).play)()
    return tally()


def told(lead: Mood = LEAD, rep: Temper = REP, **how: int) -> Tally:
    return played(cast=Cast(lambda random: lead, lambda position: rep), **how)


def test_every_strategy_has_a_line_in_either_world():
    assert sorted(strategy for _, strategy in LINES.values()) == sorted([*HandoffStrategy, *HandoffStrategy])


@pytest.mark.parametrize("number", ROOMS, ids=["goes on after a stream", "dead air after a stream"])
def test_a_rep_who_presses_1_talks_with_the_lead_in_the_room(number: str):
    found = played(numbers=(number,), cast=Cast(lambda random: LEAD, lambda position: REP))
    assert found.ends == {End.ACCEPTED: 3}
    assert {handoff.strategy for handoff in Handoff.objects.all()} == {HandoffStrategy.CONFERENCE}
    assert Handoff.objects.filter(ended_at__gt=F("bridged_at") + timedelta(seconds=15)).count() == 3


def test_a_mailbox_presses_nothing_and_the_lead_is_promised_a_call():
    assert told(rep=replace(REP, presses_1=0.0, keeps_promises=0.0)).ends == {End.PROMISED: 3}
    assert StaffCall.objects.filter(answered_at__isnull=False, is_accepted=False).exists()


def test_a_rep_whose_phone_rings_out_leaves_the_lead_with_a_promise():
    assert told(rep=replace(REP, answers_phone=0.0, keeps_promises=0.0)).ends == {End.PROMISED: 3}
    assert not StaffCall.objects.filter(answered_at__isnull=False).exists()


def test_a_rep_who_hangs_up_after_pressing_1_leaves_the_lead_with_a_promise():
    assert told(rep=replace(REP, changes_mind=1.0, keeps_promises=0.0)).ends == {End.PROMISED: 3}
    assert StaffCall.objects.filter(is_accepted=True).exists()


def test_a_lead_may_leave_while_the_reps_phone_rings():
    found = told(lead=replace(LEAD, leaves=Leaves.WHILE_WAITING, leaves_after_s=5.0))
    assert found.ends == {End.DECLINED: 3}
    assert {handoff.status for handoff in Handoff.objects.all()} == {HandoffStatus.LEAD_HUNG_UP}


def test_nobody_who_accepts_means_a_promise():
    assert told(rep=replace(REP, declines=1.0, keeps_promises=0.0)).ends == {End.PROMISED: 3}
    assert not StaffCall.objects.exists()


def test_a_lead_who_wants_no_promise_is_never_called_again():
    found = told(lead=replace(LEAD, declines_promise=True), rep=replace(REP, declines=1.0))
    assert found.ends == {End.DECLINED: 3}


def test_a_lost_promise_is_found_and_told_with_its_story(monkeypatch):
    monkeypatch.setattr(moves, "next_status", lambda status, event: None if event is HandoffEvent.PROMISED else next_status(status, event))
    monkeypatch.setattr(shift, "SETTLES_WITHIN", timedelta(minutes=1))
    found = told(rep=replace(REP, declines=1.0), n_leads=1)
    assert found.ends == {End.NONE: 1}
    (story,) = found.stories
    assert story.startswith("Lead 0 of “conference, goes on after a stream") and "hand-off declined" in story and "was asked: rejected" in story


@pytest.mark.journey
def test_thirty_leads_over_all_strategies_in_both_worlds_come_to_an_end():
    found = played(n_leads=30, n_reps=6, numbers=tuple(LINES))
    assert found.stories == []
    assert found.ends.total() == 30 and found.ends[End.NONE] == 0
    assert Line.objects.filter(calls__handoff__isnull=False).distinct().count() == 6


def test_what_goes_by_the_real_clock_goes_by_the_virtual_one_during_the_shift():
    agenda, before = Agenda(NOW), timezone.now()
    with agenda.drives_real_time():
        began_at = timezone.now()
        agenda.run_until(NOW + timedelta(minutes=5))
        assert timezone.now() - began_at == timedelta(minutes=5)
        assert timezone.now() < before  # nothing of it lies in the future of what comes after
    assert timezone.now() >= before
