"""Who wants another time is asked for one, hears it back, and is rung then."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.journeys.people import answering
from tests.journeys.stage import Stage, until

pytestmark = [pytest.mark.journey, pytest.mark.asyncio(loop_scope="session")]
IN_A_MEETING = answering("good_time_no", "good_time_no")


async def test_a_time_that_was_asked_for_is_promised_and_planned_past_the_last_attempt(shared: Stage):
    lead = await shared.lead(IN_A_MEETING)
    campaign_id = await shared.campaign([lead], voice="scripted_another_time", max_attempts=1)
    (first,) = await shared.first_calls_over(campaign_id)
    assert first["disposition"] == "callback_requested"
    on_platform = shared.platform_call(lead)
    assert on_platform is not None
    assert [line.line.text for line in on_platform.lines[2:]] == [
        "No problem. When would be a better time?",
        "No problem. I will call you in 2 hours. Goodbye.",
    ]

    async def queued() -> dict[str, Any] | None:
        return next((row for row in await shared.calls(campaign_id) if row["status"] == "queued"), None)

    waiting: dict[str, Any] = await until(queued, "the promised attempt is queued")
    assert (waiting["attempt_number"], waiting["priority"]) == (2, "promised")
    assert waiting["due_at"] == waiting["promise_due_at"] == first["promised_for"]
    asked_at = datetime.fromisoformat(first["ended_at"])
    assert abs(datetime.fromisoformat(waiting["due_at"]) - asked_at - timedelta(hours=2)) < timedelta(seconds=30)
