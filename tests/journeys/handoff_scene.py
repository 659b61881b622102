"""What the stories of hand-offs add to a stage: `python -m tests.journeys.handoff_scene make '[…]'`; and who plays them, `… play`.

Each story has a line's strategy and its platform, a campaign, and a rep of its own, who is always there and takes what is offered at once: how
a rep does that in the browser is told by another story.
"""

from __future__ import annotations

import json
import os
import sys
import time
from datetime import timedelta
from typing import Any

import django

POLL_S = 0.1
AT_ONCE = 6


def make(stories: list[dict[str, Any]]) -> None:
    """Running campaigns of one lead each, who is not due yet."""
    from django.contrib.auth.models import User

    from campaigns import business_clock, campaign_life
    from campaigns.models import Call, Campaign, Line, Question, Rep, Script
    from leads import clock
    from leads.consent import record_consent
    from leads.models import ConsentRecord, Lead
    from tests.journeys.stage import CONSENT
    from tests.journeys.voices import GOOD_TIME, LINES, QUESTIONS, SCRIPT

    business_clock.apply()
    now = clock.now()
    for n, story in enumerate(stories):
        fields = {"strategy": story["strategy"], "is_simulated": True, "ring_timeout_s": 4, "calls_per_second": 20, "max_calls_in_flight": 20}
        line, _ = Line.objects.get_or_create(number=story["line"], defaults=fields)
        script = Script.objects.create(**{**SCRIPT, "name": story["name"], "lines": {**LINES, "joining": "Here is my colleague."}})
        Question.objects.bulk_create(Question(script=script, position=n, **question) for n, question in enumerate([GOOD_TIME, *QUESTIONS], start=1))
        who = {"purpose": "marketing", "controller": "Acme Ltd", "voice": "scripted_hot", "hot_leads_a_rep": None}
        campaign = Campaign.objects.create(name=story["name"], line=line, script=script, status=Campaign.Status.RUNNING, **who)
        user = User.objects.create(username=story["name"])
        rep = Rep.objects.create(user=user, name="Rehema", number=story["rep"], is_verified=True, is_available=True, seen_at=now + timedelta(days=1))
        campaign.reps.add(rep)
        lead = Lead.objects.create(id=story["lead_id"], phone=story["lead"], time_zone="Africa/Nairobi", market="KE", source="web form")
        record_consent(ConsentRecord(lead=lead, given_at=now - timedelta(days=1), **CONSENT), now=now)
        campaign_life.enroll(campaign, [lead])
        Call.objects.filter(lead=lead).update(due_at=now + timedelta(days=1, seconds=n))


def play() -> None:
    """Until it is killed: the reps accept, and the next story begins when another is over. Two cores hold no two dozen calls at once."""
    from campaigns import business_clock
    from campaigns.handoff import offers
    from campaigns.models import Call, Handoff, StaffCall
    from campaigns.states import LIVE
    from leads import clock

    business_clock.apply()
    told = Call.objects.filter(campaign__name__startswith="story", attempt_number=1)  # another attempt is another story
    while True:
        now = clock.now()
        for handoff in Handoff.objects.filter(status="offered", call__in=told).select_related("call__campaign"):
            offers.accept(handoff.id, handoff.call.campaign.reps.get(), now=now)
        n_waiting = told.filter(status="queued", due_at__lte=now).count()
        n_going_on = told.filter(status__in=LIVE).count() + StaffCall.objects.filter(status__in=LIVE, lead_call=None).count()
        for call in told.filter(status="queued", due_at__gt=now).order_by("due_at")[: max(0, AT_ONCE - n_waiting - n_going_on)]:
            told.filter(pk=call.pk).update(due_at=now)
        time.sleep(POLL_S)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sautiqual.settings")
    django.setup()
    if sys.argv[1] == "make":
        make(json.loads(sys.argv[2]))
    else:
        play()
