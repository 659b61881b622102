"""The queue in the browser: who may see it, what is on it, and what the buttons do."""

from __future__ import annotations

import pytest
from django.test import Client

from bridge.events import Outcome
from campaigns.handoff import offers
from campaigns.models import Handoff, LiveEvent
from campaigns.states import HandoffStatus
from leads import clock
from leads.models import Lead
from sautiqual.demo.rep import ACCEPT_BUTTON, CSRF_FIELD
from tests.campaigns.handoff.conftest import make_rep

pytestmark = pytest.mark.django_db
AS_SCRIPT = {"X-Queue": "1"}


def signed_in(user) -> Client:
    client = Client(enforce_csrf_checks=False)
    client.force_login(user)
    return client


@pytest.fixture
def page(rehema) -> Client:
    """Rehema's browser."""
    return signed_in(rehema.user)


@pytest.fixture
def offered(hot_call, rehema, loopback) -> Handoff:
    return offers.offer(hot_call, now=clock.now())


@pytest.fixture
def promised(hot_call, rehema, loopback) -> Handoff:
    offers.on_session_finished(hot_call, Outcome.PROMISED, now=clock.now())
    return Handoff.objects.get()


def cards(client: Client) -> str:
    return client.get("/queue/cards/").content.decode()


# ---- who may see it -------------------------------------------------------------------------------------------------------

PAGES = ["/queue/", "/queue/cards/"]


@pytest.mark.parametrize("path", PAGES)
def test_who_is_not_signed_in_is_sent_to_the_login(db, path):
    reply = Client().get(path)
    assert reply.status_code == 302 and reply["Location"] == f"/account/login/?next={path}"


@pytest.mark.parametrize("path", PAGES)
def test_zuri_may_see_nothing_and_is_told_so_in_words(zuri, offered, path):
    reply = signed_in(zuri).get(path)
    assert reply.status_code == 403
    assert "This page is for reps" in reply.content.decode()
    assert "Asha" not in reply.content.decode()


def test_mosi_is_shown_the_way_to_the_console(mosi, offered):
    reply = signed_in(mosi).get("/queue/")
    assert reply.status_code == 403
    assert "Asha" not in reply.content.decode() and 'href="/admin/"' in reply.content.decode()


@pytest.mark.parametrize("action", ["accept", "decline", "call", "done"])
def test_zuri_can_do_nothing(zuri, offered, action):
    assert signed_in(zuri).post(f"/queue/{offered.id}/{action}/").status_code == 403
    offered.refresh_from_db()
    assert offered.status == HandoffStatus.OFFERED


def test_a_post_from_another_site_is_refused(rehema, offered):
    client = Client(enforce_csrf_checks=True)
    client.force_login(rehema.user)
    assert client.post(f"/queue/{offered.id}/accept/").status_code == 403
    offered.refresh_from_db()
    assert offered.status == HandoffStatus.OFFERED


@pytest.mark.parametrize("action", ["accept", "decline", "call", "done"])
def test_a_get_changes_nothing(page, offered, action):
    assert page.get(f"/queue/{offered.id}/{action}/").status_code == 405


def test_a_rep_of_another_campaign_sees_nothing_of_it(offered, promised):
    neema = make_rep("Neema", "+254722000013", seen_at=clock.now())
    assert "Asha" not in cards(signed_in(neema.user))


# ---- what is on it --------------------------------------------------------------------------------------------------------


def test_a_hot_lead_is_shown_with_score_reasons_answers_and_last_words(page, offered):
    shown = cards(page)
    for part in ("Asha", "Acme November", "70", "a large team", "Seats", "60 seats", "We need about sixty seats.", f"/queue/{offered.id}/accept/"):
        assert part in shown


def test_no_phone_number_is_shown(page, offered):
    assert "+254" not in cards(page)


def test_what_a_lead_said_cannot_become_code(page, offered, hot_call):
    hot_call.turns.update(text="<script>alert(1)</script>")
    Lead.objects.update(name="<b>Asha</b>")
    shown = cards(page)
    assert "<script>" not in shown and "<b>Asha" not in shown


def test_nobody_waiting_is_said(page, loopback):
    assert "Nobody is waiting" in cards(page)


def test_an_away_rep_is_offered_nothing(page, rehema, offered):
    page.post("/queue/presence/", {"is_available": "0"})
    assert f"/queue/{offered.id}/accept/" not in cards(page)
    assert "You are away" in cards(page)


