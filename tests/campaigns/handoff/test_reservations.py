"""The ledger: who was asked, who took it, who said nothing in time; what a rep is told, and when they are free again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from campaigns.handoff import offers, presence, reservations
from campaigns.handoff.moves import end_bridge, move
from campaigns.handoff.offers import Accepted, Gone
from campaigns.handoff.states import HandoffEvent
from campaigns.handoff.tending import tidy
from campaigns.models import Campaign, Handoff, LiveEvent, Rep, Reservation
from campaigns.states import HandoffStatus, ReservationStatus
from tests.campaigns.conftest import live_call
from tests.campaigns.handoff.conftest import at, make_rep
from tests.conftest import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("loopback")]

S = ReservationStatus


def set_campaign(campaign: Campaign, **fields: object) -> None:
    Campaign.objects.filter(pk=campaign.pk).update(**fields)


@pytest.fixture
def one_by_one(campaign) -> None:
    """By name: Juma, then Rehema."""
    set_campaign(campaign, ring_strategy="sequential")


@pytest.fixture
def offered(hot_call, rehema, juma) -> Handoff:
    hot_call.refresh_from_db()
    return offers.offer(hot_call, now=NOW)


@pytest.fixture
def in_order(one_by_one: None, offered: Handoff) -> Handoff:
    return offered


def ledger(handoff: Handoff) -> dict[str, str]:
    """The newest word of each rep."""
    return {row.rep.name: row.status for row in handoff.reservations.select_related("rep").order_by("offered_at", "answered_at")}


def told_of(handoff: Handoff) -> list[tuple[str, int]]:
    events = LiveEvent.objects.filter(call=handoff.call_id, kind="handoff", payload__has_key="reservation").order_by("id")
    return [(event.payload["reservation"], event.payload["rep_id"]) for event in events]


def fresh(row):
    row.refresh_from_db()
    return row


# ---- asking ------------------------------------------------------------------------------------------------------------------------------


def test_all_are_asked_at_once_for_as_long_as_the_campaign_says(offered, campaign):
    assert ledger(offered) == {"Rehema": S.PENDING, "Juma": S.PENDING}
    assert {row.expires_at for row in Reservation.objects.all()} == {at(campaign.offer_s)}


def test_one_after_another_the_next_is_asked_when_the_first_declines(in_order, rehema, juma):
    assert ledger(in_order) == {"Juma": S.PENDING}
    offers.decline(in_order.id, juma, now=at(2))
    assert ledger(in_order) == {"Juma": S.REJECTED, "Rehema": S.PENDING}


def test_the_last_who_declines_ends_it(in_order, rehema, juma):
    offers.decline(in_order.id, juma, now=at(2))
    offers.decline(in_order.id, rehema, now=at(3))
    assert fresh(in_order).status == HandoffStatus.DECLINED


def test_whose_turn_it_is_not_cannot_take_it(in_order, rehema):
    assert offers.accept(in_order.id, rehema, now=at(1)) == Gone("This lead is not offered to you any more.")


def test_declining_what_one_was_not_asked_changes_nothing(in_order, rehema):
    offers.decline(in_order.id, rehema, now=at(1))
    assert ledger(in_order) == {"Juma": S.PENDING}


def test_who_comes_while_all_are_asked_is_asked_with_the_next_tick(offered, campaign):
    make_rep("Neema", "+254722000013", campaign, seen_at=at(3))
    tidy(at(3))
    assert ledger(offered)["Neema"] == S.PENDING


def test_the_longest_idle_rep_is_asked_first(hot_call, rehema, juma, campaign):
    set_campaign(campaign, ring_strategy="longest_idle")
    Rep.objects.filter(pk=juma.pk).update(idle_since=at(-60))
    Rep.objects.filter(pk=rehema.pk).update(idle_since=at(-61))
    hot_call.refresh_from_db()
    assert ledger(offers.offer(hot_call, now=NOW)) == {"Rehema": S.PENDING}


def test_the_rep_who_spoke_with_the_lead_last_is_asked_first(hot_call, rehema, juma):
    earlier = live_call(hot_call.campaign, hot_call.lead, status="completed", attempt_number=2, answer_token="earlier", stream_token="earlier")
    Handoff.objects.create(call=earlier, strategy="dial", status="bridged", rep=rehema, offered_at=at(-900), bridged_at=at(-890), ended_at=at(-800))
    assert ledger(offers.offer(hot_call, now=NOW)) == {"Rehema": S.PENDING}


def test_nobody_speaks_the_language_and_the_hand_off_says_so(hot_call, rehema):
    Rep.objects.update(languages=["fr"])
    handoff = offers.offer(hot_call, now=NOW)
    assert (handoff.status, handoff.reason) == (HandoffStatus.NO_ANSWER, "No rep who was there speaks English.")
    assert LiveEvent.objects.filter(kind="note.no_rep").count() == 1


def test_a_campaign_may_not_care_for_the_language(hot_call, rehema, campaign):
    set_campaign(campaign, is_language_matched=False)
    Rep.objects.update(languages=["fr"])
    hot_call.refresh_from_db()
    assert offers.offer(hot_call, now=NOW).status == HandoffStatus.OFFERED


def test_skills_are_the_managers_own_words(hot_call, rehema, juma, campaign):
    set_campaign(campaign, needed_skills=["solar"])
    Rep.objects.filter(pk=juma.pk).update(skills=["solar"])
    hot_call.refresh_from_db()
    assert ledger(offers.offer(hot_call, now=NOW)) == {"Juma": S.PENDING}


# ---- taking ------------------------------------------------------------------------------------------------------------------------------


def test_who_takes_it_has_it_and_it_is_taken_back_from_the_others_in_words(offered, rehema):
    assert isinstance(offers.accept(offered.id, rehema, now=at(2)), Accepted)
    assert ledger(offered) == {"Rehema": S.ACCEPTED, "Juma": S.RESCINDED}
    assert Reservation.objects.get(status=S.RESCINDED).reason == "Rehema was faster and has taken it."
    assert reservations.current(rehema) == Reservation.objects.get(status=S.ACCEPTED)


def test_pages_hear_of_each_change(offered, rehema, juma):
    offers.accept(offered.id, rehema, now=at(2))
    assert told_of(offered) == [("pending", juma.pk), ("pending", rehema.pk), ("accepted", rehema.pk), ("rescinded", juma.pk)]


def test_a_rep_who_takes_a_lead_is_asked_for_no_other_and_has_missed_nothing(offered, rehema, campaign, daudi, server):
    other = offers.offer(live_call(campaign, daudi, status="in_progress", server=server), now=at(1))
    offers.accept(other.id, rehema, now=at(2))
    tidy(at(16))
    row = offered.reservations.get(rep=rehema)
    assert (row.status, row.reason) == (S.RESCINDED, "No longer there, or busy with another lead.")
    assert fresh(rehema).is_available


def test_the_card_is_noted_as_shown_once(offered, rehema, juma):
    shown = [row.pk for row in reservations.all_pending(now=at(1)).filter(rep=rehema)]
    assert reservations.mark_shown(shown, now=at(1)) == 1
    assert reservations.mark_shown(shown, now=at(2)) == 0
    assert offered.reservations.get(rep=rehema).shown_at == at(1) and offered.reservations.get(rep=juma).shown_at is None


@pytest.mark.parametrize(("second", "n"), [(14.9, 1), (15, 0)])
def test_what_has_run_out_is_no_longer_pending(offered, rehema, second, n):
    assert reservations.all_pending(now=at(second)).filter(rep=rehema).count() == n


# ---- time --------------------------------------------------------------------------------------------------------------------------------


def test_who_says_nothing_in_time_is_away_and_told_why_and_the_next_is_asked(in_order, juma, campaign):
    tidy(at(14.9))
    assert ledger(in_order) == {"Juma": S.PENDING}
    tidy(at(15))
    assert ledger(in_order) == {"Juma": S.TIMEOUT, "Rehema": S.PENDING}
    assert (fresh(juma).is_available, juma.away_because) == (False, "You missed an offer at 10:00.")
    assert LiveEvent.objects.filter(kind=presence.PRESENCE_KIND).latest("id").payload == {"rep_id": juma.pk, "is_available": False}


def test_the_time_is_told_on_the_reps_own_clock(in_order, juma):
    Rep.objects.filter(pk=juma.pk).update(zone="Africa/Lagos")
    tidy(at(15))
    assert fresh(juma).away_because == "You missed an offer at 08:00."


def test_when_all_were_asked_at_once_all_who_said_nothing_are_away(offered, rehema, juma):
    offers.decline(offered.id, juma, now=at(2))
    tidy(at(15))
    assert (fresh(rehema).is_available, fresh(juma).is_available) == (False, True)
    assert (fresh(offered).status, offered.reason) == (HandoffStatus.NO_ANSWER, "Nobody took it in time.")


@pytest.mark.parametrize(
    "absence", [{"is_available": False}, {"seen_at": at(-31)}, {"is_verified": False}], ids=["away", "page closed", "unverified"]
)
def test_who_has_gone_by_themselves_has_missed_nothing_and_the_next_is_asked(in_order, juma, absence):
    Rep.objects.filter(pk=juma.pk).update(**absence)
    tidy(at(1))
    assert ledger(in_order) == {"Juma": S.RESCINDED, "Rehema": S.PENDING}
    assert fresh(juma).away_because == ""


def test_who_comes_back_is_no_longer_told_why_they_were_away_and_begins_to_be_idle(in_order, juma):
    tidy(at(15))
    presence.set_available(fresh(juma), True, now=at(40))
    assert (juma.is_available, juma.away_because, juma.idle_since) == (True, "", at(40))
    presence.set_available(juma, True, now=at(50))
    assert juma.idle_since == at(40)


def test_it_ends_for_everybody_when_the_lead_hangs_up(offered):
    move(offered, HandoffEvent.LEAD_LEFT, now=at(3), reason="The lead has hung up.")
    assert set(ledger(offered).values()) == {S.RESCINDED}
    assert {row.reason for row in Reservation.objects.all()} == {"The lead has hung up."}


@pytest.mark.parametrize(
    ("event", "status"),
    [(HandoffEvent.REP_NO_ANSWER, S.TIMEOUT), (HandoffEvent.REP_VOICEMAIL, S.TIMEOUT), (HandoffEvent.LEAD_LEFT, S.RESCINDED)],
)
def test_a_rep_whose_talk_did_not_come_about_is_free_again(offered, rehema, event, status):
    offers.accept(offered.id, rehema, now=at(2))
    move(fresh(offered), event, now=at(9), reason="No luck.")
    assert (ledger(offered)["Rehema"], fresh(rehema).idle_since) == (status, at(9))
    assert presence.free_reps().filter(pk=rehema.pk).exists()


def test_a_promise_that_is_kept_later_is_a_reservation_of_its_own(offered, rehema):
    offers.accept(offered.id, rehema, now=at(2))
    for event in (HandoffEvent.REP_NO_ANSWER, HandoffEvent.PROMISED):
        move(fresh(offered), event, now=at(20))
    assert isinstance(offers.call_now(offered.id, rehema, now=at(60)), Accepted)
    assert [row.status for row in offered.reservations.filter(rep=rehema).order_by("offered_at")] == [S.TIMEOUT, S.ACCEPTED]


def test_ending_a_talk_twice_opens_one_wrap_up(offered, rehema):
    offers.accept(offered.id, rehema, now=at(2))
    move(fresh(offered), HandoffEvent.DIAL_BRIDGED, now=at(9))
    end_bridge(offered, now=at(60))
    end_bridge(offered, now=at(70))
    assert offered.reservations.get(rep=rehema).wrap_up_until == at(60) + timedelta(seconds=60)
