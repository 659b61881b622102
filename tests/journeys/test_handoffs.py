"""Hot leads, given to reps who work in the browser's queue."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from sautiqual.demo.rep import SimulatedRep
from tests.journeys.people import HOT
from tests.journeys.scene import HANDING_OVER, PASSWORD, REP_NUMBERS
from tests.journeys.stage import Lead, Stage, until

pytestmark = [pytest.mark.journey, pytest.mark.asyncio(loop_scope="session")]


@asynccontextmanager
async def reps_at_work(on: Stage) -> AsyncIterator[None]:
    """Available, with the queue open, and taking what is offered."""
    working = [asyncio.create_task(SimulatedRep(on.server_url, login, PASSWORD).work()) for login in REP_NUMBERS]
    try:
        yield
    finally:
        for rep in working:
            rep.cancel()
        await asyncio.gather(*working, return_exceptions=True)


async def handed_over(on: Stage, lead: Lead, is_so: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    async def handoff() -> dict[str, Any] | None:
        found: dict[str, Any] | None = (await on.call_of(lead))["handoff"]
        return found if found and is_so(found) else None

    return await until(handoff, "the hand-off is over")


async def test_hot_leads_are_bridged_called_back_or_promised(shared: Stage):
    ids = {campaign["name"]: campaign["id"] for campaign in await shared.get("/campaigns")}
    async with reps_at_work(shared):
        same_call, dead_air, nobody = leads = await shared.leads(HOT, 3)
        for name, lead in zip(HANDING_OVER, leads, strict=True):
            await shared.run(ids[name], [lead])
        bridged = await handed_over(shared, same_call, lambda handoff: handoff["status"] == "bridged")
        promised = await handed_over(shared, nobody, lambda handoff: handoff["status"] == "promised")
        called_back = await handed_over(shared, dead_air, lambda handoff: handoff["status"] == "bridged")

    assert (bridged["strategy"], bridged["is_fallback"]) == ("dial", False)
    on_platform = shared.platform_call(same_call)
    assert on_platform is not None and [other.leg.number for other in on_platform.bridged] == [REP_NUMBERS["rehema"]]
    assert called_back["is_fallback"]
    assert shared.rings(leads) == [1, 2, 1]
    assert shared.heard(dead_air, "we call right back"), "the promise was heard before the line went dead"
    waiting = {lead["phone"]: lead for lead in (await shared.get("/hot-leads"))["items"]}
    assert waiting[nobody.number]["promised_for"] == promised["promised_for"] is not None
