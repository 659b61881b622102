"""Leading a live call from the rep's card: what is on it, what the buttons do, and who is shown the door."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from bridge.events import Outcome
from campaigns import live
from campaigns.handoff import live_actions, offers
from campaigns.handoff.feed import ON_A_CARD
from campaigns.handoff.live_actions import Leader
from campaigns.models import Call, Handoff, LiveAction, LiveEvent
from leads import clock
from tests.campaigns.handoff.conftest import at, make_rep

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("loopback")]
AS_SCRIPT = {"X-Queue": "1"}
SENTENCE = "Delivery is free this month."
DOORS = ["whisper", "take-over", "end"]


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def handoff(hot_call, rehema) -> Handoff:
    """Rehema's lead, to whom the bot still talks."""
    opened = offers.offer(hot_call, now=clock.now())
    offers.accept(opened.pk, rehema, now=clock.now())
    opened.refresh_from_db()
    return opened


@pytest.fixture
def page(rehema) -> Client:
    return signed_in(rehema.user)


def cards(client: Client) -> str:
    return client.get("/queue/cards/").content.decode()


def notes() -> list[str]:
    return list(LiveEvent.objects.filter(kind__startswith="note.").values_list("kind", flat=True))


# ---- what is on the card -----------------------------------------------------------------------------------------------------------------


def test_the_card_of_ones_own_lead_has_the_field_and_the_buttons(page, handoff):
    html = cards(page)
    assert "Say to the lead through the bot" in html and 'maxlength="200"' in html
    for door in DOORS:
        assert f'formaction="/queue/{handoff.pk}/{door}/"' in html


def test_enter_in_the_field_can_press_no_button_but_its_own(page, handoff):
    html = cards(page)
    assert re.findall(r'<(?:input|button) form="say"[^>]*(?:name|formaction)="([^"]+)"', html) == ["text", f"/queue/{handoff.pk}/whisper/"]


def test_half_typed_words_and_an_opened_question_are_kept_over_renewals(page, handoff):
    html = cards(page)
    assert re.search(rf'id="saying-{handoff.pk}" data-keep>.*?id="text-{handoff.pk}".*?</div>', html, re.S)
    assert f'<details class="ending" id="ending-{handoff.pk}" data-keep>' in html


def test_nothing_of_it_is_there_on_an_offer(page, hot_call, rehema):
    offers.offer(hot_call, now=clock.now())
    assert "Accept" in cards(page) and 'name="text"' not in cards(page)


def test_nothing_of_it_is_there_when_the_bot_does_not_talk(page, handoff):
    Handoff.objects.update(released_at=clock.now())
    assert "It is yours" in cards(page) and 'name="text"' not in cards(page)


def test_it_is_there_for_a_lead_that_was_accepted_while_it_warms(page, hot_call, rehema):
    Handoff.objects.create(call=hot_call, strategy="dial", offered_at=clock.now(), status="warming").reservations.create(
        rep=rehema, status="accepted", offered_at=clock.now()
    )
    assert 'name="text"' in cards(page)


def test_the_card_tells_what_became_of_the_last_sentences(page, handoff, rehema):
    for n in range(4):
        LiveAction.objects.create(call=handoff.call, kind="whisper", text=f"Sentence {n}.", done_by="Rehema", done_at=at(n), outcome="said")
    live_actions.whisper(handoff.call_id, Leader.of(rehema), "<b>Bold.</b>", now=at(9))
    html = cards(page)
    assert "Sentence 1." not in html
    assert "let the bot say “Sentence 3.”: said, and heard to its end" in html
    assert "“&lt;b&gt;Bold.&lt;/b&gt;”: waiting for its turn" in html


def test_the_page_is_told_when_something_came_of_it():
    assert live.Kind.LED in ON_A_CARD


def test_a_lead_whose_call_was_ended_does_not_vanish_without_a_word(page, handoff):
    offers.on_session_finished(handoff.call, Outcome.STOPPED, now=clock.now())
    assert "A person of ours let the bot end the call." in cards(page)


# ---- what the buttons do -----------------------------------------------------------------------------------------------------------------


def test_a_sentence_is_sent_and_the_rep_told_so(page, handoff):
    reply = page.post(f"/queue/{handoff.pk}/whisper/", {"text": SENTENCE}, headers=AS_SCRIPT)
    assert reply.status_code == 200 and f"The bot says it as soon as it is its turn: “{SENTENCE}”" in reply.content.decode()
    assert notes()[-1] == "note.whisper"


