"""A voice that is open at a faked service."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from typing import Any

from bridge.brief import CallBrief
from bridge.voice.fakes.openai_live import FakeOpenAILive, Manners
from bridge.voice.openai_live.settings import LiveSettings
from bridge.voice.openai_live.voice import OpenAILiveVoice
from bridge.voice.scripted import Reply
from tests.bridge.voice.openai_socket.rig import sent
from tests.bridge.voice.rig import BRIEF, Listener, listened, new_mind

FAST = Manners(times_real_time=10.0, usage_every_s=2.0)


@asynccontextmanager
async def faked(*replies: Reply, manners: Manners = FAST) -> AsyncIterator[FakeOpenAILive]:
    async with FakeOpenAILive(new_mind(*replies), manners) as fake:
        yield fake


def settings_for(fake: FakeOpenAILive, **options: Any) -> LiveSettings:
    return replace(LiveSettings(fake.api_key, base_url=fake.base_url), **options)


def opened(fake: FakeOpenAILive, call: CallBrief = BRIEF, **options: Any) -> AbstractAsyncContextManager[tuple[OpenAILiveVoice, Listener]]:
    return listened(OpenAILiveVoice(settings_for(fake, **options)), call)


def commentaries(fake: FakeOpenAILive) -> list[str]:
    return [message["content"] for message in sent(fake, "session.commentary.append")]
