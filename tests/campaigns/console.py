"""People at the console, and a call that has something on every part of its page."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from django.contrib.auth.models import Permission, User
from django.core.files.base import ContentFile
from django.test import Client

from campaigns.models import Answer, Call, Campaign, DialDecision, Handoff, Question, Recording, Score, Turn
from leads.models import Lead
from tests.campaigns.conftest import live_call
from tests.conftest import NOW

SOUND = bytes(range(256)) * 8


def sign_in(client: Client, name: str, *codenames: str, sees_people: bool = True) -> User:
    """Staff with exactly these permissions; who sees people at all sees them with their numbers, unless the test says otherwise."""
    user = User.objects.create_user(name, password="karibu sana 2026", is_staff=True)
    wanted = {*codenames, *(("see_people", "see_numbers") if sees_people else ())}
    user.user_permissions.set(Permission.objects.filter(codename__in=wanted))
    assert user.user_permissions.count() == len(wanted)
    client.force_login(user)
    return user


def administrator(client: Client) -> User:
    user = User.objects.create_superuser("mosi", password="karibu sana 2026")
    client.force_login(user)
    return user


def shown(client: Client, path: str, status: int = 200) -> str:
    response = client.get(f"/admin/{path}")
    assert response.status_code == status, response.status_code
    return str(response.content.decode())


def told(client: Client, path: str, form: dict[str, Any] | None = None) -> list[str]:
    """What the page says after this was sent."""
    response = client.post(f"/admin/{path}", form or {}, follow=True)
    assert response.status_code == 200, response.status_code
    return [str(message) for message in response.context["messages"]]


def finished_call(campaign: Campaign, lead: Lead, **fields: Any) -> Call:
    ended = {
        "status": "completed",
        "disposition": "qualified",
        "hangup_cause": "NORMAL_CLEARING",
        "answered_at": NOW,
        "ended_at": NOW + timedelta(seconds=84),
        "talk_s": 84,
        "cost_minor": 490,
        "settled_at": NOW,
        "first_word_ms": 35,
        "voice_to_voice_ms": [1200, 800, 4000],
        "overlap_ms": 240,
        "longest_silence_ms": 5200,
        "is_disclosure_heard": True,
    }
    call = live_call(campaign, lead, **{**ended, **fields})
    seats = Question.objects.get(script=campaign.script, key="seats")
    Answer.objects.create(
        call=call, question=seats, value=60, quote="about sixty", started_ms=30_100, ended_ms=31_700, confidence=0.95, is_confirmed=True, saved_at=NOW
    )
    Score.objects.create(
        call=call, points=70, threshold=70, is_hot=True, reasons=[{"question": "seats", "points": 70, "why": "a large team"}], computed_at=NOW
    )
    Turn.objects.create(
        call=call, position=0, party="bot", text="How many seats do you need?", started_ms=1000, ended_ms=2500, heard_ms=1500, heard_text="How many"
    )
    Turn.objects.create(call=call, position=1, party="callee", text="about sixty", started_ms=2600, ended_ms=3400)
    DialDecision.objects.create(call=call, decided_at=NOW, is_allowed=True, pack_version="KE-1", facts={"market": "KE", "attempts": []})
    Handoff.objects.create(call=call, strategy="dial", status="bridged", offered_at=NOW, bridged_at=NOW + timedelta(seconds=9))
    return call


def recorded(call: Call, media_root: Path, settings: Any) -> Recording:
    settings.MEDIA_ROOT = media_root
    return Recording.objects.create(call=call, file=ContentFile(SOUND, name="call.flac"), duration_ms=84_000)
