"""A simulated line, one rep and a manager, and nothing else: `python -m tests.browser.new_installation`. Prints what tests.journeys.scene prints."""

from __future__ import annotations

import os

import django

MANAGER, REP = "mosi", "rehema"


def set_scene() -> tuple[str, float]:
    from django.contrib.auth.models import User
    from django.utils import timezone

    from campaigns import business_clock
    from campaigns.integrations.api_keys import create_api_key
    from campaigns.models import BusinessClock, Line, Rep
    from sautiqual.demo.cast import answer_for_old_packs, next_working_morning
    from tests.journeys.scene import CONTINUES, PASSWORD, REP_NUMBERS

    morning = next_working_morning(timezone.now())
    business_clock.start_at(morning)
    Line.objects.create(number=CONTINUES, is_simulated=True, strategy="dial", ring_timeout_s=4, calls_per_second=20)
    rep = User.objects.create_user(REP, password=PASSWORD)
    Rep.objects.create(user=rep, name=REP.title(), number=REP_NUMBERS[REP], is_verified=True)
    answer_for_old_packs(User.objects.create_superuser(MANAGER, password=PASSWORD), at=morning)
    return create_api_key("the story")[1], BusinessClock.objects.get().offset_s


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sautiqual.settings")
    django.setup()
    print(*set_scene())
