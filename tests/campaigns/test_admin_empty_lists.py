"""A list with nothing in it says so in words, and never asks for what the page cannot do."""

from __future__ import annotations

import pytest
from django.contrib import admin

from tests.campaigns.console import administrator, shown, sign_in

pytestmark = [pytest.mark.django_db]

BY_ITSELF = "Nothing can be added on this page: the list fills by itself, as work goes on."


def lists() -> list[str]:
    return [f"{model._meta.app_label}/{model._meta.model_name}/" for model in admin.site._registry]


@pytest.mark.parametrize("path", lists())
def test_no_list_asks_everybody_to_create_an_item(client, path):
    administrator(client)
    assert "Create a new item" not in client.get(f"/admin/{path}", follow=True).content.decode()


def test_an_empty_list_of_calls_says_that_it_fills_by_itself(client):
    administrator(client)
    page = shown(client, "campaigns/call/")
    assert "No calls yet" in page and BY_ITSELF in page and "Reset filters" not in page


def test_an_empty_list_of_leads_offers_to_add_one(client):
    administrator(client)
    page = shown(client, "leads/lead/")
    assert "No leads yet" in page and "Add the first one." in page and BY_ITSELF not in page


def test_who_may_look_and_not_add_is_not_asked_to(client):
    sign_in(client, "zuri", "view_lead")
    assert BY_ITSELF in shown(client, "leads/lead/")


def test_a_search_that_finds_nothing_offers_the_way_back(client, asha):
    administrator(client)
    page = shown(client, "leads/lead/?q=nobody")
    assert "No leads found" in page and "Reset filters" in page and "Add the first one." not in page
