"""The waiting leads that are sent with the news of them: the same as on the page, to whom they concern, and only while they are signed in."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from campaigns.handoff import offers, presence
from campaigns.handoff.new_offers import drawn_offers
from campaigns.states import HandoffStatus
from leads import clock
from tests.campaigns.handoff.conftest import at
from tests.campaigns.handoff.test_queue_cards import cards, key_of, names_in_order, section_of, waiting
from tests.conftest import NOW

pytestmark = pytest.mark.django_db


def alone(rep) -> str:
    (html,) = drawn_offers([key_of(rep)], now=clock.now()).values()
    return html


@pytest.mark.parametrize("n_offers", [0, 1, 3])
def test_the_offers_alone_are_the_same_as_among_all_cards(page, campaign, rehema, n_offers, monkeypatch):
    for n in range(n_offers):
        waiting(campaign, rehema, n, points=70 + n, status=HandoffStatus.OFFERED if n else HandoffStatus.WARMING)
    monkeypatch.setattr(clock, "now", lambda: at(5))  # each says for how many seconds the lead has waited
    html = alone(rehema)
    assert section_of(html) == section_of(cards(page))
    assert "data-part" in html and "promised" not in html


def test_a_rep_with_a_lead_is_given_no_offers_that_they_cannot_take(campaign, rehema):
    waiting(campaign, rehema, 1, name="Waiting")
    offers.take_now(waiting(campaign, rehema, 2, name="Theirs").pk, rehema, now=clock.now())
    assert drawn_offers([key_of(rehema)], now=clock.now()) == {}


def signs_out(rep, client) -> None:
    client.post("/account/logout/")


def changes_the_password(rep, client) -> None:
    rep.user.set_password("another one 2026")
    rep.user.save()


def is_closed(rep, client) -> None:
    rep.user.is_active = False
    rep.user.save()


def runs_out(rep, client) -> None:
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))


@pytest.mark.parametrize("ends", [signs_out, changes_the_password, is_closed, runs_out])
def test_nothing_is_given_to_a_page_whose_session_has_ended(page, campaign, rehema, ends):
    waiting(campaign, rehema)
    key = page.session.session_key
    assert len(drawn_offers([key], now=clock.now())) == 1
    ends(rehema, page)
    assert drawn_offers([key, "made-up"], now=clock.now()) == {}


def test_the_offers_alone_are_none_for_a_rep_who_is_away(campaign, rehema):
    waiting(campaign, rehema)
    presence.set_available(rehema, False, now=clock.now())
    html = alone(rehema)
    assert names_in_order(html) == [] and "You are away" in html


def test_an_offer_of_a_campaign_that_is_not_the_reps_any_more_is_not_shown(campaign, rehema):
    waiting(campaign, rehema)
    campaign.reps.remove(rehema)
    assert names_in_order(alone(rehema)) == []


def test_what_the_page_counts_from_is_on_the_cards_whichever_way_they_come(page, campaign, rehema):
    waiting(campaign, rehema)
    for html in (cards(page), alone(rehema)):
        for name in ("now", "since", "until"):
            (at_ms,) = re.findall(rf'data-{name}-ms="(\d*)"', html)
            assert abs(int(at_ms) / 1000 - NOW.timestamp()) < 1000
