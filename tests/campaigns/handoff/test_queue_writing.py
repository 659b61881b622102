"""Writing up a talk on the queue page: the form, what it keeps, whose it is, and what is not lost when time runs out."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.test import Client

from campaigns.handoff import offers, reservations
from campaigns.handoff.cards import queue_of
from campaigns.handoff.moves import end_bridge, move
from campaigns.handoff.states import HandoffEvent
from campaigns.handoff.tending import tidy
from campaigns.models import Reservation, WrapUp
from campaigns.states import ReservationStatus
from leads import clock
from tests.campaigns.handoff.conftest import at, make_rep
from tests.conftest import NOW

pytestmark = pytest.mark.django_db

S = ReservationStatus
AS_SCRIPT = {"X-Queue": "1"}
TYPED = {"disposition": "won", "was_hot": "0", "next_step": "Send <the> contract", "notes": "Wants 60 seats.", "follow_up_on": "2026-11-30"}


@pytest.fixture(autouse=True)
def the_clock(monkeypatch) -> None:
    """A minute and ten seconds after Asha became hot: ten seconds after the talk."""
    monkeypatch.setattr(clock, "now", lambda: at(70))


def browser_of(rep, **how: bool) -> Client:
    client = Client(**how)
    client.force_login(rep.user)
    return client


@pytest.fixture
def page(rehema) -> Client:
    return browser_of(rehema)


def shown(client: Client) -> str:
    return client.get("/queue/cards/").content.decode()


def write_up(client: Client, talk: Reservation, typed: dict[str, str], **headers: str):
    return client.post(f"/queue/talk/{talk.pk}/write-up/", typed, headers=headers)


def field(html: str, talk: Reservation, name: str) -> str:
    found = re.search(rf'<(?:input|select|textarea)[^>]*id="write-{talk.pk}-{name}"[^>]*>', html)
    assert found is not None, name
    return found[0]


# ---- what is shown --------------------------------------------------------------------------------------------------------


def test_after_a_talk_the_form_names_the_lead_and_the_time_left(talk, page):
    reservation = talk()
    html = shown(page)
    assert "Write up the talk with <bdi>Asha</bdi>" in html and ">50 s</time>" in html
    assert f'<div class="write-up" id="typed-{reservation.pk}" data-keep>' in html
    assert all(f'form="write-{reservation.pk}"' in field(html, reservation, name) for name in TYPED)


def test_what_came_of_it_is_required_and_what_the_campaign_asks_for(talk, page):
    reservation = talk(wrap_up_required=["notes"])
    html = shown(page)
    assert {name for name in TYPED if " required" in field(html, reservation, name)} == {"disposition", "notes"}
    assert html.count("(required)") == 2 and "Skip" not in html


def test_nobody_else_sees_it(talk, juma):
    talk()
    assert "Write up" not in shown(browser_of(juma))


def test_without_time_for_it_there_is_no_form(talk, page):
    talk(wrap_up_s=0)
    assert "Write up" not in shown(page)


def test_while_they_talk_they_may_type_but_not_save(hot_call, rehema, loopback, page):
    handoff = offers.offer(hot_call, now=NOW)
    offers.accept(handoff.id, rehema, now=at(1))
    assert "Write up" not in shown(page)
    handoff.refresh_from_db()
    move(handoff, HandoffEvent.DIAL_BRIDGED, now=at(10))
    html = shown(page)
    assert "Type while you talk" in html and ">Save" not in html
    kept = f'id="typed-{Reservation.objects.get().pk}" data-keep'
    end_bridge(handoff, now=at(60))
    assert kept in html and kept in shown(page)  # the same element: what was typed stays in it
    assert ">Save" in shown(page)


# ---- saving ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("headers", [{}, AS_SCRIPT])
def test_saving_keeps_it_all_and_the_rep_is_available(talk, page, headers):
    reservation = talk()
    reply = page.post(f"/queue/talk/{reservation.pk}/write-up/", TYPED, headers=headers, follow=True)
    assert "Saved. You are available." in reply.content.decode() and "Write up" not in reply.content.decode()
    kept = WrapUp.objects.get(reservation=reservation)
    assert (kept.disposition, kept.was_hot, kept.next_step) == ("won", False, "Send <the> contract")
    assert (kept.notes, kept.follow_up_on, kept.saved_at) == ("Wants 60 seats.", date(2026, 11, 30), at(70))


def test_who_went_away_meanwhile_is_told_so(talk, rehema, page):
    reservation = talk()
    page.post("/queue/presence/", {"is_available": "0"})
    assert "Saved. You are away." in write_up(page, reservation, TYPED, **AS_SCRIPT).content.decode()


@pytest.mark.parametrize("headers", [{}, AS_SCRIPT])
@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"disposition": ""}, "Still missing: what came of it."),
        ({"was_hot": ""}, "Still missing: whether the lead was really hot."),
        ({"follow_up_on": "soon"}, "Follow up on: Enter a valid date."),
        ({"next_step": "x" * 201}, "Next step: Ensure this value has at most 200 characters"),
        ({"disposition": "sold"}, "What came of it: Select a valid choice."),
    ],
)
def test_what_cannot_be_kept_is_said_and_shown_again_as_typed(talk, page, headers, wrong, sentence):
    reservation = talk(wrap_up_required=["was_hot"])
    reply = write_up(page, reservation, TYPED | wrong, **headers)
    html = reply.content.decode()
    assert reply.status_code == 409 and sentence in html and "Wants 60 seats." in html
    assert html.lstrip().startswith("<!doctype html>") is not bool(headers)
    reservation.refresh_from_db()
    assert reservation.status == S.WRAPPING and not WrapUp.objects.exists()


def test_what_was_typed_is_escaped(talk, page):
    html = write_up(page, talk(), TYPED | {"disposition": ""}).content.decode()
    assert 'value="Send &lt;the&gt; contract"' in html and "<the>" not in html


def test_a_post_from_another_site_is_refused(talk, rehema):
    assert write_up(browser_of(rehema, enforce_csrf_checks=True), talk(), TYPED).status_code == 403
    assert not WrapUp.objects.exists()


@pytest.mark.parametrize("path", ["write-up", "skip"])
def test_the_talk_of_another_rep_is_not_there(talk, juma, zuri, path):
    reservation = talk()
    assert browser_of(juma).post(f"/queue/talk/{reservation.pk}/{path}/", TYPED).status_code == 404
    client = Client()
    client.force_login(zuri)
    assert client.post(f"/queue/talk/{reservation.pk}/{path}/", TYPED).status_code == 403
    reservation.refresh_from_db()
    assert reservation.status == S.WRAPPING and not WrapUp.objects.exists()


@pytest.mark.parametrize("path", ["write-up", "skip"])
def test_an_offer_that_led_to_no_talk_is_not_written_up(hot_call, rehema, loopback, page, path):
    offers.offer(hot_call, now=NOW)
    reply = page.post(f"/queue/talk/{Reservation.objects.get().pk}/{path}/", TYPED, headers=AS_SCRIPT)
    assert reply.status_code == 409 and "There is no talk to write up." in reply.content.decode()


def test_nothing_is_written_about_a_call_whose_words_are_gone(talk, hot_call, page):
    reservation = talk()
    type(hot_call).objects.update(words_gone_at=NOW)
    assert write_up(page, reservation, TYPED).status_code == 404


# ---- skipping, and being late ---------------------------------------------------------------------------------------------


def test_skipping_frees_the_rep_at_once_and_the_form_goes(talk, page, rehema):
    reservation = talk()
    html = page.post(f"/queue/talk/{reservation.pk}/skip/", headers=AS_SCRIPT).content.decode()
    assert "Skipped. You are available." in html and "Write up" not in html
    reservation.refresh_from_db()
    assert (reservation.status, reservation.ended_at, reservation.reason) == (S.COMPLETED, at(70), reservations.SKIPPED)


def test_what_is_required_cannot_be_skipped(talk, page):
    reservation = talk(wrap_up_required=["notes"])
    reply = page.post(f"/queue/talk/{reservation.pk}/skip/", headers=AS_SCRIPT)
    assert reply.status_code == 409 and "This campaign wants its talks written up." in reply.content.decode()
    reservation.refresh_from_db()
    assert reservation.status == S.WRAPPING


class TestWhenTheTimeIsUp:
    """At second 120; nothing is required, so the rep is free."""

    @pytest.fixture(autouse=True)
    def late(self, talk, monkeypatch):
        reservation = talk()
        tidy(at(120))
        monkeypatch.setattr(clock, "now", lambda: at(130))
        return reservation

    def test_the_form_is_still_there_and_saves(self, late, page, rehema):
        assert f'id="typed-{late.pk}" data-keep' in shown(page) and "The time for it is up." in shown(page)
        assert "Saved. You are available." in write_up(page, late, TYPED, **AS_SCRIPT).content.decode()
        assert WrapUp.objects.get().reservation == late and "Write up" not in shown(page)

    def test_it_can_be_dismissed_once(self, late, page):
        assert "Skipped." in page.post(f"/queue/talk/{late.pk}/skip/", headers=AS_SCRIPT).content.decode()
        assert "Write up" not in shown(page)

    def test_it_holds_nobody(self, late, rehema):
        assert not queue_of(rehema, now=at(130)).is_writing

    @pytest.mark.parametrize(("second", "is_there"), [(120 + 600, True), (121 + 600, False)])
    def test_it_goes_ten_minutes_later(self, late, rehema, second, is_there):
        assert bool(queue_of(rehema, now=NOW + timedelta(seconds=second)).writing) is is_there


def test_what_is_required_says_that_no_lead_comes_before(talk, page, monkeypatch):
    talk(wrap_up_required=["notes"])
    monkeypatch.setattr(clock, "now", lambda: at(130))
    assert "You are offered no lead before this is saved." in shown(page)


def test_two_talks_do_not_share_a_form(talk, page, rehema):
    first = talk()
    tidy(at(120))
    second = Reservation.objects.create(handoff=first.handoff, rep=rehema, status=S.WRAPPING, offered_at=NOW, wrap_up_until=at(200))
    html = shown(page)
    for each in (first, second):
        assert f'<form id="write-{each.pk}" method="post" data-static>' in html and f'form="write-{each.pk}"' in field(html, each, "notes")


def test_a_rep_of_another_campaign_has_none(talk):
    talk()
    assert queue_of(make_rep("Neema", "+254722000013"), now=at(70)).writing == ()
