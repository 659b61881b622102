"""Two finished calls with their sound, for the story of a review: `python -m tests.browser.review_scene`. Nobody is enrolled, nobody is rung."""

from __future__ import annotations

import io
import os
from datetime import timedelta
from typing import Any

import django
import numpy as np
import soundfile

MANAGER = "the.manager"
CAMPAIGN = "calls to review"
FIRST, SECOND = "Nyokabi", "Wambui"  # the newest comes first
RATE_HZ = 16_000
SECONDS = 12
# Who says what from when to when; the callee's tone is on the left.
TURNS = [("bot", "How many seats do you need?", 500, 3500), ("callee", "about sixteen", 4000, 5600), ("bot", "Thank you, goodbye.", 6500, 8500)]
ANSWER_MS = (4000, 5600)


def sound() -> bytes:
    pcm = np.zeros((SECONDS * RATE_HZ, 2), dtype=np.int16)
    for party, _words, started_ms, ended_ms in TURNS:
        n = (ended_ms - started_ms) * RATE_HZ // 1000
        tone = 9000 * np.sin(2 * np.pi * 220 * np.arange(n) / RATE_HZ)
        pcm[started_ms * RATE_HZ // 1000 :][:n, int(party == "bot")] = tone.astype(np.int16)
    out = io.BytesIO()
    soundfile.write(out, pcm, RATE_HZ, format="FLAC", subtype="PCM_16")
    return out.getvalue()


def make_calls() -> None:
    from django.contrib.auth.models import User

    from campaigns.models import Campaign, Line, Question, Script
    from leads import clock
    from tests.journeys.scene import CONTINUES, PASSWORD

    User.objects.create_superuser(MANAGER, password=PASSWORD)
    script = Script.objects.create(name=CAMPAIGN, organisation="Acme", disclosure="This is a bot of Acme.", hot_threshold=70)
    rubric = [{"when": {"at_least": 50}, "points": 70, "why": "a large team"}, {"when": {"at_least": 1}, "points": 10, "why": "a team"}]
    seats = Question.objects.create(script=script, key="seats", position=1, kind="number", wording="How many seats?", unit="seats", rubric=rubric)
    campaign = Campaign.objects.create(name=CAMPAIGN, controller="Acme Ltd", line=Line.objects.get(number=CONTINUES), script=script)
    for name, number, ago in ((FIRST, "+254733100001", 10), (SECOND, "+254733100002", 20)):
        make_call(campaign, seats, name, number, clock.now() - timedelta(minutes=ago))


def make_call(campaign: Any, seats: Any, name: str, number: str, at: Any) -> None:
    from django.core.files.base import ContentFile

    from campaigns.models import Answer, Call, Recording, Score, Turn
    from leads.models import Lead

    lead = Lead.objects.create(name=name, phone=number, market="KE", time_zone="Africa/Nairobi")
    ended = {"status": "completed", "disposition": "not_qualified", "session_outcome": "finished", "settled_at": at, "answered_at": at}
    call = Call.objects.create(campaign=campaign, script=campaign.script, lead=lead, attempt_number=1, due_at=at, dialled_at=at, ended_at=at, **ended)
    for position, (party, text, started_ms, ended_ms) in enumerate(TURNS):
        Turn.objects.create(call=call, position=position, party=party, text=text, started_ms=started_ms, ended_ms=ended_ms)
    started_ms, ended_ms = ANSWER_MS
    span = {"started_ms": started_ms, "ended_ms": ended_ms}
    Answer.objects.create(call=call, question=seats, value=16, quote="about sixteen", confidence=0.4, saved_at=at, **span)
    reasons = [{"question": "seats", "points": 10, "why": "a team", "knock_out": False}]
    Score.objects.create(call=call, points=10, threshold=70, is_hot=False, reasons=reasons, computed_at=at)
    Recording.objects.create(call=call, file=ContentFile(sound(), name=f"{call.pk}.flac"), duration_ms=SECONDS * 1000)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sautiqual.settings")
    django.setup()
    make_calls()
