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
from bridge.events import FRAME_SAMPLES, RATE_HZ, Line, Samples, Tool, ToolCall, VoiceEvent
from bridge.ports import VoiceModel
from bridge.voice.fakes.openai_live import FakeOpenAILive, Manners
from bridge.voice.openai_live.settings import LiveSettings
from bridge.voice.openai_live.voice import OpenAILiveVoice
from bridge.voice.scripted import Reply, ScriptedVoice
from tests.bridge.cast import brief
from tests.bridge.fakes import utterance
from tests.bridge.voice.voice_conformance import Listener

DEADLINE_S = 20.0
FAST = Manners(times_real_time=10.0, usage_every_s=2.0)
FORTY = Reply("About forty.", [(Tool.RECORD_ANSWER, {"question_id": "seats", "value": 40})])
BRIEF = brief()
LINE = Line(1, "How many seats do you need?")
LONG = Line(1, " ".join([LINE.text] * 10))
NEXT = Line(2, "And when would the first of them be used?")


def new_mind(*replies: Reply) -> Callable[[], VoiceModel]:
    return lambda: ScriptedVoice(replies or [FORTY] * 8)


@asynccontextmanager
async def faked(*replies: Reply, manners: Manners = FAST) -> AsyncIterator[FakeOpenAILive]:
    async with FakeOpenAILive(new_mind(*replies), manners) as fake:
        yield fake


def settings_for(fake: FakeOpenAILive, **options: Any) -> LiveSettings:
    return replace(LiveSettings(fake.api_key, base_url=fake.base_url), **options)


@asynccontextmanager
async def opened(fake: FakeOpenAILive, call: CallBrief = BRIEF, **options: Any) -> AsyncIterator[tuple[OpenAILiveVoice, Listener]]:
    voice = OpenAILiveVoice(settings_for(fake, **options))
    await voice.open(call)
    listener = Listener(voice, DEADLINE_S)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(listener.listen())
        try:
            yield voice, listener
        finally:
            await voice.close()


def hear(voice: OpenAILiveVoice, *pieces: Samples) -> None:
    pcm = np.concatenate(pieces)
    for at in range(0, pcm.size, FRAME_SAMPLES):
        voice.hear(pcm[at : at + FRAME_SAMPLES])


def say_something(voice: OpenAILiveVoice) -> None:
    """An utterance of the callee, and silence until it is over."""
    hear(voice, silence(RATE_HZ // 5), utterance(500), silence(RATE_HZ))


def is_a(*kinds: type) -> Callable[[VoiceEvent], bool]:
    return lambda event: isinstance(event, kinds)


async def until(is_so: Callable[[], bool]) -> None:
    """Something at the server, of which no event tells."""
    async with asyncio.timeout(DEADLINE_S):
        while not is_so():  # noqa: ASYNC110
            await asyncio.sleep(0.005)


async def tool_called(voice: OpenAILiveVoice, listener: Listener) -> ToolCall:
    say_something(voice)
    call = await listener.wait_for(is_a(ToolCall))
    assert isinstance(call, ToolCall)
    return call


def sent(fake: FakeOpenAILive, name: str) -> list[dict[str, Any]]:
    return [message for message in fake.session.received if message["type"] == name]


def commentaries(fake: FakeOpenAILive) -> list[str]:
    return [message["content"] for message in sent(fake, "session.commentary.append")]


def outputs(fake: FakeOpenAILive) -> list[Mapping[str, Any]]:
    """What tools were answered."""
    items = [message["item"] for message in sent(fake, "response.item.create")]
    return [json.loads(item["output"]) for item in items if item["type"] == "function_call_output"]
