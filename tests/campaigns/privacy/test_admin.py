"""On the lead's page: only for who may, said before the harm, done by the POST alone."""

from __future__ import annotations

import pytest

from campaigns.models import PrivacyAct
from leads.do_not_call import is_on_do_not_call
from leads.models import Lead
from tests.campaigns.conftest import live_call
from tests.campaigns.console import administrator, shown, sign_in, told

pytestmark = pytest.mark.django_db

MAY = ("erase_person", "view_lead")


def page_of(lead: Lead) -> str:
    return f"campaigns/privacyact/erase/{lead.pk}/"


def test_the_page_says_what_goes_and_that_there_is_no_way_back(client, spoken, asha):
    sign_in(client, "mosi", *MAY)
    page = shown(client, page_of(asha))
    assert "Erase “Asha” for good?" in page and "This cannot be undone" in page
    assert "the lead, 1 call, 1 recording, 1 turn of a transcript, 1 answer" in page
    assert Lead.objects.exists()


def test_a_confirmed_erasure_is_done_by_name(client, spoken, asha):
    sign_in(client, "mosi", *MAY)
    [said] = told(client, page_of(asha))
    assert said.startswith("Erased: the lead, 1 call") and "do-not-call list" in said
    assert not Lead.objects.exists() and is_on_do_not_call(asha.phone)
    assert PrivacyAct.objects.get().done_by == "mosi"


def test_the_number_may_be_left_callable(client, asha):
    sign_in(client, "mosi", *MAY)
    told(client, page_of(asha), {"may_be_called_again": "on"})
    assert not is_on_do_not_call(asha.phone)


def test_whoever_is_on_the_phone_has_no_button(client, campaign, asha):
    live_call(campaign, asha)
    sign_in(client, "mosi", *MAY)
    page = shown(client, page_of(asha))
    assert "A call with this person is going on" in page and "Erase for good</button>" not in page
    assert "going on" in told(client, page_of(asha))[0] and Lead.objects.exists()


@pytest.mark.parametrize("permissions", [(), ("view_lead", "change_lead"), ("erase_person",)], ids=["none", "editor", "may not see leads"])
def test_nobody_else_erases_anybody(client, asha, permissions):
    sign_in(client, "zuri", *permissions)
    assert client.get(f"/admin/{page_of(asha)}").status_code == 403
    assert client.post(f"/admin/{page_of(asha)}").status_code == 403
    assert Lead.objects.exists()


def test_the_link_is_shown_to_who_may(client, asha):
    sign_in(client, "mosi", *MAY)
    assert f"/admin/{page_of(asha)}" in shown(client, f"leads/lead/{asha.pk}/change/")
    sign_in(client, "zuri", "view_lead")
    assert f"/admin/{page_of(asha)}" not in shown(client, f"leads/lead/{asha.pk}/change/")


def test_a_lead_is_never_just_deleted(client, asha):
    """That would leave files behind and let who comes back begin at nought."""
    administrator(client)
    assert client.post(f"/admin/leads/lead/{asha.pk}/delete/", {"post": "yes"}).status_code == 403
    client.post("/admin/leads/lead/", {"action": "delete_selected", "_selected_action": [asha.pk], "post": "yes"})
    assert Lead.objects.exists()


def test_the_history_shows_who_when_and_how_many(client, spoken, asha):
    sign_in(client, "mosi", *MAY, "view_privacyact")
    told(client, page_of(asha))
    page = shown(client, "campaigns/privacyact/")
    assert "erased a person" in page and "recordings: 1" in page and asha.phone not in page
    assert "recordings: 1" in shown(client, f"campaigns/privacyact/{PrivacyAct.objects.get().pk}/change/")
