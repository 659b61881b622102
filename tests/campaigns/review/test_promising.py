"""A lead that turned hot by a correction is promised a call by a person, and rung by nobody until a rep does it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from campaigns.handoff.cards import queue_of
from campaigns.models import Call, Handoff, StaffCall
from campaigns.review import promising
from campaigns.review.correcting import Refused, correct_answer
from campaigns.review.promising import is_waiting, promise
from leads.do_not_call import add_to_do_not_call
from leads.models import DoNotCallEntry
from tests.campaigns.conftest import live_call
from tests.campaigns.handoff.conftest import make_rep
from tests.conftest import NOW

pytestmark = pytest.mark.django_db
SOON = NOW + timedelta(hours=1)


@pytest.fixture
def rehema(campaign):
    return make_rep("Rehema", "+254722000011", campaign)


@pytest.fixture
def turned_hot(cold_call: Call, rehema) -> Call:
    correct_answer(cold_call.pk, "seats", 60, reason="sixty", by="mosi", at=NOW)
    return cold_call


def promised(call: Call, rep=None, at=SOON):
    return promise(call.pk, rep, at, by="mosi", now=NOW)


def test_it_lands_in_the_reps_queue_and_rings_nobody(turned_hot, rehema):
    handoff = promised(turned_hot, rehema)
    assert (handoff.status, handoff.promised_for, handoff.rep, handoff.strategy) == ("promised", SOON, rehema, "callback")
    assert handoff.reason == "mosi decided so after the call."
    assert [card.handoff_id for card in queue_of(rehema, now=NOW).promised] == [handoff.pk]
    assert Call.objects.count() == 1 and not StaffCall.objects.exists()
    assert not is_waiting(turned_hot)


def test_without_a_time_it_is_due_at_once_for_whoever_is_free(turned_hot):
    handoff = promised(turned_hot, at=None)
    assert (handoff.promised_for, handoff.rep) == (NOW, None)


def test_a_lead_that_had_only_warmed_on_the_call_can_be_promised_too(turned_hot, rehema):
    Handoff.objects.create(call=turned_hot, strategy="dial", status="cooled", offered_at=NOW, ended_at=NOW)
    handoff = promised(turned_hot, rehema)
    assert (handoff.status, handoff.promised_for, handoff.rep, handoff.ended_at) == ("promised", SOON, rehema, None)


def test_twice_is_once(turned_hot):
    promised(turned_hot)
    assert promised(turned_hot) == Refused(promising.NOT_HOT)
    assert Handoff.objects.count() == 1


def test_who_was_not_corrected_or_is_not_hot_is_promised_nothing(cold_call):
    assert promised(cold_call) == Refused(promising.NOT_HOT)
    assert not Handoff.objects.exists()


def test_who_opted_out_meanwhile_is_promised_nothing(turned_hot):
    add_to_do_not_call(turned_hot.lead.phone, origin=DoNotCallEntry.Origin.CALLEE, reason="stop", at=NOW)
    assert promised(turned_hot) == Refused(promising.NOT_THEN)
    assert not Handoff.objects.exists()


def test_nobody_is_promised_a_call_at_night(turned_hot):
    assert promised(turned_hot, at=NOW + timedelta(hours=15)) == Refused(promising.NOT_THEN)


@pytest.mark.parametrize(("minutes", "is_refused"), [(-3, True), (-2, False), (10 * 24 * 60 + 1, True)])
def test_the_time_is_from_now_to_ten_days_ahead(turned_hot, minutes, is_refused):
    found = promised(turned_hot, at=NOW + timedelta(minutes=minutes))
    assert (found == Refused("Choose a time from now to ten days ahead.")) is is_refused


def test_a_rep_of_another_campaign_gets_nobodys_lead(turned_hot):
    juma = make_rep("Juma", "+254722000012")
    assert promised(turned_hot, juma) == Refused("Juma takes no leads of this campaign.")


def test_while_the_lead_is_on_the_phone_nothing_is_promised(turned_hot, campaign, asha):
    live_call(campaign, asha, attempt_number=2, answer_token="a2", stream_token="s2")
    assert isinstance(promised(turned_hot), Refused)
