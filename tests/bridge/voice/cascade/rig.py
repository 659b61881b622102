"""A voice that is open at faked services, and somebody who listens to it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import numpy as np

from bridge.audio import silence
from bridge.brief import CallBrief
from bridge.events import FRAME_SAMPLES, RATE_HZ, Line, Samples, Tool, ToolCall, VoiceEvent
from bridge.voice.cascade.settings import CascadeSettings, Endpoint, Service
from bridge.voice.cascade.shared import Shared
from bridge.voice.cascade.voice import CascadeVoice
from bridge.voice.fakes.openai_http import FakeOpenAIHttp, Manners
from bridge.voice.scripted import Reply, ScriptedVoice
from tests.bridge.cast import brief
from tests.bridge.fakes import utterance
from tests.bridge.voice.voice_conformance import Listener

DEADLINE_S = 10.0
FORTY = Reply("About forty.", [(Tool.RECORD_ANSWER, {"question_id": "seats", "value": 40})])
BRIEF = brief()
LINE = Line(1, "How many seats do you need?")
NEXT = Line(2, "And when do you need them?")


@asynccontextmanager
async def faked(*replies: Reply, manners: Manners | None = None) -> AsyncIterator[FakeOpenAIHttp]:
    async with FakeOpenAIHttp(lambda: ScriptedVoice(replies or [FORTY] * 8), manners or Manners(times_real_time=200.0)) as fake:
        yield fake


def settings_for(fake: FakeOpenAIHttp, **options: Any) -> CascadeSettings:
    at = {service: Endpoint(fake.url_of(service), fake.api_key) for service in Service}
    return replace(CascadeSettings(at[Service.STT], at[Service.LLM], at[Service.TTS]), **options)


def new_voice(fake: FakeOpenAIHttp, shared: Shared | None = None, **options: Any) -> CascadeVoice:
    """The first of its process, unless told otherwise."""
    return CascadeVoice(settings_for(fake, **options), shared or Shared())


def after_others(settings: CascadeSettings) -> Shared:
    """Other calls were held here, which said other things."""
    shared = Shared()
    for service in Service:
        shared.worked(settings, service)
    return shared


@asynccontextmanager
async def opened(
    fake: FakeOpenAIHttp, call: CallBrief = BRIEF, shared: Shared | None = None, deadline_s: float = DEADLINE_S, **options: Any
) -> AsyncIterator[tuple[CascadeVoice, Listener]]:
    voice = new_voice(fake, shared or after_others(settings_for(fake, **options)), **options)
    await voice.open(call)
    listener = Listener(voice, deadline_s)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(listener.listen())
        try:
            yield voice, listener
        finally:
            await voice.close()


def hear(voice: CascadeVoice, *pieces: Samples) -> None:
    pcm = np.concatenate(pieces)
    for at in range(0, pcm.size, FRAME_SAMPLES):
        voice.hear(pcm[at : at + FRAME_SAMPLES])


def say_something(voice: CascadeVoice, duration_ms: int = 500) -> None:
    """An utterance of the callee, and silence until it is over."""
    hear(voice, silence(RATE_HZ // 5), utterance(duration_ms), silence(RATE_HZ))


def is_a(*kinds: type) -> Callable[[VoiceEvent], bool]:
    return lambda event: isinstance(event, kinds)


async def until(is_so: Callable[[], bool]) -> None:
    """Something at the server, of which no event tells."""
    async with asyncio.timeout(DEADLINE_S):
        while not is_so():  # noqa: ASYNC110
            await asyncio.sleep(0.005)


async def tool_called(voice: CascadeVoice, listener: Listener) -> ToolCall:
    say_something(voice)
    call = await listener.wait_for(is_a(ToolCall))
    assert isinstance(call, ToolCall)
    return call
