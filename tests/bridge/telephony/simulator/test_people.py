"""Simulated people over real sockets: how they answer, interrupt, lose patience; and the exchange's account of whom it rang."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bridge.telephony.dialect import ProviderStatus
from bridge.telephony.simulator.persona import PersonaInvalid
from bridge.telephony.simulator.server import Simulator
from bridge.telephony.simulator.settings import SimulatorSettings
from bridge.telephony.simulator.sound import level_dbfs
from bridge.telephony.simulator.utterance import UtteranceMissing
from tests.bridge.telephony.simulator.rig import LEAD, running, write_people

OTHER = "+254711000301"


def with_person(settings: SimulatorSettings, text: str, **switches: object) -> SimulatorSettings:
    write_people(settings.personas_folder, other=f'number = "{OTHER}"\nhas_common_rules = false\n{text}')
    return replace(settings, **switches)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("pickup", "status", "cause"),
    [
        pytest.param('pickup = "busy"', ProviderStatus.BUSY, "USER_BUSY", id="busy"),
        pytest.param('pickup = "no_answer"', ProviderStatus.NO_ANSWER, "NO_ANSWER", id="never picks up"),
        pytest.param("after_rings = 20", ProviderStatus.NO_ANSWER, "NO_ANSWER", id="too slow"),
    ],
)
async def test_some_calls_are_not_answered_and_cost_nothing(settings: SimulatorSettings, pickup: str, status: ProviderStatus, cause: str) -> None:
    async with running(with_person(settings, f"[answer]\n{pickup}")) as rig:
        call = await rig.ended(await rig.call(OTHER))
        await rig.until(lambda: len(rig.states()) == 2)
    assert (call.status, call.leg.cause, call.cost_minor) == (status, cause, 0)
    assert "Answered" not in rig.states()


async def test_a_mailbox_talks_beeps_and_waits(settings: SimulatorSettings) -> None:
    async with running(with_person(settings, '[answer]\npickup = "voicemail"\nafter_rings = 1\ngreeting = "voicemail_greeting"')) as rig:
        call = await rig.call(OTHER)
        socket = await rig.socket()
        await rig.until(lambda: call.leg.talked_s > 5.0)
        assert [said.group for said in call.leg.person.said] == ["voicemail_greeting"]
        assert level_dbfs(socket.samples[: 3 * 16000]) > -25
        await rig.ended(call)
    assert call.leg.ended_by == "callee" and 30.0 < call.leg.talked_s < 40.0


async def test_people_answer_only_what_they_really_heard(settings: SimulatorSettings) -> None:
    """Words without audible sound are not understood: hello, hello, and the receiver goes down."""
    async with running(settings) as rig:
        call = await rig.call()
        socket = await rig.socket()
        await socket.say("Is now a good time?", seconds=2.0, dbfs=-120)
        await rig.ended(call)
    assert [said.group for said in call.leg.person.said] == ["hello", "hello"]
    assert call.leg.ended_by == "callee"


async def test_words_that_are_still_to_be_played_are_not_understood_yet(settings: SimulatorSettings) -> None:
    async with running(settings) as rig:
        call = await rig.call()
        socket = await rig.socket()
        await socket.say("Is now a good time?", seconds=3.0)
        await rig.until(lambda: bool(call.leg.person.said))
        (said,) = call.leg.person.said
        assert said.started_s > call.lines[0].started_s + 3.0


async def test_an_interrupter_talks_over_the_bot(settings: SimulatorSettings) -> None:
    rules = '[answer]\nafter_rings = 1\n[[rule]]\nwhen = "seats"\nsay = "seats_few"\ninterrupt_after_ms = 800\ntimes = 1\n'
    async with running(with_person(settings, rules)) as rig:
        call = await rig.call(OTHER)
        socket = await rig.socket()
        await socket.say("Roughly how many seats would you need?", seconds=6.0)
        await rig.until(lambda: bool(call.leg.person.said))
        started_s = call.leg.person.said[0].started_s - call.lines[0].started_s
    assert started_s == pytest.approx(0.8, abs=0.1)


async def test_the_noise_around_a_person_is_always_heard(settings: SimulatorSettings) -> None:
    async with running(with_person(settings, "noise_dbfs = -40.0\n[answer]\nafter_rings = 1\n")) as rig:
        await rig.call(OTHER)
        socket = await rig.socket()
        await socket.until(lambda: socket.samples.size > 16000)
        assert level_dbfs(socket.samples) == pytest.approx(-40.0, abs=1.0)


async def test_a_phone_line_is_noisy_and_narrow(settings: SimulatorSettings) -> None:
    async with running(replace(settings, has_phone_line=True)) as rig:
        await rig.call()
        socket = await rig.socket()
        await socket.until(lambda: socket.samples.size > 16000)
        assert -58.0 < level_dbfs(socket.samples) < -49.0


async def test_the_same_seed_makes_the_same_call(settings: SimulatorSettings) -> None:
    async def said_at(seed: int) -> tuple[float, ...]:
        async with running(with_person(replace(settings, seed=seed), '[answer]\nafter_rings = 1\ngreeting = "hello"\n')) as rig:
            call = await rig.call(OTHER)
            await rig.until(lambda: bool(call.leg.person.said))
            return tuple(said.started_s for said in call.leg.person.said)

    assert await said_at(1) == await said_at(1)
    assert await said_at(1) != await said_at(2)


async def test_nobody_who_must_not_be_rung_goes_unnoticed(settings: SimulatorSettings) -> None:
    async with running(with_person(settings, "is_forbidden = true\n")) as rig:
        await rig.call()
        assert rig.sim.exchange.n_forbidden_dials == 0
        await rig.call(OTHER)
        shown = (await rig.api.get("/simulator/calls")).json()
    assert shown["forbidden_dials"] == 1
    assert [dial["number"] for dial in shown["dialled"]] == [LEAD, OTHER]


async def test_the_log_tells_what_was_heard_and_said(settings: SimulatorSettings) -> None:
    async with running(settings) as rig:
        call = await rig.call(client_request_id="attempt-1")
        socket = await rig.socket()
        await socket.say("Roughly how many seats would you need?")
        await rig.until(lambda: bool(call.leg.person.said))
        await rig.api.post(f"/v1/calls/{call.call_id}/hangup")
        await rig.ended(call)
        (shown,) = (await rig.api.get("/simulator/calls")).json()["calls"]
    assert (shown["persona"], shown["expected"], shown["client_request_id"]) == ("lead", "bridged", "attempt-1")
    assert shown["heard"][0]["text"] == "Roughly how many seats would you need?"
    assert shown["heard"][0]["audible_ms"] > 2000
    assert (shown["said"][0]["group"], shown["said"][0]["value"]) == ("seats_some", "50")


async def test_it_does_not_start_without_the_recordings_it_needs(settings: SimulatorSettings) -> None:
    with pytest.raises(UtteranceMissing, match="opera"):
        async with Simulator(with_person(settings, '[[rule]]\nsay = "opera"\n')):
            raise AssertionError("it started")


async def test_it_does_not_start_with_a_persona_it_cannot_read(settings: SimulatorSettings) -> None:
    with pytest.raises(PersonaInvalid, match="hat"):
        async with Simulator(with_person(settings, "hat = 1\n")):
            raise AssertionError("it started")


async def test_two_simulators_cannot_share_a_port(settings: SimulatorSettings) -> None:
    async with Simulator(settings) as first:
        port = int(first.url.rsplit(":", 1)[1])
        with pytest.raises(OSError, match="in use"):
            async with Simulator(replace(settings, port=port)):
                raise AssertionError("it started")
