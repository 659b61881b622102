"""Where people and programs see what an AI voice cost: on the call, on the campaign, in REST and in the CSV."""

from __future__ import annotations

import csv
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bridge.events import UsageUnit
from bridge.reports import SessionUse
from campaigns.integrations.api_keys import create_api_key
from campaigns.models import Call, Campaign
from campaigns.reports.progress import Each, progress_of
from campaigns.reports.results import results_csv
from campaigns.reports.voice_cost import money_of
from campaigns.voice_cost import keeping
from tests.campaigns.console import administrator, finished_call, shown
from tests.conftest import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("round_prices")]

GEMINI = SessionUse("s1", "gemini", {"one": {UsageUnit.TEXT_IN: 150_000}}, 21.0)
OPENAI = SessionUse("s2", "openai", {"one": {UsageUnit.TEXT_IN: 50_000, UsageUnit.SESSION_S: 10.0}}, 40.0)
UNUSED = SessionUse("s3", "openai", {"one": {UsageUnit.SESSION_S: 5.0}}, 12.0, is_discarded=True)
NEW = SessionUse("s4", "openai", {"new-model": {UsageUnit.AUDIO_IN: 900}}, 40.0)


def used(campaign: Campaign, lead, *uses: SessionUse) -> Call:
    """A finished call, KES 4.90 on the telephone, whose voices used this."""
    call = finished_call(campaign, lead)
    keeping.save(call.pk, uses, is_over=True, at=NOW)
    return Call.objects.get(pk=call.pk)


def words(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).replace("\xa0", " ")


def call_words(client: Client, call: Call) -> str:
    administrator(client)
    return words(shown(client, f"campaigns/call/{call.pk}/change/"))


def campaign_words(client: Client, campaign: Campaign) -> str:
    administrator(client)
    return words(shown(client, f"campaigns/campaign/{campaign.pk}/change/"))


def test_a_session_that_opens_while_the_call_is_read_is_not_in_half_of_it(campaign, asha):
    call = used(campaign, asha, GEMINI)
    with CaptureQueriesContext(connection) as queries:
        assert [session["voice"] for session in money_of(call)["voice_sessions"]] == ["gemini"]
    assert sum("voicesession" in query["sql"] for query in queries) == 1  # two looks could differ


class TestTheCallsPage:
    def test_it_shows_the_telephone_the_voice_and_both(self, client, campaign, asha):
        text = call_words(client, used(campaign, asha, GEMINI, OPENAI))
        assert "Telephone KES 4.90 AI voice KES 30.00 Together KES 34.90" in text  # USD 0.15 and 0.05 of tokens, 0.10 of session

    def test_it_shows_what_each_voice_is_made_of(self, client, campaign, asha):
        text = call_words(client, used(campaign, asha, GEMINI, OPENAI, UNUSED))
        assert "gemini 21 s USD 0.1500 one: 150,000 text tokens in" in text
        assert "openai 40 s USD 0.1500 one: 10 seconds of the session one: 50,000 text tokens in" in text
        assert "openai 12 s, made ready and not needed USD 0.0500 one: 5 seconds of the session" in text

    def test_it_says_the_same_in_swahili_and_how_a_missing_price_is_mended(self, client, settings, campaign, asha):
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = "sw"
        text = call_words(client, used(campaign, asha, GEMINI, NEW))
        assert "one: tokeni 150,000 za maandishi zilizoingia" in text and "new-model: tokeni 900 za sauti zilizoingia" in text
        assert "“new-model” haina bei. Ongeza [[model]] ya jina hilo" in text and "has no price" not in text

    def test_a_price_that_is_not_known_is_said_with_the_mend_and_is_not_0(self, client, campaign, asha):
        text = call_words(client, used(campaign, asha, NEW))
        assert "AI voice not known: “new-model” has no price. Add a [[model]] of that name to the price table" in text
        assert "Together not known: a part of it is missing" in text
        assert "KES 0.00" not in text

    def test_a_call_that_no_voice_was_needed_for_says_so(self, client, campaign, asha):
        assert "AI voice KES 0.00 (no voice was needed)" in call_words(client, used(campaign, asha))

    def test_a_call_from_before_is_not_taken_to_be_free(self, client, campaign, asha):
        call = finished_call(campaign, asha)
        Call.objects.filter(pk=call.pk).update(voice_settled_at=NOW)
        assert "AI voice not counted: the call is from before voices were counted" in call_words(client, call)


