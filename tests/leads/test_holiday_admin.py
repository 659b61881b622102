"""Estimated holidays in the console: listed for a year, and a word about one is asked twice."""

from __future__ import annotations

from datetime import date

import pytest
from django.contrib.auth.models import Permission

from leads.models import HolidayConfirmation

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.leads.urls"), pytest.mark.usefixtures("clock_at_now")]

LIST = "/admin/leads/holidayconfirmation/"
EID = f"{LIST}KE/2027-03-09/"


@pytest.fixture
def mosi(client, django_user_model):
    user = django_user_model.objects.create_user("mosi", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=["add_holidayconfirmation", "view_holidayconfirmation"]))
    client.force_login(user)
    return user


def shown(client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200, response.status_code
    return str(response.content.decode())


def test_the_year_to_come_is_listed_with_its_buttons(client, mosi):
    page = shown(client, LIST)

    assert "KE · Tue 9 Mar 2027" in page and "Eid al-Fitr (estimated)" in page
    assert "Nobody has confirmed it." in page
    assert f"{EID}confirm/" in page and f"{EID}move/" in page and f"{EID}refuse/" in page


@pytest.mark.parametrize(
    ("word", "question"),
    [
        ("confirm", "It falls on Tuesday 9 March 2027, as estimated."),
        ("move", "Move the holiday?"),
        ("refuse", "It closes no day: neither Tuesday 9 March 2027"),
    ],
)
def test_a_word_is_asked_about_first(client, mosi, word, question):
    assert question in shown(client, f"{EID}{word}/")
    assert not HolidayConfirmation.objects.exists()


@pytest.mark.parametrize(
    ("word", "entered", "confirmed_on", "said"),
    [
        ("confirm", {}, date(2027, 3, 9), "As estimated, said by mosi"),
        ("move", {"moved_to": "2027-03-10"}, date(2027, 3, 10), "Moved to 2027-03-10, said by mosi"),
        ("refuse", {}, None, "No holiday, said by mosi"),
    ],
)
def test_a_word_is_kept_and_shown(client, mosi, word, entered, confirmed_on, said):
    response = client.post(f"{EID}{word}/", entered, follow=True)
    kept = HolidayConfirmation.objects.get()

    assert (kept.market, kept.confirmed_on, kept.confirmed_by) == ("KE", confirmed_on, mosi)
    assert said in response.content.decode()


@pytest.mark.parametrize(
    ("entered", "mend"),
    [({}, "This field is required"), ({"moved_to": "soon"}, "Enter a valid date"), ({"moved_to": "2027-04-30"}, "more than 14 days")],
    ids=["empty", "no date", "too far"],
)
def test_a_date_that_cannot_be_is_shown_with_its_mend(client, mosi, entered, mend):
    response = client.post(f"{EID}move/", entered)

    assert response.status_code == 200 and mend in response.content.decode()
    assert not HolidayConfirmation.objects.exists()


@pytest.mark.parametrize("path", ["KE/2027-03-10/confirm/", "ZM/2027-03-09/confirm/"], ids=["no estimate", "no pack"])
def test_a_date_that_is_no_estimate_has_no_page(client, mosi, path):
    assert client.get(LIST + path).status_code == 404


def test_who_may_only_look_sees_no_buttons_and_can_say_nothing(client, mosi, django_user_model):
    client.post(f"{EID}confirm/")
    rehema = django_user_model.objects.create_user("rehema", is_staff=True)
    rehema.user_permissions.set(Permission.objects.filter(codename="view_holidayconfirmation"))
    client.force_login(rehema)

    page = shown(client, LIST)
    assert "As estimated, said by mosi" in page and f"{EID}confirm/" not in page
    assert client.post(f"{EID}refuse/").status_code == 403
    assert HolidayConfirmation.objects.count() == 1


def test_zuri_who_has_no_permission_sees_nothing(client, django_user_model):
    client.force_login(django_user_model.objects.create_user("zuri", is_staff=True))

    assert client.get(LIST).status_code == 403
    assert client.get(f"{EID}confirm/").status_code == 403


def test_history_cannot_be_edited(client, mosi):
    client.post(f"{EID}confirm/")
    kept = HolidayConfirmation.objects.get()

    assert "Eid al-Fitr" in shown(client, f"{LIST}{kept.pk}/change/")
    assert client.get(f"{LIST}add/").status_code == 403
    assert client.post(f"{LIST}{kept.pk}/change/", {"market": "GH"}).status_code == 403
    assert client.post(f"{LIST}{kept.pk}/delete/", {"post": "yes"}).status_code == 403
