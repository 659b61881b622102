"""Answer documents as the platform runs them, verb by verb, over real sockets."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest

from bridge.telephony.answer_xml import Conference, Dial, GetDigits, Hangup, Play, Say, Stream, document
from bridge.telephony.dialect import ProviderStatus
from bridge.telephony.simulator.settings import SimulatorSettings
from tests.bridge.telephony.simulator.rig import DEAD_LINE, EMPTY, LEAD, REP, Post, Rig, running, write_people

BUSY = "+254711000301"
AWAY = "+254711000302"


@pytest.fixture
def settings(settings: SimulatorSettings, personas_folder: Path) -> SimulatorSettings:
    write_people(
        personas_folder,
        busy=f'number = "{BUSY}"\nmax_hellos = 0\n[answer]\npickup = "busy"\n',
        away=f'number = "{AWAY}"\nmax_hellos = 0\n[answer]\npickup = "no_answer"\n',
    )
    return settings


def answering(**documents: bytes):
    """By state of the voice callback; the empty document for every other."""
    return lambda post: documents.get(post.state, EMPTY)


def dial_ends(rig: Rig) -> list[tuple[str, int]]:
    return [
        (str(post.fields["dialCallStatus"]), int(str(post.fields["dialDurationInSeconds"])))
        for post in rig.paths("/voice/answer")
        if post.state == "DialCompleted"
    ]


# ---- the stream and what comes after it


async def test_on_a_line_that_continues_the_next_verb_runs(settings: SimulatorSettings) -> None:
    async with running(settings) as rig:
        rig.then = (Say("Goodbye."), Hangup())
        call = await rig.call()
        await (await rig.socket()).connection.close()
        await rig.ended(call)
    assert call.platform_words == ["Goodbye."]
    assert "StreamStopped" not in rig.states()


async def test_on_a_line_that_continues_the_url_is_asked_once_more_if_nothing_follows(settings: SimulatorSettings) -> None:
    async with running(settings) as rig:
        stream = rig._answer
        rig.answers = lambda post: document(Say("Back again.")) if post.state == "StreamStopped" else stream(post)
        call = await rig.call()
        await (await rig.socket()).connection.close()
        await rig.ended(call)
    assert call.platform_words == ["Back again."]
    assert rig.states().count("StreamStopped") == 1


async def test_on_a_line_with_dead_air_nothing_runs_and_the_leg_stays_up(settings: SimulatorSettings) -> None:
    async with running(settings) as rig:
        rig.then = (Say("Goodbye."),)
        call = await rig.call(line=DEAD_LINE)
        await (await rig.socket()).connection.close()
        closed_s = call.leg.talked_s
        await rig.until(lambda: any(post.fields.get("kind") == "stream-stopped" for post in rig.paths("/events")))
        assert call.is_live
        await rig.ended(call)
    assert not call.platform_words
    assert "StreamStopped" not in rig.states()
    assert 19.0 <= call.leg.talked_s - closed_s <= 62.0


async def test_dead_air_is_ended_by_rest(settings: SimulatorSettings) -> None:
    async with running(settings) as rig:
        call = await rig.call(line=DEAD_LINE)
        await (await rig.socket()).connection.close()
        await rig.until(lambda: call.leg.is_dead)
        await rig.api.post(f"/v1/calls/{call.session_id}/hangup")
        await rig.ended(call)
        assert call.leg.ended_by == "api" and call.leg.talked_s < 19.0


async def test_a_stream_without_connect_drops_the_call_in_a_second(settings: SimulatorSettings) -> None:
    async with running(settings) as rig:
        rig.stream = Stream(url="", is_connected=False)
        call = await rig.ended(await rig.call())
        await rig.sockets[0].closed.wait()
    assert call.leg.talked_s < 3.0
    assert rig.sockets[0].close_code == 1006
    assert "nothing held the call" in call.problems


async def test_a_stream_inside_connect_does_not_hold_the_call(settings: SimulatorSettings) -> None:
    async with running(settings) as rig:
        rig.answers = answering(Answered=f'<Response><Connect><Stream url="{rig.media_url}" connect="true"/></Connect></Response>'.encode())
        call = await rig.ended(await rig.call())
    assert not rig.sockets
    assert call.problems == ["Connect holds nothing on this platform"]


async def test_a_second_stream_breaks_the_call(settings: SimulatorSettings) -> None:
    async with running(settings) as rig:
        stream = rig._answer
        rig.answers = lambda post: stream(Post(post.path, {}, {}, b"callSessionState=Answered")) if post.state == "StreamStarted" else stream(post)
        call = await rig.ended(await rig.call())
    assert "a second Stream broke the call" in call.problems


async def test_a_side_car_stream_runs_while_the_next_verb_holds_the_call(settings: SimulatorSettings) -> None:
    async with running(settings) as rig:
        rig.stream = Stream(url="", is_connected=False)
        rig.then = (Conference("room"),)
        call = await rig.call()
        socket = await rig.socket()
        await socket.say("A statement.", seconds=1.0)
        await rig.until(lambda: bool(call.lines) and call.lines[0].heard_ms >= 1000)
        assert call.is_live


# ---- sound and digits


async def test_a_say_is_heard_as_words(settings: SimulatorSettings) -> None:
    async with running(settings) as rig:
        rig.answers = answering(Answered=document(Say("Is now a good time?"), GetDigits((), timeout_s=4), Say("Thank you.")))
        call = await rig.ended(await rig.call())
    assert call.platform_words == ["Is now a good time?", "Thank you."]
    assert [said.group for said in call.leg.person.said] == ["good_time_yes"]
    assert call.leg.talked_s > 2.5


async def test_a_play_is_fetched_and_heard(settings: SimulatorSettings) -> None:
    async with running(replace(settings, recording_delay_s=0.0)) as rig:
        first = await rig.call()
        await (await rig.socket()).say("A statement.", seconds=1.0)
        await rig.until(lambda: bool(first.lines) and first.lines[0].heard_ms >= 1000)
        await rig.api.post(f"/v1/calls/{first.call_id}/hangup")
        await rig.ended(first)
        address = (await rig.api.get(f"/v1/calls/{first.call_id}/recording")).headers["Location"]
        rig.answers = answering(Answered=document(Play(address), Hangup()))
        second = await rig.ended(await rig.call())
    assert not second.problems
    assert second.leg.talked_s == pytest.approx(first.leg.talked_s, abs=3.0)


async def test_what_cannot_be_fetched_is_not_played(settings: SimulatorSettings) -> None:
    async with running(settings) as rig:
        rig.answers = answering(Answered=document(Play("http://127.0.0.1:9/clip.wav"), Say("Goodbye.")))
        call = await rig.ended(await rig.call())
    assert call.problems == ["nothing to play"] and call.platform_words == ["Goodbye."]


async def test_digits_are_pressed_when_asked_and_their_answer_goes_on(settings: SimulatorSettings) -> None:
    async with running(settings) as rig:
        ask = document(GetDigits((Say("A lead is waiting. Press 1 to take the call."),), max_digits=1, timeout_s=5), Say("Nobody pressed."))
        rig.answers = lambda post: (document(Say("Thank you.")) if "Digits" in post.fields else ask) if post.state == "Answered" else EMPTY
        call = await rig.ended(await rig.call(REP))
        (pressed,) = [post for post in rig.paths("/voice/answer") if "Digits" in post.fields]
    assert pressed.fields["Digits"] == "1" and call.digits == "1"
    assert call.platform_words[-1] == "Thank you."


async def test_without_digits_the_next_verb_runs(settings: SimulatorSettings) -> None:
    async with running(settings) as rig:
        rig.answers = answering(Answered=document(GetDigits((Say("Press 1."),), timeout_s=2), Say("Nobody pressed.")))
        call = await rig.ended(await rig.call())
    assert call.platform_words == ["Press 1.", "Nobody pressed."]


# ---- dial


async def test_a_dial_bridges_and_then_goes_on(settings: SimulatorSettings) -> None:
    async with running(settings) as rig:
        rig.answers = answering(Answered=document(Dial((REP,)), Say("Goodbye.")))
        call = await rig.ended(await rig.call())
    (bridged,) = call.bridged
    assert (bridged.leg.number, bridged.persona) == (REP, "rep")
    assert bridged.seconds == pytest.approx(6.0, abs=3.0)
    assert dial_ends(rig)[0][0] == "completed" and dial_ends(rig)[0][1] >= 6
    assert call.platform_words == ["Goodbye."]


async def test_both_sides_of_a_bridge_hear_each_other(settings: SimulatorSettings) -> None:
    async with running(settings) as rig:
        rig.answers = answering(Answered=document(Dial((REP,))))
        call = await rig.ended(await rig.call())
        start = call.leg.tape.heard.size // 3
    assert call.leg.tape.heard[start:].any()
    assert call.cost_minor == (math.ceil(call.leg.talked_s) + math.ceil(call.bridged[0].seconds)) * 5


async def test_a_dial_counts_as_ringing_somebody(settings: SimulatorSettings) -> None:
    async with running(settings) as rig:
        rig.answers = answering(Answered=document(Dial((REP,))))
        call = await rig.call()
        await rig.until(lambda: len(rig.sim.exchange.dials) == 2)
        dialled = [(dial.number, dial.via.value, dial.call_id) for dial in rig.sim.exchange.dials]
    assert dialled == [(LEAD, "call", call.call_id), (REP, "dial", call.call_id)]


@pytest.mark.parametrize(
    ("number", "status"),
    [
        pytest.param(BUSY, "busy", id="busy"),
        pytest.param(AWAY, "no_answer", id="no answer"),
        pytest.param("+254711999999", "failed", id="nobody's number"),
    ],
)
async def test_a_dial_that_reaches_nobody_says_so_and_goes_on(settings: SimulatorSettings, number: str, status: str) -> None:
    async with running(settings) as rig:
        rig.answers = answering(Answered=document(Dial((number,), timeout_s=6), Say("Nobody is free.")))
        call = await rig.ended(await rig.call())
    assert dial_ends(rig) == [(status, 0)]
    assert call.platform_words == ["Nobody is free."] and not call.bridged


async def test_the_first_of_several_to_answer_takes_the_call(settings: SimulatorSettings) -> None:
    async with running(settings) as rig:
        rig.answers = answering(Answered=document(Dial((AWAY, BUSY, REP))))
        call = await rig.ended(await rig.call())
    assert [bridged.leg.number for bridged in call.bridged] == [REP]


async def test_a_hang_up_during_a_bridge_ends_both_legs(settings: SimulatorSettings) -> None:
    async with running(settings) as rig:
        rig.answers = answering(Answered=document(Dial((REP,))))
        call = await rig.call()
        await rig.until(lambda: bool(call.bridged))
        await rig.api.post(f"/v1/calls/{call.call_id}/hangup")
        await rig.ended(call)
        charged_minor = 1_000_000 - rig.sim.exchange.wallet.balance_minor
    assert call.bridged[0].leg.ended.is_set() and call.bridged[0].seconds < 5.0
    assert call.cost_minor == charged_minor


# ---- conference


async def test_two_calls_meet_in_a_conference(settings: SimulatorSettings) -> None:
    async with running(settings) as rig:
        rig.answers = answering(Answered=document(Conference("room", ends_on_exit=True)))
        lead, rep = await rig.call(), await rig.call(REP)
        await rig.ended(rep)
        await rig.ended(lead)
        kinds = [str(post.fields["kind"]) for post in rig.paths("/events")]
    assert lead.leg.tape.heard.any() and rep.leg.tape.heard.any()
    assert kinds.count("conference.join") == 2


async def test_who_waits_in_a_conference_does_not_lose_patience(settings: SimulatorSettings) -> None:
    async with running(settings) as rig:
        rig.answers = answering(Answered=document(Conference("room")))
        call = await rig.call()
        await rig.until(lambda: call.leg.talked_s > 20.0)
        assert call.is_live and not call.leg.person.said


# ---- the rest


async def test_a_redirect_fetches_the_next_document_from_there(settings: SimulatorSettings) -> None:
    async with running(settings) as rig:
        first = b"<Response><Redirect>/voice/next</Redirect></Response>"
        rig.answers = lambda post: document(Say("Here.")) if post.path == "/voice/next" else answering(Answered=first)(post)
        call = await rig.ended(await rig.call())
    assert call.platform_words == ["Here."]


async def test_a_document_that_redirects_to_itself_ends(settings: SimulatorSettings) -> None:
    async with running(replace(settings, speed=1.0, ring_s=0.0)) as rig:
        rig.answers = answering(Answered=b"<Response><Redirect>/voice/answer</Redirect></Response>")
        call = await rig.ended(await rig.call())
    assert rig.states().count("Answered") == 51
    assert call.status is ProviderStatus.COMPLETED


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        pytest.param(b"<Response><Gather/></Response>", "unknown verb Gather", id="unknown verb"),
        pytest.param(b"not xml", "bad document: not XML", id="no XML"),
        pytest.param(b"<Response><Dial/></Response>", "Dial without a number", id="empty dial"),
    ],
)
async def test_what_cannot_be_run_is_noted_and_the_call_ends(settings: SimulatorSettings, body: bytes, problem: str) -> None:
    async with running(settings) as rig:
        rig.answers = answering(Answered=body)
        call = await rig.ended(await rig.call())
    assert call.problems == [problem]


async def test_the_empty_document_hangs_up(settings: SimulatorSettings) -> None:
    async with running(settings) as rig:
        rig.answers = answering()
        call = await rig.ended(await rig.call())
    assert call.leg.ended_by == "platform" and call.leg.talked_s < 2.0


async def test_the_end_of_a_call_says_that_its_dial_had_put_somebody_through(settings: SimulatorSettings) -> None:
    async with running(settings) as rig:
        rig.answers = answering(Answered=document(Dial((LEAD,))))
        call = await rig.ended(await rig.call(to=REP))  # the rep hangs up first, in the middle of the Dial
        await rig.until(lambda: any(post.state == "Completed" for post in rig.paths("/voice/answer")))
        last = rig.paths("/voice/answer")[-1]
    assert call.bridged
    assert last.fields["dialCallStatus"] == "completed" and int(str(last.fields["dialDurationInSeconds"])) > 0
