"""Whoever meets a wall reads what it is, in the product's dress, and finds a way on."""

from __future__ import annotations

import pytest
from django.test import Client
from django.views.defaults import server_error

pytestmark = pytest.mark.django_db

WAY_ON = '<a class="button primary" href="/">'
NOBODY = "00000000-0000-0000-0000-000000000000"


@pytest.mark.parametrize("path", ["/nonsense", "/queue/nonsense/", "/admin/nonsense/", f"/admin/campaigns/call/{NOBODY}/review/"])
def test_an_address_with_nothing_behind_it_says_so_and_leads_on(admin_client, path):
    response = admin_client.get(path)
    assert (response.status_code, WAY_ON in response.content.decode()) == (404, True)
    assert "There is nothing here" in response.content.decode()


@pytest.mark.parametrize("path", ["/api/", "/api/v1/nonsense", "/api/v2/calls"])
def test_a_program_is_told_in_json(client, path):
    response = client.get(path)
    assert (response.status_code, response.json()) == (404, {"detail": "Not Found"})


def test_what_a_role_may_not_open_says_who_can_change_that(client, django_user_model):
    client.force_login(django_user_model.objects.create_user("zuri", is_staff=True))
    response = client.get("/admin/campaigns/call/")
    assert (response.status_code, WAY_ON in response.content.decode()) == (403, True)
    assert "Whoever gives rights in the console can change that." in response.content.decode()


def test_a_form_of_an_older_session_says_that_nothing_was_saved():
    response = Client(enforce_csrf_checks=True).post("/account/login/", {"username": "mosi"})
    assert (response.status_code, WAY_ON in response.content.decode()) == (403, True)
    assert "Nothing was saved." in response.content.decode()


def test_whoever_asks_for_what_is_not_there_costs_no_query_for_the_page(admin_client, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert "mosi" not in admin_client.get("/nonsense").content.decode()


def test_a_fault_of_ours_is_told_without_a_database_and_without_a_form_that_cannot_be_sent(rf):
    told = server_error(rf.get("/")).content.decode()
    assert "This went wrong on our side" in told and WAY_ON in told
    assert "<form" not in told


def test_the_walls_are_read_in_swahili_too(client):
    assert "Hapa hakuna kitu" in client.get("/nonsense", headers={"accept-language": "sw"}).content.decode()


def test_a_rep_who_opens_the_console_reads_why_it_asks_for_somebody_else_and_gets_back(client, django_user_model):
    client.force_login(django_user_model.objects.create_user("rehema"))
    shown = client.get("/admin/", follow=True).content.decode()
    assert "You are signed in as rehema, and the console is not open to you." in shown and 'class="text-link" href="/"' in shown


def test_who_is_not_signed_in_is_just_asked(client):
    assert "You are signed in" not in client.get("/admin/", follow=True).content.decode()
