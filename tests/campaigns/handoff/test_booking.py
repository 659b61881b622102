"""Free times over the real rows: what the bot may offer for a lead, and what becomes of the hand-off that takes one."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from bridge.events import Outcome
from bridge.slots import SlotBooked, SlotsFound
from campaigns import stop_all
from campaigns.handoff import booking, offers
from campaigns.handoff.cards import queue_of
from campaigns.handoff.promising import PROMISED_WITHIN
from campaigns.handoff.slots import DAYS
from campaigns.models import Call, Handoff, LiveEvent, Rep
from campaigns.states import HandoffStatus
from leads.do_not_call import add_to_do_not_call
from leads.models import DoNotCallEntry, HolidayConfirmation, Lead
from tests.campaigns.conftest import live_call
from tests.conftest import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("loopback")]

QUARTER_PAST, QUARTER_PAST_TWELVE = NOW + timedelta(minutes=15), NOW + timedelta(hours=2, minutes=15)
TOMORROW = NOW + timedelta(days=1)


@pytest.fixture
def untaken(hot_call: Call, rehema: Rep) -> Handoff:
    """Rehema was asked and did not take it; the bot is still on the line."""
    handoff = offers.offer(hot_call, now=NOW)
    offers.decline(handoff.id, rehema, now=NOW)
    handoff.refresh_from_db()
    return handoff


def found(call: Call, *, after: datetime | None = None, now: datetime = NOW) -> SlotsFound:
    return booking.find(call.pk, after=after, now=now)


def slots(call: Call, **when: datetime) -> tuple[datetime, ...]:
    return found(call, **when).slots


def another_call(campaign, name: str = "Neema", phone: str = "+254712123409") -> Call:
    lead = Lead.objects.create(phone=phone, name=name, time_zone="Africa/Nairobi", market="KE")
    call = live_call(campaign, lead, status="in_progress", answered_at=NOW)
    return call


@pytest.fixture
def neema_s_call(campaign, hot_call: Call) -> Call:
    """A second hot lead at the same time, who has agreed as Asha has."""
    call = another_call(campaign)
    consent = hot_call.lead.consent_records.get()
    consent.pk, consent.lead = None, call.lead
    consent._state.adding = True
    consent.save()
    return call


# ---- what is offered -----------------------------------------------------------------------------------------------------------------------


def test_the_next_free_quarter_is_offered_and_one_after_noon(untaken):
    assert found(untaken.call) == SlotsFound((QUARTER_PAST, QUARTER_PAST_TWELVE), is_soon=True)


def test_a_rep_who_is_away_now_may_be_there_at_the_time(untaken, rehema):
    Rep.objects.filter(pk=rehema.pk).update(is_available=False, seen_at=None)
    assert slots(untaken.call)


@pytest.mark.parametrize(
    "change",
    [{"hours": {}}, {"is_verified": False}, {"zone": "UTC"}, {"zone": "Nowhere"}],
    ids=["no hours", "number not verified", "a zone that is nobody's home", "no zone at all"],
)
def test_a_rep_who_cannot_be_promised_has_no_times(untaken, rehema, change):
    Rep.objects.filter(pk=rehema.pk).update(**change)
    assert found(untaken.call) == booking.NOTHING


def test_a_rep_who_has_left_has_no_times(untaken, rehema):
    rehema.user.is_active = False
    rehema.user.save(update_fields=["is_active"])
    assert found(untaken.call) == booking.NOTHING


def test_a_holiday_where_the_rep_works_is_not_offered(untaken):
    jamhuri = NOW.replace(month=12, day=11, hour=15)  # the evening before 12 December, a Saturday
    monday = NOW.replace(month=12, day=14, hour=5)
    assert slots(untaken.call, now=jamhuri)[0] == monday


def test_times_at_which_the_lead_may_not_be_called_are_not_offered(untaken, rehema):
    Rep.objects.filter(pk=rehema.pk).update(hours={"tue": [["20:00", "24:00"]], "sun": [["00:00", "24:00"]]})
    offered = slots(untaken.call)
    assert all(8 <= slot.hour + 3 < 21 for slot in offered), "in Nairobi, three hours ahead of UTC"


def test_nothing_is_offered_to_a_lead_who_may_not_be_called_at_all(untaken):
    lead = untaken.call.lead
    add_to_do_not_call(lead.phone, origin=DoNotCallEntry.Origin.CALLEE, reason="asked on a call", at=NOW)
    assert found(untaken.call) == booking.NOTHING


def test_nothing_is_offered_where_nobody_knows_the_lead_s_clock(untaken):
    Lead.objects.update(time_zone="")
    assert found(untaken.call) == booking.NOTHING


def test_nothing_is_offered_or_booked_while_all_dialing_is_stopped(untaken):
    stop_all.stop_all(by="mosi", reason="a fire")
    assert found(untaken.call) == booking.NOTHING
    assert booking.book(untaken.call_id, QUARTER_PAST, now=NOW) == booking.NOTHING


@pytest.mark.parametrize(
    ("now", "is_soon"),
    [(NOW, True), (NOW.replace(hour=13, minute=15), True), (NOW.replace(hour=13, minute=16), False), (NOW.replace(hour=4, minute=29), False)],
    ids=["in the morning", "the last quarter is in half an hour", "it begins a minute too late", "before work"],
)
def test_soon_means_that_somebody_is_at_work_in_half_an_hour(untaken, now, is_soon):
    assert found(untaken.call, now=now).is_soon == is_soon


def test_a_confirmed_holiday_costs_no_more_questions_a_slot(untaken, django_assert_max_num_queries):
    with django_assert_max_num_queries(20):
        found(untaken.call, after=NOW + timedelta(days=5))
    assert not HolidayConfirmation.objects.exists()


# ---- what is booked -------------------------------------------------------------------------------------------------------------------------


def test_a_booking_binds_the_rep_the_time_and_the_lead(untaken, rehema):
    assert booking.book(untaken.call_id, QUARTER_PAST, now=NOW) == SlotBooked(QUARTER_PAST)
    untaken.refresh_from_db()
    assert (untaken.status, untaken.rep, untaken.promised_for, untaken.is_slot) == (HandoffStatus.PROMISED, rehema, QUARTER_PAST, True)
    (card,) = queue_of(rehema, now=NOW).promised
    assert card.promised_for == QUARTER_PAST
    assert LiveEvent.objects.filter(call=untaken.call, payload__event="promised").exists()


def test_booking_it_again_is_no_other_booking(untaken):
    first, again = (booking.book(untaken.call_id, QUARTER_PAST, now=NOW) for _ in range(2))
    assert first == again == SlotBooked(QUARTER_PAST)


def test_a_time_that_another_lead_has_is_not_booked_twice_and_the_next_are_offered(untaken, neema_s_call):
    booking.book(untaken.call_id, QUARTER_PAST, now=NOW)
    taken = booking.book(neema_s_call.pk, QUARTER_PAST, now=NOW)
    assert taken == SlotsFound((QUARTER_PAST + timedelta(minutes=15), QUARTER_PAST_TWELVE + timedelta(minutes=15)), is_soon=True)
    assert booking.book(neema_s_call.pk, QUARTER_PAST + timedelta(minutes=5), now=NOW) != SlotBooked(QUARTER_PAST + timedelta(minutes=5)), (
        "they overlap"
    )
    assert Handoff.objects.filter(is_slot=True).count() == 1


def test_another_rep_has_that_time_too(untaken, neema_s_call, rehema, juma):
    booking.book(untaken.call_id, QUARTER_PAST, now=NOW)
    assert booking.book(neema_s_call.pk, QUARTER_PAST, now=NOW) == SlotBooked(QUARTER_PAST)
    assert set(Handoff.objects.filter(is_slot=True).values_list("rep__name", flat=True)) == {"Rehema", "Juma"}


def test_a_time_of_their_own_need_not_be_on_the_grid(untaken):
    at = NOW + timedelta(hours=1, minutes=7)
    assert booking.book(untaken.call_id, at, now=NOW) == SlotBooked(at)


@pytest.mark.parametrize(
    "at",
    [NOW - timedelta(minutes=5), NOW + timedelta(minutes=5), NOW.replace(hour=18), NOW + timedelta(days=30)],
    ids=["past", "too soon", "at night", "far"],
)
def test_what_cannot_be_promised_is_not_booked(untaken, at):
    assert isinstance(booking.book(untaken.call_id, at, now=NOW), SlotsFound)
    untaken.refresh_from_db()
    assert untaken.status == HandoffStatus.DECLINED and untaken.promised_for is None


def test_a_lead_whom_a_rep_has_taken_in_the_same_instant_is_not_booked(hot_call, rehema):
    handoff = offers.offer(hot_call, now=NOW)
    offers.accept(handoff.id, rehema, now=NOW)
    assert booking.book(hot_call.pk, QUARTER_PAST, now=NOW) == booking.NOTHING
    handoff.refresh_from_db()
    assert (handoff.status, handoff.promised_for) == (HandoffStatus.ACCEPTED, None)


def test_a_lead_whom_nobody_was_asked_for_can_be_booked_too(hot_call, rehema):
    assert booking.book(hot_call.pk, QUARTER_PAST, now=NOW) == SlotBooked(QUARTER_PAST)


# ---- how the call ends ---------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("outcome", [Outcome.PROMISED, Outcome.CALLEE_LEFT, Outcome.VOICE_FAILED, Outcome.MEDIA_LOST, Outcome.STOPPED])
def test_a_booking_stands_however_the_call_ends(untaken, outcome):
    booking.book(untaken.call_id, QUARTER_PAST, now=NOW)
    offers.on_session_finished(untaken.call, outcome, now=NOW)
    untaken.refresh_from_db()
    assert (untaken.status, untaken.promised_for) == (HandoffStatus.PROMISED, QUARTER_PAST)


@pytest.mark.parametrize("outcome", [Outcome.OPTED_OUT, Outcome.NOT_INTERESTED])
def test_but_not_against_the_lead_s_word_and_the_time_is_free_again(untaken, neema_s_call, outcome):
    booking.book(untaken.call_id, QUARTER_PAST, now=NOW)
    offers.on_session_finished(untaken.call, outcome, now=NOW)
    untaken.refresh_from_db()
    assert untaken.status == HandoffStatus.BRIDGE_FAILED and untaken.ended_at is not None
    assert booking.book(neema_s_call.pk, QUARTER_PAST, now=NOW) == SlotBooked(QUARTER_PAST)


def test_without_a_booking_the_promise_is_the_plain_one(untaken):
    found(untaken.call)
    offers.on_session_finished(untaken.call, Outcome.PROMISED, now=NOW)
    untaken.refresh_from_db()
    assert (untaken.promised_for, untaken.is_slot, untaken.rep) == (NOW + PROMISED_WITHIN, False, None)


SIX_IN_THE_EVENING = NOW + timedelta(hours=8)


def test_a_promise_that_the_bot_did_not_make_falls_into_reps_hours_and_says_so(untaken):
    offers.on_session_finished(untaken.call, Outcome.MEDIA_LOST, now=SIX_IN_THE_EVENING)
    untaken.refresh_from_db()
    assert (untaken.status, untaken.promised_for) == (HandoffStatus.PROMISED, NOW + timedelta(hours=22))
    assert untaken.reason == "Every rep who was there declined. No rep is at work in half an hour: promised for Wed 25 Nov, 08:00, the lead's time."


def test_it_falls_into_the_hours_in_which_the_lead_may_be_called(untaken, rehema):
    Rep.objects.filter(pk=rehema.pk).update(hours={day: [["00:00", "24:00"]] for day in DAYS})
    offers.on_session_finished(untaken.call, Outcome.MEDIA_LOST, now=NOW + timedelta(hours=14))
    untaken.refresh_from_db()
    assert found(untaken.call, now=untaken.promised_for - timedelta(minutes=30)).is_soon, "it is lawful then"
    assert not found(untaken.call, now=untaken.promised_for - timedelta(minutes=45)).is_soon, "and was not before"
    assert "The lead may not be called in half an hour: promised for Wed 25 Nov, 0" in untaken.reason


@pytest.mark.parametrize("hours, zone", [({}, "Africa/Nairobi"), (None, "Nowhere/Town")], ids=["nobody has hours", "the lead's clock is unknown"])
def test_where_no_better_time_is_known_it_is_half_an_hour(untaken, rehema, hours, zone):
    Lead.objects.update(time_zone=zone)
    Rep.objects.update(hours=rehema.hours if hours is None else hours)
    offers.on_session_finished(Call.objects.get(pk=untaken.call_id), Outcome.MEDIA_LOST, now=SIX_IN_THE_EVENING)
    untaken.refresh_from_db()
    assert untaken.promised_for == SIX_IN_THE_EVENING + PROMISED_WITHIN
    assert "promised for" not in untaken.reason
