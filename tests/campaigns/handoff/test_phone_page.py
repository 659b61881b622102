"""A rep's own page about their phone: what they may change, the call that verifies it, and who sees which number."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from campaigns.handoff import offers
from campaigns.models import NumberCheck, Rep, Reservation
from leads import do_not_call
from leads.models import DoNotCallEntry
from tests.campaigns.handoff.conftest import make_rep
from tests.campaigns.handoff.test_queue_page import signed_in
from tests.conftest import NOW

pytestmark = pytest.mark.django_db
PAGE = "/queue/phone/"
TYPED = {"number": "+254722000013", "languages": "en, sw", "hours": "mon 08:00-12:00", "zone": "Africa/Nairobi"}


@pytest.fixture
def neema(campaign, loopback) -> Rep:
    return make_rep("Neema", "+254722000013", campaign, is_verified=False, skills=["solar"])


@pytest.fixture
def page(neema) -> Client:
    return signed_in(neema.user)


def shown(client: Client, path: str = PAGE) -> str:
    return client.get(path).content.decode()


def test_it_shows_the_number_what_it_lacks_and_what_the_manager_sets(page, neema, campaign):
    told = shown(page)
    assert neema.number in told and "Number not verified" in told and "Verify by a call" in told
    assert "solar" in told and campaign.name in told


def test_the_queue_leads_to_it(page):
    told = shown(page, "/queue/")
    assert told.count('href="/queue/phone/"') == 2 and "not verified" in told


def test_the_code_is_shown_to_whoever_asked_and_nobody_else(page, neema, mosi):
    page.post(f"{PAGE}verify/")
    code = page.cookies["number_check"].value.split(":")[1]
    assert code in shown(page) and code in shown(page, f"{PAGE}check/")
    assert code not in shown(signed_in(neema.user)) and "on the screen of whoever asked" in shown(signed_in(neema.user))
    assert page.cookies["number_check"]["httponly"] and page.cookies["number_check"]["path"] == PAGE


@pytest.mark.parametrize(
    ("result", "words"),
    [
        ("wrong_code", "wrong code was entered three times"),
        ("no_answer", "Nobody picked up"),
        ("busy", "was busy"),
        ("not_entered", "a mailbox may have taken it"),
        ("failed", "could not reach this number"),
        ("not_rung", "The phone was not rung. All calls are stopped."),
        ("expired", "too old"),
        ("number_changed", "was changed while the phone rang"),
    ],
)
def test_each_end_is_said_in_plain_words(page, result, words):
    page.post(f"{PAGE}verify/")
    NumberCheck.objects.update(result=result, why_not_rung="All calls are stopped." if result == "not_rung" else "")
    told = shown(page, f"{PAGE}check/")
    assert words in told and "Try again by a call" in told and "data-live" not in told


def test_why_the_phone_is_not_rung_is_said(page, neema):
    do_not_call.add_to_do_not_call(neema.number, origin=DoNotCallEntry.Origin.STAFF, reason="asked", at=NOW)
    told = page.post(f"{PAGE}verify/", follow=True).content.decode()
    assert "do-not-call list" in told and not NumberCheck.objects.exists()


def test_a_rep_changes_languages_hours_and_zone_and_the_number_stays_verified(rehema, loopback):
    typed = {**TYPED, "number": "+254 722 000011", "zone": "Africa/Lagos"}
    signed_in(rehema.user).post(PAGE, typed)
    rehema.refresh_from_db()
    assert (rehema.languages, rehema.hours, rehema.zone) == (["en", "sw"], {"mon": [["08:00", "12:00"]]}, "Africa/Lagos")
    assert (rehema.number, rehema.is_verified) == ("+254722000011", True)


def test_another_number_is_not_verified(rehema, loopback):
    signed_in(rehema.user).post(PAGE, {**TYPED, "number": "+254722000095"})
    rehema.refresh_from_db()
    assert (rehema.number, rehema.is_verified) == ("+254722000095", False)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"number": "0722"}, "country code"),
        ({"number": "+254722000011"}, "Another rep has this number."),
        ({"number": "+254711000001"}, "cannot be a rep"),  # a line's
        ({"languages": "english"}, "not the code of a language"),
        ({"hours": "someday 8-9"}, "not a day"),
        ({"zone": "Mars/Base"}, "valid choice"),
    ],
    ids=lambda wrong: next(iter(wrong)) if isinstance(wrong, dict) else "",
)
def test_nothing_is_lost_on_bad_input(page, neema, rehema, wrong, words):
    before = Rep.objects.values().get(pk=neema.pk)
    reply = page.post(PAGE, {**TYPED, "hours": "tue 09:00-10:00", **wrong})
    told = reply.content.decode()
    assert reply.status_code == 409 and words in told and "Nothing was saved" in told
    assert all(typed in told for field, typed in wrong.items() if field != "zone")
    assert Rep.objects.values().get(pk=neema.pk) == before


def test_a_rep_in_a_talk_may_not_change_the_number_and_may_change_the_rest(rehema, hot_call, loopback):
    handoff = offers.offer(hot_call, now=NOW)
    offers.accept(handoff.id, rehema, now=NOW)
    assert Reservation.objects.filter(rep=rehema, status="accepted").exists()
    browser = signed_in(rehema.user)
    assert "when the talk is over" in browser.post(PAGE, {**TYPED, "number": "+254722000095"}).content.decode()
    assert browser.post(PAGE, {**TYPED, "number": rehema.number}).status_code == 302
    rehema.refresh_from_db()
    assert (rehema.number, rehema.languages) == ("+254722000011", ["en", "sw"])


# ---- a manager ----


@pytest.fixture
def manager(mosi) -> Client:
    mosi.user_permissions.add(Permission.objects.get(codename="verify_rep"))
    return signed_in(mosi)


def test_a_manager_verifies_for_a_rep_and_sees_the_number_masked(manager, neema):
    path = f"{PAGE}{neema.pk}/"
    manager.post(f"{path}verify/")
    told = shown(manager, path)
    assert neema.number not in told and "+254••••••013" in told
    assert manager.cookies["number_check"].value.split(":")[1] in told
    assert NumberCheck.objects.get().asked_by == "mosi"


@pytest.mark.parametrize("what", ["", "verify/", "check/"])
def test_nobody_else_comes_near_another_reps_number(neema, rehema, mosi, zuri, what):
    for user in (rehema.user, mosi, zuri):  # Mosi without the right to vouch
        client = signed_in(user)
        path = f"{PAGE}{neema.pk}/{what}"
        reply = client.post(path) if what == "verify/" else client.get(path)
        assert reply.status_code == 403 and neema.number not in reply.content.decode()
    assert not NumberCheck.objects.exists()


def test_who_is_no_rep_has_no_such_page(zuri):
    assert signed_in(zuri).get(PAGE).status_code == 403
