"""People who call our number: who missed a call and finishes the interview, who wants no more calls, and who has nothing to do with us."""

from __future__ import annotations

from typing import Any

import pytest

from tests.journeys.people import COLD, HOT, OPTING_OUT, STRANGER, away
from tests.journeys.scene import CALLING_US, CONTINUES, REP_NUMBERS
from tests.journeys.stage import Lead, Stage, refusals, until, values
from tests.journeys.test_calls import turns
from tests.journeys.test_handoffs import reps_at_work
from tests.journeys.voices import DISCLOSURE

pytestmark = [pytest.mark.journey, pytest.mark.asyncio(loop_scope="session")]


async def missed(on: Stage, lead: Lead, campaign_id: int) -> None:
    """Our call did not reach them, and they are to be called again."""
    (call,) = await on.first_calls_over(campaign_id)
    assert (call["status"], (await on.call_of(lead, attempt=2))["status"]) == ("busy", "queued")


async def test_who_missed_a_call_calls_back_finishes_the_interview_and_is_not_called_again(shared: Stage):
    lead = await shared.lead(away(COLD))
    campaign_id = await shared.campaign([lead])
    await missed(shared, lead, campaign_id)

    on_platform = shared.simulator.ring_us(from_=lead.number, to=CONTINUES)
    call = await shared.their_call_over(lead)

    assert (call["disposition"], values(call), call["score"]["points"]) == ("not_qualified", {"decider": True, "seats": 40}, 40)
    assert (call["attempt_number"], call["dialled_at"], call["is_disclosure_heard"]) == (0, None, True)
    assert turns(call, "callee") == ["the answer about good_time", "the answer about decider", "the answer about seats"]
    assert on_platform.problems == [] and on_platform.lines[-1].line.text.endswith("Goodbye.")
    assert on_platform.lines[0].line.text == f"Thank you for calling back. You missed a call from Acme. {DISCLOSURE}"
    assert (await shared.call_of(lead, attempt=2))["status"] == "canceled"
    assert shared.rings([lead]) == [1]

    async def paid() -> dict[str, Any] | None:
        found = await shared.call_of(lead, attempt=0)
        return found if found["cost_minor"] is not None else None

    assert (await until(paid, "their call is paid"))["cost_minor"] == on_platform.cost_minor


async def test_who_calls_back_to_be_left_alone_is(shared: Stage):
    lead = await shared.lead(away(OPTING_OUT))
    campaign_id = await shared.campaign([lead], voice="scripted_opt_out")
    await missed(shared, lead, campaign_id)

    on_platform = shared.simulator.ring_us(from_=lead.number, to=CONTINUES)
    call = await shared.their_call_over(lead)
    other_id = await shared.campaign([lead])
    (blocked,) = await shared.first_calls_over(other_id)

    assert (call["disposition"], on_platform.lines[-1].line.text) == ("opted_out", "We will not call you again. Goodbye.")
    assert (await shared.get("/do-not-call", phone=lead.number))["items"]
    assert (blocked["status"], refusals(blocked)) == ("blocked", {"do_not_call"})
    assert shared.rings([lead]) == [1]


async def test_a_stranger_hears_whose_number_it_is_and_is_never_called(shared: Stage):
    # In whose name the number speaks: the newest campaign's that calls from it.
    await shared.first_calls_over(await shared.campaign([await shared.lead(away(COLD))], voice="scripted_stop"))
    number = shared.moves_in(STRANGER)

    on_platform = shared.simulator.ring_us(from_=number, to=CONTINUES)
    await until(lambda: not on_platform.is_live, "the stranger's call is over")

    spoken = [line.line.text for line in on_platform.lines]
    assert spoken[0] == "Hello, this number belongs to Acme. I am Zawadi, the automated AI assistant that makes its calls."
    assert (spoken[-1], on_platform.problems) == ("We will not call you again. Goodbye.", [])
    assert (await shared.get("/do-not-call", phone=number))["items"]
    assert (await shared.get("/leads", phone=number))["items"] == []


async def test_a_hot_lead_who_calls_back_is_put_through_on_the_same_call(shared: Stage):
    campaign_id = {campaign["name"]: campaign["id"] for campaign in await shared.get("/campaigns")}[CALLING_US]
    lead = await shared.lead(away(HOT))
    await shared.run(campaign_id, [lead])
    await missed(shared, lead, campaign_id)
    async with reps_at_work(shared):
        on_platform = shared.simulator.ring_us(from_=lead.number, to=CONTINUES)
        call = await shared.their_call_over(lead)

    assert (call["disposition"], call["handoff"]["status"]) == ("qualified", "bridged")
    assert [other.leg.number for other in on_platform.bridged] == [REP_NUMBERS["rehema"]]
    assert shared.rings([lead]) == [1]
