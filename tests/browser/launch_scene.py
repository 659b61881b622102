"""A campaign that waits for its launch: `python -m tests.browser.launch_scene`. Its one lead has not agreed to calls, so nobody is rung."""

from __future__ import annotations

import os

import django

MANAGER = "who.launches"
CAMPAIGN = "ready to be launched"
DISCLOSURE = (
    "I am {bot_name}, an AI calling for {organisation} with two questions. I record this call and share it with {organisation}. Say stop to stop."
)


def make_campaign() -> None:
    from django.contrib.auth.models import User

    from campaigns import campaign_life
    from campaigns.models import Campaign, Line, Question, Script
    from campaigns.rehearsals import waive
    from leads.models import Lead
    from tests.journeys.scene import CONTINUES, PASSWORD

    User.objects.create_superuser(MANAGER, password=PASSWORD)
    script = Script.objects.create(name=CAMPAIGN, organisation="Acme", disclosure=DISCLOSURE, hot_threshold=50)
    Question.objects.create(script=script, key="good_time", position=1, kind="yes_no", role="permission", wording="Is now a good time?")
    rubric = [{"when": {"at_least": 50}, "points": 70, "why": "a large team"}]
    Question.objects.create(script=script, key="seats", position=2, kind="number", wording="How many seats?", unit="seats", rubric=rubric)
    waive(script, by=MANAGER, why="a story of the launch")
    campaign = Campaign.objects.create(name=CAMPAIGN, controller="Acme Ltd", line=Line.objects.get(number=CONTINUES), script=script)
    lead = Lead.objects.create(name="Njeri", phone="+254733100077", market="KE", time_zone="Africa/Nairobi")
    campaign_life.enroll(campaign, [lead])


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sautiqual.settings")
    django.setup()
    make_campaign()
