"""The voice is opened while the phone rings; one whose provider is down is not waited for, and nobody is rung for it."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest

from bridge.telephony.simulator.leg import Cause, EndedBy
from tests.journeys import far_voice
from tests.journeys.people import COLD, REP_WHO_IS_OUT, late
from tests.journeys.stage import Stage, until, values

pytestmark = [pytest.mark.journey, pytest.mark.asyncio(loop_scope="session")]


def sessions_of(stage: Stage, call_id: str) -> Counter[str]:
    return Counter(line.split()[0] for line in far_voice.sessions(stage.voice_folder) if line.split()[1] == call_id)


async def test_the_first_word_is_heard_long_before_a_voice_opened_at_the_answer_could_say_it(shared: Stage):
    lead = await shared.lead(late(COLD, after_rings=4.0))
    (call,) = await shared.first_calls_over(await shared.campaign([lead], voice=far_voice.NAME))

    on_platform = shared.platform_call(lead)
    assert on_platform is not None
    first_s = on_platform.lines[0].audible_from_s
    assert first_s is not None and first_s < far_voice.OPENS_S
    assert values(call) == {"decider": True, "seats": 40}
    await until(lambda: sessions_of(shared, call["id"]) == {"opened": 1, "closed": 1}, "the one session is closed")


async def test_a_voice_is_closed_when_nobody_answers(shared: Stage):
    lead = await shared.lead(REP_WHO_IS_OUT)
    campaign_id = await shared.campaign([lead], voice=far_voice.NAME)
    on_platform = await until(lambda: shared.platform_call(lead), "the phone rings")
    call_id = (await shared.call_of(lead))["id"]
    await until(lambda: sessions_of(shared, call_id) == {"opened": 1}, "the voice is opened while it rings")

    on_platform.leg.hang_up(Cause.NO_ANSWER, EndedBy.PLATFORM)
    (call,) = await shared.first_calls_over(campaign_id)
    assert call["status"] == "no_answer"
    await until(lambda: sessions_of(shared, call_id) == {"opened": 1, "closed": 1}, "and closed again")


async def test_nobody_is_rung_while_the_only_voice_is_dead_and_it_goes_on_by_itself(shared: Stage):
    refusing = far_voice.refusing(shared.voice_folder)
    refusing.touch()
    first = await shared.lead(COLD)
    campaign_id = await shared.campaign([first], voice=far_voice.NAME)
    (lost,) = await shared.first_calls_over(campaign_id)
    assert lost["disposition"] == "incomplete"

    await asyncio.sleep(1.0)  # until the server has told
    second = await shared.lead(COLD)
    await shared.enrol(campaign_id, [second])
    await asyncio.sleep(3.0)
    assert shared.rings([second]) == [0]

    refusing.unlink()
    await until(lambda: shared.rings([second]) == [1], "it is rung once the voice is heard again")

    async def is_asked() -> bool:
        return values(await shared.call_of(second)) == {"decider": True, "seats": 40}

    await until(is_asked, "the interview")
