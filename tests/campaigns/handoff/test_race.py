"""Two reps press Accept at the same instant, from two threads with a connection each."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection, connections

from bridge.slots import SlotBooked, SlotsFound
from campaigns.handoff import booking, offers
from campaigns.handoff.keeping import keep_due
from campaigns.handoff.offers import Accepted, Gone, TakenBy
from campaigns.handoff.promises import remind_due
from campaigns.models import Handoff, LiveEvent, Rep
from campaigns.states import HandoffStatus
from tests.campaigns.conftest import live_call
from tests.campaigns.handoff.conftest import at

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def own_connections():
    """SQLite in memory is one database only within one connection's cache, and its table locks do not wait."""
    if connection.vendor == "sqlite" and "memory" in str(connection.settings_dict["NAME"]):
        pytest.skip("needs a database that two connections can write to in turn")


def at_once(*acts):
    """Runs them as nearly at the same time as threads can."""
    together = Barrier(len(acts))

    def run(act):
        together.wait(timeout=60)
        try:
            return act()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        return [future.result(timeout=120) for future in [pool.submit(run, act) for act in acts]]


def test_two_reps_accept_at_once_and_one_has_it(hot_call, rehema, juma):
    handoff = offers.offer(hot_call, now=at(0))
    results = at_once(lambda: offers.accept(handoff.id, rehema, now=at(1)), lambda: offers.accept(handoff.id, juma, now=at(1)))
    handoff.refresh_from_db()
    assert sorted((type(result) for result in results), key=str) == [Accepted, TakenBy]
    [taken] = [result for result in results if isinstance(result, TakenBy)]
    assert [rep.name for rep in (rehema, juma) if rep == handoff.rep] == [taken.rep_name]
    assert LiveEvent.objects.filter(kind="note.rep_accepted").count() == 1


def test_accepting_and_declining_at_once_leave_one_story(hot_call, rehema, juma):
    handoff = offers.offer(hot_call, now=at(0))
    at_once(lambda: offers.accept(handoff.id, rehema, now=at(1)), lambda: offers.decline(handoff.id, juma, now=at(1)))
    handoff.refresh_from_db()
    assert handoff.status == HandoffStatus.ACCEPTED
    assert not LiveEvent.objects.filter(kind="note.no_rep").exists()


def test_the_last_two_who_decline_at_once_tell_the_bot_once(hot_call, rehema, juma):
    handoff = offers.offer(hot_call, now=at(0))
    at_once(lambda: offers.decline(handoff.id, rehema, now=at(1)), lambda: offers.decline(handoff.id, juma, now=at(1)))
    handoff.refresh_from_db()
    assert handoff.status == HandoffStatus.DECLINED
    assert LiveEvent.objects.filter(kind="note.no_rep").count() == 1


def test_one_rep_in_two_windows_takes_one_lead(hot_call, rehema, campaign, daudi, server):
    other = live_call(campaign, daudi, status="in_progress", server=server)
    first, second = offers.offer(hot_call, now=at(0)), offers.offer(other, now=at(0))
    results = at_once(lambda: offers.accept(first.id, rehema, now=at(1)), lambda: offers.accept(second.id, rehema, now=at(1)))
    assert sorted((type(result) for result in results), key=str) == [Accepted, Gone]
    assert Rep.objects.get(id=rehema.id).handoffs.count() == 1


def test_two_leads_choose_one_time_at_once_and_one_has_it(hot_call, rehema, campaign, daudi, server):
    other = live_call(campaign, daudi, status="in_progress", server=server)
    at_one = at(3 * 3600)  # one in Nairobi, ten in Accra
    calls = (hot_call, other)
    results = at_once(*[lambda call=call: booking.book(call.pk, at_one, now=at(0)) for call in calls])
    assert sorted((type(result) for result in results), key=str) == [SlotBooked, SlotsFound]
    assert Handoff.objects.filter(is_slot=True, promised_for=at_one, rep=rehema).count() == 1


def test_one_lead_is_booked_once_however_often_the_bot_asks_at_once(hot_call, rehema, juma):
    at_one = at(3 * 3600)
    results = at_once(*[lambda: booking.book(hot_call.pk, at_one, now=at(0))] * 2)
    assert SlotBooked(at_one) in results
    assert Handoff.objects.get(call=hot_call).promised_for == at_one


def test_two_dialers_ring_for_a_promise_once(hot_call, rehema):
    due = at(15 * 60)
    assert booking.book(hot_call.pk, due, now=at(0)) == SlotBooked(due)
    Rep.objects.update(seen_at=due)
    assert sorted(at_once(lambda: keep_due(due), lambda: keep_due(due))) == [0, 1]


def test_two_dialers_remind_of_a_promise_once(hot_call, rehema):
    due = at(15 * 60)
    booking.book(hot_call.pk, due, now=at(0))
    soon = at(6 * 60)
    assert sorted(at_once(lambda: remind_due(soon), lambda: remind_due(soon))) == [0, 1]
