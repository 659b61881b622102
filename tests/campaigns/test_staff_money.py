"""The money of a rep's leg: reserved when it is rung, settled by its record, and with it the lead's leg that was dialled from it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from asgiref.sync import sync_to_async
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from bridge.brief import HandoffStrategy
from bridge.telephony.dialect import ProviderStatus
from bridge.telephony.webhooks import ProviderEvent
from campaigns import janitor, money, staff_calls
from campaigns.handoff import rep_leg
from campaigns.models import Call, Campaign, Handoff, Rep, StaffCall
from campaigns.money import Spending, totals_that_are_off
from campaigns.tasks import WAITS_S, settle_staff_call
from tests.campaigns.conftest import live_call
from tests.campaigns.handoff.conftest import make_rep
from tests.campaigns.platform import Reply, record
from tests.campaigns.test_tasks import run, waiting
from tests.conftest import NOW

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("closed_connections")]

RUNG = 3 * 300  # 25 s of ringing and two minutes of brief, at a phone's rate


@pytest.fixture
def handoff(campaign: Campaign, asha, server) -> Handoff:
    call = live_call(campaign, asha, status="completed", ended_at=NOW, cost_minor=0, settled_at=NOW)
    rep = make_rep("Rehema", "+254722000011", campaign)
    return Handoff.objects.create(call=call, rep=rep, strategy=HandoffStrategy.CALLBACK, status="accepted", offered_at=NOW, released_at=NOW)


async def rung(handoff: Handoff, provider) -> StaffCall | staff_calls.Forbidden:
    rep = await Rep.objects.select_related("user").aget()
    fresh = await Handoff.objects.select_related("call__line", "call__campaign", "call__server").aget(pk=handoff.pk)
    return await staff_calls.ring(rep, fresh, provider, now=NOW)


async def spending(campaign: Campaign) -> Spending:
    assert await sync_to_async(totals_that_are_off)() == ()
    return await sync_to_async(money.spending_of)(campaign)


async def test_a_rep_who_is_rung_is_reserved_for(handoff, campaign, provider):
    await rung(handoff, provider)
    assert await spending(campaign) == Spending(0, RUNG)


async def test_a_rep_who_could_not_be_rung_costs_nothing(handoff, campaign, provider, platform):
    platform.replies = [Reply(422, {"error": {"code": "x", "message": "no"}})]
    assert isinstance(await rung(handoff, provider), staff_calls.Forbidden)
    assert await spending(campaign) == Spending(0, 0)


async def test_what_was_never_sent_leaves_nothing_reserved(handoff, campaign, provider, platform):
    platform._server.close()
    await platform._server.wait_closed()
    assert isinstance(await rung(handoff, provider), staff_calls.Forbidden)
    assert await spending(campaign) == Spending(0, 0)


async def test_the_record_of_the_rep_s_leg_settles_both_legs(handoff, campaign, provider, platform, baraka):
    staff_call = await rung(handoff, provider)
    lead_leg = await sync_to_async(live_call)(campaign, baraka, occasion="promised", status="completed", reserved_minor=9750)
    await StaffCall.objects.filter(pk=staff_call.pk).aupdate(lead_call=lead_leg, status="completed")
    assert await spending(campaign) == Spending(0, RUNG + 9750)
    platform.calls = [record(status="completed", cost_minor=1234)]
    await run(settle_staff_call, str(staff_call.pk))
    assert await spending(campaign) == Spending(1234, 0)
    settled = await Call.objects.aget(pk=lead_leg.pk)
    assert (settled.cost_minor, settled.settled_at is not None) == (0, True)


@pytest.mark.parametrize("records", [[], [record(status="completed")]], ids=["unknown", "no price yet"])
async def test_without_a_price_it_asks_again_later_and_at_last_leaves_it_to_the_janitor(handoff, provider, platform, records):
    staff_call = await rung(handoff, provider)
    platform.calls = records
    await run(settle_staff_call, str(staff_call.pk))
    again = (await waiting())[-1]
    assert again.args_kwargs["args"] == [str(staff_call.pk), 1]
    await run(settle_staff_call, str(staff_call.pk), len(WAITS_S))
    assert len(await waiting()) == 1


async def test_the_janitor_asks_for_what_was_not_settled_once_in_a_while(handoff, provider, platform):
    staff_call = await rung(handoff, provider)
    long_ago = timezone.now() - timedelta(hours=1)
    await StaffCall.objects.filter(pk=staff_call.pk).aupdate(status="completed", created_at=long_ago)
    for _ in range(2):
        await janitor.settle_late(provider)
    rows = [row async for row in DBTaskResult.objects.filter(task_path="campaigns.tasks.settle_staff_call")]
    assert [row.args_kwargs["args"][0] for row in rows] == [str(staff_call.pk)]


async def test_the_end_of_a_rep_s_leg_enqueues_its_settling(handoff, provider):
    staff_call = await rung(handoff, provider)
    event = ProviderEvent(state=ProviderStatus.NO_ANSWER, is_active=False)
    await sync_to_async(rep_leg.on_event)(staff_call, event, now=NOW)
    assert [row.task_path async for row in DBTaskResult.objects.all()] == ["campaigns.tasks.settle_staff_call"]
