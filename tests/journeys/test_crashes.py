"""kill -9 at every kind of step: nobody is rung twice, no acknowledged answer is lost, nobody is forgotten. The real command does it."""

from __future__ import annotations

import asyncio
import json
import os
import sys

import pytest

from sautiqual.settings import BASE_DIR

pytestmark = [pytest.mark.journey, pytest.mark.on_both]  # what a killed process leaves behind is each database's own matter

STEPS = (
    *("claim not committed", "claim committed", "request sent", "request on the wire", "reply not saved"),
    *("callback not committed", "callback not answered", "answer not saved", "answer not acknowledged", "end saved"),
    "price not saved",
)
DEADLINE_S = 500.0  # the command gives up before


async def test_nobody_is_rung_twice_and_no_answer_is_lost_however_often_everybody_is_killed():
    options = ["--kills", "12", "--seed", "3", "--json", "--database", os.environ.get("DATABASE_URL", "")]
    steps = [word for step in STEPS for word in ("--at", step)]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "manage.py", "crash_test", *options, *steps, cwd=BASE_DIR, stdout=asyncio.subprocess.PIPE
    )
    printed, _ = await asyncio.wait_for(process.communicate(), DEADLINE_S)
    result = json.loads(printed)

    assert (result["rung_twice"], result["answers_lost"], result["leads_lost"]) == (0, 0, 0), result["findings"]
    assert process.returncode == 0
    assert result["kills"] == 12 and result["rings"] > 0
    assert len(result["by_point"].keys() & set(STEPS)) >= 8, "the kills happened at the steps that were named"
