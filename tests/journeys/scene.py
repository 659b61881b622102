"""Fills the migrated database of one stage, before anything runs on it: `python -m tests.journeys.scene '{"dialect": "sdk", "layout": "stereo"}'`.

Business time starts on a working morning; three lines, three reps, and what a person makes in the console and REST cannot: campaigns with
reps. Prints the integrator's API key, and by how many seconds business time is ahead.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

import django

CONTINUES, DEAD_AIR, DEAD_AIR_DIAL = "+254711000001", "+254711000002", "+254711000003"
REP_NUMBERS = {"rehema": "+254711000201", "juma": "+254711000202", "neema": "+254711000203", "amina": "+254711000205"}
PASSWORD = "karibu-journeys"
# Campaigns that hand over: by name, the line and the rep.
HANDING_OVER = {"on the same call": (CONTINUES, "rehema"), "after dead air": (DEAD_AIR_DIAL, "juma"), "to nobody": (CONTINUES, "neema")}
CALLING_US = "people who call us"  # hands over as well, on the same call
NOBODY_FREE, SALMA = "while nobody is free", "salma"  # her queue is not open when the lead is hot
SALMA_NUMBER = "+254711000204"
LED = "led by its rep"  # the same; who decides is warm already
WARM_WHO_DECIDES = 60
UNVERIFIED = {"wanja": "+254711000206", "baraka": "+254711000207"}  # on no campaign; nobody has verified their numbers


def set_scene(dialect: str, layout: str) -> tuple[str, float]:
    from django.contrib.auth.models import User
    from django.utils import timezone

    from bridge.brief import ChannelLayout
    from campaigns import business_clock
    from campaigns.integrations.api_keys import create_api_key
    from campaigns.models import BusinessClock, Campaign, Line, Question, Rep, Script
    from sautiqual.demo.cast import answer_for_old_packs, next_working_morning
    from tests.journeys.voices import GOOD_TIME, QUESTIONS, SCRIPT

    business_clock.start_at(next_working_morning(timezone.now()))
    track = Line.Track.INBOUND if layout == ChannelLayout.MONO else Line.Track.BOTH
    lines = {}
    for number, strategy in ((CONTINUES, "dial"), (DEAD_AIR, "callback"), (DEAD_AIR_DIAL, "dial")):
        fields = {"strategy": strategy, "dialect": dialect, "layout": layout, "track": track}
        lines[number] = Line.objects.create(number=number, is_simulated=True, ring_timeout_s=4, calls_per_second=20, **fields)
    reps = {}
    for login, number in {**REP_NUMBERS, SALMA: SALMA_NUMBER}.items():
        user = User.objects.create_user(login, password=PASSWORD)
        reps[login] = Rep.objects.create(user=user, name=login.title(), number=number, is_verified=True)
    for login, number in UNVERIFIED.items():
        Rep.objects.create(user=User.objects.create_user(login, password=PASSWORD), name=login.title(), number=number)
    handing_over = {**HANDING_OVER, CALLING_US: (CONTINUES, "rehema"), NOBODY_FREE: (CONTINUES, SALMA), LED: (CONTINUES, "amina")}
    voices = {NOBODY_FREE: "scripted_second_time"}
    for name, (number, login) in handing_over.items():
        threshold = WARM_WHO_DECIDES if name == LED else SCRIPT["hot_threshold"]
        script = Script.objects.create(**{**SCRIPT, "name": name, "hot_threshold": threshold})
        Question.objects.bulk_create(Question(script=script, position=n, **question) for n, question in enumerate([GOOD_TIME, *QUESTIONS], start=1))
        of_all: dict[str, Any] = {"purpose": "marketing", "controller": "Acme Ltd", "line": lines[number], "script": script, "hot_leads_a_rep": None}
        campaign = Campaign.objects.create(name=name, voice=voices.get(name, "scripted_hot"), **of_all)
        campaign.reps.add(reps[login])
    answer_for_old_packs(User.objects.first(), at=next_working_morning(timezone.now()))
    return create_api_key("journeys")[1], BusinessClock.objects.get().offset_s


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sautiqual.settings")
    django.setup()
    print(*set_scene(**json.loads(sys.argv[1])))
