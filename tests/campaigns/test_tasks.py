"""Settling in the background: enqueued with the end, repeated until there is a price."""

from __future__ import annotations

import asyncio

import pytest
from asgiref.sync import sync_to_async
from django.db import connections
from django_tasks_db.models import DBTaskResult

from bridge.telephony.dialect import ProviderStatus
from bridge.telephony.webhooks import ProviderEvent
from campaigns import calls
from campaigns.look_ups import look_up_call
from campaigns.models import Call
from campaigns.states import CallStatus
from campaigns.tasks import WAITS_S, settle_call
from leads.models import Lead
from tests.campaigns.conftest import live_call
from tests.campaigns.platform import record
from tests.conftest import NOW

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("closed_connections")]


@pytest.fixture
def ended(campaign, asha) -> Call:
    call = live_call(campaign, asha, provider_call_id="call-1")
    calls.on_provider_event(call.pk, ProviderEvent(state=ProviderStatus.ANSWERED), at=NOW)
    calls.on_provider_event(call.pk, ProviderEvent(state=ProviderStatus.COMPLETED), at=NOW)
    return call


async def run(task, *arguments: object) -> None:
    """As the worker does: on a thread without an event loop."""

    def work() -> None:
        try:
            task.func(*arguments)
        finally:
            connections.close_all()

    await asyncio.to_thread(work)


async def waiting() -> list[DBTaskResult]:
    return [row async for row in DBTaskResult.objects.order_by("enqueued_at")]


async def test_the_end_of_a_call_enqueues_its_settling(ended):
    [row] = await waiting()
    assert row.task_path == "campaigns.tasks.settle_call"


async def test_it_settles_by_the_record(ended, platform):
    platform.calls = [record(status="completed", cost_minor=459, duration_seconds=91)]
    await run(settle_call, str(ended.pk))
    call = await Call.objects.aget(pk=ended.pk)
    assert (call.cost_minor, call.talk_s) == (459, 91)
    assert len(await waiting()) == 1


@pytest.mark.parametrize("records", [[], [record(status="completed")], [record(status="answered")]], ids=["unknown", "no price yet", "not over"])
async def test_without_a_price_it_asks_again_later(ended, platform, records):
    platform.calls = records
    await run(settle_call, str(ended.pk))
    again = (await waiting())[-1]
    assert again.args_kwargs["args"] == [str(ended.pk), 1]
    assert again.run_after is not None


async def test_at_last_it_leaves_it_to_the_janitor(ended, platform):
    await run(settle_call, str(ended.pk), len(WAITS_S))
    assert len(await waiting()) == 1


async def test_a_settled_call_is_not_asked_about(ended, platform):
    await Call.objects.filter(pk=ended.pk).aupdate(settled_at=NOW)
    await run(settle_call, str(ended.pk))
    assert platform.asked == []


async def test_a_call_whose_lead_was_erased_is_not_asked_about(ended, platform):
    await Lead.objects.all().adelete()
    await run(settle_call, str(ended.pk))
    assert platform.asked == []


async def test_a_look_up_brings_the_call_to_where_the_platform_says(campaign, asha, platform):
    call = await sync_to_async(live_call)(campaign, asha, provider_call_id="call-1")
    platform.calls = [record(status="busy")]
    await run(look_up_call, str(call.pk))
    assert (await Call.objects.aget(pk=call.pk)).status == CallStatus.BUSY
