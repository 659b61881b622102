"""People who call the workspace's numbers: what our server is asked, what the record says, what it costs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bridge.telephony.answer_xml import GetDigits, Hangup, Say, document
from bridge.telephony.dialect import Dialect
from bridge.telephony.replies import Direction, read_cdr
from bridge.telephony.simulator.leg import Cause
from bridge.telephony.simulator.settings import CallbackSettings, SimulatorSettings
from bridge.telephony.webhooks import ProviderEvent, parse_webhook
from tests.bridge.telephony.simulator.conftest import LEAD_TOML
from tests.bridge.telephony.simulator.rig import LEAD, LINE, Post, running, write_people

BOTH = pytest.mark.parametrize("dialect", list(Dialect))


def read(post: Post) -> ProviderEvent:
    event = parse_webhook(post.body, headers=post.headers, query=post.query)
    assert isinstance(event, ProviderEvent)
    return event


@BOTH
async def test_the_number_s_own_url_is_asked_with_the_caller_first_and_then_the_stream_runs(settings: SimulatorSettings, dialect: Dialect) -> None:
    async with running(replace(settings, dialect=dialect)) as rig:
        call = rig.sim.ring_us(from_=LEAD, to=LINE)
        socket = await rig.socket()
        await socket.say("Is now a good time?")
        await rig.until(lambda: bool(call.leg.person.said))
        await rig.api.post(f"/v1/calls/{call.call_id}/hangup")
        await rig.until(lambda: "Completed" in rig.states())

    events = [read(post) for post in rig.paths("/voice")]
    assert [post.state for post in rig.paths("/voice")] == ["Ringing", "StreamStarted", "Completed"]
    assert {(event.direction, event.caller, event.destination, event.session_id) for event in events} == {("inbound", LEAD, LINE, call.session_id)}
    assert call.problems == [] and rig.sim.exchange.dials == []


@BOTH
async def test_the_record_says_who_called_and_costs_the_stream_alone(settings: SimulatorSettings, dialect: Dialect) -> None:
    async with running(replace(settings, dialect=dialect)) as rig:
        call = rig.sim.ring_us(from_=LEAD, to=LINE)
        await rig.socket()
        await rig.until(lambda: call.leg.talked_s > 20.0)
        await rig.api.post(f"/v1/calls/{call.session_id}/hangup")
        await rig.ended(call)
        record = read_cdr((await rig.api.get(f"/v1/calls/{call.call_id}")).json())
        found = [(await rig.api.get("/v1/calls", params={"direction": direction})).json()["data"] for direction in ("inbound", "outbound")]

    assert (record.direction, record.local_e164, record.remote_e164) == (Direction.INBOUND, LINE, LEAD)
    assert record.cost_minor == call.cost_minor and 0 < call.cost_minor < 60
    assert [len(rows) for rows in found] == [1, 0]


async def test_who_hides_their_number_is_nobody_on_every_paper(settings: SimulatorSettings) -> None:
    async with running(settings) as rig:
        call = rig.sim.ring_us(from_=LEAD, to=LINE, is_withheld=True)
        await rig.socket()
        reply = (await rig.api.get(f"/v1/calls/{call.call_id}")).text
    assert LEAD not in reply
    assert not any(LEAD.encode() in post.body for post in rig.posts)


async def test_without_a_document_the_call_ends_and_nobody_has_answered(settings: SimulatorSettings) -> None:
    async with running(settings) as rig:
        rig.answers = lambda post: document()
        call = await rig.ended(rig.sim.ring_us(from_=LEAD, to=LINE))
    assert (call.answered_at, call.leg.cause) == (None, Cause.NO_DOCUMENT)


async def test_the_platform_s_own_voice_can_answer_and_take_a_key(settings: SimulatorSettings, personas_folder) -> None:
    pressing = LEAD_TOML.replace(LEAD, "+254711000199") + '[[rule]]\nwhen = "press 9"\npress = "9"\n'
    write_people(personas_folder, pressing=pressing)
    pressed: list[str | None] = []

    def answers(post: Post) -> bytes:
        event = read(post)
        pressed.append(event.digits)
        ask = GetDigits((Say("If you want no calls from us, press 9."),), max_digits=1, timeout_s=6)
        return document(Say("We will not call you again."), Hangup()) if event.digits else document(ask, Hangup())

    async with running(settings) as rig:
        rig.answers = answers
        call = await rig.ended(rig.sim.ring_us(from_="+254711000199", to=LINE))
    assert "9" in pressed and "We will not call you again." in call.platform_words


async def test_a_first_callback_that_says_completed_is_still_the_first(settings: SimulatorSettings) -> None:
    async with running(replace(settings, callbacks=CallbackSettings(is_completed_first=True))) as rig:
        rig.answers = lambda post: document(Say("Hello."), Hangup())
        call = await rig.ended(rig.sim.ring_us(from_=LEAD, to=LINE))
        assert rig.states()[0] == "Completed"
    assert call.answered_at is not None


async def test_a_person_who_calls_back_does_so_once(settings: SimulatorSettings, personas_folder) -> None:
    back = LEAD_TOML.replace("after_rings = 1", 'pickup = "no_answer"').replace('expected = "bridged"', "calls_back_after_s = 1.0")
    write_people(personas_folder, lead=back)
    async with running(settings) as rig:
        rig.answers = lambda post: document(Say("Hello."), Hangup())
        missed = await rig.ended(await rig.call())
        await rig.until(lambda: len(rig.sim.exchange.calls) == 2 and not rig.sim.exchange.calls[1].is_live)
        await rig.ended(await rig.call())
        numbers = [(call.is_inbound, call.leg.number) for call in rig.sim.exchange.calls]
        assert not rig.sim.exchange.calls_back(LEAD)
    assert missed.answered_at is None
    assert numbers == [(False, LEAD), (True, LEAD), (False, LEAD)]


@pytest.mark.parametrize(
    ("body", "status"),
    [({"from": LEAD, "to": LINE}, 201), ({"from": "+254700000000", "to": LINE}, 422), ({"from": LEAD, "to": LEAD}, 422), ({}, 422)],
    ids=["rings", "nobody lives there", "not our number", "says nothing"],
)
async def test_it_can_be_asked_for_from_outside(settings: SimulatorSettings, body: dict, status: int) -> None:
    async with running(settings) as rig:
        reply = await rig.api.post("/simulator/ring", json=body)
        assert reply.status_code == status
        if status == 201:
            assert (await rig.api.get("/simulator/calls")).json()["calls"][0]["direction"] == "inbound"
