"""One call over real sockets, from the REST request to its price."""

from __future__ import annotations

from bridge.telephony.simulator.settings import SimulatorSettings
from bridge.telephony.simulator.sound import level_dbfs
from tests.bridge.telephony.simulator.rig import LEAD, running


async def test_it_carries_audio_both_ways_and_ends_by_rest(settings: SimulatorSettings) -> None:
    async with running(settings) as rig:
        call = await rig.call(client_request_id="attempt-1")
        socket = await rig.socket()
        await socket.say("Is now a good time?")
        await socket.until(lambda: level_dbfs(socket.samples[-3200:]) > -25)
        reply = await rig.api.post(f"/v1/calls/{call.session_id}/hangup")
        await rig.ended(call)
        cdr = (await rig.api.get(f"/v1/calls/{call.call_id}")).json()["call"]

    assert reply.json() == {"call_id": call.call_id, "status": "hung_up"}
    assert [said.group for said in call.leg.person.said] == ["good_time_yes"]
    assert (cdr["status"], cdr["remote_e164"]) == ("completed", LEAD)
    assert cdr["cost_minor"] >= cdr["duration_seconds"] * 5
