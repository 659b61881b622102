"""A voice that is open at a faked server."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from typing import Any

from bridge.brief import CallBrief
from bridge.voice.fakes.openai_realtime import FakeOpenAIRealtime, Manners
from bridge.voice.openai_realtime.settings import RealtimeSettings
from bridge.voice.openai_realtime.voice import OpenAIRealtimeVoice
from bridge.voice.scripted import Reply
from tests.bridge.voice.rig import BRIEF, DEADLINE_S, Listener, listened, new_mind


@asynccontextmanager
async def faked(*replies: Reply, manners: Manners | None = None) -> AsyncIterator[FakeOpenAIRealtime]:
    async with FakeOpenAIRealtime(new_mind(*replies), manners or Manners(times_real_time=50.0)) as fake:
        yield fake


def settings_for(fake: FakeOpenAIRealtime, **options: Any) -> RealtimeSettings:
    return replace(RealtimeSettings(fake.api_key, base_url=fake.base_url), **options)


def opened(
    fake: FakeOpenAIRealtime, call: CallBrief = BRIEF, deadline_s: float = DEADLINE_S, **options: Any
) -> AbstractAsyncContextManager[tuple[OpenAIRealtimeVoice, Listener]]:
    return listened(OpenAIRealtimeVoice(settings_for(fake, **options)), call, deadline_s)
