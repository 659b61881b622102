"""A hot lead while nobody is free: chooses a time, and at that time the rep's phone rings, and then the lead's."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

import pytest

from sautiqual.demo.rep import SimulatedRep
from tests.journeys.people import CHOOSING
from tests.journeys.scene import NOBODY_FREE, PASSWORD, SALMA, SALMA_NUMBER
from tests.journeys.stage import Stage, until

pytestmark = [pytest.mark.journey, pytest.mark.asyncio(loop_scope="session")]


async def test_a_time_that_was_chosen_is_booked_and_kept(shared: Stage):
    lead = await shared.lead(CHOOSING)
    ids = {campaign["name"]: campaign["id"] for campaign in await shared.get("/campaigns")}

    async def is_(status: str) -> Any:
        found: Any = (await shared.call_of(lead))["handoff"]
        return found if found and found["status"] == status else None

    await shared.run(ids[NOBODY_FREE], [lead])
    (first,) = await shared.first_calls_over(ids[NOBODY_FREE])
    offered, booked = shared.heard(lead, "Which one: today at"), shared.heard(lead, "You are called today at")
    assert offered and booked, "the second time was said back before the goodbye"
    assert booked.line.text.removeprefix("You are called ").removesuffix(". Goodbye.") in offered.line.text.partition(", or ")[2]
    promised: Any = await until(partial(is_, "promised"), "the time is booked")
    (owed,) = [hot for hot in (await shared.get("/hot-leads"))["items"] if hot["phone"] == lead.number]
    assert promised["is_slot"] and (owed["rep_name"], owed["promised_for"]) == ("Salma", promised["promised_for"])
    assert first["disposition"] == "qualified"
    assert shared.rings([lead]) == [1], "nobody is rung before the time"

    working = asyncio.create_task(SimulatedRep(shared.server_url, SALMA, PASSWORD).work())
    try:
        await shared.hours_pass(lead)
        await until(partial(is_, "bridged"), "the promise is kept")
    finally:
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
    assert shared.rings([lead]) == [2]
    rep_leg = next(call for call in shared.platform_calls if call.leg.number == SALMA_NUMBER)
    assert [other.leg.number for other in rep_leg.bridged] == [lead.number]
    figures = (await shared.get(f"/campaigns/{ids[NOBODY_FREE]}/attempts"))["kept_lately"]
    assert (figures["n_kept"], figures["kept_percent"]) == (1, 100)
