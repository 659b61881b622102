"""What happens to a dialer in a month: withdrawals, entries on the list, erasures, stops, outages, pauses, and reps who come and go."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import Protocol

from campaigns import campaign_life, stop_all
from campaigns.approval import terms_of
from campaigns.campaign_life import Action
from campaigns.handoff.presence import set_available
from campaigns.judge.month.world import World
from campaigns.models import Call, Campaign, Preflight, Rep
from campaigns.rehearsals import waive_if_missing
from leads import clock
from leads.consent import withdraw_consent
from leads.do_not_call import add_to_do_not_call
from leads.models import DoNotCallEntry, Lead

MANAGER = "the month"


class Stage(Protocol):
    """What a happening needs of the play."""

    chance: Random
    now: datetime
    world: World

    def at(self, when: datetime, act: Callable[[], object]) -> None: ...
    def wake(self) -> None: ...
    def go_down(self) -> None: ...
    def come_up(self) -> None: ...
    def set_platform_down(self, is_down: bool) -> None: ...


def plan_happenings(play: Stage) -> None:
    """Spread over the month by chance."""
    world = play.world
    n_days = max(1, (world.ends - world.begins).days)
    _plan_people(play)
    _plan_stretches(play, n_days)
    for day in range(n_days):
        for rep in world.reps:
            _plan_rep_day(play, rep, world.begins + timedelta(days=day))
        for campaign in world.campaigns:
            play.at(world.begins + timedelta(days=day + 1, hours=5), partial(_manage, play, campaign))


def _plan_people(play: Stage) -> None:
    leads = play.world.leads
    for act, one_in in ((_list, 12), (_withdraw, 15), (_erase, 60)):
        for lead in play.chance.sample(leads, len(leads) // one_in):
            play.at(_some_time(play), partial(act, play, lead))


def _some_time(play: Stage) -> datetime:
    return play.world.begins + (play.world.ends - play.world.begins) * play.chance.random()


def _plan_stretches(play: Stage, n_days: int) -> None:
    """Each begins at some time and is over some minutes or hours later."""
    minutes = play.chance.uniform
    for _ in range(max(1, n_days // 8)):
        stop, dialer_gone, platform_gone = (_some_time(play) for _ in range(3))
        play.at(stop, partial(stop_all.stop_all, by="the month", reason="somebody pulled it"))
        play.at(stop + timedelta(minutes=minutes(5, 300)), partial(_resume, play))
        play.at(dialer_gone, play.go_down)
        play.at(dialer_gone + timedelta(minutes=minutes(5, 400)), play.come_up)
        play.at(platform_gone, partial(play.set_platform_down, True))
        play.at(platform_gone + timedelta(minutes=minutes(2, 60)), partial(play.set_platform_down, False))


def _plan_rep_day(play: Stage, rep: Rep, day: datetime) -> None:
    comes = day + timedelta(hours=play.chance.uniform(4, 8))
    play.at(comes, partial(_come_or_go, play, rep, True))
    play.at(comes + timedelta(hours=play.chance.uniform(2, 9)), partial(_come_or_go, play, rep, False))


def _come_or_go(play: Stage, rep: Rep, is_available: bool) -> None:
    set_available(rep, is_available, now=play.now)
    play.wake()


def _resume(play: Stage) -> None:
    stop_all.resume_all(by="the month")
    play.wake()


def _list(play: Stage, lead: Lead) -> None:
    add_to_do_not_call(lead.phone, origin=play.chance.choice(list(DoNotCallEntry.Origin)), reason="asked", at=play.now)
    play.wake()


def _withdraw(play: Stage, lead: Lead) -> None:
    if Lead.objects.filter(pk=lead.pk).exists():
        withdraw_consent(lead, purpose=None, channel="e-mail", at=play.now, now=play.now)


def _erase(play: Stage, lead: Lead) -> None:
    """A right. While a call of theirs is live, or its price is open, they are told to wait; a month leaves it at that."""
    is_open = Call.objects.filter(lead=lead.pk, dialled_at__isnull=False, settled_at=None).exists()
    if not is_open:
        Lead.objects.filter(pk=lead.pk).delete()


def start(campaign: Campaign) -> None:
    """A preflight (the month itself is the look ahead, so it has nothing in it), somebody's approval, and the start."""
    waive_if_missing(campaign.script, by=MANAGER, why="Nobody is rung in a month that is only played.")
    terms, now = terms_of(campaign), clock.now()
    Preflight.objects.create(campaign=campaign, asked_at=now, asked_by=MANAGER, terms=asdict(terms), digest=terms.digest, finished_at=now, result={})
    for action in (Action.APPROVE, Action.START):
        if obstacles := campaign_life.change(campaign, action, by=MANAGER):
            raise AssertionError(f"the month's campaign does not start: {obstacles}")


def _manage(play: Stage, campaign: Campaign) -> None:
    """Once a day a manager looks: what paused itself gets more money and goes on; now and then one is paused by hand."""
    campaign.refresh_from_db()
    if campaign.status == Campaign.Status.PAUSED:
        campaign_life.change(campaign, Action.REVISE, by=MANAGER)
        if campaign.budget_minor is not None:
            campaign.budget_minor += 20_000
            campaign.save(update_fields=["budget_minor"])
        start(campaign)
        play.wake()
    elif play.chance.random() < 0.05:
        campaign_life.change(campaign, Action.PAUSE, by=MANAGER, why="the month")
