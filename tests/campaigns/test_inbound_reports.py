"""A call from a lead to us wherever calls are shown: the console, "why?", results, progress, REST."""

from __future__ import annotations

import csv
import re
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command

from campaigns.integrations.api_keys import create_api_key
from campaigns.models import Call, Campaign, Score
from campaigns.reports.progress import progress_of
from campaigns.reports.results import results_csv
from campaigns.reports.why import Step, why_lead
from leads.models import Lead
from tests.campaigns.conftest import live_call
from tests.campaigns.console import administrator, finished_call, shown
from tests.conftest import NOW

pytestmark = pytest.mark.django_db


def their_call(campaign: Campaign, lead: Lead, **fields: object) -> Call:
    """They missed our first call, and called back two hours later; it ended well."""
    earlier = NOW - timedelta(hours=2)
    live_call(campaign, lead, status="no_answer", dialled_at=earlier, ended_at=earlier)
    planned = {
        "attempt_number": 2,
        "due_at": NOW + timedelta(hours=1),
        "status": "canceled",
        "ended_at": NOW + timedelta(minutes=2),
        "failure": "Done.",
    }
    Call.objects.create(campaign=campaign, lead=lead, **planned)
    theirs = {"occasion": "inbound", "attempt_number": 0, "dialled_at": None, "cost_minor": 35, "answer_token": "theirs", "stream_token": "theirs"}
    call = finished_call(campaign, lead, **{**theirs, **fields})
    call.handoff.delete()
    call.dial_decisions.all().delete()
    return call


def text(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)).replace("\xa0", " ")


@pytest.fixture
def mosi(client):
    return administrator(client)


def test_its_page_says_that_they_called_us(client, mosi, campaign, asha):
    words = text(shown(client, f"campaigns/call/{their_call(campaign, asha).pk}/change/"))
    assert "Occasion they called us" in words
    assert "They called 24 Nov 2026, 10:00:00" in words and "Dialled" not in words
    assert "nobody was dialled, so nothing was decided about it" in words
    assert "Telephone KES 0.35" in words
    assert "attempt 0" not in words


def test_the_page_of_an_attempt_names_it_among_the_others(client, mosi, campaign, asha):
    their_call(campaign, asha)
    words = text(shown(client, f"campaigns/call/{Call.objects.get(attempt_number=1).pk}/change/"))
    assert "attempt 1 (others: they called us 2 )" in words


def test_the_list_of_calls_can_be_narrowed_to_theirs(client, mosi, campaign, asha):
    their_call(campaign, asha)
    assert "they called us" in text(shown(client, "campaigns/call/"))
    only = text(shown(client, "campaigns/call/?occasion__exact=inbound"))
    assert "qualified" in only and "no answer" not in only.partition("Filters")[0]


def test_why_tells_that_the_lead_called_us_in_its_place(campaign, asha):
    their_call(campaign, asha)
    answer = why_lead(asha)
    assert [event.step for event in answer.events][:4] == [Step.DIALLED, Step.ENDED, Step.CALLED_US, Step.ANSWERED]
    (called,) = [event for event in answer.events if event.step is Step.CALLED_US]
    assert (called.at, called.attempt_number, called.is_allowed) == (NOW, 0, None)
    assert "They called us on +254711000001" in called.sentence
    assert "They called us once." in answer.summary
    assert any("Dialled once" in sentence for sentence in answer.summary)


def test_why_says_for_what_reason_the_next_attempt_was_taken_out(campaign, asha):
    their_call(campaign, asha)
    assert "It was taken out of the queue: no phone rang. Done." in [event.sentence for event in why_lead(asha).events]


def test_the_command_and_the_page_say_it_in_the_same_words(client, mosi, campaign, asha):
    their_call(campaign, asha)
    out = StringIO()
    call_command("why", asha.phone, stdout=out)
    page = text(shown(client, f"campaigns/call/why/?lead={asha.pk}"))
    for words in (out.getvalue(), page):
        assert "They called us on +254711000001" in words
        assert "they called us" in words and "attempt 0" not in words


def test_results_name_the_occasion_of_each_call(campaign, asha):
    their_call(campaign, asha)
    rows = {row["occasion"]: row for row in csv.DictReader(results_csv(campaign)) if row["attempt"] != "2"}
    assert (rows["inbound"]["attempt"], rows["inbound"]["disposition"], rows["inbound"]["seats"]) == ("0", "qualified", "60")
    assert rows["campaign"]["status"] == "no_answer"


def test_a_lead_who_is_hot_on_two_calls_is_one_hot_lead(campaign, asha):
    their_call(campaign, asha)
    Score.objects.create(call=Call.objects.get(attempt_number=1), points=70, threshold=70, is_hot=True, computed_at=NOW)
    progress = progress_of(campaign)
    assert progress.n_hot == 1
    assert dict(progress.ended)["qualified"] == 1
    assert progress.spent_minor == 35


def test_rest_shows_and_filters_by_occasion(client, campaign, asha):
    call = their_call(campaign, asha)
    headers = {"Authorization": f"Bearer {create_api_key('tests')[1]}"}
    everything = client.get(f"/api/v1/calls?lead_id={asha.pk}", headers=headers).json()["items"]
    theirs = client.get("/api/v1/calls?occasion=inbound", headers=headers).json()["items"]
    assert sorted(row["occasion"] for row in everything) == ["campaign", "campaign", "inbound"]
    assert [(row["id"], row["occasion"], row["attempt_number"], row["dialled_at"]) for row in theirs] == [(str(call.pk), "inbound", 0, None)]
    assert client.get(f"/api/v1/calls/{call.pk}", headers=headers).json()["occasion"] == "inbound"
    assert client.get("/api/v1/calls?occasion=postal", headers=headers).status_code == 422


def test_a_call_of_theirs_reads_as_such():
    call = Call(occasion="inbound", attempt_number=0)
    assert str(call).endswith("they called us") and str(Call(attempt_number=2)).endswith("attempt 2")
