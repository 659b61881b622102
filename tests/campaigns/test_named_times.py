"""A time the callee named: not rung before it, first when it comes, moved where it would be unlawful, and owed past the campaign's attempts."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from asgiref.sync import sync_to_async

from bridge.events import Outcome
from bridge.reports import SessionReport
from bridge.telephony.dialect import ProviderStatus
from bridge.telephony.webhooks import ProviderEvent
from campaigns import calls
from campaigns.dialer import Dialled, Postponed, dial_next
from campaigns.models import Call, Campaign, ServerProcess
from campaigns.priority import Priority
from leads.models import Lead
from tests.campaigns.conftest import enrolled, live_call
from tests.conftest import NOW

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("closed_connections")]
A_DAY = timedelta(days=1)
TOMORROW_AT_FOUR = NOW + A_DAY + timedelta(hours=6)  # in Nairobi


def asked_for(campaign: Campaign, lead: Lead, at: datetime) -> Call | None:
    """The attempt that follows on a call on which they named this time."""
    call = live_call(campaign, lead)
    calls.open_stream(call.stream_token or "", at=NOW)
    report = SessionReport(Outcome.CALLBACK_REQUESTED, is_disclosure_heard=True, promised_for=at)
    calls.finish_session(call.pk, report, at=NOW)
    calls.on_provider_event(call.pk, ProviderEvent(state=ProviderStatus.COMPLETED), at=NOW)
    return Call.objects.filter(lead=lead, status="queued").first()


@pytest.fixture
def owed(campaign: Campaign, server: ServerProcess, asha: Lead) -> Call:
    """At the campaign's last attempt she named a time."""
    Campaign.objects.filter(pk=campaign.pk).update(max_attempts=1)
    call = asked_for(campaign, asha, TOMORROW_AT_FOUR)
    assert call is not None
    return call


async def test_nobody_is_rung_before_the_time_they_named(owed, provider, platform):
    assert await dial_next(TOMORROW_AT_FOUR - timedelta(seconds=1), provider) is None
    assert platform.asked == []


async def test_they_come_first_when_it_comes_even_past_the_campaign_s_attempts(owed, provider, campaign, daudi):
    waiting = await sync_to_async(enrolled)(campaign, daudi)
    assert waiting.due_at < owed.due_at
    assert await dial_next(TOMORROW_AT_FOUR, provider) == Dialled(owed.pk)


async def test_a_time_outside_the_lawful_hours_is_moved_and_what_was_asked_for_stays(campaign, server, provider, platform, asha):
    at_night = NOW + timedelta(hours=13)  # 23:00 in Nairobi
    call = await sync_to_async(asked_for)(campaign, asha, at_night)
    assert call is not None
    assert await dial_next(at_night, provider) == Postponed(call.pk)
    await call.arefresh_from_db()
    assert (call.priority, call.promise_due_at) == (Priority.PROMISED, at_night)
    assert at_night < call.due_at < at_night + A_DAY
    assert platform.asked == []
