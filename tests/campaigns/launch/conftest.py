"""A campaign with Asha enrolled, and the processes that would hold and place its calls."""

from __future__ import annotations

import pytest

from campaigns import campaign_life, flight
from campaigns.judge.record import EntryKind
from campaigns.models import Campaign
from campaigns.rehearsals import waive
from leads.models import Lead
from tests.conftest import NOW


@pytest.fixture
def alive(server) -> None:
    """A server, and a dialer that has just signed the flight record."""
    flight.record(EntryKind.TICK, at=NOW, details={})


@pytest.fixture
def ready(draft: Campaign, asha: Lead, alive, loopback) -> Campaign:
    """A draft that lacks a preflight and an approval, and nothing else."""
    waive(draft.script, by="mosi", why="a test of the launch")
    campaign_life.enroll(draft, [asha])
    return draft
