"""What happens on a call and in a hand-off is told, by the code that saves it, and names nobody."""

from __future__ import annotations

import json

import pytest

from bridge.events import Outcome
from bridge.reports import AnswerReport, SessionReport
from bridge.telephony.dialect import ProviderStatus
from bridge.telephony.webhooks import ProviderEvent
from campaigns import calls, interviews, strangers
from campaigns.handoff import moves, offers, promises
from campaigns.handoff.states import HandoffEvent
from campaigns.integrations.webhooks.documented import data_of
from campaigns.integrations.webhooks.event_types import EventType
from campaigns.models import Call, Campaign, Handoff, Score, StrangerCall, WebhookDelivery
from leads.models import DoNotCallEntry, Lead
from tests.campaigns.conftest import live_call
from tests.campaigns.webhooks.conftest import types
from tests.conftest import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("endpoint")]

HOT = AnswerReport(question_id="seats", value=60, quote="about sixty", started_ms=0, ended_ms=900, confidence=0.9, is_confirmed=True)
COLD = AnswerReport(question_id="seats", value=10, quote="ten", started_ms=0, ended_ms=900, confidence=0.9, is_confirmed=True)


@pytest.fixture
def call(campaign: Campaign, asha: Lead) -> Call:
    Lead.objects.filter(pk=asha.pk).update(external_id="crm-17")
    return live_call(campaign, asha, status="in_progress", stream_opened_at=NOW, answered_at=NOW)


@pytest.fixture
def handoff(call: Call) -> Handoff:
    """Offered, and nothing of it told yet."""
    Score.objects.create(call=call, points=70, threshold=70, is_hot=True, reasons=[], computed_at=NOW)
    return Handoff.objects.create(call=call, strategy="callback", offered_at=NOW)


def move(handoff: Handoff, *events: HandoffEvent) -> None:
    for event in events:
        assert moves.move(handoff, event, now=NOW)


def test_a_score_that_turns_hot_is_told_once(call):
    for report in (COLD, HOT, COLD, HOT):  # they say ten after all, then sixty
        interviews.save_answer(call.pk, report, at=NOW)
    offer = ["handoff.offered", "handoff.no_answer"]  # nobody is there to take it
    assert types() == ["lead.hot", *offer, "handoff.cooled", *offer]
    told = WebhookDelivery.objects.get(type="lead.hot").payload["data"]
    assert told == {
        "call_id": str(call.pk), "lead_id": str(call.lead_id), "external_id": "crm-17", "campaign_id": call.campaign_id, "campaign": "Acme November",
        "attempt_number": 1, "call_status": "in_progress", "disposition": None, "score": 70, "is_hot": True,
    }  # fmt: skip


def test_a_call_is_told_when_both_the_phone_and_the_voice_are_through(call):
    interviews.save_answer(call.pk, COLD, at=NOW)
    calls.on_provider_event(call.pk, ProviderEvent(state=ProviderStatus.COMPLETED), at=NOW)
    assert types() == []
    calls.finish_session(call.pk, SessionReport(Outcome.FINISHED, is_disclosure_heard=True), at=NOW)
    told = WebhookDelivery.objects.get().payload
    assert (told["type"], told["data"]["call_status"], told["data"]["disposition"]) == ("call.completed", "completed", "not_qualified")


def test_a_call_that_nobody_answered_is_not_completed(campaign, asha):
    ringing = live_call(campaign, asha)
    calls.on_provider_event(ringing.pk, ProviderEvent(state=ProviderStatus.NO_ANSWER), at=NOW)
    assert types() == []


def test_an_opt_out_is_told_once_however_often_it_is_said(call):
    interviews.save_opt_out(call.pk, "stop calling me", at=NOW)
    interviews.save_opt_out(call.pk, "I said stop", at=NOW)
    assert types() == ["lead.opted_out"]


class TestSomebodyWhoCallsUs:
    def opt_out(self, campaign: Campaign, phone: str) -> None:
        stranger = StrangerCall.objects.create(line=campaign.line, campaign=campaign, phone=phone)
        strangers.save_opt_out(stranger.pk, at=NOW)
        assert DoNotCallEntry.objects.count() == 1

    def test_a_lead_who_opts_out_is_told_by_their_ids(self, campaign, asha):
        self.opt_out(campaign, asha.phone)
        told = WebhookDelivery.objects.get()
        assert (told.type, told.payload["data"]) == ("lead.opted_out", {"lead_id": str(asha.pk), "external_id": None})
        assert told.lead == asha

    def test_of_somebody_we_do_not_know_nothing_is_told(self, campaign):
        self.opt_out(campaign, "+254712999999")
        assert types() == []


class TestHandoffs:
    def test_an_offer_that_nobody_can_take_is_told_in_order(self, call):
        offers.offer(call, now=NOW)  # no rep is there
        assert types() == ["handoff.offered", "handoff.no_answer"]

    def test_a_promise_that_lapses_was_booked_and_is_missed(self, handoff):
        move(handoff, HandoffEvent.OVERDUE, HandoffEvent.PROMISED, HandoffEvent.LAPSED)
        assert types() == ["handoff.no_answer", "handoff.promised", "callback.booked", "handoff.failed", "callback.missed"]

    def test_a_promise_that_a_rep_says_is_kept_is_kept(self, handoff):
        move(handoff, HandoffEvent.PROMISED, HandoffEvent.KEPT)
        assert types()[2:] == ["handoff.kept", "callback.kept"]

    def test_a_promise_is_kept_when_the_leads_phone_rings_and_booked_only_once(self, handoff):
        move(handoff, HandoffEvent.PROMISED, HandoffEvent.ACCEPTED)
        promises.note_rung(handoff, at=NOW)
        promises.note_rung(handoff, at=NOW)
        move(handoff, HandoffEvent.LEAD_UNREACHED, HandoffEvent.PROMISED, HandoffEvent.LAPSED)
        assert types() == [
            "handoff.promised", "callback.booked", "handoff.accepted", "callback.kept", "handoff.failed", "handoff.promised", "handoff.failed",
        ]  # fmt: skip

    def test_a_talk_is_told_when_it_begins_and_not_again_when_it_ends(self, handoff):
        move(handoff, HandoffEvent.ACCEPTED, HandoffEvent.REP_ANSWERED, HandoffEvent.DIAL_BRIDGED)
        moves.end_bridge(handoff, now=NOW)
        assert types() == ["handoff.accepted", "handoff.bridged"]

    def test_it_says_where_the_hand_off_stands_and_for_when_a_call_back_is_promised(self, handoff):
        move(handoff, HandoffEvent.PROMISED)
        told = WebhookDelivery.objects.get(type="callback.booked").payload["data"]
        assert (told["handoff_id"], told["handoff_status"], told["promised_for"]) == (str(handoff.pk), "promised", "2026-11-24T07:30:00+00:00")
        assert (told["score"], told["is_hot"], told["rep_name"]) == (70, True, None)


def test_what_is_told_is_as_documented_and_holds_no_name_no_number_and_no_word_that_was_said(call):
    interviews.save_answer(call.pk, HOT, at=NOW)
    handoff = offers.offer(call, now=NOW)
    moves.move(handoff, HandoffEvent.PROMISED, now=NOW)
    interviews.save_opt_out(call.pk, "stop calling me", at=NOW)
    for told in WebhookDelivery.objects.all():
        data_of(EventType(told.type)).validate_python(told.payload["data"])
        text = json.dumps(told.payload)
        assert not any(word in text for word in (call.lead.phone, call.lead.name, "sixty", "stop calling"))
    assert len(set(types())) == 6
