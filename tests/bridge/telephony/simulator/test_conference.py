"""Rooms with a media stream beside them, over real sockets: who hears whom, who hears music, and whose leaving ends it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

import numpy as np
import pytest

from bridge.events import RATE_HZ, Samples
from bridge.telephony.answer_xml import NO_HOLD_MUSIC, Conference, Hangup, Say, Stream, document
from bridge.telephony.simulator.call import Call
from bridge.telephony.simulator.conference import HOLD_HZ
from bridge.telephony.simulator.settings import SimulatorSettings
from bridge.telephony.simulator.sound import level_dbfs
from tests.bridge.telephony.simulator.rig import DEAD_LINE, LEAD, LINE, REP, MediaSocket, Post, Rig, running

BOT_HZ = 400.0  # of the rig's tone
LEADS_ROOM = Conference("room", ends_on_exit=True, flags=(NO_HOLD_MUSIC,))
REPS_ROOM = Conference("room", ends_on_exit=True)


@asynccontextmanager
async def waiting_lead(settings: SimulatorSettings, room: Conference = LEADS_ROOM, line: str = LINE) -> AsyncIterator[tuple[Rig, Call, MediaSocket]]:
    """A lead in a room with the bot beside it; whoever else is called is put into the rep's room."""
    async with running(settings) as rig:
        rig.stream = Stream(url="", is_connected=False)
        rig.then = (room,)
        lead_document, rig.answers = rig.answers, lambda post: _by_number(rig, post, lead_document)
        lead = await rig.call(line=line)
        yield rig, lead, await rig.socket()


def _by_number(rig: Rig, post: Post, lead_document: Callable[[Post], bytes | None]) -> bytes | None:
    if post.fields.get("destinationNumber") == LEAD:
        return lead_document(post)
    return document(Say("Connecting you."), REPS_ROOM, Hangup()) if post.state == "Answered" else document()


def share_of(hz: float, heard: Samples) -> float:
    """How much of what was heard is this tone: 0 to 1."""
    if not heard.any():
        return 0.0
    spectrum = np.abs(np.fft.rfft(heard.astype(np.float64))) ** 2
    at = round(hz * heard.size / RATE_HZ)
    return float(spectrum[max(0, at - 8) : at + 9].sum() / spectrum.sum())


async def test_the_lead_hears_the_bot_alone_while_nobody_else_is_in_the_room(settings: SimulatorSettings) -> None:
    async with waiting_lead(settings) as (rig, lead, socket):
        await socket.say("One moment, please.", seconds=1.0)
        await rig.until(lambda: bool(lead.lines) and lead.lines[0].heard_ms >= 1000)
        heard = lead.leg.tape.heard
    assert share_of(BOT_HZ, heard) > 0.8
    assert share_of(HOLD_HZ, heard) < 0.01


async def test_without_the_flag_music_sounds_over_the_bot(settings: SimulatorSettings) -> None:
    async with waiting_lead(settings, replace(LEADS_ROOM, flags=())) as (rig, lead, socket):
        await socket.say("One moment, please.", seconds=1.0)
        await rig.until(lambda: bool(lead.lines) and lead.lines[0].heard_ms >= 1000)
        assert share_of(HOLD_HZ, lead.leg.tape.heard) > 0.2


async def test_the_bot_hears_the_lead_while_they_are_in_the_room(settings: SimulatorSettings) -> None:
    async with waiting_lead(settings) as (rig, lead, socket):
        await socket.say("Is now a good time?", seconds=1.0)
        await rig.until(lambda: bool(lead.leg.person.said))
        n_before = socket.samples.size
        await socket.until(lambda: socket.samples.size > n_before + RATE_HZ)
        assert level_dbfs(socket.samples[n_before:]) > -40


@pytest.mark.parametrize("line", [LINE, DEAD_LINE], ids=["continues", "dead air"])
async def test_the_call_goes_on_in_the_room_when_the_bot_has_left(settings: SimulatorSettings, line: str) -> None:
    async with waiting_lead(settings, line=line) as (rig, lead, socket):
        rep = await rig.call(REP)
        await rig.until(lambda: len(rig.sim.exchange.rooms["room"].members) == 2)
        await socket.connection.close()
        left_s = lead.leg.talked_s
        await rig.until(lambda: lead.leg.talked_s > left_s + 1.0)
        assert lead.is_live and rep.is_live and not lead.leg.is_dead


async def test_nothing_of_the_bot_is_heard_by_the_rep(settings: SimulatorSettings) -> None:
    async with waiting_lead(settings) as (rig, lead, socket):
        rep = await rig.call(REP)
        await rig.until(lambda: len(rig.sim.exchange.rooms["room"].members) == 2)
        await socket.say("I am connecting you now.", seconds=1.0)
        await rig.until(lambda: bool(lead.lines) and lead.lines[-1].heard_ms >= 1000)
        assert share_of(BOT_HZ, rep.leg.tape.heard) < 0.01


@pytest.mark.parametrize("who", ["lead", "rep"])
async def test_whoever_leaves_takes_the_other_along(settings: SimulatorSettings, who: str) -> None:
    async with waiting_lead(settings) as (rig, lead, socket):
        rep = await rig.call(REP)
        await rig.until(lambda: len(rig.sim.exchange.rooms["room"].members) == 2)
        await socket.connection.close()
        await rig.api.post(f"/v1/calls/{(lead if who == 'lead' else rep).call_id}/hangup")
        await rig.ended(lead)
        await rig.ended(rep)
    assert not lead.problems and not rep.problems


async def test_a_room_that_the_rep_did_not_end_holds_the_lead(settings: SimulatorSettings) -> None:
    async with waiting_lead(settings, replace(LEADS_ROOM, ends_on_exit=False)) as (rig, lead, _):
        rig.answers = lambda post: document(replace(REPS_ROOM, ends_on_exit=False)) if post.state == "Answered" else document()
        rep = await rig.call(REP)
        await rig.until(lambda: len(rig.sim.exchange.rooms["room"].members) == 2)
        await rig.api.post(f"/v1/calls/{rep.call_id}/hangup")
        await rig.ended(rep)
        assert lead.is_live


async def test_a_room_begins_with_the_first_who_may_begin_it(settings: SimulatorSettings) -> None:
    async with waiting_lead(settings, replace(LEADS_ROOM, starts_on_enter=False)) as (rig, lead, _):
        room = rig.sim.exchange.rooms["room"]
        await rig.until(lambda: len(room.members) == 1)
        assert not room.is_started
        await rig.call(REP)
        await rig.until(lambda: room.is_started)


async def test_the_room_s_events_go_to_the_url_it_names(settings: SimulatorSettings) -> None:
    async with running(settings) as rig:
        room = replace(LEADS_ROOM, status_callback=f"{rig.url}/rooms")
        rig.answers = lambda post: document(room) if post.state == "Answered" else document()
        lead = await rig.call()
        await rig.until(lambda: bool(rig.paths("/rooms")))
        await rig.api.post(f"/v1/calls/{lead.call_id}/hangup")
        await rig.until(lambda: len(rig.paths("/rooms")) == 2)
        kinds = [str(post.fields["kind"]) for post in rig.paths("/rooms")]
    assert kinds == ["conference.join", "conference.leave"]
