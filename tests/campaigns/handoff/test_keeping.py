"""A promised time comes: the rep is reminded before it, their phone rings at it, and nobody's word is broken when they are not there."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest
from asgiref.sync import sync_to_async

from bridge.events import Outcome
from bridge.slots import SlotBooked
from bridge.telephony.answer_xml import Dial, Hangup
from bridge.telephony.dialect import ProviderStatus
from campaigns import stop_all
from campaigns.handoff import booking, offers
from campaigns.handoff.cards import queue_of
from campaigns.handoff.keeping import AGAIN_AFTER, RINGS_FOR, keep_due
from campaigns.handoff.promises import promise_of, remind_due
from campaigns.models import Call, Campaign, Handoff, LiveEvent, Rep, Reservation, StaffCall, WebhookDelivery, WebhookEndpoint
from campaigns.promises import PromiseState
from campaigns.states import CallStatus, HandoffStatus, ReservationStatus
from leads.consent import withdraw_consent
from leads.models import Lead
from tests.campaigns.handoff.conftest import Story
from tests.conftest import NOW

pytestmark = pytest.mark.django_db(transaction=True)

DUE = NOW + timedelta(minutes=15)
GRACE = timedelta(minutes=10)
A_SECOND = timedelta(seconds=1)


def are_there(*reps: Rep, now: datetime) -> None:
    """Their queue pages are open at this time; nobody else's is."""
    Rep.objects.update(seen_at=None)
    Rep.objects.filter(pk__in=[rep.pk for rep in reps]).update(seen_at=now)


@pytest.fixture
def booked(hot_call: Call, rehema: Rep, loopback: None) -> Handoff:
    """Asha chose a quarter past ten, Rehema's time, and the bot has said goodbye."""
    assert booking.book(hot_call.pk, DUE, now=NOW) == SlotBooked(DUE)
    offers.on_session_finished(hot_call, Outcome.PROMISED, now=NOW)
    Call.objects.filter(pk=hot_call.pk).update(status=CallStatus.COMPLETED, ended_at=NOW)
    return Handoff.objects.get(call=hot_call)


def fresh(handoff: Handoff) -> Handoff:
    handoff.refresh_from_db()
    return handoff


# ---- reminded ----------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("before", "is_near"), [(600, True), (601, False), (0, False)], ids=["ten minutes", "a second more", "its time has come"])
def test_the_rep_is_reminded_ten_minutes_before(booked, before, is_near):
    assert remind_due(DUE - timedelta(seconds=before)) == is_near
    assert (fresh(booked).reminded_at is not None) == is_near


def test_once(booked):
    WebhookEndpoint.objects.create(url="https://crm.example.com", event_types=["callback.reminded"])
    assert [remind_due(DUE - timedelta(minutes=9)), remind_due(DUE - timedelta(minutes=8))] == [1, 0]
    assert WebhookDelivery.objects.get().payload["data"]["handoff_id"] == str(booked.pk)
    assert fresh(booked).reminded_at == DUE - timedelta(minutes=9)
    assert LiveEvent.objects.filter(call=booked.call, kind="handoff", payload__event="due_soon").count() == 1


def test_how_long_before_is_a_setting(booked, settings):
    settings.PROMISE_REMIND_MINUTES = 3
    assert not remind_due(DUE - timedelta(minutes=9))


def test_nobody_is_reminded_of_what_is_kept_already(booked, rehema):
    offers.keep_promise(booked.id, rehema, now=NOW + A_SECOND)
    assert not remind_due(DUE - timedelta(minutes=9))


def test_the_card_says_in_how_many_minutes_it_is_due(booked, rehema):
    said = [queue_of(rehema, now=DUE - timedelta(seconds=before)).promised[0].due_in for before in (601, 600, 61, 60, 1, 0)]
    assert said == ["", "10 min", "2 min", "1 min", "1 min", ""]


# ---- who is rung, and when ---------------------------------------------------------------------------------------------------------------


def test_its_rep_is_rung_at_its_time_and_not_before(booked, rehema):
    are_there(rehema, now=DUE)
    assert not keep_due(DUE - A_SECOND)
    assert keep_due(DUE) == 1
    assert (fresh(booked).status, booked.rep, booked.released_at) == (HandoffStatus.ACCEPTED, rehema, DUE)


def test_a_plain_promise_is_kept_by_whoever_is_there(booked, juma):
    Handoff.objects.filter(pk=booked.pk).update(rep=None, is_slot=False)
    are_there(juma, now=DUE)
    assert keep_due(DUE) == 1
    assert fresh(booked).rep == juma


def test_another_is_rung_at_once_where_its_rep_is_away(booked, juma):
    are_there(juma, now=DUE)
    assert keep_due(DUE) == 1
    assert fresh(booked).rep == juma


