"""A lead calls us at the very instant at which something else happens to them, from two threads with a connection each."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bridge.telephony.dialect import ProviderStatus
from bridge.telephony.webhooks import ProviderEvent
from campaigns import dialer, inbound, money
from campaigns.models import Call
from campaigns.states import LIVE, CallStatus
from tests.campaigns.conftest import live_call
from tests.campaigns.handoff.test_race import at_once, own_connections  # noqa: F401 - skips where there is one connection
from tests.conftest import NOW

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("loopback", "server")]

RINGING = ProviderEvent(ProviderStatus.RINGING, session_id="HD_in")


@pytest.fixture
def missed(campaign, asha) -> Call:
    """The next attempt is due now."""
    earlier = NOW - timedelta(hours=3)
    call = live_call(campaign, asha, dialled_at=earlier, status="no_answer", ended_at=earlier)
    Call.objects.create(campaign=campaign, lead=asha, attempt_number=2, due_at=NOW)
    return call


@pytest.fixture
def arrival(line, asha) -> inbound.Arrival:
    return inbound.Arrival(line, asha.phone, None, "HD_in")


def answered(arrival: inbound.Arrival) -> bytes | inbound.InTheWay:
    return inbound.answer(arrival, RINGING, now=NOW)


@pytest.mark.parametrize("n", range(3))
def test_the_platform_asks_twice_at_once_and_gets_one_call(missed, arrival, n):
    one, other = at_once(lambda: answered(arrival), lambda: answered(arrival))
    assert isinstance(one, bytes) and one == other and b"<Stream" in one
    assert Call.objects.filter(occasion=Call.Occasion.INBOUND).count() == 1
    assert money.totals_that_are_off() == ()


@pytest.mark.parametrize("n", range(3))
def test_the_dialer_claims_them_in_the_same_instant_and_one_call_is_live(missed, arrival, n):
    answer, claim = at_once(lambda: answered(arrival), lambda: dialer.claim_next(NOW))
    live = Call.objects.get(status__in=sorted(LIVE))
    if live.occasion == Call.Occasion.INBOUND:
        assert isinstance(answer, bytes) and not isinstance(claim, dialer.Claimed)
    else:
        assert isinstance(claim, dialer.Claimed) and not (isinstance(answer, bytes) and b"<Stream" in answer)
    assert money.totals_that_are_off() == ()
    assert not Call.objects.filter(status=CallStatus.OUTCOME_UNKNOWN).exists()
