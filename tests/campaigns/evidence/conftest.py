"""A call with something on every part of its pack, and packs made of it."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from campaigns import interviews
from campaigns.access.viewer import ORGANISATION
from campaigns.models import Call, Campaign, Question, ReviewAct, Turn
from campaigns.reports.evidence.packs import Pack, pack_of_call, pack_of_person
from leads import clock
from leads.models import Lead
from tests.campaigns.privacy.conftest import spoken_call
from tests.conftest import NOW

QUOTE = "please stop calling me"


@pytest.fixture
def media(tmp_path: Path, settings: Any) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path / "media"


@pytest.fixture
def spoken(loopback: None, campaign: Campaign, server: Any, asha: Lead, media: Path, settings: Any) -> Call:
    call = spoken_call(campaign, asha, media, settings)
    opened = NOW - clock.offset()  # the stream's clock is the real one
    disclosed = {"is_disclosure_heard": True, "disclosure_proof": "read_out", "disclosure_heard_ms": 5200}
    Call.objects.filter(pk=call.pk).update(stream_opened_at=opened, session_ended_at=opened + timedelta(minutes=1), **disclosed)
    bot = {"party": "bot", "text": "I am Zawadi, an AI. How many seats?", "heard_ms": 900, "heard_text": "I am Zawadi,"}
    Turn.objects.create(call=call, position=1, started_ms=1000, ended_ms=2500, **bot)
    seats = Question.objects.get(key="seats")
    ReviewAct.objects.create(call=call, kind="answer", question=seats, before=50, after=60, reason="he said sixty", done_by="rehema", done_at=NOW)
    return Call.objects.select_related("lead").get(pk=call.pk)


@pytest.fixture
def opted_out(spoken: Call) -> Call:
    Turn.objects.create(call=spoken, position=2, party="callee", text=f"No, {QUOTE}", started_ms=3000, ended_ms=4200)
    interviews.save_opt_out(spoken.pk, QUOTE, at=NOW + timedelta(seconds=5))
    return Call.objects.select_related("lead").get(pk=spoken.pk)


def call_pack(call: Call, viewer: Any = ORGANISATION) -> dict[str, Any]:
    return _read(pack_of_call(call, viewer, by="mosi", file_format="json"))


def person_pack(phone: str, viewer: Any = ORGANISATION) -> dict[str, Any]:
    return _read(pack_of_person(phone, viewer, by="mosi", file_format="json"))


def _read(pack: Pack) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(pack.content)
    return found


def section(pack: dict[str, Any], key: str, part: int = 0) -> dict[str, Any]:
    return next(each for each in pack["parts"][part]["sections"] if each["key"] == key)


def told(pack: dict[str, Any], key: str, part: int = 0) -> dict[str, Any]:
    """The facts of all items of a section, by their key; the last one counts."""
    return {fact["key"]: fact["value"] for item in section(pack, key, part)["items"] for fact in item["facts"]}
