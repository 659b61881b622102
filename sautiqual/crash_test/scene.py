"""Fills the database of a crash test, and brings new people as long as somebody is killed.

Business time starts on a working morning; three lines that go on after a stream or do not, a rep for each, and campaigns that only ask, that
meet people who want no more calls, and that hand over.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from bridge.brief import HandoffStrategy
from bridge.telephony.simulator.persona import Persona
from campaigns import business_clock, campaign_life
from campaigns.campaign_life import Action
from campaigns.models import Call, Campaign, Line, Question, Rep, Script
from campaigns.preflight.run import preflight
from campaigns.rehearsals import waive_if_missing
from campaigns.states import CallStatus
from leads import clock
from leads.consent import record_consent
from leads.models import Lead
from sautiqual.acme import A_MONTH, CONTROLLER, consent_of
from sautiqual.crash_test import people, voices
from sautiqual.demo.cast import answer_for_old_packs, next_working_morning

MANAGER = "mosi"
PASSWORD = "karibu-crash-test"
LINES = {"+254711000001": HandoffStrategy.DIAL, "+254711000002": HandoffStrategy.CALLBACK, "+254711000003": HandoffStrategy.DIAL}
CONTINUES, DEAD_AIR, DEAD_AIR_DIAL = LINES
REPS = {"rehema": "+254711000201", "juma": "+254711000202", "neema": "+254711000203"}
IN_FLIGHT = 6  # a campaign
N_WAITING = 8  # so many are due while there is somebody to kill
N_SOONER = 2


@dataclass(frozen=True, slots=True)
class Part:
    """One campaign, and who lives at the numbers of its leads."""

    name: str
    line: str
    voice: str
    personas: tuple[Persona, ...]
    share: int  # of the leads
    rep: str = ""


PARTS = (
    Part("asking", CONTINUES, voices.COLD, (people.COLD, people.COLD, people.BUSY, people.BUSY, people.NOT_THERE), 6),
    Part("wanting no more calls", CONTINUES, voices.OPTING_OUT, (people.OPTING_OUT,), 2),
    Part("handing over on the call", CONTINUES, voices.HOT, (people.HOT,), 2, "rehema"),
    Part("handing over by a call back", DEAD_AIR, voices.HOT, (people.HOT,), 2, "juma"),
    Part("handing over after dead air", DEAD_AIR_DIAL, voices.HOT, (people.HOT,), 1, "neema"),
)


def set_scene() -> None:
    """Into an empty, migrated database."""
    business_clock.start_at(next_working_morning(timezone.now()))
    script = Script.objects.create(**voices.SCRIPT)
    questions = [voices.PERMISSION, *voices.QUESTIONS]
    Question.objects.bulk_create(Question(script=script, position=n, **question) for n, question in enumerate(questions, start=1))
    lines = {
        number: Line.objects.create(
            number=number, is_simulated=True, strategy=strategy, ring_timeout_s=4, max_calls_in_flight=20, calls_per_second=50
        )
        for number, strategy in LINES.items()
    }
    for part in PARTS:
        campaign = Campaign.objects.create(
            name=part.name,
            controller=CONTROLLER,
            line=lines[part.line],
            script=script,
            voice=part.voice,
            max_calls_in_flight=IN_FLIGHT,
            hot_leads_a_rep=None,  # more than one waits for a rep here
        )
        if part.rep:
            user = User.objects.create_user(part.rep, password=PASSWORD)
            # Without hours no times are offered: nobody here would know an answer to that.
            campaign.reps.add(Rep.objects.create(user=user, name=part.rep.title(), number=REPS[part.rep], is_verified=True, hours={}))
    answer_for_old_packs(User.objects.get(username="rehema"), at=clock.now())


class Crowd:
    """`personas` is the simulated platform's directory: whoever is enrolled lives there from then on."""

    def __init__(self, personas: dict[str, Persona], random: Random) -> None:
        self._personas = personas
        self._random = random
        self._numbers: Iterator[int] = itertools.count(1)
        self.n_resumed = 0

    def start(self) -> None:
        """As a manager does: a preflight, its approval, the start; without a rehearsal."""
        self.refill()
        for campaign in Campaign.objects.select_related("script", "line"):
            waive_if_missing(campaign.script, by=MANAGER, why="Only simulated people are called, while processes are killed.")
            preflight(campaign, by=MANAGER)
            for action in (Action.APPROVE, Action.START):
                if obstacles := campaign_life.change(campaign, action, by=MANAGER):
                    raise AssertionError(f"the campaign {campaign.name} cannot start: {obstacles}")

    def resume(self) -> None:
        """So many faults pause a campaign again and again, and the manager lets it go on."""
        for campaign in Campaign.objects.filter(status=Campaign.Status.PAUSED):
            if not campaign_life.change(campaign, Action.RESUME, by=MANAGER):
                self.n_resumed += 1

    def refill(self) -> None:
        """Some of the retries that are planned for later are due now, as if their time had come; the rest are new people."""
        later = list(Call.objects.filter(status=CallStatus.QUEUED, due_at__gt=clock.now()).values_list("pk", flat=True))
        soon = self._random.sample(later, min(N_SOONER, len(later)))
        Call.objects.filter(pk__in=soon, status=CallStatus.QUEUED).update(due_at=clock.now())
        n_waiting = Call.objects.filter(status=CallStatus.QUEUED, due_at__lte=clock.now()).count()
        for _ in range(N_WAITING - n_waiting):
            part = self._random.choices(PARTS, [part.share for part in PARTS])[0]
            with transaction.atomic():
                campaign_life.enroll(Campaign.objects.get(name=part.name), [self._new_lead(self._random.choice(part.personas))])

    def _new_lead(self, persona: Persona) -> Lead:
        number = f"+2547123{next(self._numbers):05d}"
        self._personas[number] = replace(persona, number=number)
        lead = Lead.objects.create(phone=number, name=persona.name, time_zone="Africa/Nairobi", market="KE", language="en", source="crash test")
        record_consent(consent_of(lead, clock.now() - A_MONTH, source="crash test"), now=clock.now())
        return lead
