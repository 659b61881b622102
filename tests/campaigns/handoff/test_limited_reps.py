"""A rep whose user is limited to campaigns gets and sees leads of these alone, whatever a campaign's list of reps says: door by door."""

from __future__ import annotations

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User

from campaigns import pace
from campaigns.access.reps import campaigns_of, reps_of
from campaigns.handoff import booking, cards, live_actions, new_offers, offers, promises, writing_up
from campaigns.handoff.candidates import candidates_of
from campaigns.handoff.feed import Feed
from campaigns.handoff.live_actions import NOT_YOURS, Leader
from campaigns.handoff.moves import move
from campaigns.handoff.offers import Accepted, Gone
from campaigns.handoff.presence import available_reps
from campaigns.handoff.reservations import current
from campaigns.handoff.states import HandoffEvent
from campaigns.models import CampaignAccess, Handoff, Rep, Reservation
from campaigns.review.promising import reps_for
from tests.campaigns.handoff.conftest import at, pending
from tests.campaigns.handoff.test_consumer import CARDS, DEADLINE_S, heard, listening, offered
from tests.conftest import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("loopback")]
NOT_IN_QUEUE = Gone("This lead is not in your queue.")
ALL_DAY = {day: [["00:00", "24:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}


def limit(rep: Rep, *campaigns) -> None:
    access, _is_new = CampaignAccess.objects.get_or_create(user=rep.user)
    access.campaigns.set(campaigns)


@pytest.fixture
def shut_out(rehema: Rep) -> Rep:
    """On the campaign's list, and limited to no campaign at all."""
    limit(rehema)
    return rehema


@pytest.fixture
def asked(hot_call, rehema) -> Handoff:
    """Rehema is asked for Asha; then she is limited."""
    handoff = offers.offer(hot_call, now=NOW)
    assert Reservation.objects.filter(handoff=handoff, rep=rehema).exists()
    limit(rehema)
    return handoff


@pytest.fixture
def promised(hot_call, rehema) -> Handoff:
    handoff = offers.offer(hot_call, now=NOW)
    move(handoff, HandoffEvent.OVERDUE, now=NOW, reason="Nobody took it in time.")
    move(handoff, HandoffEvent.PROMISED, now=NOW)
    Handoff.objects.filter(pk=handoff.pk).update(promised_for=NOW)
    return handoff


# ---- the rule -----------------------------------------------------------------------------------------------------------------


def test_without_a_limit_it_is_the_campaigns_list_that_counts(rehema, campaign, draft):
    assert list(campaigns_of(rehema)) == [campaign]
    assert list(reps_of(campaign.pk)) == [rehema]


def test_a_limit_takes_away_and_gives_nothing(rehema, campaign, draft):
    limit(rehema, draft)
    assert not campaigns_of(rehema).exists()
    assert not reps_of(draft.pk).exists() and not reps_of(campaign.pk).exists()


def test_a_limit_with_the_campaign_in_it_changes_nothing(rehema, campaign, draft):
    limit(rehema, campaign, draft)
    assert list(campaigns_of(rehema)) == [campaign]


def test_the_limit_of_one_is_not_that_of_another(shut_out, juma, campaign):
    assert list(reps_of(campaign.pk)) == [juma]


def test_a_superuser_has_no_limit(shut_out, campaign):
    User.objects.filter(pk=shut_out.user_id).update(is_superuser=True)
    assert list(campaigns_of(shut_out)) == [campaign]


# ---- being asked --------------------------------------------------------------------------------------------------------------


def test_they_are_no_candidate_and_not_there_for_a_manager_to_choose(hot_call, shut_out, juma):
    handoff = offers.offer(hot_call, now=NOW)
    assert [candidate.rep_id for candidate in candidates_of(handoff, now=NOW)] == [juma.pk]
    assert list(Reservation.objects.values_list("rep", flat=True)) == [juma.pk]
    assert list(available_reps(hot_call.campaign, now=NOW)) == [juma]


def test_a_lead_whom_nobody_else_may_have_is_promised_a_call(hot_call, shut_out):
    handoff = offers.offer(hot_call, now=NOW)
    handoff.refresh_from_db()
    assert (handoff.status, handoff.reason) == ("no_answer", "No rep was available.")


def test_nobody_is_dialled_for_reps_who_may_take_no_lead(campaign, shut_out):
    reps = pace.reps_of(campaign, now=NOW)
    assert reps is not None and reps.n_free == 0


def test_a_manager_cannot_give_them_the_lead(hot_call, shut_out):
    told = live_actions.take_over(hot_call.pk, Leader("mosi"), now=NOW, rep=shut_out)
    assert isinstance(told, live_actions.Refused) and "takes no leads of this campaign" in told.why
    assert not Handoff.objects.exists()


def test_no_time_of_theirs_is_offered_to_a_lead_nor_booked(hot_call, rehema):
    Rep.objects.filter(pk=rehema.pk).update(hours=ALL_DAY)
    slots = booking.find(hot_call.pk, after=None, now=NOW).slots
    assert slots
    limit(rehema)
    assert booking.find(hot_call.pk, after=None, now=NOW).slots == ()
    assert booking.book(hot_call.pk, slots[0], now=NOW) == booking.NOTHING


def test_a_reviewer_cannot_promise_them(hot_call, shut_out, juma):
    assert list(reps_for(hot_call)) == [juma]


# ---- what they see ------------------------------------------------------------------------------------------------------------


def test_what_they_were_asked_for_is_gone_from_their_queue(asked, rehema):
    assert cards.queue_of(rehema, now=NOW).offers == ()
    assert cards.asked_of([rehema], NOW) == {}
    assert not cards.seen_by(rehema).exists()


def test_the_news_draws_no_card_of_it(asked, rehema, juma):
    pending(asked, juma, expires_at=None)
    offered = new_offers.offered_to([rehema, juma], now=NOW)
    assert offered[rehema.pk].offers == ()
    assert len(offered[juma.pk].offers) == 1


def test_neither_its_words_nor_its_card_can_be_fetched(asked, rehema, page):
    assert cards.spoken_of(rehema, [asked.pk]) == ()
    assert page.get(f"/queue/{asked.pk}/more/").status_code == 404
    assert "Asha" not in page.get("/queue/cards/").content.decode()


def test_what_became_of_it_is_not_told(hot_call, rehema):
    handoff = offers.offer(hot_call, now=NOW)
    offers.accept(handoff.pk, rehema, now=at(1))
    handoff.refresh_from_db()
    move(handoff, HandoffEvent.LEAD_LEFT, now=at(5))
    assert cards.ended_of([rehema], at(6), is_free=True)
    limit(rehema)
    assert cards.ended_of([rehema], at(6), is_free=True) == {}


def test_an_offer_that_was_taken_back_is_not_told(asked, rehema):
    Reservation.objects.filter(rep=rehema).update(status="rescinded", ended_at=NOW, reason="Juma was faster and has taken it.")
    assert cards.ended_of([rehema], at(1), is_free=True) == {}


def test_a_talk_of_a_campaign_beyond_the_limit_is_not_written_up(talk, rehema):
    reservation = talk(wrap_up_s=60)
    assert writing_up.writing_of(rehema, current(rehema), now=at(61))
    limit(rehema)
    assert writing_up.writing_of(rehema, current(rehema), now=at(61)) == ()
    assert writing_up.own_talk(rehema, reservation.pk) is None


def test_the_page_says_that_they_have_no_campaign(shut_out):
    assert not cards.queue_of(shut_out, now=NOW).has_campaigns


# ---- what they do -------------------------------------------------------------------------------------------------------------


def test_they_cannot_accept_it(asked, rehema):
    assert offers.accept(asked.pk, rehema, now=at(1)) == NOT_IN_QUEUE
    assert offers.take_now(asked.pk, rehema, now=at(1)) == NOT_IN_QUEUE


def test_saying_no_to_it_changes_nothing(asked, rehema):
    offers.decline(asked.pk, rehema, now=at(1))
    assert Reservation.objects.get(rep=rehema).status == "pending"


def test_they_cannot_lead_the_call(hot_call, rehema):
    handoff = offers.offer(hot_call, now=NOW)
    assert isinstance(offers.accept(handoff.pk, rehema, now=at(1)), Accepted)
    limit(rehema)
    assert live_actions.whisper(hot_call.pk, Leader.of(rehema), "Delivery is free.", now=at(2)) == live_actions.Refused(NOT_YOURS)


def test_a_promise_is_neither_shown_nor_kept(promised, rehema):
    assert len(cards.queue_of(rehema, now=NOW).promised) == 1
    limit(rehema)
    assert cards.queue_of(rehema, now=NOW).promised == ()
    assert offers.call_now(promised.pk, rehema, now=at(1)) == NOT_IN_QUEUE
    assert not offers.keep_promise(promised.pk, rehema, now=at(1))


def test_a_promise_that_was_made_with_them_is_others_to_keep(promised, rehema, juma):
    Handoff.objects.filter(pk=promised.pk).update(rep=rehema, promised_for=at(3600))
    mine = promises.may_keep(juma, now=NOW)
    assert not Handoff.objects.filter(mine).exists()
    limit(rehema)
    assert Handoff.objects.filter(mine).exists()


# ---- the socket ---------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("closed_connections")
async def test_the_socket_tells_of_a_promise_those_within_their_limit_alone(hot_call, rehema, juma):
    feed = Feed()
    handoff = await offered(hot_call)
    await sync_to_async(limit)(rehema)
    hers, his = await listening(feed, rehema.user), await listening(feed, juma.user)
    await sync_to_async(_promise)(handoff)
    assert await heard(his) == CARDS
    assert await hers.receive_nothing()
    await hers.disconnect(timeout=DEADLINE_S)
    await his.disconnect(timeout=DEADLINE_S)


def _promise(handoff: Handoff) -> None:
    Reservation.objects.all().delete()  # so that nobody is told of an offer of their own
    Handoff.objects.filter(pk=handoff.pk).update(promised_for=NOW)
    handoff.refresh_from_db()
    move(handoff, HandoffEvent.OVERDUE, now=NOW, reason="Nobody took it in time.")
