"""Coming in: the first administrator, an invited rep, signing in, a forgotten password."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client

from campaigns.handoff import invitations
from campaigns.handoff.invitations import SetupIsOver, create_administrator, invite_link, setup_link
from campaigns.models import Rep
from leads.models import Lead

pytestmark = pytest.mark.django_db
PASSWORD = "mvua kubwa ya masika"
TWICE = {"password": PASSWORD, "password_again": PASSWORD}
ADMIN = {"username": "mosi", "email": "mosi@example.com", **TWICE}


@pytest.fixture
def browser() -> Client:
    return Client()


def opened_link() -> str:
    link = setup_link()
    assert link is not None
    return link


def link_in(text: str, pattern: str) -> str:
    found = re.search(pattern, text)
    assert found is not None
    return found[1]


# ---- the first administrator --------------------------------------------------------------------------------------------


def test_the_first_user_becomes_administrator_and_is_signed_in(browser):
    link = opened_link()
    assert browser.get(link).status_code == 200
    assert browser.post(link, ADMIN)["Location"] == "/admin/"
    user = User.objects.get()
    assert user.is_superuser and user.check_password(PASSWORD)
    assert browser.session["_auth_user_id"] == str(user.pk)


def test_the_link_works_once(browser):
    link = opened_link()
    browser.post(link, ADMIN)
    reply = Client().post(link, {**ADMIN, "username": "zuri"})
    assert reply.status_code == 404 and User.objects.count() == 1


def test_there_is_no_link_once_there_is_a_user(zuri):
    assert setup_link() is None


@pytest.mark.parametrize("token", ["nonsense", "first", "first:1abc:xyz"])
def test_a_made_up_link_opens_nothing(browser, token):
    assert browser.get(f"/setup/{token}/").status_code == 404


def test_a_link_of_yesterday_opens_nothing(browser, monkeypatch):
    link = opened_link()
    monkeypatch.setattr(invitations, "SETUP_LIVES", invitations.SETUP_LIVES * 0)
    assert browser.get(link).status_code == 404


def test_the_slower_of_two_is_refused(zuri):
    with pytest.raises(SetupIsOver):
        create_administrator(username="mosi", email="mosi@example.com", password=PASSWORD)


@pytest.mark.parametrize(
    "wrong",
    [{"password": "short", "password_again": "short"}, {"password_again": "another one 2026"}, {"username": "mo si"}, {"email": "no address"}],
    ids=["short-password", "passwords-differ", "blank-in-name", "no-address"],
)
def test_what_is_wrong_is_said_and_nobody_is_made(browser, wrong):
    reply = browser.post(opened_link(), {**ADMIN, **wrong})
    assert reply.status_code == 200 and 'class="error"' in reply.content.decode()
    assert not User.objects.exists()


# ---- an invited rep -------------------------------------------------------------------------------------------------------


@pytest.fixture
def link(mosi) -> str:
    """What the page shows Mosi after he invited Rehema."""
    client = Client()
    client.force_login(mosi)
    page = client.post("/account/invite/", {"name": "Rehema", "email": "Rehema@example.com", "number": "+254722000011"})
    return link_in(page.content.decode(), r"http://testserver(/account/invitation/[^\"]+)")


def test_a_manager_invites_a_rep_who_sets_a_password(link, browser):
    Rep.objects.update(is_verified=True)
    assert "Hello Rehema" in browser.get(link).content.decode()
    assert browser.post(link, {"number": "+254722000011", **TWICE}).url == "/queue/"
    rep = Rep.objects.get()
    assert rep.user.username == "rehema@example.com" and rep.user.check_password(PASSWORD)
    assert rep.is_verified and not rep.user.is_staff
    assert browser.get("/queue/").status_code == 200


def test_an_invited_rep_is_not_verified_by_that(link):
    assert Rep.objects.get().is_verified is False
    assert Rep.objects.get().user.has_usable_password() is False


def test_another_number_has_to_be_verified_again(link, browser):
    Rep.objects.update(is_verified=True)
    browser.post(link, {"number": "+254722000099", **TWICE})
    rep = Rep.objects.get()
    assert (rep.number, rep.is_verified) == ("+254722000099", False)


def test_the_invitation_works_once(link, browser):
    browser.post(link, {"number": "+254722000011", **TWICE})
    reply = Client().post(link, {"number": "+254722000011", "password": "mwizi wa usiku 9", "password_again": "mwizi wa usiku 9"})
    assert reply.status_code == 404
    assert Rep.objects.get().user.check_password(PASSWORD)


def test_a_rep_who_left_cannot_use_it(link, browser):
    User.objects.filter(rep__isnull=False).update(is_active=False)
    assert browser.get(link).status_code == 404


@pytest.mark.parametrize("path", ["/account/invitation/x/y/", "/account/invitation/MQ/y/", "/account/invitation/_w/y/"])
def test_a_made_up_invitation_opens_nothing(browser, zuri, path):
    assert browser.get(path).status_code == 404


def test_an_invitation_for_somebody_who_takes_no_leads_asks_for_no_phone(browser, zuri):
    page = browser.get(invite_link(zuri)).content.decode()
    assert 'name="number"' not in page and "zuri" in page


@pytest.mark.parametrize("number", ["0722000011", "+254722000012", "+254712123401"], ids=["not-international", "another-reps", "a-leads"])
def test_a_number_that_cannot_be_a_reps_is_refused(link, browser, number, juma, asha):
    assert Lead.objects.filter(phone="+254712123401").exists()
    assert browser.post(link, {"number": number, **TWICE}).status_code == 200
    assert Rep.objects.get(name="Rehema").number == "+254722000011"


def test_zuri_cannot_invite(zuri):
    client = Client()
    client.force_login(zuri)
    assert client.get("/account/invite/").status_code == 403


def test_the_same_address_is_invited_once(link, mosi):
    client = Client()
    client.force_login(mosi)
    page = client.post("/account/invite/", {"name": "Rehema", "email": "rehema@example.com", "number": "+254722000055"})
    assert "There is a user with this address." in page.content.decode()


# ---- signing in -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("who", "home"), [("mosi", "/admin/"), ("rehema", "/queue/"), ("zuri", "/queue/")])
def test_everybody_lands_where_they_work(browser, who, home, request):
    user = request.getfixturevalue(who)
    username = getattr(user, "user", user).username
    assert browser.post("/account/login/", {"username": username, "password": "karibu sana 2026"}).url == home


def test_a_wrong_password_is_said(browser, zuri):
    page = browser.post("/account/login/", {"username": "zuri", "password": "guess"})
    assert 'role="alert"' in page.content.decode()


def test_it_leads_back_to_the_page_that_was_wanted(browser, rehema):
    reply = browser.post("/account/login/?next=/queue/cards/", {"username": "rehema", "password": "karibu sana 2026"})
    assert reply.url == "/queue/cards/"


def test_the_address_alone_leads_to_where_each_works(browser, rehema, django_user_model):
    assert browser.get("/").url == "/account/login/"  # and no way back into the queue, which is not everybody's
    browser.force_login(rehema.user)
    assert browser.get("/").url == "/queue/"
    browser.force_login(django_user_model.objects.create_user("amani", is_staff=True))
    assert browser.get("/").url == "/admin/"


def test_signing_out_leads_to_the_login(browser, rehema):
    browser.force_login(rehema.user)
    assert browser.post("/account/logout/").url == "/account/login/"
    assert browser.get("/queue/").status_code == 302


def test_a_forgotten_password_is_set_by_a_link_that_works_once(browser, rehema):
    browser.post("/account/password-reset/", {"email": "rehema@example.com"})
    link = link_in(str(mail.outbox[0].body), r"http://testserver(\S+)")
    form_url = browser.get(link).url
    browser.post(form_url, {"new_password1": PASSWORD, "new_password2": PASSWORD})
    rehema.user.refresh_from_db()
    assert rehema.user.check_password(PASSWORD)
    assert "used already" in Client().get(link, follow=True).content.decode()


def without_token(page) -> str:
    """The choice of a language sends one, which is another on every page."""
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page.content.decode())


def test_nobody_learns_whether_an_address_is_known(browser, rehema):
    known = browser.post("/account/password-reset/", {"email": "rehema@example.com"}, follow=True)
    unknown = browser.post("/account/password-reset/", {"email": "nobody@example.com"}, follow=True)
    assert without_token(known) == without_token(unknown) and len(mail.outbox) == 1


def test_a_rep_changes_their_password(browser, rehema):
    browser.force_login(rehema.user)
    form = {"old_password": "karibu sana 2026", "new_password1": PASSWORD, "new_password2": PASSWORD}
    assert "changed" in browser.post("/account/password/", form, follow=True).content.decode()
