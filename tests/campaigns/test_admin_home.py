"""The figures of the console's first page: whose they are, what they say, and where they lead."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group

from campaigns.access.roles import Role
from campaigns.models import Call, Campaign, CampaignAccess, Handoff, Score
from campaigns.tallies.keeping import tally_all
from tests.campaigns.conftest import live_call
from tests.campaigns.console import administrator, finished_call, shown, sign_in
from tests.campaigns.many_rows import many_rows
from tests.conftest import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("loopback")]
TODAY = "campaigns/call/today/"


def words(page: str) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)))


@pytest.fixture
def other(campaign, line, script) -> Campaign:
    return Campaign.objects.create(name="Acme October", line=line, script=script, controller="Acme")


@pytest.fixture
def hot(campaign, asha) -> Call:
    return finished_call(campaign, asha)


def test_the_first_page_says_how_far_calls_got_and_what_a_hot_lead_cost(client, hot):
    administrator(client)
    page = words(shown(client, ""))
    for figure in ("1 call today", "1 hot lead today", "Attempted", "100 % of the step before", "Each hot lead KES\xa04.90".replace("\xa0", " ")):
        assert figure in page.replace("\xa0", " ")
    assert "First audio, p50 1200 ms" in page and "10:00" in page


def test_each_figure_leads_to_the_rows_it_counts(client, hot, campaign, daudi):
    finished_call(campaign, daudi, disposition="voicemail", dialled_at=NOW - timedelta(days=3), answered_at=NOW - timedelta(days=3))
    Score.objects.filter(call__lead=daudi).update(is_hot=False)
    administrator(client)

    page = shown(client, "", 200)
    links = {html.unescape(link) for link in re.findall(r'href="(/admin/campaigns/call/\?reached=[^"]+)"', page)}

    assert len(links) >= 7
    for link in links:
        counted = re.search(rf'href="{re.escape(html.escape(link))}"><b>(\d+)|href="{re.escape(html.escape(link))}">(\d+)<', page)
        assert counted, link
        listed = client.get(link)
        assert listed.status_code == 200 and listed.context["cl"].result_count == int(counted[1] or counted[2]), link


def test_days_and_campaign_stand_in_the_address(client, hot, other):
    administrator(client)
    page = shown(client, f"?from=2026-11-01&to=2026-11-03&campaign={hot.campaign_id}")
    assert 'name="from" value="2026-11-01"' in page and f'<option value="{hot.campaign_id}" selected>' in page
    assert "No calls on these days." in page and f"campaign={hot.campaign_id}" in page
    assert "Acme October" not in words(page.partition("<h2>Campaigns</h2>")[2])


def test_a_date_that_is_none_is_said_and_shows_the_week(client, hot):
    administrator(client)
    assert "Write dates as year-month-day" in shown(client, "?from=soon")


@pytest.mark.parametrize("asked", ["0", "999999", "x", "'"])
def test_a_campaign_that_is_not_there_shows_all(client, hot, asked):
    administrator(client)
    assert "1 hot lead today" in words(shown(client, f"?campaign={asked}"))


def test_before_the_first_call_the_page_says_what_will_stand_there(client, campaign):
    administrator(client)
    page = shown(client, "")
    assert "Nobody has been called yet." in page and "sq-funnel" not in page and "no hot lead waits" in page


def test_who_has_a_limit_sees_figures_of_their_campaigns_only(client, hot, other, daudi):
    finished_call(other, daudi, cost_minor=1000)
    user = sign_in(client, "neema", "view_campaign", "view_call")
    CampaignAccess.objects.create(user=user).campaigns.set([other])

    page, fragment = words(shown(client, "")).replace("\xa0", " "), words(shown(client, TODAY))

    assert "Each hot lead KES 10.00" in page and "Acme November" not in page
    assert "1 hot lead today" in fragment
    assert "1 hot lead today" in words(shown(client, f"{TODAY}?campaign={hot.campaign_id}")), "the other campaign is as if it were not there"


def test_an_analyst_sees_figures_and_nobodys_name(client, hot, asha):
    user = sign_in(client, "amina", sees_people=False)
    user.groups.add(Group.objects.get(name=Role.ANALYST.group_name))
    page = shown(client, "")
    assert "hot lead today" in page and asha.name not in page and asha.phone not in page
    assert "/admin/campaigns/handoff/?" not in page, "hand-offs tell names"


def test_the_part_that_fetches_itself_is_for_who_may_see_campaigns(client, hot):
    sign_in(client, "zuri")
    assert shown(client, TODAY, status=403)


def test_the_part_that_fetches_itself_tells_what_goes_on_now(client, hot, campaign, daudi):
    live_call(campaign, daudi, status="in_progress", answered_at=NOW)
    Handoff.objects.update(status="promised", offered_at=NOW - timedelta(minutes=50))
    administrator(client)
    response = client.get(f"/admin/{TODAY}")
    fragment = words(response.content.decode())
    assert "no-store" in response["Cache-Control"] and "<html" not in response.content.decode()
    assert "1 call live now 1 of them picked up" in fragment and "call back for 50 min" in fragment


@pytest.mark.parametrize("is_tallied", [True, False])
def test_more_days_calls_and_campaigns_ask_the_database_no_more(client, campaign, script, line, is_tallied, django_assert_max_num_queries):
    many_rows(script, line)
    Call.objects.update(status="completed", dialled_at=NOW, answered_at=NOW, ended_at=NOW, disposition="not_qualified")
    administrator(client)
    if is_tallied:
        tally_all(NOW)
    with django_assert_max_num_queries(42):
        shown(client, "?days=30")
    with django_assert_max_num_queries(16):
        shown(client, TODAY)
