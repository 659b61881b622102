"""A manager and a script of two questions that a yes answers, on an empty database: `python -m tests.browser.rehearsal_scene`."""

from __future__ import annotations

import os

import django

from tests.journeys.scene import PASSWORD

NAME = "Short"
DISCLOSURE = "I am {bot_name}, an AI calling for {organisation}. I record this call and share it with {organisation}. Say stop to stop."
DECIDES = [{"when": {"equals": True}, "points": 60, "why": "decides alone"}, {"when": {"equals": False}, "knock_out": True, "why": "does not decide"}]


def make() -> None:
    from django.contrib.auth.models import User

    from campaigns.models import Question, Script

    User.objects.create_superuser("mosi", password=PASSWORD)
    script = Script.objects.create(name=NAME, organisation="Acme", hot_threshold=50, disclosure=DISCLOSURE)
    Question.objects.create(script=script, key="good_time", position=1, kind="yes_no", role="permission", wording="Is now a good time?")
    Question.objects.create(script=script, key="decider", position=2, kind="yes_no", wording="Do you decide about buying?", rubric=DECIDES)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sautiqual.settings")
    django.setup()
    make()
