"""The line to the services is cut at any byte: the call is told, once and in our words, and nothing is left behind."""

from __future__ import annotations

import asyncio

import pytest

from bridge.events import LineFailed, VoiceFailed, VoiceFault
from bridge.ports import VoiceUnavailable
from bridge.voice.cascade.settings import CascadeSettings, Endpoint
from bridge.voice.cascade.shared import Shared
from bridge.voice.cascade.voice import CascadeVoice
from tests.bridge.voice.cascade.rig import after_others, faked
from tests.bridge.voice.misbehaving import CutLine
from tests.bridge.voice.rig import BRIEF, LINE, Listener, is_a, listened, say_something, tool_called, until

OURS = {VoiceFault.CUT, VoiceFault.UNREACHABLE}


def voice_at(url: str, api_key: str) -> CascadeVoice:
    settings = CascadeSettings(*[Endpoint(url, api_key)] * 3)
    return CascadeVoice(settings, after_others(settings))


async def talk(voice: CascadeVoice, listener: Listener) -> None:
    voice.speak(LINE)
    await listener.wait_for_end_of(1)
    await tool_called(voice, listener)


async def n_bytes_of_a_talk(fake) -> int:
    line = CutLine(fake.base_url, 1_000_000_000)
    async with line.laid() as url, listened(voice_at(url, fake.api_key)) as (voice, listener):
        await talk(voice, listener)
    return line.n_carried


async def faults_of_a_talk(voice: CascadeVoice) -> list[VoiceFault]:
    """Of opening, or of the call; a line that fails is none."""
    try:
        async with listened(voice) as (call, listener):
            call.speak(LINE)
            await listener.wait_for(lambda event: isinstance(event, LineFailed) or bool(listener.n_ends_of(1)))
            say_something(call)
            await listener.wait_for(is_a(VoiceFailed))
    except VoiceUnavailable as unavailable:
        return [unavailable.fault]
    return [event.fault for event in listener.events if isinstance(event, VoiceFailed)]


@pytest.mark.parametrize("permille", [*range(0, 1000, 125), 999])
async def test_whatever_was_cut_it_is_told_once_as_a_cut(permille, caplog):
    async with faked() as fake:
        n_bytes = await n_bytes_of_a_talk(fake)
        before = asyncio.all_tasks()
        async with CutLine(fake.base_url, n_bytes * permille // 1000).laid() as url:
            faults = await faults_of_a_talk(voice_at(url, fake.api_key))
        await until(lambda: not {task for task in asyncio.all_tasks() - before if "bridge.voice.cascade" in repr(task.get_coro())})
    assert len(faults) == 1
    assert set(faults) <= OURS
    assert "voice broke" not in caplog.text


async def test_a_first_call_that_cannot_reach_its_services_is_told_so():
    async with faked() as fake, CutLine(fake.base_url, 0).laid() as url:
        settings = CascadeSettings(*[Endpoint(url, fake.api_key)] * 3)
        with pytest.raises(VoiceUnavailable) as unavailable:
            await CascadeVoice(settings, Shared()).open(BRIEF)
    assert unavailable.value.fault in OURS