def test_a_rep_who_is_there_and_busy_has_until_the_grace_is_over(booked, rehema, juma, hot_call):
    busy_with = Call.objects.create(campaign=hot_call.campaign, lead=Lead.objects.create(phone="+254712123407"), due_at=NOW, attempt_number=1)
    other = Handoff.objects.create(call=busy_with, strategy="dial", status=HandoffStatus.ACCEPTED, rep=rehema, offered_at=NOW, accepted_at=NOW)
    Reservation.objects.create(handoff=other, rep=rehema, status=ReservationStatus.ACCEPTED, offered_at=NOW, answered_at=NOW)
    late = DUE + GRACE
    are_there(rehema, juma, now=late)
    assert not keep_due(late - A_SECOND)
    assert keep_due(late) == 1
    assert fresh(booked).rep == juma


def test_nobody_is_there_and_it_stays_owed_and_is_shown_as_late(booked, rehema):
    are_there(now=DUE)
    assert not keep_due(DUE + GRACE + A_SECOND)
    (card,) = queue_of(rehema, now=DUE + GRACE + A_SECOND).promised
    assert card.is_late and fresh(booked).status == HandoffStatus.PROMISED


def test_each_rep_is_rung_once_for_it(booked, rehema, juma, hot_call):
    after = DUE + GRACE
    StaffCall.objects.create(rep=rehema, handoff=booked, line=hot_call.line, status=CallStatus.NO_ANSWER, answer_token="t", placed_at=DUE)
    are_there(rehema, juma, now=after)
    assert keep_due(after) == 1
    assert fresh(booked).rep == juma


def test_two_phones_do_not_ring_for_it_one_after_the_other_at_once(booked, juma):
    Handoff.objects.filter(pk=booked.pk).update(released_at=DUE)
    are_there(juma, now=DUE + AGAIN_AFTER)
    assert not keep_due(DUE + AGAIN_AFTER - A_SECOND)
    assert keep_due(DUE + AGAIN_AFTER)


def test_an_hour_later_no_phone_rings_by_itself(booked, rehema):
    are_there(rehema, now=DUE + RINGS_FOR)
    assert not keep_due(DUE + RINGS_FOR)


def test_a_promise_whose_lead_was_rung_already_is_kept(booked, rehema):
    Handoff.objects.filter(pk=booked.pk).update(kept_at=NOW)
    are_there(rehema, now=DUE)
    assert not keep_due(DUE)


# ---- what must not happen ----------------------------------------------------------------------------------------------------------------


def withdraws(handoff: Handoff) -> None:
    withdraw_consent(handoff.call.lead, purpose=None, channel="e-mail", at=NOW, now=NOW)


def night_falls(handoff: Handoff) -> None:
    Lead.objects.filter(pk=handoff.call.lead_id).update(time_zone="Pacific/Auckland")  # a quarter past eight in the evening


def all_is_stopped(handoff: Handoff) -> None:
    stop_all.stop_all(by="mosi", reason="a fire")


def campaign_is_paused(handoff: Handoff) -> None:
    Campaign.objects.update(status=Campaign.Status.PAUSED)


@pytest.mark.parametrize(
    ("happens", "is_owed"),
    [(withdraws, False), (night_falls, True), (all_is_stopped, True), (campaign_is_paused, True)],
    ids=["consent withdrawn", "out of hours", "all dialing stopped", "campaign paused"],
)
def test_no_phone_rings_where_the_lead_may_not_be_called(booked, rehema, happens, is_owed):
    happens(booked)
    are_there(rehema, now=DUE)
    assert not keep_due(DUE)
    assert (fresh(booked).status == HandoffStatus.PROMISED) == is_owed
    assert not StaffCall.objects.exists()


# ---- the whole way, at the platform ------------------------------------------------------------------------------------------------------


@pytest.fixture
async def ringing(booked, story, rehema, closed_connections) -> AsyncIterator[Story]:
    """A quarter past ten: the dialer tends, and Rehema's phone rings."""
    await sync_to_async(are_there)(rehema, now=DUE)
    await story.tend(15 * 60)
    yield story


async def test_the_rep_hears_the_brief_presses_1_and_the_lead_is_dialled_and_bridged(ringing, booked, platform, server):
    (asked,) = platform.placed
    assert asked.body["to"] == ["+254722000011"]
    brief, _ = await ringing.rep_leg(15 * 60 + 5)
    assert "Asha" in " ".join(say.text for say in brief.prompt)
    _, dial, _ = await ringing.rep_leg(15 * 60 + 10, digits="1")
    assert isinstance(dial, Dial) and dial.numbers == ("+254712123401",)
    verbs = await ringing.rep_leg(15 * 60 + 80, ProviderStatus.DIAL_COMPLETED, dial_status=ProviderStatus.COMPLETED, dial_duration_s=60.0)
    handoff = await ringing.handoff()
    kept = promise_of(handoff, now=NOW + timedelta(days=1))
    assert verbs == (Hangup(),) and handoff.status == HandoffStatus.BRIDGED
    assert kept is not None and kept.state is PromiseState.KEPT


async def test_a_rep_who_does_not_answer_leaves_it_owed_and_is_not_rung_again(ringing, platform):
    await ringing.rep_leg(15 * 60 + 30, ProviderStatus.NO_ANSWER)
    for second in range(16 * 60, 40 * 60, 60):
        await ringing.tend(second)
    assert len(platform.placed) == 1
    assert (await ringing.handoff()).status == HandoffStatus.PROMISED
