"""The console's page of limits, and what a campaign's page says of pace and money."""

from __future__ import annotations

import pytest

from campaigns import money
from campaigns.models import Organisation
from tests.campaigns.conftest import enrolled, live_call
from tests.campaigns.console import administrator, shown, sign_in
from tests.conftest import NOW

pytestmark = pytest.mark.django_db


def test_the_limits_are_one_page_that_shows_what_is_used(client, campaign, asha):
    administrator(client)
    live_call(campaign, asha, reserved_minor=2100)

    page = client.get("/admin/campaigns/organisation/", follow=True).content.decode()

    assert "KES\u00a021.00" in page and "calls in flight" in page
    assert Organisation.objects.count() == 1


def test_limits_are_written_in_shillings(client):
    administrator(client)
    Organisation.current()

    client.post("/admin/campaigns/organisation/1/change/", {"max_calls_in_flight": "8", "day_budget_minor": "1500.50", "month_budget_minor": ""})

    limits = Organisation.current()
    assert (limits.max_calls_in_flight, limits.day_budget_minor, limits.month_budget_minor) == (8, 150050, None)


def test_a_negative_budget_is_refused_in_words(client):
    administrator(client)
    Organisation.current()

    page = client.post("/admin/campaigns/organisation/1/change/", {"day_budget_minor": "-1"}).content.decode()

    assert "greater than or equal to 0" in page
    assert Organisation.current().day_budget_minor is None


def test_zuri_does_not_see_the_limits(client):
    sign_in(client, "zuri")
    assert client.get("/admin/campaigns/organisation/").status_code in {302, 403}


def test_a_campaign_s_page_says_what_a_complete_and_a_hot_lead_cost_and_what_is_slow(client, campaign, asha, baraka, loopback):
    administrator(client)
    enrolled(campaign, baraka)
    call = live_call(campaign, asha, status="completed", disposition="qualified")
    money.settle(call, 900, "KES", at=NOW)

    page = shown(client, f"campaigns/campaign/{campaign.pk}/change/")

    assert "<b>KES\u00a09.00</b> a completed interview" in page
    assert "no server of ours has room" in page
