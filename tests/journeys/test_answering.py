"""Something else than a person picks up: over real sockets, with a voice that only hears speech and words."""

from __future__ import annotations

import pytest

from tests.journeys.people import ANNOUNCEMENT, SCREENED
from tests.journeys.stage import Stage, values
from tests.journeys.voices import DISCLOSURE, GOOD_TIME

pytestmark = [pytest.mark.journey, pytest.mark.asyncio(loop_scope="session")]


async def test_a_call_screening_is_told_who_calls_and_the_person_behind_it_is_interviewed(shared: Stage):
    lead = await shared.lead(SCREENED)
    (call,) = await shared.first_calls_over(await shared.campaign([lead], voice="scripted_screened"))

    on_platform = shared.platform_call(lead)
    assert on_platform is not None and on_platform.problems == []
    said = [line.line.text for line in on_platform.lines]
    assert said[0] == DISCLOSURE and said[1].startswith("I am Zawadi, an automated AI assistant. I am calling for Acme")
    assert said[2:4] == [DISCLOSURE, GOOD_TIME["wording"]]
    assert (call["disposition"], values(call), call["is_disclosure_heard"]) == ("not_qualified", {"decider": True, "seats": 40}, True)


async def test_the_network_s_announcement_is_hung_up_on_and_the_lead_is_tried_again(shared: Stage):
    lead = await shared.lead(ANNOUNCEMENT)
    campaign_id = await shared.campaign([lead], voice="scripted_cold")
    (call,) = await shared.first_calls_over(campaign_id)

    assert (call["disposition"], call["outcome"], call["aapor_code"], call["answers"]) == ("announcement", "unreachable", "3.16", [])
    assert [row["status"] for row in await shared.calls(campaign_id)] == ["completed", "queued"]