def test_without_javascript_it_leads_back_to_the_queue_with_the_same_words(page, handoff):
    reply = page.post(f"/queue/{handoff.pk}/whisper/", {"text": SENTENCE}, follow=True)
    assert reply.redirect_chain == [("/queue/", 302)]
    assert "The bot says it as soon as it is its turn" in reply.content.decode()


def test_what_cannot_be_said_comes_back_in_words(page, handoff):
    reply = page.post(f"/queue/{handoff.pk}/whisper/", headers=AS_SCRIPT)
    assert reply.status_code == 409 and "Write what the bot is to say." in reply.content.decode()
    assert not LiveAction.objects.exists()


def test_taking_over_and_ending_are_told_in_words(page, handoff):
    taken = page.post(f"/queue/{handoff.pk}/take-over/", headers=AS_SCRIPT).content.decode()
    ended = page.post(f"/queue/{handoff.pk}/end/", headers=AS_SCRIPT).content.decode()
    assert "The lead is yours: the bot says so" in taken and "The bot says goodbye and ends the call." in ended
    assert notes()[-2:] == ["note.take_over", "note.end_politely"]


def test_a_rep_who_is_asked_may_take_over_at_once(page, hot_call):
    offered = offers.offer(hot_call, now=clock.now())
    assert page.post(f"/queue/{offered.pk}/take-over/", headers=AS_SCRIPT).status_code == 200
    assert notes() == ["note.rep_accepted", "note.take_over"]


# ---- every wrong role through every door -------------------------------------------------------------------------------------------------


@pytest.fixture
def sent_nothing(handoff):
    before = notes()
    yield
    assert (notes(), LiveAction.objects.count()) == (before, 0)


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.usefixtures("sent_nothing")
class TestWrongRoles:
    def test_who_is_not_signed_in_is_sent_to_the_login(self, handoff, door):
        assert Client().post(f"/queue/{handoff.pk}/{door}/", {"text": SENTENCE})["Location"].startswith("/account/login/")

    def test_zuri_and_mosi_are_no_reps(self, handoff, zuri, mosi, door):
        for user in (zuri, mosi):
            assert signed_in(user).post(f"/queue/{handoff.pk}/{door}/", {"text": SENTENCE}).status_code == 403

    def test_another_rep_is_told_whose_lead_it_is(self, handoff, juma, door):
        reply = signed_in(juma.user).post(f"/queue/{handoff.pk}/{door}/", {"text": SENTENCE}, headers=AS_SCRIPT)
        assert reply.status_code == 409 and "Rehema has this lead." in reply.content.decode()

    def test_a_rep_of_another_campaign_learns_nothing_of_it(self, handoff, door):
        neema = make_rep("Neema", "+254722000013")
        reply = signed_in(neema.user).post(f"/queue/{handoff.pk}/{door}/", {"text": SENTENCE}, headers=AS_SCRIPT)
        assert reply.status_code == 409 and "This lead is not in your queue." in reply.content.decode()
        assert "Asha" not in reply.content.decode() and "Rehema" not in reply.content.decode()

    def test_a_hand_off_that_does_not_exist_is_nobodys(self, handoff, page, door):
        reply = page.post(f"/queue/{handoff.call_id}/{door}/", {"text": SENTENCE}, headers=AS_SCRIPT)
        assert reply.status_code == 409 and "This lead is not in your queue." in reply.content.decode()

    def test_a_get_changes_nothing(self, handoff, page, door):
        assert page.get(f"/queue/{handoff.pk}/{door}/").status_code == 405

    def test_a_post_from_another_site_is_refused(self, handoff, rehema, door):
        client = Client(enforce_csrf_checks=True)
        client.force_login(rehema.user)
        assert client.post(f"/queue/{handoff.pk}/{door}/", {"text": SENTENCE}).status_code == 403

    def test_too_late_is_told_in_words(self, handoff, page, door):
        Call.objects.update(session_ended_at=clock.now())
        reply = page.post(f"/queue/{handoff.pk}/{door}/", {"text": SENTENCE}, headers=AS_SCRIPT)
        assert reply.status_code == 409 and "The call is over." in reply.content.decode()
