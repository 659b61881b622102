"""The list of checks of reps' numbers: what came of each, for whoever may see it, and changed by nobody."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from campaigns.models import CampaignAccess, NumberCheck, Rep
from tests.campaigns.console import administrator, shown, sign_in
from tests.conftest import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("loopback")]
PAGE = "campaigns/numbercheck/"


@pytest.fixture
def check(db) -> NumberCheck:
    rep = Rep.objects.create(user=User.objects.create_user("rehema"), name="Rehema", number="+254722000001")
    fields = {"code_hash": "c0de" * 16, "expires_at": NOW, "asked_by": "mosi", "asked_at": NOW, "asked_on": NOW.date(), "n_wrong": 2}
    return NumberCheck.objects.create(rep=rep, number=rep.number, result="wrong_code", why_not_rung="", **fields)


def test_it_says_whose_number_was_checked_and_what_came_of_it(client, check):
    sign_in(client, "amina", "view_numbercheck")
    page = shown(client, PAGE)

    assert all(word in page for word in ("Rehema", "+254722000001", "mosi", "wrong code"))
    assert check.code_hash not in shown(client, f"{PAGE}{check.pk}/change/")


def test_one_that_runs_says_so(client, check):
    NumberCheck.objects.update(result="")
    administrator(client)
    assert "at work" in shown(client, PAGE)


def test_nobody_adds_changes_or_deletes_one(client, check):
    administrator(client)
    for path in (f"{PAGE}add/", f"{PAGE}{check.pk}/delete/"):
        shown(client, path, status=403)
    assert client.post(f"/admin/{PAGE}{check.pk}/change/", {"n_wrong": 0}).status_code == 403


def test_without_the_right_it_stays_shut(client, check):
    sign_in(client, "zuri", "view_rep")
    shown(client, PAGE, status=403)


def test_who_may_not_see_numbers_sees_it_masked(client, check):
    sign_in(client, "amina", "view_numbercheck", sees_people=False)
    page = shown(client, PAGE)

    assert "Rehema" in page
    assert "+254722000001" not in page


def test_with_a_limit_only_the_reps_of_ones_campaigns_are_there(client, check, campaign):
    user = sign_in(client, "neema", "view_numbercheck")
    CampaignAccess.objects.create(user=user).campaigns.add(campaign)
    assert "Rehema" not in shown(client, PAGE)

    campaign.reps.add(check.rep)
    assert "Rehema" in shown(client, PAGE)
