"""A voice that is open at faked services, and somebody who listens to it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from typing import Any

from bridge.brief import CallBrief
from bridge.voice.cascade.settings import CascadeSettings, Endpoint, Service
from bridge.voice.cascade.shared import Shared
from bridge.voice.cascade.voice import CascadeVoice
from bridge.voice.fakes.openai_http import FakeOpenAIHttp, Manners
from bridge.voice.scripted import Reply
from tests.bridge.voice.rig import BRIEF, DEADLINE_S, Listener, listened, new_mind


@asynccontextmanager
async def faked(*replies: Reply, manners: Manners | None = None) -> AsyncIterator[FakeOpenAIHttp]:
    async with FakeOpenAIHttp(new_mind(*replies), manners or Manners(times_real_time=200.0)) as fake:
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


def opened(
    fake: FakeOpenAIHttp, call: CallBrief = BRIEF, shared: Shared | None = None, deadline_s: float = DEADLINE_S, **options: Any
) -> AbstractAsyncContextManager[tuple[CascadeVoice, Listener]]:
    return listened(new_voice(fake, shared or after_others(settings_for(fake, **options)), **options), call, deadline_s)
