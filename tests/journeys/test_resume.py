"""A broken-off interview goes on at its question, on the next call."""

from __future__ import annotations

from typing import Any

import pytest

from tests.journeys.people import BREAKING_OFF, GOING_ON
from tests.journeys.stage import Stage, is_over, until, values
from tests.journeys.voices import BUDGET, DISCLOSURE, GOOD_TIME, QUESTIONS, SCRIPT

pytestmark = [pytest.mark.journey, pytest.mark.asyncio(loop_scope="session")]

FOUR_QUESTIONS = {**SCRIPT, "name": "Four questions", "questions": [GOOD_TIME, *QUESTIONS, BUDGET]}


async def test_who_hangs_up_after_two_answers_is_asked_the_rest_on_the_next_call(shared: Stage):
    lead = await shared.lead(BREAKING_OFF)
    campaign_id = await shared.campaign([lead], voice="scripted_first_two", script=FOUR_QUESTIONS)
    (first,) = await shared.first_calls_over(campaign_id)
    assert (first["disposition"], first["outcome"], first["aapor_code"]) == ("incomplete", "broke_off", "2.12")
    assert values(first) == {"decider": True, "seats": 40}

    async def queued() -> dict[str, Any] | None:
        return next((row for row in await shared.calls(campaign_id) if row["status"] == "queued"), None)

    waiting: dict[str, Any] = await until(queued, "the next attempt is queued")
    assert waiting["priority"] == "broken_off"
    shared.moves_in(GOING_ON, lead.number)
    await shared.hours_pass(lead, voice="scripted_last_one")

    async def over() -> dict[str, Any] | None:
        call = await shared.call_of(lead, attempt=2)
        return call if is_over(call) else None

    second: dict[str, Any] = await until(over, "the second call is over")
    on_platform = [call for call in shared.platform_calls if call.leg.number == lead.number]
    assert len(on_platform) == 2
    said = [line.line.text for line in on_platform[1].lines]
    assert said[:2] == [DISCLOSURE, GOOD_TIME["wording"]] and said[2].endswith(str(BUDGET["wording"]))
    assert not any(str(question["wording"]) in text for question in QUESTIONS for text in said)

    # What was said on the first call counts on the second, and its evidence is found there.
    assert (second["score"]["points"], second["score"]["is_hot"], second["disposition"]) == (70, True, "qualified")
    given_on = {answer["question_id"]: answer["attempt_number"] for answer in second["answers"]}
    assert given_on == {"good_time": 2, "decider": 1, "seats": 1, "budget": 2}
    seats = next(answer for answer in second["answers"] if answer["question_id"] == "seats")
    assert (seats["call_id"], seats["quote"]) == (first["id"], "the answer about seats")
    assert seats in first["answers"]
