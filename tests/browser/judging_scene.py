"""A call to be judged twice, its judges and a third, for the stories of judgement: `python -m tests.browser.judging_scene`."""

from __future__ import annotations

import os
from datetime import timedelta

import django

from tests.browser.review_scene import make_call

CAMPAIGN = "calls to judge"
LEAD = "Achieng"
FIRST, SECOND, THIRD = "first.judge", "second.judge", "third.judge"


def make_scene() -> None:
    from django.contrib.auth.models import User

    from campaigns.campaign_life import freeze
    from campaigns.models import Answer, Campaign, Line, Question, ReviewPlan, Script
    from leads import clock
    from tests.journeys.scene import CONTINUES, PASSWORD

    for name in (FIRST, SECOND, THIRD):
        User.objects.create_superuser(name, password=PASSWORD)
    script = Script.objects.create(name=CAMPAIGN, organisation="Acme", disclosure="This is a bot of Acme.", hot_threshold=70)
    rubric = [{"when": {"at_least": 50}, "points": 70, "why": "a large team"}, {"when": {"at_least": 1}, "points": 10, "why": "a team"}]
    seats = Question.objects.create(script=script, key="seats", position=1, kind="number", wording="How many seats?", unit="seats", rubric=rubric)
    campaign = Campaign.objects.create(name=CAMPAIGN, controller="Acme Ltd", line=Line.objects.get(number=CONTINUES), script=script)
    make_call(campaign, seats, LEAD, "+254733100011", clock.now() - timedelta(minutes=30))
    Answer.objects.filter(call__campaign=campaign).update(confidence=0.9)  # or it would wait among the unsure ones of the story of a review
    freeze(script)
    ReviewPlan.objects.create(campaign=campaign, double_percent=100)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sautiqual.settings")
    django.setup()
    make_scene()
