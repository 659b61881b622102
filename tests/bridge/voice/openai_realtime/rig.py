"""A voice that is open at a faked server, and somebody who listens to it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import numpy as np

from bridge.audio import silence
from bridge.brief import CallBrief
from bridge.events import FRAME_SAMPLES, RATE_HZ, Samples, Tool, ToolCall, VoiceEvent
from bridge.ports import VoiceModel
from bridge.voice.fakes.openai_realtime import FakeOpenAIRealtime, Manners
from bridge.voice.openai_realtime.settings import RealtimeSettings
from bridge.voice.openai_realtime.voice import OpenAIRealtimeVoice
from bridge.voice.scripted import Reply, ScriptedVoice
from tests.bridge.cast import brief
from tests.bridge.fakes import utterance
from tests.bridge.voice.voice_conformance import Listener

DEADLINE_S = 10.0
FORTY = Reply("About forty.", [(Tool.RECORD_ANSWER, {"question_id": "seats", "value": 40})])
BRIEF = brief()


def new_mind(*replies: Reply) -> Callable[[], VoiceModel]:
    return lambda: ScriptedVoice(replies or [FORTY] * 8)


@asynccontextmanager
async def faked(*replies: Reply, manners: Manners | None = None) -> AsyncIterator[FakeOpenAIRealtime]:
    async with FakeOpenAIRealtime(new_mind(*replies), manners or Manners(times_real_time=50.0)) as fake:
        yield fake


def settings_for(fake: FakeOpenAIRealtime, **options: Any) -> RealtimeSettings:
    return replace(RealtimeSettings(fake.api_key, base_url=fake.base_url), **options)


@asynccontextmanager
async def opened(fake: FakeOpenAIRealtime, call: CallBrief = BRIEF, **options: Any) -> AsyncIterator[tuple[OpenAIRealtimeVoice, Listener]]:
    voice = OpenAIRealtimeVoice(settings_for(fake, **options))
    await voice.open(call)
    listener = Listener(voice, DEADLINE_S)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(listener.listen())
        try:
            yield voice, listener
        finally:
            await voice.close()


def hear(voice: OpenAIRealtimeVoice, *pieces: Samples) -> None:
    pcm = np.concatenate(pieces)
    for at in range(0, pcm.size, FRAME_SAMPLES):
        voice.hear(pcm[at : at + FRAME_SAMPLES])


def say_something(voice: OpenAIRealtimeVoice) -> None:
    """An utterance of the callee, and silence until it is over."""
    hear(voice, silence(RATE_HZ // 5), utterance(500), silence(RATE_HZ))


def is_a(*kinds: type) -> Callable[[VoiceEvent], bool]:
    return lambda event: isinstance(event, kinds)


async def until(is_so: Callable[[], bool]) -> None:
    """Something at the server, of which no event tells."""
    async with asyncio.timeout(DEADLINE_S):
        while not is_so():  # noqa: ASYNC110
            await asyncio.sleep(0.005)


async def tool_called(voice: OpenAIRealtimeVoice, listener: Listener) -> ToolCall:
    say_something(voice)
    call = await listener.wait_for(is_a(ToolCall))
    assert isinstance(call, ToolCall)
    return call


def sent(fake: FakeOpenAIRealtime, name: str) -> list[dict[str, Any]]:
    return [message for message in fake.session.received if message["type"] == name]


def outputs(fake: FakeOpenAIRealtime) -> list[Mapping[str, Any]]:
    """What tools were answered."""
    items = [message["item"] for message in sent(fake, "conversation.item.create")]
    return [json.loads(item["output"]) for item in items if item["type"] == "function_call_output"]
