"""What the platform does wrong by chance: a share of one always happens, a share of nothing never, and a seed decides in between."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bridge.telephony.simulator.settings import FaultKind, Mishaps, SimulatorSettings
from tests.bridge.telephony.simulator.rig import LEAD, LINE, Rig, running

CALL = {"from": LINE, "to": [LEAD]}


def unlucky(settings: SimulatorSettings, **shares: object) -> SimulatorSettings:
    return replace(settings, mishaps=Mishaps(**shares), callbacks=replace(settings.callbacks, retry_waits_s=(0.1,) * 3))  # type: ignore[arg-type]


async def placed(rig: Rig, n_calls: int) -> list[int]:
    return [(await rig.api.post("/v1/calls", json=CALL)).status_code for _ in range(n_calls)]


@pytest.mark.parametrize(
    ("kind", "status", "n_rung"),
    [(FaultKind.RATE_LIMIT, 429, 0), (FaultKind.SERVER_ERROR, 500, 0), (FaultKind.LOST_REPLY, 502, 1)],
)
async def test_a_placing_that_always_goes_wrong(settings: SimulatorSettings, kind: FaultKind, status: int, n_rung: int) -> None:
    async with running(unlucky(settings, placing=((kind, 1.0),))) as rig:
        assert await placed(rig, 1) == [status]
        assert len(rig.sim.exchange.dials) == n_rung


async def test_the_seed_decides_which_placings_go_wrong(settings: SimulatorSettings) -> None:
    runs = []
    for _ in range(2):
        async with running(unlucky(settings, placing=((FaultKind.SERVER_ERROR, 0.5),))) as rig:
            runs.append(await placed(rig, 12))
    assert runs[0] == runs[1]
    assert set(runs[0]) == {201, 500}


async def test_a_delivery_that_is_posted_twice(settings: SimulatorSettings) -> None:
    async with running(unlucky(settings, duplicated=1.0)) as rig:
        await rig.call()
        await rig.until(lambda: rig.states().count("Ringing") == 2 and rig.states().count("Answered") == 2)


async def test_a_delivery_whose_answer_is_lost_comes_again(settings: SimulatorSettings) -> None:
    async with running(unlucky(settings, reply_lost=1.0)) as rig:
        call = await rig.call()
        await rig.until(lambda: rig.states().count("Answered") == 4)
        await rig.ended(call)
    assert "no document" in call.problems


@pytest.mark.parametrize("mishap", ["lost", "silent"])
async def test_what_only_informs_is_lost_and_what_asks_is_not(settings: SimulatorSettings, mishap: str) -> None:
    async with running(unlucky(settings, **{mishap: 1.0})) as rig:
        call = await rig.call()
        await rig.socket()
        await rig.api.post(f"/v1/calls/{call.call_id}/hangup")
        await rig.ended(call)
        assert set(rig.states()) == {"Answered"}
        assert rig.paths("/voice/events") == []


async def test_the_phone_rings_before_a_slow_reply(settings: SimulatorSettings) -> None:
    slow = replace(unlucky(settings, reply_s=(2.0, 2.0)), speed=settings.speed)
    async with running(slow) as rig:
        await rig.api.post("/v1/calls", json=CALL)
        assert "Ringing" in rig.states()
