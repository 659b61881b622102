"""A platform whose first post of a leg says Completed already, and what the rep hears, over real sockets and whatever the events do."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace

import pytest
import uvicorn
from asgiref.sync import sync_to_async
from django.core.asgi import get_asgi_application
from django_tasks_db.models import DBTaskResult

from bridge.brief import HandoffStrategy
from bridge.events import Outcome
from bridge.telephony.dialect import ProviderStatus
from bridge.telephony.simulator.server import Simulator
from bridge.telephony.simulator.settings import CallbackSettings, EventShape, SimulatorSettings
from bridge.telephony.webhooks import ProviderEvent
from campaigns import calls
from campaigns.handoff import offers, tending
from campaigns.handoff.rep_look_up import look_up_rep_leg
from campaigns.models import Call, Handoff, StaffCall
from campaigns.provider import Provider
from campaigns.states import HandoffStatus
from leads import clock
from tests.campaigns.platform import record

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("closed_connections")]
SPEED = 6.0  # nobody's speech is recognised here
ODD = CallbackSettings(is_completed_first=True, signing_secret="a-secret", retry_waits_s=(0.2,) * 5)
# `call.answered` is sent as the rep picks up, before the first post asks for a document.
EVENTS = {
    "early": ODD,
    "late": replace(ODD, is_out_of_order=True),
    "twice": replace(ODD, is_duplicated=True),
    "never": replace(ODD, are_events_silent=True),
    "as the exchange spells them": replace(ODD, events=EventShape.RAW),
}


class _Uvicorn(uvicorn.Server):
    def capture_signals(self):
        return contextlib.nullcontext()  # the process belongs to the tests


@dataclass
class Ours:
    """Rehema has accepted Asha, the bot has hung up: `ring` lets the platform ring her, and waits for what becomes of it."""

    url: str
    call: Call
    set_api_url: Callable[[str], None]

    async def ring(self, callbacks: CallbackSettings, persona: str, status: HandoffStatus) -> tuple[Handoff, int]:
        """The hand-off once it is `status`, and how many people the rep was put through to."""
        line, rep = self.call.line, (await self._handoff()).rep
        platform = SimulatorSettings(speed=SPEED, ring_s=0.5, ring_timeout_s=6.0, callbacks=callbacks)
        own = replace(platform.numbers[0], e164=line.number)
        platform = replace(platform, numbers=(own,)).answering_at(f"{self.url}/voice/answer", f"{self.url}/voice/events")
        async with Simulator(platform) as simulator:
            people = simulator.exchange.people.personas
            people[rep.number] = _living_at(rep.number, people, persona)
            people[self.call.lead.phone] = replace(_living_at(self.call.lead.phone, people, "rep_juma"), talk_s=3.0)
            self.set_api_url(simulator.url)
            async with Provider() as provider:
                await tending.tend(clock.now(), provider)
                return await self._until(status), sum(len(leg.bridged) for leg in simulator.exchange.calls)

    async def _until(self, status: HandoffStatus) -> Handoff:
        async with asyncio.timeout(40):
            while (handoff := await self._handoff()).status != status:
                await self._work()
                await asyncio.sleep(0.1)
        return handoff

    async def _work(self) -> None:
        """As the background worker does."""
        async for job in DBTaskResult.objects.ready().filter(task_path=look_up_rep_leg.module_path):
            await DBTaskResult.objects.filter(pk=job.pk).adelete()
            await sync_to_async(look_up_rep_leg.func)(*job.args_kwargs["args"])

    async def _handoff(self) -> Handoff:
        return await Handoff.objects.select_related("rep").aget(call=self.call)


def _living_at(number, people, name):
    return replace(next(person for person in people.values() if person.name == name), number=number)


@pytest.fixture
async def ours(settings, hot_call, rehema, strategy_callback) -> AsyncIterator[Ours]:
    settings.SAUTIKIT_API_KEY = SimulatorSettings().api_key
    settings.SAUTIKIT_API_URL = "http://127.0.0.1:9"
    settings.PUBLIC_URL = ""
    settings.SAUTIKIT_SIGNING_SECRETS = ["a-secret"]
    listener = socket.create_server(("127.0.0.1", 0))
    url = "http://{}:{}".format(*listener.getsockname()[:2])
    server = _Uvicorn(uvicorn.Config(get_asgi_application(), lifespan="off", ws="none", log_config=None, timeout_graceful_shutdown=1))
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    await sync_to_async(_bot_has_promised)(hot_call, rehema, url)
    yield Ours(url, await Call.objects.select_related("line", "lead").aget(pk=hot_call.pk), lambda api: setattr(settings, "SAUTIKIT_API_URL", api))
    server.should_exit = True
    await serving


def _bot_has_promised(call: Call, rep, url: str) -> None:
    type(call.server).objects.filter(pk=call.server_id).update(stream_url=url.replace("http", "ws"))
    now = clock.now()
    rep.seen_at = now
    rep.save(update_fields=["seen_at"])
    offers.accept(offers.offer(call, now=now).id, rep, now=now)
    offers.on_session_finished(call, Outcome.CALLING_BACK, now=now)
    calls.on_provider_event(call.pk, ProviderEvent(state=ProviderStatus.COMPLETED, duration_s=60.0), at=now)


@pytest.mark.parametrize("callbacks", EVENTS.values(), ids=EVENTS)
async def test_the_rep_hears_the_brief_and_is_put_through(ours, callbacks):
    handoff, n_bridged = await ours.ring(callbacks, "rep_rehema", HandoffStatus.BRIDGED)
    assert (handoff.strategy, n_bridged) == (HandoffStrategy.CALLBACK, 1)
    staff_call = await StaffCall.objects.aget(handoff=handoff)
    assert staff_call.is_accepted
    assert staff_call.asked_as == ProviderStatus.COMPLETED


@pytest.mark.parametrize("callbacks", [EVENTS["early"], EVENTS["never"]], ids=["early", "never"])
async def test_a_machine_that_presses_no_key_leaves_the_promise(ours, callbacks):
    handoff, n_bridged = await ours.ring(callbacks, "voicemail", HandoffStatus.PROMISED)
    assert n_bridged == 0
    assert handoff.ended_at is None


@pytest.mark.parametrize(
    "at_platform, status", [("completed", HandoffStatus.PROMISED), ("answered", HandoffStatus.ACCEPTED)], ids=["hung up", "being set up"]
)
async def test_what_a_completed_in_doubt_meant_the_platform_s_record_says(rung, platform, at_platform, status):
    await rung.rep_leg(7, ProviderStatus.COMPLETED)
    await rung.rep_leg(8, ProviderStatus.COMPLETED)
    assert (await rung.handoff()).status == HandoffStatus.ACCEPTED, "nobody knows yet"
    staff_call = await StaffCall.objects.aget()
    platform.calls = [record(id=staff_call.provider_call_id, status=at_platform)]
    await sync_to_async(look_up_rep_leg.func)(str(staff_call.pk))
    assert (await rung.handoff()).status == status
