"""Real endings of real rows: what is kept of each, and which campaigns pause."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bridge.events import Outcome
from bridge.reports import SessionReport
from bridge.telephony.dialect import ProviderStatus
from bridge.telephony.errors import NotSent, OutcomeUnknown, Refused, TooManyRequests
from bridge.telephony.replies import PlacedCall
from bridge.telephony.webhooks import ProviderEvent
from campaigns import calls, campaign_life, circuit
from campaigns.breaker import THRESHOLDS, Fault
from campaigns.campaign_life import Action
from campaigns.models import AttemptSign, Call, Campaign, CampaignChange, Line
from leads.models import Lead
from tests.campaigns.conftest import live_call
from tests.conftest import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("loopback")]

N_TELCO = next(threshold.n_faults for threshold in THRESHOLDS if threshold.fault is Fault.TELCO)


def somebody(n: int) -> Lead:
    return Lead.objects.get_or_create(phone=f"+2547133{n:05}", market="KE", time_zone="Africa/Nairobi")[0]


def ended(campaign: Campaign, n: int, cause: str, status: ProviderStatus = ProviderStatus.FAILED) -> Call:
    """One call that the provider took, and its end."""
    call = live_call(campaign, somebody(n), provider_call_id=f"id-{n}")
    end = ProviderEvent(call_id=f"id-{n}", state=status, duration_s=None, hangup_cause=cause)
    calls.on_provider_event(call.pk, end, at=NOW + timedelta(seconds=n))
    return call


def status_of(campaign: Campaign) -> str:
    campaign.refresh_from_db()
    return campaign.status


def test_each_end_leaves_one_sign(campaign):
    call = ended(campaign, 1, "UNALLOCATED_NUMBER")
    calls.on_provider_event(
        call.pk,
        ProviderEvent(call_id="id-1", state=ProviderStatus.FAILED, duration_s=None, hangup_cause="x"),
        at=NOW,
    )
    sign = AttemptSign.objects.get()
    assert (sign.fault, sign.detail, sign.campaign, sign.line) == ("list", "UNALLOCATED_NUMBER", campaign, campaign.line)


def test_a_network_that_fails_pauses_the_campaign_and_says_why(campaign):
    for n in range(N_TELCO - 1):
        ended(campaign, n, "NETWORK_OUT_OF_ORDER")
    assert status_of(campaign) == "running"
    ended(campaign, 90, "NETWORK_OUT_OF_ORDER")
    assert status_of(campaign) == "paused" and campaign.pause_reason.startswith("Telco fault: 6 of 6 (100%)")
    change = CampaignChange.objects.get()
    assert (change.changed_by, change.why) == (circuit.BY, campaign.pause_reason)


def test_a_telco_fault_pauses_every_running_campaign_on_that_line_and_no_other(campaign, script):
    shared = {"script": script, "controller": "Acme", "status": "running"}
    neighbour = Campaign.objects.create(name="Same line", line=campaign.line, **shared)
    elsewhere = Campaign.objects.create(name="Other line", line=Line.objects.create(number="+254711000002", is_simulated=True), **shared)
    for n in range(N_TELCO):
        ended([campaign, neighbour][n % 2], n, "SWITCH_CONGESTION")
    assert [status_of(each) for each in (campaign, neighbour, elsewhere)] == ["paused", "paused", "running"]


def test_a_bad_list_pauses_its_own_campaign_only(campaign, script):
    neighbour = Campaign.objects.create(name="Same line", line=campaign.line, script=script, controller="Acme", status="running")
    for n in range(12):
        ended(campaign, n, "UNALLOCATED_NUMBER")
    assert status_of(campaign) == "paused" and "List fault: 12 of 12" in campaign.pause_reason
    assert status_of(neighbour) == "running"


def test_people_who_hear_nothing_pause_the_campaign(campaign):
    for n in range(4):
        call = live_call(campaign, somebody(n), provider_call_id=f"id-{n}", status="in_progress", answered_at=NOW, stream_opened_at=NOW)
        report = SessionReport(outcome=Outcome.VOICE_FAILED, is_disclosure_heard=False, promised_for=None)
        calls.finish_session(call.pk, report, at=NOW)
        over = ProviderEvent(call_id=f"id-{n}", state=ProviderStatus.COMPLETED, duration_s=9, hangup_cause="NORMAL_CLEARING")
        calls.on_provider_event(call.pk, over, at=NOW)
    assert status_of(campaign) == "paused" and "Voice fault: 4 of 4" in campaign.pause_reason
    assert "voice failed 4×" in campaign.pause_reason


def test_who_is_busy_or_not_there_pauses_nothing(campaign):
    for n in range(20):
        ended(campaign, n, "NO_ANSWER", ProviderStatus.NO_ANSWER)
    assert status_of(campaign) == "running" and AttemptSign.objects.filter(fault="").count() == 20


@pytest.mark.parametrize(
    ("problem", "fault"),
    [
        pytest.param(NotSent(), "telco", id="no connection"),
        pytest.param(OutcomeUnknown(), "telco", id="no answer"),
        pytest.param(TooManyRequests(429, "", "", 5.0), "telco", id="too many"),
        pytest.param(Refused(403, "account.suspended", ""), "telco", id="account"),
        pytest.param(Refused(422, "to.invalid", ""), "list", id="bad number"),
    ],
)
def test_what_could_not_be_placed_leaves_a_sign_at_once(campaign, problem, fault):
    call = live_call(campaign, somebody(1))
    circuit.note_not_placed(call.pk, problem, at=NOW)
    assert AttemptSign.objects.get().fault == fault


def test_a_refused_call_leaves_one_sign_not_two(campaign):
    call = live_call(campaign, somebody(1))
    circuit.note_not_placed(call.pk, Refused(422, "to.invalid", ""), at=NOW)
    calls.refuse(call.pk, words="no such number", at=NOW)
    assert AttemptSign.objects.count() == 1


def test_a_resume_starts_the_window_anew(campaign):
    for n in range(N_TELCO):
        ended(campaign, n, "GATEWAY_DOWN")
    assert campaign_life.change(campaign, Action.RESUME, by="mosi") == []
    Campaign.objects.update(running_since=NOW + timedelta(minutes=1))
    for n in range(60, 60 + N_TELCO - 1):
        ended(campaign, n, "GATEWAY_DOWN")
    assert status_of(campaign) == "running"
    ended(campaign, 60 + N_TELCO, "GATEWAY_DOWN")
    assert status_of(campaign) == "paused"


def test_its_look_costs_the_same_after_a_thousand_calls(campaign):
    ended(campaign, 1, "GATEWAY_DOWN")
    with CaptureQueriesContext(connection) as first:
        ended(campaign, 2, "GATEWAY_DOWN")
    line = campaign.line
    AttemptSign.objects.bulk_create(AttemptSign(campaign=campaign, line=line, at=NOW - timedelta(days=1)) for _ in range(1000))
    with CaptureQueriesContext(connection) as later:
        ended(campaign, 3, "GATEWAY_DOWN")
    assert len(later) == len(first)
    assert all("LIMIT" in query["sql"] for query in later if 'FROM "campaigns_attemptsign"' in query["sql"])


def test_a_placed_call_is_adopted_and_leaves_its_sign_at_the_end(campaign):
    call = live_call(campaign, somebody(1))
    calls.adopt(call.pk, PlacedCall("id-1", None, ProviderStatus.RINGING, None))
    assert not AttemptSign.objects.exists()