class TestTheCampaign:
    def test_its_figures_hold_both_and_split_them(self, client, campaign, asha):
        used(campaign, asha, GEMINI, OPENAI)
        text = campaign_words(client, campaign)
        assert "Spent: KES 4.90 on the telephone, KES 30.00 on the AI voice." in text
        for what in ("a completed interview", "a qualified lead", "a hot lead"):
            assert f"KES 34.90 {what} (telephone KES 4.90, AI voice KES 30.00)" in text

    def test_calls_without_a_price_are_counted_and_said(self, client, campaign, asha):
        used(campaign, asha, NEW)
        text = campaign_words(client, campaign)
        assert "The AI voice of 1 call has no price, so it is in none of these figures" in text
        assert "run manage.py price_calls" in text

    def test_the_parts_of_an_average_add_up(self, campaign, asha, daudi):
        used(campaign, asha, GEMINI)
        finished_call(campaign, daudi)
        assert progress_of(campaign).a_complete == Each(minor=1240, phone_minor=490, voice_minor=750)

    def test_it_asks_as_few_questions_for_many_calls_as_for_one(self, campaign, asha, daudi):
        used(campaign, asha, GEMINI)
        with CaptureQueriesContext(connection) as for_one:
            progress_of(campaign)
        finished_call(campaign, daudi)
        with CaptureQueriesContext(connection) as for_two:
            progress_of(campaign)
        assert len(for_one) == len(for_two) == 3


@pytest.fixture
def crm():
    key = create_api_key("CRM")[1]
    return lambda path: Client().get(f"/api/v1{path}", headers={"Authorization": f"Bearer {key}"})


class TestRest:
    def test_a_call_shows_what_it_is_made_of(self, crm, campaign, asha):
        call = used(campaign, asha, OPENAI, UNUSED)
        money = crm(f"/calls/{call.pk}").json()["money"]
        assert (money["cost_minor"], money["voice_cost_minor"], money["total_minor"]) == (490, 2000, 2490)
        assert money["voice_sessions"][0] == {
            "voice": "openai",
            "open_s": 40.0,
            "is_discarded": False,
            "usage": {"one": {"text_in": 50_000, "session_s": 10.0}},
            "cost_usd": 0.15,
            "unknown": [],
        }
        assert money["voice_sessions"][1]["is_discarded"]

    def test_an_unknown_price_is_null_with_the_mend(self, crm, campaign, asha):
        call = used(campaign, asha, NEW)
        money = crm(f"/calls/{call.pk}").json()["money"]
        assert (money["voice_cost_minor"], money["total_minor"]) == (None, None)
        assert money["voice_sessions"][0]["unknown"][0].startswith("“new-model” has no price.")
        assert crm("/calls").json()["items"][0]["voice_cost_minor"] is None

    def test_a_campaign_s_cost_is_split_and_divided(self, crm, campaign, asha):
        used(campaign, asha, GEMINI, OPENAI, UNUSED)
        cost = crm(f"/campaigns/{campaign.pk}/cost").json()
        each = {"minor": 3990, "phone_minor": 490, "voice_minor": 3500}
        assert (cost["spent_minor"], cost["phone_minor"], cost["voice_minor"], cost["n_unpriced_calls"]) == (3990, 490, 3500, 0)
        assert (cost["a_complete"], cost["a_qualified_lead"], cost["a_hot_lead"]) == (each, each, each)
        assert cost["voices"] == [
            {"voice": "gemini", "n_sessions": 1, "n_discarded": 0, "n_unpriced": 0, "usd": 0.15},
            {"voice": "openai", "n_sessions": 2, "n_discarded": 1, "n_unpriced": 0, "usd": 0.2},
        ]

    def test_a_campaign_that_has_called_nobody_divides_by_nobody(self, crm, campaign):
        cost = crm(f"/campaigns/{campaign.pk}/cost").json()
        assert (cost["spent_minor"], cost["a_complete"], cost["voices"]) == (0, None, [])


def test_the_csv_has_both_and_leaves_an_unknown_price_empty(campaign, asha, daudi):
    used(campaign, asha, OPENAI)
    used(campaign, daudi, NEW)
    rows = {row["lead_id"]: row for row in csv.DictReader(results_csv(campaign))}
    assert [(rows[str(lead.pk)]["cost_minor"], rows[str(lead.pk)]["voice_cost_minor"]) for lead in (asha, daudi)] == [("490", "1500"), ("490", "")]
