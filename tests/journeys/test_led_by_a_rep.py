"""A rep leads a live call from the queue page: the callee hears their sentence, and is put through when they take over."""

from __future__ import annotations

import asyncio
import re

import pytest

from sautiqual.demo.rep import SimulatedRep
from tests.journeys.people import GOING_ON
from tests.journeys.scene import LED, PASSWORD, REP_NUMBERS
from tests.journeys.stage import Stage, until

pytestmark = [pytest.mark.journey, pytest.mark.asyncio(loop_scope="session")]

SENTENCE = "Delivery is free."
BUTTON = r'formaction="(/queue/[^"]+/{}/)"'


class LeadingRep(SimulatedRep):
    """Accepts while the lead only warms, lets the bot say a sentence, and takes over once it was heard."""

    async def _take_first_card(self) -> None:
        await super()._take_first_card()
        page = (await self._client.get("/queue/cards/")).text
        if SENTENCE not in page and (whisper := re.search(BUTTON.format("whisper"), page)):
            await self._post(whisper[1], page, text=SENTENCE)
        if "heard to its end" in page and (take_over := re.search(BUTTON.format("take-over"), page)):
            await self._post(take_over[1], page)


async def test_the_callee_hears_the_reps_sentence_and_is_put_through_before_the_last_question_is_answered(shared: Stage):
    campaign_id = next(campaign["id"] for campaign in await shared.get("/campaigns") if campaign["name"] == LED)
    rep = asyncio.create_task(LeadingRep(shared.server_url, "amina", PASSWORD).work())
    try:
        lead = await shared.lead(GOING_ON)
        await shared.run(campaign_id, [lead])

        async def bridged() -> bool:
            handoff = (await shared.call_of(lead))["handoff"]
            return bool(handoff) and handoff["status"] == "bridged"

        await until(bridged, "the lead is with the rep")
    finally:
        rep.cancel()
        await asyncio.gather(rep, return_exceptions=True)

    assert shared.heard(lead, SENTENCE)
    on_platform = shared.platform_call(lead)
    assert on_platform is not None and [other.leg.number for other in on_platform.bridged] == [REP_NUMBERS["amina"]]
    call = await shared.call_of(lead)
    assert [turn["text"] for turn in call["transcript"] if turn["said_for"] == "Amina"] == [SENTENCE]
    assert "seats" not in {answer["question_id"] for answer in call["answers"]}
