"""What is queued or promised for a number ends when it comes on the do-not-call list, at whatever moment that is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.utils import timezone

from bridge.events import Outcome
from bridge.reports import SessionReport
from bridge.telephony.dialect import ProviderStatus
from bridge.telephony.webhooks import ProviderEvent
from campaigns import calls, campaign_life, dialer, interviews, janitor, suppression
from campaigns.models import Call, Campaign, DialDecision, Handoff, LiveEvent
from campaigns.states import CallStatus, Disposition, HandoffStatus
from leads.do_not_call import add_many_to_do_not_call, add_to_do_not_call
from leads.do_not_call_rows import Listing
from leads.models import DoNotCallEntry, Lead
from tests.campaigns.conftest import enrolled, live_call
from tests.conftest import NOW
from tests.leads.races import somebody_else_acts_after_we_looked

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("loopback", "server")]

Origin = DoNotCallEntry.Origin
SOON = NOW + timedelta(seconds=2)


def opt_out(lead: Lead, **how: Any) -> DoNotCallEntry:
    return add_to_do_not_call(lead.phone, origin=Origin.API, reason="wrote to us", at=NOW, **how)[0]


def another_campaign(campaign: Campaign, name: str) -> Campaign:
    return Campaign.objects.create(name=name, line=campaign.line, script=campaign.script, controller=campaign.controller, status="running")


def states(lead: Lead) -> list[str]:
    return list(Call.objects.filter(lead=lead).order_by("created_at").values_list("status", flat=True))


def unswept() -> int:
    return DoNotCallEntry.objects.filter(swept_at=None).count()


# ---- what is queued -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("keep_number", [True, False], ids=["number kept", "digest only"])
def test_one_round_blocks_every_queued_call_of_the_number_in_all_campaigns(campaign, asha, keep_number):
    for n in range(60):
        enrolled(another_campaign(campaign, f"C{n}"), asha)
    opt_out(asha, keep_number=keep_number)

    assert suppression.sweep(SOON) == 1

    assert states(asha) == ["blocked"] * 60
    assert unswept() == 0


@pytest.mark.parametrize("status", Campaign.Status.values)
def test_it_blocks_in_a_campaign_of_any_state(campaign, asha, status):
    enrolled(campaign, asha)
    Campaign.objects.update(status=status)
    opt_out(asha)

    suppression.sweep(SOON)

    assert states(asha) == ["blocked"]


def test_the_decision_is_kept_with_its_reason_and_consoles_are_told(campaign, asha):
    call = enrolled(campaign, asha)
    opt_out(asha)

    suppression.sweep(SOON)

    [reason] = DialDecision.objects.get(call=call).reasons
    assert reason["reason"] == "do_not_call"
    assert LiveEvent.objects.get(call=call).kind == "blocked"
    assert Call.objects.get(pk=call.pk).ended_at == SOON


def test_nobody_else_s_call_is_touched(campaign, asha, baraka):
    enrolled(campaign, asha)

    suppression.sweep(SOON)

    assert states(asha) == ["queued"]
    assert not DialDecision.objects.filter(call__lead=asha).exists()


def test_who_got_the_number_after_the_entry_is_blocked_as_well(campaign):
    add_to_do_not_call("+254712123477", origin=Origin.REGISTRY, reason="", at=NOW)
    late = Lead.objects.create(phone="+254712123477", market="KE", time_zone="Africa/Nairobi")
    enrolled(campaign, late)

    suppression.sweep(SOON)

    assert states(late) == ["blocked"]


def test_an_entry_is_looked_at_once(campaign, asha, django_assert_num_queries):
    enrolled(campaign, asha)
    opt_out(asha)
    suppression.sweep(SOON)

    with django_assert_num_queries(1):
        assert suppression.sweep(SOON) == 0


def test_a_round_over_numbers_that_nobody_has_asks_no_more_for_more_of_them(db, django_assert_max_num_queries):
    add_many_to_do_not_call([Listing(f"+2547130{n:05}") for n in range(300)], origin=Origin.REGISTRY, at=NOW)
    DoNotCallEntry.objects.update(swept_at=None)

    with django_assert_max_num_queries(6):
        assert suppression.sweep(SOON) == 300


def test_somebody_who_opts_out_behind_a_long_register_is_not_kept_waiting(campaign, asha, monkeypatch):
    monkeypatch.setattr(suppression, "BATCH", 5)
    enrolled(campaign, asha)
    add_many_to_do_not_call([Listing(f"+2547130{n:05}") for n in range(50)], origin=Origin.REGISTRY, at=NOW - timedelta(hours=1))
    for n, entry in enumerate(DoNotCallEntry.objects.all()):  # at one instant, the oldest could as well be among the newest
        DoNotCallEntry.objects.filter(pk=entry.pk).update(swept_at=None, entered_at=entry.entered_at - timedelta(seconds=n))
    opt_out(asha)

    suppression.sweep(SOON)

    assert states(asha) == ["blocked"]
    assert unswept() == 41


def test_a_round_that_takes_too_long_begins_with_the_newest_and_leaves_the_rest_to_the_next(campaign, asha, baraka, monkeypatch):
    monkeypatch.setattr(suppression, "ROUND_S", 0)
    for lead in (asha, baraka):  # Baraka is on the list since yesterday
        enrolled(campaign, lead)
    opt_out(asha)

    assert suppression.sweep(SOON) == 1
    assert (states(asha), states(baraka)) == (["blocked"], ["queued"])
    assert suppression.sweep(SOON) == 1
    assert states(baraka) == ["blocked"]


def test_an_entry_that_was_taken_off_ends_nothing(campaign, asha):
    enrolled(campaign, asha)
    opt_out(asha)
    with somebody_else_acts_after_we_looked("leads_donotcallentry", DoNotCallEntry.objects.all().delete):
        suppression.sweep(SOON)

    assert states(asha) == ["queued"]


# ---- while a call is claimed or live ------------------------------------------------------------------------------------------


def test_the_claim_sees_an_entry_that_is_there(campaign, asha):
    enrolled(campaign, asha)
    opt_out(asha)

    assert isinstance(dialer.claim_next(NOW), dialer.Blocked)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("closed_connections")
async def test_an_entry_between_the_claim_s_look_and_the_request_still_keeps_the_phone_silent(campaign, asha, provider, platform):
    claim = await sync_to_async(_claim_while_somebody_opts_out)(campaign, asha)
    assert isinstance(claim, dialer.Claimed)

    await dialer.place(claim, provider.client(claim.dialect), now=NOW)
    await janitor.tick(SOON, provider)

    assert platform.placed == []
    assert await sync_to_async(states)(asha) == ["blocked"]
    assert await sync_to_async(unswept)() == 0


def _claim_while_somebody_opts_out(campaign: Campaign, lead: Lead) -> object:
    enrolled(campaign, lead)
    with somebody_else_acts_after_we_looked("leads_donotcallentry", lambda: opt_out(lead)):
        return dialer.claim_next(NOW)


def test_a_call_that_a_dialer_claims_in_the_same_instant_gets_no_refusal_written_to_it(campaign, asha):
    call = enrolled(campaign, asha)
    opt_out(asha)

    def claimed() -> None:
        Call.objects.filter(pk=call.pk).update(status="dialing", dialled_at=NOW, claimed_at=timezone.now())

    with somebody_else_acts_after_we_looked("campaigns_call", claimed):
        suppression.sweep(SOON)

    assert states(asha) == ["dialing"]
    assert not DialDecision.objects.exists()
    assert unswept() == 1


@pytest.fixture
def live(campaign, asha) -> Iterator[Call]:
    yield live_call(campaign, asha, status="in_progress", answered_at=NOW, stream_opened_at=timezone.now())


def test_a_live_call_goes_on_and_what_it_plans_afterwards_is_ended(campaign, asha, live):
    enrolled(another_campaign(campaign, "Second"), asha)
    opt_out(asha)
    assert suppression.sweep(SOON) == 0
    assert states(asha) == ["in_progress", "blocked"]

    calls.on_provider_event(live.pk, ProviderEvent(state=ProviderStatus.COMPLETED, duration_s=20.0), at=SOON)
    calls.finish_session(live.pk, SessionReport(Outcome.MEDIA_LOST, is_disclosure_heard=True), at=SOON)
    assert "queued" in states(asha)  # the broken-off interview is to be tried again

    assert suppression.sweep(SOON) == 1
    assert states(asha) == ["completed", "blocked", "blocked"]
    assert unswept() == 0


def test_said_on_a_call_it_ends_the_other_campaigns_at_the_next_round(campaign, asha, live):
    enrolled(another_campaign(campaign, "Second"), asha)

    interviews.save_opt_out(live.pk, "stop calling me", at=NOW)
    suppression.sweep(SOON)

    assert states(asha) == ["in_progress", "blocked"]
    assert Call.objects.get(pk=live.pk).disposition == Disposition.OPTED_OUT


# ---- what is promised ---------------------------------------------------------------------------------------------------------


def handoff_of(call: Call, status: HandoffStatus) -> Handoff:
    return Handoff.objects.create(call=call, strategy="callback", status=status, offered_at=NOW, promised_for=SOON)


@pytest.fixture
def talked(campaign, asha) -> Call:
    return live_call(campaign, asha, status="completed", answered_at=NOW, ended_at=NOW)


@pytest.mark.parametrize("status", ["promised", "no_answer", "declined", "rep_voicemail", "returned_to_bot", "bridge_failed"])
def test_a_call_back_is_owed_no_more_and_the_rep_reads_why(asha, talked, status):
    handoff = handoff_of(talked, HandoffStatus(status))
    opt_out(asha)

    assert suppression.sweep(SOON) == 1

    handoff.refresh_from_db()
    assert (handoff.status, handoff.ended_at) == (HandoffStatus.BRIDGE_FAILED, SOON)
    assert handoff.reason == "The number is on the do-not-call list, so no call back is owed."


@pytest.mark.parametrize("status", ["offered", "accepted", "bridged"])
def test_what_a_rep_has_in_hand_is_watched_until_it_is_over(asha, talked, status):
    handoff = handoff_of(talked, HandoffStatus(status))
    opt_out(asha)
    assert suppression.sweep(SOON) == 0

    Handoff.objects.update(status=HandoffStatus.PROMISED)
    assert suppression.sweep(SOON) == 1
    handoff.refresh_from_db()
    assert handoff.ended_at == SOON


def test_what_is_over_is_left_as_it_was(asha, talked):
    Handoff.objects.filter(pk=handoff_of(talked, HandoffStatus.KEPT).pk).update(ended_at=NOW, reason="Done, says Rehema.")
    opt_out(asha)

    assert suppression.sweep(SOON) == 1

    assert Handoff.objects.get().reason == "Done, says Rehema."


def test_enrolling_a_lead_afterwards_is_stopped_at_the_dial_instant(campaign, asha):
    opt_out(asha)
    suppression.sweep(SOON)
    campaign_life.enroll(campaign, [asha])
    Call.objects.update(due_at=NOW)

    assert isinstance(dialer.claim_next(NOW), dialer.Blocked)
    assert CallStatus(states(asha)[0]) is CallStatus.BLOCKED
