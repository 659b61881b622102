"""A finished call with an answer, a score, a transcript and a hand-off that was bridged; and one that was not hot."""

from __future__ import annotations

import pytest

from campaigns.models import Answer, Call, Handoff, Score, Turn
from tests.campaigns.console import finished_call


@pytest.fixture
def call(campaign, asha) -> Call:
    """Sixty seats: 70 points, hot."""
    return finished_call(campaign, asha, session_outcome="finished")


@pytest.fixture
def cold_call(campaign, asha) -> Call:
    """Ten seats: no points, and nobody was asked to take the lead."""
    call = finished_call(campaign, asha, session_outcome="finished", disposition="not_qualified")
    Answer.objects.filter(call=call).update(value=10, quote="sixteen", confidence=0.4, is_confirmed=False)
    Turn.objects.filter(call=call, party="callee").update(text="sixteen")
    Score.objects.filter(call=call).update(points=0, is_hot=False, reasons=[])
    Handoff.objects.filter(call=call).delete()
    return call
