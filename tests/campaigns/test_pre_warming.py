"""Which calls a process gets its voice ready for, by what the platform tells of them: rows and tasks only, no provider."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from asgiref.sync import sync_to_async

from bridge.brief import CallBrief
from bridge.telephony.dialect import ProviderStatus
from bridge.telephony.replies import PlacedCall
from bridge.telephony.webhooks import ProviderEvent
from campaigns import calls, dialer, live, servers
from campaigns.call_desk import Threads
from campaigns.models import Call, Campaign, LiveEvent
from leads import clock
from leads.models import Lead
from sautiqual import pre_warming
from sautiqual.pre_warming import PreWarming
from tests.campaigns.conftest import enrolled

pytestmark = pytest.mark.django_db(transaction=True)


class Kept:
    """In the place of warm voices: what was asked for, in order."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []

    def warm_up(self, brief: CallBrief) -> bool:
        self.asked.append(("warm up", brief.call_id))
        return True

    def forget(self, call_id: str) -> None:
        self.asked.append(("forget", call_id))


@pytest.fixture
def running(campaign: Campaign, asha: Lead) -> Campaign:
    """Asha is due."""
    enrolled(campaign, asha)
    return campaign


@pytest.fixture(autouse=True)
def quick(monkeypatch) -> None:
    monkeypatch.setattr(pre_warming, "RINGS_UNTOLD_AFTER_S", 0.3)
    monkeypatch.setattr(live, "POLL_S", 0.01)


@asynccontextmanager
async def watching(server_id) -> AsyncIterator[Kept]:
    kept, threads = Kept(), Threads()

    async def prepare(brief: CallBrief) -> None:
        kept.asked.append(("prepare", brief.call_id))

    watch = asyncio.create_task(PreWarming(threads, kept, prepare).run(server_id))  # type: ignore[arg-type]
    await asyncio.sleep(0.1)
    yield kept
    watch.cancel()
    await asyncio.wait({watch})
    threads.close()


async def until(is_so: Callable[[], bool], within_s: float = 60.0) -> None:
    deadline_s = asyncio.get_running_loop().time() + within_s
    while not is_so():
        assert asyncio.get_running_loop().time() < deadline_s
        await asyncio.sleep(0.01)


async def claimed() -> Call:
    claim = await sync_to_async(dialer.claim_next)(clock.now())
    assert isinstance(claim, dialer.Claimed)
    return await Call.objects.aget(pk=claim.call_id)


async def told(call: Call, state: ProviderStatus) -> None:
    await sync_to_async(calls.on_provider_event)(call.pk, ProviderEvent(call_id="c1", state=state), at=clock.now())


async def test_sentences_are_made_when_a_call_is_dialled_and_its_voice_is_opened_when_it_rings(running, server, loopback, closed_connections):
    async with watching(server.pk) as kept:
        call = await claimed()
        await until(lambda: kept.asked == [("prepare", str(call.pk))])
        await told(call, ProviderStatus.RINGING)
        await until(lambda: ("warm up", str(call.pk)) in kept.asked)


async def test_when_nobody_answers_it_is_forgotten(running, server, loopback, closed_connections):
    async with watching(server.pk) as kept:
        call = await claimed()
        await told(call, ProviderStatus.RINGING)
        await told(call, ProviderStatus.NO_ANSWER)
        await until(lambda: ("forget", str(call.pk)) in kept.asked)
        await asyncio.sleep(0.5)
        assert kept.asked[-1] == ("forget", str(call.pk)), "nothing is opened after the end"


async def test_where_ringing_is_not_told_the_voice_is_opened_a_while_after_the_platform_took_the_call(running, server, loopback, closed_connections):
    async with watching(server.pk) as kept:
        call = await claimed()
        await asyncio.sleep(0.5)
        assert ("warm up", str(call.pk)) not in kept.asked, "the platform has not taken it yet"
        await sync_to_async(calls.adopt)(call.pk, PlacedCall("c1", "s1", ProviderStatus.RINGING, None))
        await until(lambda: ("warm up", str(call.pk)) in kept.asked)


async def test_a_call_that_another_process_holds_is_not_ours(running, server, loopback, closed_connections):
    other = await sync_to_async(servers.register)("ws://127.0.0.1:9", room=1)
    async with watching(other.pk) as kept:
        call = await claimed()
        assert call.server_id == server.pk
        await told(call, ProviderStatus.RINGING)
        await asyncio.sleep(0.6)
        assert kept.asked == []


async def test_a_tail_of_some_kinds_sees_no_others(db, closed_connections):
    tail = await sync_to_async(live.Tail)(0, kinds=(live.Kind.RINGING,))
    for kind in (live.Kind.SCORE, live.Kind.RINGING):
        await LiveEvent.objects.acreate(kind=kind, payload={})
    assert [event.kind for event in await sync_to_async(tail.fetch)()] == [live.Kind.RINGING]