def test_a_rep_whose_number_is_not_verified_is_told(page, rehema):
    rehema.is_verified = False
    rehema.save()
    assert "not verified" in cards(page)


def test_a_rep_without_a_campaign_is_told(campaign):
    assert "no campaign yet" in cards(signed_in(make_rep("Neema", "+254722000013").user))


def test_a_promise_is_shown_with_its_time_and_reason(page, promised):
    shown = cards(page)
    assert "Promised call backs" in shown and "Nobody took it in time." in shown
    assert "10:3" in shown  # half an hour after ten in Nairobi


def test_an_overdue_promise_says_so(page, promised):
    Handoff.objects.update(promised_for=clock.now().replace(year=2025))
    assert "overdue since" in cards(page)


# ---- what the buttons do --------------------------------------------------------------------------------------------------


def test_going_available_is_seen_at_once(page, rehema):
    rehema.is_available, rehema.seen_at = False, None
    rehema.save()
    page.post("/queue/presence/", {"is_available": "1"})
    rehema.refresh_from_db()
    assert rehema.is_available and (clock.now() - rehema.seen_at).total_seconds() < 5
    assert LiveEvent.objects.filter(kind="presence").exists()


def test_fetching_the_cards_says_that_the_rep_is_there(page, rehema):
    before = rehema.seen_at
    cards(page)
    rehema.refresh_from_db()
    assert rehema.seen_at >= before


def test_accepting_makes_the_lead_mine(page, offered):
    reply = page.post(f"/queue/{offered.id}/accept/", headers=AS_SCRIPT)
    shown = reply.content.decode()
    assert reply.status_code == 200 and "Asha is yours." in shown
    assert "your phone rings" in shown and f"/queue/{offered.id}/accept/" not in shown


def test_the_demos_rep_finds_the_same_button_and_the_token_beside_it(page, offered):
    shown = cards(page)
    assert ACCEPT_BUTTON.findall(shown) == [f"/queue/{offered.id}/accept/"]
    assert CSRF_FIELD.search(shown)


def test_who_is_too_late_is_told_who_took_it(page, juma, offered):
    signed_in(juma.user).post(f"/queue/{offered.id}/accept/")
    reply = page.post(f"/queue/{offered.id}/accept/", headers=AS_SCRIPT)
    assert reply.status_code == 409
    assert "Juma was faster and has taken it." in reply.content.decode()


def test_a_lead_who_hung_up_cannot_be_accepted(page, offered, hot_call):
    offers.on_session_finished(hot_call, Outcome.CALLEE_LEFT, now=clock.now())
    reply = page.post(f"/queue/{offered.id}/accept/", headers=AS_SCRIPT)
    assert reply.status_code == 409 and "The lead has hung up." in reply.content.decode()


def test_a_lead_of_mine_does_not_vanish_without_a_word(page, offered, hot_call):
    page.post(f"/queue/{offered.id}/accept/")
    offers.on_session_finished(hot_call, Outcome.CALLEE_LEFT, now=clock.now())
    assert "The lead has hung up." in cards(page)


def test_without_javascript_the_answer_is_on_the_next_page(page, offered):
    reply = page.post(f"/queue/{offered.id}/accept/", follow=True)
    assert reply.redirect_chain == [("/queue/", 302)]
    assert "Asha is yours." in reply.content.decode()


def test_declining_takes_it_off_my_queue_only(page, juma, offered):
    page.post(f"/queue/{offered.id}/decline/")
    assert "Asha" not in cards(page)
    assert "Asha" in cards(signed_in(juma.user))


def test_calling_now_makes_a_promise_mine(page, promised):
    reply = page.post(f"/queue/{promised.id}/call/", headers=AS_SCRIPT)
    promised.refresh_from_db()
    assert reply.status_code == 200 and promised.status == HandoffStatus.ACCEPTED
    assert "press 1" in reply.content.decode()


def test_done_takes_a_promise_off_the_queue(page, promised):
    assert page.post(f"/queue/{promised.id}/done/", headers=AS_SCRIPT).status_code == 200
    assert "Asha" not in cards(page)
    assert page.post(f"/queue/{promised.id}/done/", headers=AS_SCRIPT).status_code == 409


def test_an_unknown_lead_is_not_in_the_queue(page, offered):
    reply = page.post("/queue/00000000-0000-0000-0000-000000000000/accept/", headers=AS_SCRIPT)
    assert reply.status_code == 409 and "not in your queue" in reply.content.decode()
