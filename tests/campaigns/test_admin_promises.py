"""The manager's first page says how promises were kept, by campaign and for the last 30 days."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest

from campaigns.models import Campaign, Handoff
from tests.campaigns.conftest import live_call
from tests.campaigns.console import administrator, shown, sign_in
from tests.conftest import NOW

pytestmark = pytest.mark.django_db

TITLE = "Promised calls of the last 30 days"
NOTHING = "No call was promised"
AN_HOUR = timedelta(hours=1)
MONTH = timedelta(days=30)


def promised(campaign: Campaign, lead, for_: datetime, *, kept_at: datetime | None = None, ended_at: datetime | None = None) -> None:
    call = live_call(campaign, lead, status="completed")
    Handoff.objects.create(call=call, strategy="dial", status="promised", offered_at=NOW, promised_for=for_, kept_at=kept_at, ended_at=ended_at)


def home(client) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", shown(client, "")))


def test_it_says_what_share_was_kept_in_time(client, campaign, asha, daudi):
    administrator(client)
    promised(campaign, asha, NOW - AN_HOUR, kept_at=NOW - AN_HOUR)
    promised(campaign, daudi, NOW - AN_HOUR)
    page = home(client)
    assert "before it. Acme November 50 % kept in time 1 in time · 0 late · 0 missed · 1 overdue · 0 to come" in page


def test_a_time_to_come_makes_no_rate(client, campaign, asha):
    administrator(client)
    promised(campaign, asha, NOW + AN_HOUR)
    assert "Acme November none due yet 0 in time · 0 late · 0 missed · 0 overdue · 1 to come" in home(client)


@pytest.mark.parametrize(("ago", "is_in"), [(MONTH - AN_HOUR, True), (MONTH + AN_HOUR, False)], ids=["in 30 days", "before"])
def test_what_is_older_is_left_out(client, campaign, asha, ago, is_in):
    administrator(client)
    promised(campaign, asha, NOW - ago, kept_at=NOW - ago)
    assert ("100 % kept in time" in home(client)) is is_in
    assert (NOTHING in home(client)) is not is_in


def test_the_campaign_that_keeps_its_word_worst_comes_first(client, campaign, line, script, asha, daudi):
    administrator(client)
    another = Campaign.objects.create(name="Another", line=line, script=script, controller="Acme")
    promised(another, asha, NOW - AN_HOUR, kept_at=NOW - AN_HOUR)
    promised(campaign, daudi, NOW - AN_HOUR, ended_at=NOW)
    page = home(client).partition(TITLE)[2]
    assert page.index("Acme November 0 % kept in time") < page.index("Another 100 % kept in time")


def test_a_campaign_that_promised_nothing_says_so_and_without_one_there_is_no_card(client, db, request):
    administrator(client)
    assert TITLE not in home(client)
    request.getfixturevalue("campaign")
    assert NOTHING in home(client).partition(TITLE)[2]


def test_zuri_sees_nothing_of_it(client, campaign, asha):
    promised(campaign, asha, NOW - AN_HOUR)
    sign_in(client, "zuri")
    assert "kept in time" not in client.get("/admin/").content.decode()
