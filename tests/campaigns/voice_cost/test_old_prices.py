"""Prices that nobody has compared with their sources for half a year are said where they count, and stop nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.checks import run_checks
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from campaigns.budget import Component, Price, Reading
from campaigns.integrations.api_keys import create_api_key
from campaigns.old_prices import old_phone_prices, old_voice_prices
from campaigns.preflight.run import preflight
from leads import clock
from tests.campaigns.conftest import enrolled
from tests.campaigns.console import administrator, finished_call, shown
from tests.campaigns.voice_cost.tables import MODELS, RATE, VOICES, table

READ_ON = date(2026, 11, 26)
HALF_A_YEAR = date(2027, 5, 25)  # 180 days later
DAY_MORE = date(2027, 5, 26)


def price(valid_from: date, read_on: date) -> Price:
    return Price(valid_from, {component: (Reading(300, 1, "a page", read_on),) for component in Component})


@pytest.fixture
def old_tables():
    """Business time is half a year and a week after the shipped tables were read."""
    clock.set_offset(datetime(2027, 6, 1, 7, tzinfo=UTC) - datetime.now(UTC))


@pytest.mark.parametrize(("on", "is_old"), [(HALF_A_YEAR, False), (DAY_MORE, True)], ids=["half a year", "a day more"])
class TestTheBorder:
    def test_of_the_telephone(self, on, is_old):
        assert (old_phone_prices((price(date(2026, 1, 1), READ_ON),), on=on) is not None) == is_old

    def test_of_the_voices(self, on, is_old):
        assert (old_voice_prices(table(), on=on) is not None) == is_old


@given(age=st.integers(0, 1000))
def test_any_age_is_judged_by_the_day_it_was_read(age):
    old = old_phone_prices((price(date(2020, 1, 1), READ_ON - timedelta(days=age)),), on=READ_ON)
    assert (old.read_on if old else None) == (READ_ON - timedelta(days=age) if age > 180 else None)


def test_each_is_named_once_with_the_oldest_day_and_what_nobody_bills_is_not():
    text = RATE.replace("2026-11-26", "2026-11-20") + VOICES + MODELS
    assert str(old_voice_prices(table(text), on=DAY_MORE)) == (
        "Nobody has compared what the AI voices' providers charge with its sources since 2026-11-20: KES for a US dollar, one, openai."
    )


def test_one_source_that_was_read_again_does_not_speak_for_the_other():
    both = (Reading(300, 1, "a page", DAY_MORE), Reading(300, 60, "another", READ_ON))
    old = old_phone_prices((Price(date(2026, 1, 1), dict.fromkeys(Component, both)),), on=DAY_MORE)
    assert old is not None and (old.names, old.read_on) == (("call", "inbound", "rep leg", "stream"), READ_ON)


def test_a_price_that_is_over_or_has_not_begun_needs_no_look():
    prices = (price(date(2025, 1, 1), date(2025, 1, 1)), price(date(2027, 1, 1), READ_ON), price(date(2028, 1, 1), date(2025, 1, 1)))
    assert old_phone_prices(prices, on=HALF_A_YEAR) is None


def warnings() -> dict[str, str]:
    return {str(found.id): found.msg for found in run_checks() if str(found.id).startswith("campaigns.") and not found.is_serious()}


def test_the_start_is_quiet_while_the_shipped_tables_are_new():
    assert warnings() == {}


@pytest.mark.usefixtures("old_tables")
def test_the_start_warns_of_both_tables_and_goes_on():
    found = warnings()
    assert found["campaigns.W001"].startswith("Nobody has compared what the platform charges with its sources since 2026-11-22: call")
    assert "gemini" in found["campaigns.W002"]


@pytest.mark.django_db
@pytest.mark.usefixtures("loopback")
class TestWhereMoneyIsShown:
    def said(self, client, campaign) -> tuple[int, int, int]:
        """How many such sentences the campaign's page, REST and a preflight have."""
        administrator(client)
        page = shown(client, f"campaigns/campaign/{campaign.pk}/change/").count("Nobody has compared what")
        key = create_api_key("CRM")[1]
        rest = Client().get(f"/api/v1/campaigns/{campaign.pk}/cost", headers={"Authorization": f"Bearer {key}"}).json()["old_prices"]
        result = preflight(campaign, by="mosi").result
        assert result is not None, "it was finished"
        return page, len(rest), sum("The cost may come out otherwise." in warning for warning in result["warnings"])

    def test_nothing_is_said_of_new_prices(self, client, campaign, asha):
        finished_call(campaign, asha)
        assert self.said(client, campaign) == (0, 0, 0)

    @pytest.mark.usefixtures("old_tables")
    def test_old_ones_are_told_on_the_page_in_rest_and_by_a_preflight(self, client, campaign, asha):
        finished_call(campaign, asha)
        assert self.said(client, campaign) == (2, 2, 2)

    @pytest.mark.usefixtures("old_tables")
    def test_a_page_without_money_on_it_says_nothing_of_prices(self, client, campaign, asha):
        enrolled(campaign, asha)
        assert self.said(client, campaign)[0] == 0
