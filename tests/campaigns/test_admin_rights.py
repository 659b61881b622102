"""Every page of the console: who may see it, that it opens, and that long lists ask the database no more than short ones."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.urls import reverse

from tests.campaigns.console import administrator, finished_call, shown, sign_in
from tests.campaigns.many_rows import N_ROWS, many_rows

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("loopback")]

ONE_ROW = {"campaigns_organisation"}  # its list leads straight to its form
MODELS = sorted({f"{model._meta.app_label}_{model._meta.model_name}" for model in admin.site._registry} - ONE_ROW)


def list_path(model: str) -> str:
    return reverse(f"admin:{model}_changelist").removeprefix("/admin/")


@pytest.fixture
def many(campaign, script, line) -> None:
    many_rows(script, line)


@pytest.mark.parametrize("model", MODELS)
def test_a_long_list_asks_the_database_no_more_than_a_short_one(client, many, model, django_assert_max_num_queries):
    administrator(client)

    with django_assert_max_num_queries(16):
        page = shown(client, list_path(model))
    assert page.count("<tr") > N_ROWS, "its rows are on it, below the headings"


def test_the_first_page_asks_the_database_no_more_for_more_campaigns_than_it_shows(client, many, django_assert_max_num_queries):
    administrator(client)

    with django_assert_max_num_queries(53):
        shown(client, "")


@pytest.mark.parametrize("model", MODELS)
def test_zuri_who_may_see_nothing_sees_nothing(client, campaign, asha, model):
    finished_call(campaign, asha)
    sign_in(client, "zuri")

    assert client.get(f"/admin/{list_path(model)}").status_code == 403
    assert client.get(f"/admin/{list_path(model)}add/").status_code == 403


def test_zuris_first_page_and_menu_name_nobody(client, campaign, asha):
    finished_call(campaign, asha)
    sign_in(client, "zuri")

    page = shown(client, "")

    assert "see nothing yet" in page
    assert campaign.name not in page and "/admin/campaigns/" not in page and "/admin/leads/" not in page


def test_a_visitor_is_asked_to_sign_in(client):
    assert client.get("/admin/campaigns/call/").url == "/admin/login/?next=/admin/campaigns/call/"


def test_signing_in_at_the_console_leads_to_the_console(client, django_user_model):
    django_user_model.objects.create_superuser("mosi", password="karibu sana 2026")
    page = shown(client, "login/")

    assert '<input type="hidden" name="next" value="/admin/" form="login-form">' in page
    response = client.post("/admin/login/", {"username": "mosi", "password": "karibu sana 2026", "next": "/admin/"})
    assert response.url == "/admin/"


def test_the_first_page_shows_the_first_steps_until_they_are_done(client, line, script):
    administrator(client)

    page = shown(client, "")

    assert "First steps" in page and page.count('<li class="done">') == 2
    assert "/admin/campaigns/campaign/add/" in page


def test_the_first_page_shows_each_campaign_and_how_far_it_is(client, campaign, asha):
    finished_call(campaign, asha)
    administrator(client)

    page = shown(client, "")

    assert campaign.name in page and "0 queued · 0 live · 1 ended · 1 hot" in page


def test_a_hand_off_is_shown_with_its_call_and_never_edited(client, campaign, asha):
    handoff = finished_call(campaign, asha).handoff
    administrator(client)
    path = f"campaigns/handoff/{handoff.pk}/change/"

    assert f"/admin/campaigns/call/{handoff.call_id}/change/" in shown(client, path)
    assert client.post(f"/admin/{path}", {"status": "kept"}).status_code == 403


@pytest.mark.parametrize(("model", "field"), [("campaign", "script"), ("campaign", "line"), ("campaign", "reps"), ("rep", "user")])
def test_the_boxes_that_search_find_something(client, many, model, field):
    administrator(client)

    response = client.get("/admin/autocomplete/", {"app_label": "campaigns", "model_name": model, "field_name": field, "term": "1"})

    assert response.status_code == 200 and response.json()["results"]
