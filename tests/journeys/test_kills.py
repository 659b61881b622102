"""kill -9 at any instant: no saved answer is lost, nobody is rung twice, and what is left goes on."""

from __future__ import annotations

import asyncio
from random import Random

import pytest

from tests.journeys.people import BUSY, COLD, late
from tests.journeys.stage import DIALER, Lead, Stage, until, values

pytestmark = [pytest.mark.journey, pytest.mark.asyncio(loop_scope="session")]

SECOND_QUESTION = "How many seats"


def on_the_phone(on: Stage, leads: list[Lead]) -> list[Lead]:
    calls = {lead: on.platform_call(lead) for lead in leads}
    return [lead for lead, call in calls.items() if call and call.is_live and any(stream.was_open for stream in call.streams)]


async def test_a_killed_server_loses_no_saved_answer_and_rings_nobody_twice(shared: Stage):
    # Not in step, so that the kill finds one after an answer, one in the disclosure, one whose phone still rings, and two not yet dialled.
    leads = [await shared.lead(late(COLD, after_rings)) for after_rings in (0.3, 1.5, 3.0, 5.0, 0.3, 0.3)]
    campaign_id = await shared.campaign(leads[:4], max_calls_in_flight=4)
    await shared.enrol(campaign_id, leads[4:])
    await until(lambda: shared.heard(leads[0], SECOND_QUESTION), "the first answer is saved")

    await asyncio.sleep(Random(1).uniform(0.0, 1.0))
    async with shared.killed(shared.server):
        # The second question is asked only once the first answer is saved.
        cut, has_answered = on_the_phone(shared, leads), [lead for lead in leads if shared.heard(lead, SECOND_QUESTION)]
    calls = await shared.first_calls_over(campaign_id, within_s=40.0)

    assert has_answered and [values(await shared.call_of(lead))["decider"] for lead in has_answered] == [True] * len(has_answered)
    assert cut and {(await shared.call_of(lead))["disposition"] for lead in cut} == {"incomplete"}
    assert {(await shared.call_of(lead, attempt=2))["status"] for lead in cut} == {"queued"}
    rest = [lead for lead in leads if lead not in cut]
    done = [await shared.call_of(lead) for lead in rest]
    # Those who were dialled before the new process had a name of its own, too.
    assert [(call["disposition"], values(call)) for call in done] == [("not_qualified", {"decider": True, "seats": 40})] * len(rest)
    assert shared.rings(leads) == [1] * len(leads) == [call["attempt_number"] for call in calls]


async def test_a_dialer_killed_between_claim_and_reply_rings_nobody_twice(shared: Stage):
    leads = await shared.leads(BUSY, 16)
    slowness, moment = Random(2), Random(3)
    with shared.api_wire.slow(lambda: slowness.uniform(0.0, 0.15)):
        campaign_id = await shared.campaign(leads, max_calls_in_flight=4)
        for _ in range(4):
            n_rings = sum(shared.rings(leads))
            await until(lambda n=n_rings: sum(shared.rings(leads)) > n, "the dialer places calls")
            await asyncio.sleep(moment.uniform(0.0, 0.4))
            async with shared.killed(DIALER):
                pass
        calls = await shared.first_calls_over(campaign_id)

    assert max(shared.rings(leads)) == 1
    # What was claimed and never sent is closed without another try; everybody else was rung and is busy.
    assert {call["status"] for call in calls} <= {"busy", "outcome_unknown"}
    assert sum(shared.rings(leads)) == sum(call["status"] == "busy" for call in calls)
    assert {call["status"] for call in await shared.calls(campaign_id) if call["attempt_number"] == 2} == {"queued"}
