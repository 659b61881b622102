"""People with a past: calls that were really claimed, spoken and settled, with a recording on disk."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bridge.telephony.dialect import ProviderStatus
from bridge.telephony.webhooks import ProviderEvent
from campaigns import calls, dialer, money
from campaigns.judge.judging import counts_as_json, judge_period
from campaigns.live import Kind, publish
from campaigns.models import Answer, Call, Campaign, Question, Recording, Turn
from leads.models import Lead
from tests.campaigns.conftest import enrolled
from tests.campaigns.console import recorded
from tests.conftest import NOW

DAY = timedelta(days=1)
A_YEAR_ON = NOW + timedelta(days=366)


@pytest.fixture
def media(tmp_path: Path, settings: Any) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path / "media"


def spoken_call(campaign: Campaign, lead: Lead, media: Path, settings: Any, *, at: datetime = NOW) -> Call:
    """Claimed by the dialer, answered, talked, ended and paid; with everything that is said on a call."""
    call = enrolled(campaign, lead)
    assert isinstance(dialer.claim_next(at), dialer.Claimed)
    for state in (ProviderStatus.ANSWERED, ProviderStatus.COMPLETED):
        calls.on_provider_event(call.pk, ProviderEvent(state), at=at)
    call.refresh_from_db()
    money.settle(call, 300, "KES", at=at)
    seats = Question.objects.get(script=campaign.script, key="seats")
    Answer.objects.create(call=call, question=seats, value=60, quote="about sixty", confidence=0.9, saved_at=at)
    Turn.objects.create(call=call, position=0, party="callee", text="about sixty", started_ms=0, ended_ms=900)
    publish(call.pk, Kind.UNDERSTOOD, {"question": "seats", "value": 60, "quote": "about sixty"})
    recorded(call, media, settings)
    Call.objects.filter(lead=lead, status="queued").delete()  # the attempt that follows, where a test does not want it
    return call


@pytest.fixture
def spoken(loopback: None, campaign: Campaign, server: Any, asha: Lead, media: Path, settings: Any) -> Call:
    return spoken_call(campaign, asha, media, settings)


def file_of(call: Call) -> Path:
    return Path(Recording.objects.get(call=call).file.path)


def verdict_of(since: datetime = NOW - DAY, until: datetime = NOW + DAY) -> dict[str, dict[str, int]]:
    return counts_as_json(judge_period(since, until))


def n_broken(verdict: dict[str, dict[str, int]]) -> int:
    return sum(counts["broken"] for counts in verdict.values())
