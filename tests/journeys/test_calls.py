"""Whole calls: answered, disclosed, asked, saved, closed, paid."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bridge.brief import ChannelLayout
from bridge.telephony.dialect import Dialect
from tests.journeys.people import COLD, asked, away, late
from tests.journeys.scene import CONTINUES
from tests.journeys.stage import Lead, Stage, stage, until, values
from tests.journeys.voices import DISCLOSURE, GOOD_TIME, QUESTIONS

HEARD = ["the answer about good_time", "the answer about decider", "the answer about seats"]
pytestmark = [pytest.mark.journey, pytest.mark.asyncio(loop_scope="session")]


async def settled(on: Stage, lead: Lead) -> dict[str, Any]:
    async def paid() -> dict[str, Any] | None:
        call = await on.call_of(lead)
        return call if call["cost_minor"] is not None else None

    return await until(paid, "the call is paid")


def turns(call: dict[str, Any], party: str) -> list[str]:
    return [turn["text"] for turn in call["transcript"] if turn["party"] == party]


async def test_calls_run_at_once_from_the_first_ring_to_the_price(shared: Stage):
    leads = await shared.leads(COLD, 3)
    campaign_id = await shared.campaign(leads)

    # The embedded voice, beside them: a recorded yes is really heard.
    listener = await shared.lead(late(asked(good="good_time_yes", decides="decider_yes"), after_rings=2.0))
    decider = {**QUESTIONS[0], "rubric": [*QUESTIONS[0]["rubric"], {"when": {"equals": False}, "points": 40}]}
    one_question = {"questions": [GOOD_TIME, decider], "hot_threshold": 40}
    really_heard_id = await shared.campaign([listener], voice="embedded", script=one_question)

    calls = await shared.first_calls_over(campaign_id)
    assert [call["disposition"] for call in calls] == ["not_qualified"] * 3
    assert [values(call) for call in calls] == [{"decider": True, "seats": 40}] * 3
    # This line is stereo, with our own voice on the right: it is never heard as the callee's.
    assert [turns(call, "callee") for call in calls] == [HEARD] * 3
    assert [call["score"]["points"] for call in calls] == [40] * 3
    assert all(call["is_disclosure_heard"] for call in calls)

    (heard,) = await shared.first_calls_over(really_heard_id)
    assert (heard["disposition"], values(heard), heard["score"]["points"]) == ("not_qualified", {"decider": True}, 30)

    everybody = [*leads, listener]
    assert shared.rings(everybody) == [1, 1, 1, 1]
    for lead in everybody:
        on_platform = shared.platform_call(lead)
        assert on_platform is not None and on_platform.problems == []
        assert on_platform.lines[0].line.text == DISCLOSURE and on_platform.lines[-1].line.text.endswith("Goodbye.")
        assert (await settled(shared, lead))["cost_minor"] == on_platform.cost_minor


async def test_on_a_mixed_line_in_the_other_dialect_our_own_voice_never_counts_as_an_answer(tmp_path: Path):
    async with stage(tmp_path, dialect=Dialect.PAGES, layout=ChannelLayout.MIXED) as pages:
        leads = await pages.leads(COLD, 3)

        # Mixed: our own voice comes back late, quieter and through mu-law.
        calls = await pages.first_calls_over(await pages.campaign(leads))

        assert [turns(call, "callee") for call in calls] == [HEARD] * 3
        assert [call["disposition"] for call in calls] == ["not_qualified"] * 3
        assert pages.rings(leads) == [1, 1, 1]
        assert {(await settled(pages, lead))["money"]["currency"] for lead in leads} == {"KES"}

        # Their calls arrive at the same address as the edges of ours.
        caller = await pages.lead(away(COLD))
        await pages.first_calls_over(await pages.campaign([caller]))
        pages.simulator.ring_us(from_=caller.number, to=CONTINUES)
        theirs = await pages.their_call_over(caller)
        assert (theirs["disposition"], values(theirs)) == ("not_qualified", {"decider": True, "seats": 40})
