"""What the database of the shift holds: a line for each strategy in either world, a campaign for each way of asking reps on each of them, the
reps, and leads who turn hot."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from random import Random
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from bridge.brief import AnswerValue, HandoffStrategy
from campaigns import business_clock, campaign_life
from campaigns.campaign_life import Action
from campaigns.handoff.routing import Ring
from campaigns.models import Campaign, Line, Question, Rep, Script
from campaigns.preflight.run import preflight
from campaigns.rehearsals import waive_if_missing
from leads import clock
from leads.consent import record_consent
from leads.models import Lead
from sautiqual.acme import A_MONTH, consent_of
from sautiqual.crash_test.voices import PERMISSION, SCRIPT
from sautiqual.demo.cast import answer_for_old_packs, next_working_morning

CONTROLLER = "Acme Ltd"
PASSWORD = "karibu-shift"
MANAGER = "mosi"
N_LIVE = 50
WRAP_UP_S = 20
LINES = {
    "+254711000001": ("dial, goes on after a stream", HandoffStrategy.DIAL),
    "+254711000002": ("dial, dead air after a stream", HandoffStrategy.DIAL),
    "+254711000003": ("conference, goes on after a stream", HandoffStrategy.CONFERENCE),
    "+254711000004": ("conference, dead air after a stream", HandoffStrategy.CONFERENCE),
    "+254711000005": ("callback, goes on after a stream", HandoffStrategy.CALLBACK),
    "+254711000006": ("callback, dead air after a stream", HandoffStrategy.CALLBACK),
}
DEAD_AIR = frozenset(number for number, (label, _) in LINES.items() if "dead air" in label)
SKILL, LANGUAGE = "solar", "en-KE"


def _points(key: str, kind: str, points: int, wording: str) -> dict[str, Any]:
    when = {"equals": True} if kind == "yes_no" else {"at_least": 100}
    return {"key": key, "kind": kind, "wording": wording, "rubric": [{"when": when, "points": points, "why": key}]}


# Warm with the first, hot with the second, and the bot still asks the third.
QUESTIONS = (
    _points("buyer", "yes_no", 40, "Buyer? Please say yes or no."),
    _points("seats", "number", 40, "Seats? How many would you need?"),
    _points("budget", "yes_no", 20, "Budget? Is there one?"),
)
HOT_WITH = "seats"
ANSWERS: tuple[tuple[str, AnswerValue], ...] = (("time", True), ("buyer", True), ("seats", 250), ("budget", True))


def set_scene(n_leads: int, n_reps: int, random: Random, *, numbers: Sequence[str] = tuple(LINES)) -> list[Campaign]:
    """Into an empty, migrated database, the lines of these numbers. The campaigns run when this returns; nobody was called yet."""
    business_clock.start_at(next_working_morning(timezone.now()))
    answer_for_old_packs(User.objects.create_user(MANAGER), at=clock.now())
    lines = [_line(number, *LINES[number]) for number in numbers]
    campaigns = [_campaign(line, ring) for line, ring in product(lines, Ring)]
    Campaign.objects.filter(pk=campaigns[0].pk).update(needed_skills=[SKILL])
    Campaign.objects.filter(pk=campaigns[1].pk).update(wrap_up_required=["notes"])
    _reps(n_reps, campaigns, random)
    with transaction.atomic():
        for position, campaign in enumerate(campaigns):
            campaign_life.enroll(campaign, [_lead(n) for n in range(position, n_leads, len(campaigns))])
    for campaign in campaigns:
        launch(campaign)
    return campaigns


def set_screens_scene(n_leads: int, position: int) -> None:
    """One campaign whose leads turn hot all at once, by one answer; leads are numbered from `position` on."""
    for other in Campaign.objects.all():
        campaign_life.change(other, Action.CLOSE, by=MANAGER)
    campaign = _campaign(Line.objects.order_by("pk")[0], Ring.RING_ALL, name="screens", hot_threshold=40)
    campaign.reps.set(Rep.objects.all())
    with transaction.atomic():
        campaign_life.enroll(campaign, [_lead(n) for n in range(position, position + n_leads)])
    launch(campaign)


def launch(campaign: Campaign) -> None:
    """As a manager does: a preflight, its approval, the start; without a rehearsal."""
    waive_if_missing(campaign.script, by=MANAGER, why="Only simulated people are called, to try the hand-offs.")
    preflight(campaign, by=MANAGER)
    for action in (Action.APPROVE, Action.START):
        if obstacles := campaign_life.change(campaign, action, by=MANAGER):
            raise AssertionError(f"the campaign {campaign.name} cannot start: {obstacles}")


def _line(number: str, label: str, strategy: HandoffStrategy) -> Line:
    limits = {"max_calls_in_flight": N_LIVE, "calls_per_second": 50}
    return Line.objects.create(number=number, label=label, is_simulated=True, strategy=strategy, ring_timeout_s=20, **limits)


def _campaign(line: Line, ring: Ring, *, name: str = "", hot_threshold: int = 70) -> Campaign:
    name = name or f"{line.label}, {ring.value}"
    script = Script.objects.create(**{**SCRIPT, "name": name, "language": LANGUAGE, "hot_threshold": hot_threshold})
    Question.objects.bulk_create(Question(script=script, position=n, **question) for n, question in enumerate((PERMISSION, *QUESTIONS), start=1))
    return Campaign.objects.create(
        name=name,
        controller=CONTROLLER,
        line=line,
        script=script,
        ring_strategy=ring,
        max_calls_in_flight=N_LIVE,
        hot_leads_a_rep=None,  # more leads than reps is what is tried here
        wrap_up_s=WRAP_UP_S,
    )


def _reps(n_reps: int, campaigns: Sequence[Campaign], random: Random) -> None:
    """Each on about half of the campaigns, the first one on all, so that nobody's leads are left without."""
    for position in range(n_reps):
        user = User.objects.create_user(f"rep{position}", password=PASSWORD)
        languages = random.choice(([], ["en"], ["en", "sw"], ["sw"])) if position else []
        skills = [SKILL] if position % 2 == 0 else []
        rep = Rep.objects.create(
            user=user, name=f"Rep {position}", number=f"+25471200{position:04d}", is_verified=True, languages=languages, skills=skills
        )
        rep.campaigns.set(campaigns if position == 0 else random.sample(campaigns, len(campaigns) // 2 + 1))


def _lead(position: int) -> Lead:
    number = f"+2547123{position:05d}"
    lead = Lead.objects.create(phone=number, name=f"Lead {position}", time_zone="Africa/Nairobi", market="KE", language="en", source="simulation")
    record_consent(consent_of(lead, clock.now() - A_MONTH), now=clock.now())
    return lead
