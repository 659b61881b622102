"""The campaigns of these stories, on a stage that stands: `python -m tests.browser.scene`. The lead turns hot one question before the end,
so that the bot still talks while reps are asked."""

from __future__ import annotations

import os
from typing import Any

import django

from tests.journeys.scene import CONTINUES, PASSWORD
from tests.journeys.voices import GOOD_TIME, QUESTIONS, SCRIPT

TO_BOTH, ONE_AFTER_ANOTHER, QUICKLY_OVER = "to both at once", "one after another", "an offer that is quickly over"
WRITTEN_UP, SHORTLY_WRITTEN_UP = "talks are written up", "talks are written up in a moment"
WATCHED, WATCHED_AT_A_PHONE = "watched live", "watched live at a phone"
SECONDS_TO_ANSWER, SECONDS_TO_WRITE = 4, 8
MANAGER = "mosi"
CAMPAIGNS: dict[str, dict[str, Any]] = {
    TO_BOTH: {"reps": ("juma", "rehema"), "offer_s": 60},
    ONE_AFTER_ANOTHER: {"reps": ("juma", "rehema"), "offer_s": 60, "ring_strategy": "sequential"},
    QUICKLY_OVER: {"reps": ("rehema",), "offer_s": SECONDS_TO_ANSWER},
    WRITTEN_UP: {"reps": ("rehema",), "offer_s": 60, "wrap_up_s": 120},
    SHORTLY_WRITTEN_UP: {"reps": ("rehema",), "offer_s": 60, "wrap_up_s": SECONDS_TO_WRITE},
    WATCHED: {"reps": ()},
    WATCHED_AT_A_PHONE: {"reps": ()},
}


def make_manager() -> None:
    from django.contrib.auth.models import User

    User.objects.create_superuser(MANAGER, password=PASSWORD)


def make_campaigns() -> None:
    from campaigns.models import Campaign, Line, Question, Rep, Script

    for name, fields in CAMPAIGNS.items():
        script = Script.objects.create(**{**SCRIPT, "name": name, "hot_threshold": 50})
        decider, seats = QUESTIONS
        Question.objects.bulk_create(Question(script=script, position=n, **question) for n, question in enumerate((GOOD_TIME, seats, decider), 1))
        wanted = {"wrap_up_s": 0, **{key: value for key, value in fields.items() if key != "reps"}}
        line = Line.objects.get(number=CONTINUES)
        campaign = Campaign.objects.create(
            name=name, controller="Acme Ltd", line=line, script=script, voice="scripted_hot_early", hot_leads_a_rep=None, **wanted
        )
        campaign.reps.set(Rep.objects.filter(user__username__in=fields["reps"]))


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sautiqual.settings")
    django.setup()
    make_manager()
    make_campaigns()
