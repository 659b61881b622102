"""How a rep stands, in words and since when; what became of offers; a lead that only grows warm; that a card has reached the page."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from bridge.events import Outcome
from campaigns.handoff import offers, presence, reservations
from campaigns.handoff.cards import queue_of
from campaigns.handoff.standing import standing_of
from campaigns.models import Handoff, Reservation
from campaigns.scoring import Heat
from campaigns.states import HandoffStatus, ReservationStatus
from leads import clock
from tests.campaigns.handoff.conftest import at, pending
from tests.conftest import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("loopback")]


@pytest.fixture
def page(rehema) -> Client:
    client = Client()
    client.force_login(rehema.user)
    return client


@pytest.fixture
def offered(hot_call, rehema, juma) -> Handoff:
    return offers.offer(hot_call, now=clock.now())


@pytest.fixture
def warming(hot_call, rehema) -> Handoff:
    """The score makes "hot" likely."""
    handoff = Handoff.objects.create(call=hot_call, strategy="dial", offered_at=NOW, status=HandoffStatus.WARMING)
    pending(handoff, rehema, expires_at=None)
    return handoff


def cards(client: Client) -> str:
    return client.get("/queue/cards/").content.decode()


# ---- how I stand ----------------------------------------------------------------------------------------------------------


def test_who_is_available_sees_since_when(rehema):
    rehema.idle_since = at(-600)
    standing = standing_of(rehema, None)
    assert (standing.sentence, standing.since, standing.is_free) == ("You are available", at(-600), True)


def test_who_goes_away_sees_since_when(page, rehema):
    presence.set_available(rehema, False, now=at(60))
    assert "You are away <small>since 10:01</small>" in cards(page)


def test_who_missed_an_offer_is_told_when_and_how_to_come_back(page, rehema):
    presence.send_away(rehema, because="You missed an offer at 14:02.")
    assert "You missed an offer at 14:02. Go available when you are back." in cards(page)
    page.post("/queue/presence/", {"is_available": "1"})
    assert "missed an offer" not in cards(page)


def test_who_has_a_lead_is_busy_since_they_took_it(page, rehema, offered):
    offers.accept(offered.id, rehema, now=at(120))
    standing = standing_of(rehema, reservations.current(rehema))
    assert (standing.sentence, standing.since, standing.is_free) == ("You are with a lead", at(120), False)
    assert "You are with a lead" in cards(page) and "Nobody is waiting" not in cards(page)


def test_who_writes_up_a_talk_sees_until_when(page, rehema, offered):
    Reservation.objects.filter(rep=rehema).update(status=ReservationStatus.WRAPPING, wrap_up_until=at(60), answered_at=NOW)
    Handoff.objects.update(rep=rehema, status="bridged", ended_at=NOW)
    assert "You are writing up a talk <small>since 10:00, until 10:01:00</small>" in cards(page)


# ---- what became of an offer ----------------------------------------------------------------------------------------------


def test_who_was_too_slow_reads_who_was_faster_without_having_pressed_anything(page, juma, offered):
    offers.accept(offered.id, juma, now=clock.now())
    assert "<bdi>Asha</bdi> Juma was faster and has taken it." in cards(page)


def test_a_lead_who_hung_up_before_anybody_answered_does_not_vanish_without_a_word(page, offered, hot_call):
    offers.on_session_finished(hot_call, Outcome.CALLEE_LEFT, now=clock.now())
    assert "<bdi>Asha</bdi> It is no longer waiting." in cards(page)


def test_what_i_declined_is_not_told_to_me(page, offered):
    page.post(f"/queue/{offered.id}/decline/")
    assert "Asha" not in cards(page)


def test_after_a_while_nobody_wants_to_know(rehema, juma, offered):
    now = clock.now()
    offers.accept(offered.id, juma, now=now)
    assert queue_of(rehema, now=now + timedelta(seconds=20)).just_ended
    assert not queue_of(rehema, now=now + timedelta(seconds=21)).just_ended


def test_an_offer_says_how_long_it_may_be_answered(page, offered, rehema):
    assert f'data-until-ms="{round(Reservation.objects.get(rep=rehema).expires_at.timestamp() * 1000)}"' in cards(page)
    (card,) = queue_of(rehema, now=offered.offered_at).offers
    assert card.left_s == offered.call.campaign.offer_s


# ---- a lead that only grows warm ------------------------------------------------------------------------------------------


def test_a_warming_lead_says_so_and_may_be_accepted(page, warming):
    html = cards(page)
    assert "Getting warm: you may accept now" in html and f"/queue/{warming.id}/accept/" in html
    assert 'class="wait"' not in html and "Answer within" not in html


def test_who_says_yes_early_keeps_the_lead_in_sight_and_may_give_it_back(page, warming):
    html = page.post(f"/queue/{warming.id}/accept/", headers={"X-Queue": "1"}).content.decode()
    assert "Asha is yours as soon as the lead turns hot." in html and "You are with a lead" in html
    page.post(f"/queue/{warming.id}/decline/")
    assert "Asha" not in cards(page) and "You are available" in cards(page)


def test_a_lead_that_turns_hot_can_no_longer_be_given_back(page, warming, hot_call):
    page.post(f"/queue/{warming.id}/accept/")
    assert "Give it back" in cards(page)
    offers.offer(hot_call, now=clock.now())
    assert "Give it back" not in cards(page) and "your phone rings" in cards(page)


def test_a_lead_that_cooled_is_told_to_who_had_said_yes(page, warming, hot_call):
    page.post(f"/queue/{warming.id}/accept/")
    offers.on_score(hot_call, Heat.COLD, now=clock.now())
    assert "By its answers the lead does not turn hot." in cards(page)


# ---- that it was shown ----------------------------------------------------------------------------------------------------


def test_a_card_names_the_reservation_that_it_shows(page, rehema, offered):
    assert f'data-reservation="{Reservation.objects.get(rep=rehema).id}"' in cards(page)
