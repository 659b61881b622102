"""Asha, who missed our call."""

from __future__ import annotations

from datetime import timedelta

import pytest

from campaigns.models import Call
from tests.campaigns.conftest import live_call
from tests.campaigns.inbound.callers import SECRET
from tests.conftest import NOW


@pytest.fixture
def signed(loopback, settings) -> None:
    settings.SAUTIKIT_SIGNING_SECRETS = [SECRET]


@pytest.fixture
def missed(campaign, asha) -> Call:
    """Asha did not pick up an hour ago; the next attempt is planned."""
    call = live_call(
        campaign, asha, dialled_at=NOW - timedelta(hours=1), status="no_answer", ended_at=NOW - timedelta(hours=1), cost_minor=0, settled_at=NOW
    )
    Call.objects.create(campaign=campaign, lead=asha, attempt_number=2, due_at=NOW + timedelta(hours=2))
    return call
