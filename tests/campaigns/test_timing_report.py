"""Timing over many calls: p50 and p95 by voice, campaign and day, on a page of the console and per call over REST."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from campaigns.models import Call, Campaign
from campaigns.percentiles import Percentiles, percentiles
from campaigns.reports.timing import timing_report
from leads.models import Lead
from tests.campaigns.conftest import live_call
from tests.campaigns.console import administrator, shown, sign_in
from tests.conftest import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def other(campaign) -> Campaign:
    return Campaign.objects.create(name="Other", script=campaign.script, line=campaign.line, controller="Acme Ltd")


def timed(campaign: Campaign, n: int, waits_ms: list[int], *, ago: timedelta = timedelta(hours=1), **fields: object) -> Call:
    lead = Lead.objects.create(name=f"Lead {n}", phone=f"+2547110001{n:02}", market="KE", time_zone="Africa/Nairobi")
    figures = {"first_word_ms": 300 + n, "voice_to_voice_ms": waits_ms, "overlap_ms": 10 * n, "longest_silence_ms": 1000 * n}
    tokens = {"answer_token": f"a{n}", "stream_token": f"s{n}"}
    return live_call(campaign, lead, status="completed", answered_at=NOW - ago, ended_at=NOW, **{"voice": "embedded", **tokens, **figures, **fields})


def words(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)).replace("\xa0", " ")


@pytest.mark.parametrize(
    ("figures", "p50", "p95"),
    [([], None, None), ([700], 700, 700), ([100, 200, 300], 200, 290), (list(range(0, 1001, 10)), 500, 950)],
    ids=["none", "one", "three", "many"],
)
def test_percentiles(figures, p50, p95):
    assert percentiles(figures) == Percentiles(p50, p95)


def test_turns_of_all_calls_of_a_voice_are_taken_together(campaign, other):
    timed(campaign, 1, [1000, 2000])
    timed(other, 2, [3000])
    timed(other, 3, [500], voice="gemini")
    report = timing_report(now=NOW, days=7)
    by_voice = [(row.label, row.n_calls, row.n_turns, row.voice_to_voice.p50) for row in report.by_voice]
    assert by_voice == [("embedded", 2, 3, 2000), ("gemini", 1, 1, 500)]
    assert [(row.label, row.longest_silence.p50) for row in report.by_campaign] == [(str(campaign), 1000), ("Other", 2500)]
    assert (report.all.n_calls, report.all.n_turns, report.all.first_word.p50, report.all.overlap.p50) == (3, 4, 302, 20)


def test_days_are_those_of_the_organisation_and_the_newest_comes_first(campaign):
    timed(campaign, 1, [1000])
    timed(campaign, 2, [2000], ago=timedelta(days=1))
    assert [row.voice_to_voice.p50 for row in timing_report(now=NOW, days=7).by_day] == [1000, 2000]


@pytest.mark.parametrize(
    "fields",
    [{"ago": timedelta(days=8)}, {"ago": timedelta(hours=-1)}, {"longest_silence_ms": None}],
    ids=["too long ago", "still to come", "measured by the server alone, as before"],
)
def test_other_calls_do_not_count(campaign, fields):
    timed(campaign, 1, [1000], **fields)
    assert timing_report(now=NOW, days=7).all.n_calls == 0


def test_a_call_on_which_nobody_spoke_counts_as_a_call_without_turns(campaign):
    timed(campaign, 1, [], first_word_ms=None)
    row = timing_report(now=NOW, days=7).all
    assert (row.n_calls, row.n_turns, row.voice_to_voice, row.first_word.p50) == (1, 0, Percentiles(None, None), None)


def test_the_page_shows_every_voice_campaign_and_day(client, campaign, other):
    administrator(client)
    timed(campaign, 1, [1100, 1300])
    timed(other, 2, [700], voice="gemini", ago=timedelta(days=2))
    page = words(shown(client, "campaigns/call/timing/"))
    assert "2 calls, 3 turns" in page
    assert "embedded 1 2 1200 1290 301 301 10 10 1000 1000" in page and "gemini 1 1 700 700" in page
    assert "Other 1 1 700 700" in page
    assert "1 calls, 2 turns" in words(shown(client, "campaigns/call/timing/?days=1"))


def test_the_page_of_a_campaign_shows_its_own_calls_only(client, campaign, other):
    administrator(client)
    timed(campaign, 1, [1100])
    timed(other, 2, [700])
    response = client.get(f"/admin/campaigns/campaign/{other.pk}/timing", follow=True)
    page = words(response.content.decode())
    assert "1 calls, 1 turns" in page and "embedded 1 1 700 700" in page and "By campaign" not in page


@pytest.mark.parametrize("asked", ["days=5", "days=x", "campaign=x", ""])
def test_a_page_asked_for_nonsense_shows_the_usual(client, campaign, asked):
    administrator(client)
    assert "No call of this time was measured." in shown(client, f"campaigns/call/timing/?{asked}")


def test_nobody_sees_it_without_the_right_to_see_calls(client, campaign):
    sign_in(client, "zuri", "view_campaign")
    shown(client, "campaigns/call/timing/", status=403)


def test_the_list_of_calls_links_it(client, campaign):
    administrator(client)
    assert "/admin/campaigns/call/timing/" in shown(client, "campaigns/call/")


def test_of_very_many_calls_a_random_share_is_read_and_said_so(client, campaign, monkeypatch):
    monkeypatch.setattr("campaigns.reports.timing.SHARE_OF", 20)
    for n in range(40):
        timed(campaign, n, [1000])
    report = timing_report(now=NOW, days=7)

    assert report.n_measured == 40
    assert 5 <= report.all.n_calls <= 35 and report.is_of_a_share
    assert report.all.voice_to_voice.p50 == 1000


def test_of_few_calls_every_one_is_read(campaign):
    timed(campaign, 1, [1000])

    assert not timing_report(now=NOW, days=7).is_of_a_share
