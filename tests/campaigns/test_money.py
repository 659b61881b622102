"""Money as rows: what is reserved, changed, settled and released, and the totals that go along."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from asgiref.sync import sync_to_async

from campaigns import calls, dialer, money
from campaigns.checks import check_price_list
from campaigns.models import Call, Campaign, MoneyTotal, Organisation
from campaigns.money import Spending, caps_of, spending_of, totals_that_are_off
from tests.campaigns.conftest import enrolled, live_call
from tests.campaigns.platform import Reply
from tests.conftest import NOW

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("closed_connections")]

WORST = 6 * 350


@pytest.fixture
def call(campaign: Campaign, asha) -> Call:
    return live_call(campaign, asha)


def test_a_claim_counts_in_campaign_day_and_month(loopback, campaign, server, asha):
    enrolled(campaign, asha)
    assert isinstance(dialer.claim_next(NOW), dialer.Claimed)
    totals = dict(MoneyTotal.objects.values_list("scope", "reserved_minor"))
    assert totals == {
        f"campaign:{campaign.pk}": WORST,
        f"campaign:{campaign.pk}:2026-11-24": WORST,
        "day:2026-11-24": WORST,
        "month:2026-11": WORST,
    }
    assert totals_that_are_off() == ()


def test_a_day_is_the_organisation_s_own(loopback, campaign, server, asha):
    enrolled(campaign, asha)
    before_midnight_utc = datetime(2026, 11, 24, 22, 30, tzinfo=UTC)  # 01:30 on the 25th in Nairobi
    caps = caps_of(campaign, Organisation.current(), now=before_midnight_utc)
    assert len(caps) == 4
    money.count_reservation(campaign.pk, 500, on=date(2026, 11, 25))
    assert [cap.reserved_minor for cap in caps_of(campaign, Organisation.current(), now=before_midnight_utc)] == [500] * 4
    assert [cap.reserved_minor for cap in caps_of(campaign, Organisation.current(), now=NOW)] == [500, 0, 0, 500]


def test_the_final_price_replaces_the_reservation_once(campaign, call):
    money.settle(call, 345, "KES", at=NOW)
    money.settle(call, 999, "KES", at=NOW)
    assert spending_of(campaign) == Spending(345, 0)
    assert totals_that_are_off() == ()


def test_a_reservation_follows_what_a_call_may_cost(campaign, call):
    money.reserve(call, 5000)
    money.reserve(call, 5000)
    assert spending_of(campaign) == Spending(0, 5000)
    money.settle(call, 100, "KES", at=NOW)
    money.reserve(call, 9000)
    assert spending_of(campaign) == Spending(100, 0)
    assert totals_that_are_off() == ()


def test_a_claim_that_is_undone_reserves_nothing(loopback, campaign, server, asha):
    queued = enrolled(campaign, asha)
    dialer.claim_next(NOW)
    calls.requeue(queued.pk, due_at=NOW)
    calls.requeue(queued.pk, due_at=NOW)
    queued.refresh_from_db()
    assert (queued.reserved_minor, queued.money_on, spending_of(campaign)) == (0, None, Spending(0, 0))
    assert totals_that_are_off() == ()


async def test_what_the_provider_refuses_costs_nothing(campaign, server, asha, provider, platform):
    await sync_to_async(enrolled)(campaign, asha)
    platform.replies = [Reply(422, {"error": {"code": "x", "message": "no"}})]
    await dialer.dial_next(NOW, provider)
    assert await sync_to_async(spending_of)(campaign) == Spending(0, 0)


def test_totals_that_were_tampered_with_are_found(campaign, call):
    MoneyTotal.objects.filter(scope="month:2026-11").update(spent_minor=1)
    assert totals_that_are_off() == ("month:2026-11",)


# ---- caps -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("of", "field"),
    [
        (Campaign, "budget_minor"),
        (Campaign, "day_budget_minor"),
        (Organisation, "day_budget_minor"),
        (Organisation, "month_budget_minor"),
    ],
    ids=["campaign", "campaign's day", "organisation's day", "organisation's month"],
)
def test_no_cap_is_overshot_calls_in_flight_included(loopback, campaign, server, asha, baraka, of, field):
    Organisation.current()
    live_call(campaign, baraka, reserved_minor=2100)
    enrolled(campaign, asha)
    of.objects.update(**{field: 2100 + WORST - 1})
    assert dialer.claim_next(NOW) is None
    of.objects.update(**{field: 2100 + WORST})
    assert isinstance(dialer.claim_next(NOW), dialer.Claimed)


def test_a_day_s_budget_that_is_used_up_waits_for_the_next_day(loopback, campaign, server, asha, baraka):
    live_call(campaign, baraka, status="completed", cost_minor=2000, settled_at=NOW)
    enrolled(campaign, asha)
    Campaign.objects.update(day_budget_minor=WORST)
    assert dialer.claim_next(NOW) is None
    campaign.refresh_from_db()
    assert campaign.status == "running"
    assert isinstance(dialer.claim_next(NOW + timedelta(days=1)), dialer.Claimed)


def test_another_campaign_s_money_counts_for_the_organisation(loopback, campaign, script, line, server, asha, baraka):
    other = Campaign.objects.create(name="Other", line=line, script=script, controller=campaign.controller, status="running")
    live_call(other, baraka, reserved_minor=2100)
    enrolled(campaign, asha)
    Organisation.current()
    Organisation.objects.update(day_budget_minor=2100 + WORST - 1)
    assert dialer.claim_next(NOW) is None


# ---- the list ---------------------------------------------------------------------------------------------------------------


@pytest.fixture
def own_list(settings, tmp_path):
    settings.PRICE_LIST = str(tmp_path / "prices.toml")
    money.price_list.cache_clear()
    yield tmp_path / "prices.toml"
    money.price_list.cache_clear()


@pytest.mark.parametrize("text", [None, "price = 1"], ids=["missing", "wrong"])
def test_a_price_list_that_cannot_be_read_stops_the_start(own_list, text):
    if text is not None:
        own_list.write_text(text)
    [problem] = check_price_list(None)
    assert problem.id == "campaigns.E001" and problem.hint


def test_the_shipped_list_is_read():
    assert check_price_list(None) == []
