"""The kill switch on the console: asked about first, only for who may, and seen by everybody who watches campaigns."""

from __future__ import annotations

import pytest

from campaigns import dialing_stop, stop_all
from campaigns.models import CampaignAccess, DialingStop
from tests.campaigns.console import administrator, shown, sign_in, told

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("loopback")]

STOP, RESUME = "campaigns/dialingstop/stop/", "campaigns/dialingstop/resume/"


def test_the_button_asks_first(client, campaign):
    sign_in(client, "mosi", "stop_dialing")
    assert f"/admin/{STOP}" in shown(client, "")
    assert "Stop all dialing?" in shown(client, STOP)
    assert not dialing_stop.is_stopped()


def test_a_confirmed_stop_says_who_and_why(client):
    sign_in(client, "mosi", "stop_dialing")
    [said] = told(client, STOP, {"why": "a wrong list"})
    assert "All dialing is stopped by mosi: a wrong list." in said
    assert DialingStop.objects.get().stopped_by == "mosi"


def test_no_reason_is_needed_in_a_hurry(client):
    sign_in(client, "mosi", "stop_dialing")
    told(client, STOP)
    assert dialing_stop.is_stopped()


def test_the_first_page_shows_a_red_banner_while_stopped(client, campaign):
    stop_all.stop_all(by="rehema", reason="a wrong list")
    sign_in(client, "mosi", "view_campaign")
    page = shown(client, "")
    assert "sq-stopped" in page and "By rehema, at 24 Nov 2026, 10:0" in page and "a wrong list" in page
    assert f"/admin/{RESUME}" not in page  # to see it is not to lift it


def test_the_banner_goes_with_the_resumption(client):
    stop_all.stop_all(by="rehema", reason="")
    administrator(client)
    assert f"/admin/{RESUME}" in shown(client, "")
    assert "Resume dialing?" in shown(client, RESUME) and dialing_stop.is_stopped()
    assert told(client, RESUME) == ["Dialing goes on."]
    assert not dialing_stop.is_stopped()
    assert "sq-stopped" not in shown(client, "")


def test_resuming_twice_is_said(client):
    administrator(client)
    assert "Nothing is stopped" in shown(client, RESUME)
    assert told(client, RESUME) == ["Nothing was stopped: dialing goes on."]


@pytest.mark.parametrize("path", [STOP, RESUME])
@pytest.mark.parametrize("method", ["get", "post"])
def test_whoever_may_not_stop_can_neither_ask_nor_do_it(client, path, method):
    stop_all.stop_all(by="mosi", reason="")
    sign_in(client, "zuri", "view_campaign", "change_campaign", "view_dialingstop")
    assert getattr(client, method)(f"/admin/{path}").status_code == 403
    assert DialingStop.objects.get().resumed_at is None


def test_zuri_sees_neither_button_nor_banner(client):
    stop_all.stop_all(by="mosi", reason="a wrong list")
    sign_in(client, "zuri")
    page = shown(client, "")
    assert "a wrong list" not in page and STOP not in page and RESUME not in page


def test_a_visitor_is_asked_to_sign_in(client):
    assert client.post(f"/admin/{STOP}").status_code == 302
    assert not dialing_stop.is_stopped()


def test_the_history_is_listed_and_never_edited(client):
    stop = stop_all.stop_all(by="rehema", reason="a wrong list")
    administrator(client)
    assert "a wrong list" in shown(client, "campaigns/dialingstop/")
    path = f"campaigns/dialingstop/{stop.pk}/change/"
    assert "rehema" in shown(client, path)
    assert client.post(f"/admin/{path}", {"reason": "none"}).status_code == 403


class TestWhoSeesSomeCampaignsOnly:
    """To stop is safe and always theirs; to resume would ring phones of campaigns that are not."""

    @pytest.fixture
    def neema(self, client, campaign):
        user = sign_in(client, "neema", "stop_dialing", "view_campaign")
        CampaignAccess.objects.create(user=user).campaigns.add(campaign)

    def test_they_stop_everything(self, client, neema):
        told(client, STOP, {"why": "a wrong list"})
        assert DialingStop.objects.get().stopped_by == "neema"

    def test_they_do_not_resume_it_and_are_told_why(self, client, neema):
        stop_all.stop_all(by="mosi", reason="")
        page = shown(client, RESUME)
        assert "set all of them dialing again" in page
        assert 'method="post" novalidate' not in page  # no button to press
        [said] = told(client, RESUME)
        assert "Ask somebody who sees all of them." in said
        assert dialing_stop.is_stopped()
