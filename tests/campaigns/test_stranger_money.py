"""What a stranger's call costs counts to the organisation, and is refused where its budget has no room; a voice that fails on it is ill."""

from __future__ import annotations

from datetime import timedelta

import pytest
from asgiref.sync import sync_to_async
from django.utils import timezone

from bridge.events import Outcome
from bridge.reports import SessionReport
from campaigns import budget, money, strangers
from campaigns.call_desk import DatabaseCallDesk
from campaigns.inbound_words import NOTICE_S
from campaigns.models import AttemptSign, Campaign, FlightEntry, MoneyTotal, Organisation, StrangerCall
from tests.campaigns.test_strangers import EMPTY, INFORMED, RINGING, desk, row, signed, told, verbs  # noqa: F401 - fixtures among them
from tests.conftest import NOW

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("closed_connections", "campaign", "server", "signed")]

WORST_MINOR = budget.inbound_minor(NOTICE_S + budget.HANG_UP_GRACE_S, money.price_at(NOW), has_stream=True)
SCOPES = ["day:2026-11-24", "month:2026-11", "strangers:2026-11-24"]


def totals() -> dict[str, tuple[int, int]]:
    return {total.scope: (total.reserved_minor, total.spent_minor) for total in MoneyTotal.objects.order_by("scope")}


async def is_right() -> bool:
    return await sync_to_async(money.totals_that_are_off)() == ()


async def limited(**caps: int) -> None:
    await sync_to_async(Organisation.current)()
    await Organisation.objects.aupdate(**caps)


async def over(desk: DatabaseCallDesk, report: SessionReport = INFORMED, *, after_s: float = 30) -> None:  # noqa: F811
    brief = await desk.open((await row()).stream_token or "")
    await StrangerCall.objects.aupdate(created_at=timezone.now() - timedelta(seconds=after_s))
    await desk.finish(brief.call_id, report)


async def test_the_dearest_reading_is_reserved_for_the_organisation_and_for_no_campaign(async_client):
    await told(async_client)
    assert WORST_MINOR > 0
    assert await sync_to_async(totals)() == dict.fromkeys(SCOPES, (WORST_MINOR, 0))
    assert await is_right()


async def test_at_the_end_what_it_lasted_is_spent_and_the_rest_is_free_again(async_client, desk):  # noqa: F811
    await told(async_client)
    await over(desk)
    spent = budget.inbound_minor(31, money.price_at(NOW), has_stream=True)
    assert await sync_to_async(totals)() == dict.fromkeys(SCOPES, (0, spent))
    assert 0 < spent < WORST_MINOR and await is_right()


async def test_ending_twice_is_paid_once(async_client, desk):  # noqa: F811
    await told(async_client)
    await over(desk)
    before = await sync_to_async(totals)()
    await desk.finish(strangers.call_id_of(await row()), INFORMED)
    await sync_to_async(strangers.end)((await row()).pk)
    assert await sync_to_async(totals)() == before


async def test_who_gives_up_before_the_stream_costs_no_stream(async_client):
    await told(async_client)
    await told(async_client, callSessionState="canceled")
    assert await sync_to_async(totals)() == dict.fromkeys(SCOPES, (0, 0))


async def test_what_nobody_ended_never_costs_more_than_was_reserved(async_client, desk):  # noqa: F811
    await told(async_client)
    await desk.open((await row()).stream_token or "")
    await StrangerCall.objects.aupdate(created_at=timezone.now() - timedelta(days=2))
    await sync_to_async(strangers.tidy)()
    assert not await StrangerCall.objects.aexists(), "forgotten"
    assert await sync_to_async(totals)() == dict.fromkeys(SCOPES, (0, WORST_MINOR))
    assert await is_right(), "and its money is not"


@pytest.mark.parametrize("cap", ["day_budget_minor", "month_budget_minor"])
async def test_a_budget_of_the_organisation_that_has_no_room_is_answered_by_nothing(async_client, cap):
    await limited(**{cap: WORST_MINOR - 1})
    assert await told(async_client) == EMPTY
    assert not await StrangerCall.objects.aexists() and not await MoneyTotal.objects.aexists()


async def test_a_budget_with_just_enough_room_is_enough_once(async_client):
    await limited(day_budget_minor=WORST_MINOR)
    assert verbs(await told(async_client)) == ["Stream"]
    assert verbs(await told(async_client)) == ["Stream"], "the same call asks again"
    assert await told(async_client, sessionId="HD_other", callerNumber="+254712999998") == EMPTY


async def test_what_strangers_cost_is_no_longer_there_for_campaigns(async_client, campaign):
    await told(async_client)
    caps = await sync_to_async(lambda: money.caps_of(campaign, Organisation.current(), now=NOW))()
    assert [cap.reserved_minor for cap in caps] == [0, 0, WORST_MINOR, WORST_MINOR]


async def test_the_flight_record_tells_of_the_money_and_of_no_person(async_client, desk):  # noqa: F811
    await told(async_client)
    await over(desk)
    kept = [entry async for entry in FlightEntry.objects.filter(kind="money").order_by("id")]
    assert [(entry.call_id, entry.campaign_id) for entry in kept] == [(None, None)] * 2
    assert sum(entry.money_minor for entry in kept) == (await row()).cost_minor
    assert RINGING["callerNumber"] not in str([entry.details for entry in kept])


# ---- the voice ---------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("outcome", [Outcome.VOICE_FAILED, Outcome.DESK_FAILED])
async def test_a_voice_that_fails_with_a_stranger_is_a_sign_about_the_voice(async_client, desk, outcome):  # noqa: F811
    await told(async_client)
    await over(desk, SessionReport(outcome, is_disclosure_heard=False))
    await desk.finish(strangers.call_id_of(await row()), SessionReport(outcome, is_disclosure_heard=False))
    sign = await AttemptSign.objects.aget()
    assert (sign.fault, sign.detail) == ("voice", outcome.value.replace("_", " "))


async def test_a_call_that_goes_well_says_nothing(async_client, desk):  # noqa: F811
    await told(async_client)
    await over(desk)
    assert not await AttemptSign.objects.aexists()


async def test_four_of_them_pause_the_campaign(async_client, desk, campaign):  # noqa: F811
    for n in range(4):
        await told(async_client, sessionId=f"HD_{n}", callerNumber=f"+25471299999{n}")
        stranger = await StrangerCall.objects.aget(provider_session_id=f"HD_{n}")
        brief = await desk.open(stranger.stream_token or "")
        await desk.finish(brief.call_id, SessionReport(Outcome.VOICE_FAILED, is_disclosure_heard=False))
    paused = await Campaign.objects.aget(pk=campaign.pk)
    assert paused.status == "paused" and "Voice fault: 4 of 4" in paused.pause_reason
