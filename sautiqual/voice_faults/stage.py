"""A voice and its faked provider for one call."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from bridge.ports import VoiceModel
from bridge.voice.cascade.services import ASK_LIMIT_S
from bridge.voice.cascade.settings import CascadeSettings, Endpoint
from bridge.voice.cascade.voice import CascadeVoice
from bridge.voice.catalogue import GEMINI, OPENAI, OPENAI_LIVE
from bridge.voice.fakes.gemini.server import FakeGemini
from bridge.voice.fakes.openai_http import FakeOpenAIHttp
from bridge.voice.fakes.openai_live import FakeOpenAILive
from bridge.voice.fakes.openai_realtime import FakeOpenAIRealtime
from bridge.voice.gemini.settings import gemini_settings
from bridge.voice.gemini.voice import GeminiVoice
from bridge.voice.openai_live.settings import LiveSettings
from bridge.voice.openai_live.voice import OpenAILiveVoice
from bridge.voice.openai_realtime.settings import RealtimeSettings
from bridge.voice.openai_realtime.voice import OpenAIRealtimeVoice


@asynccontextmanager
async def staged(voice: str, mind: Callable[[], VoiceModel]) -> AsyncIterator[tuple[Callable[[], VoiceModel], Any]]:
    """What makes unopened voices, and the faults of the fake that they talk with."""
    match voice:
        case GEMINI.name:
            async with FakeGemini(mind) as gemini:
                settings = gemini_settings("key", base_url=gemini.base_url)
                yield lambda: GeminiVoice(settings, gemini.tls), gemini.faults
        case OPENAI.name:
            async with FakeOpenAIRealtime(mind) as realtime:
                yield lambda: OpenAIRealtimeVoice(RealtimeSettings(realtime.api_key, base_url=realtime.base_url)), realtime.faults
        case OPENAI_LIVE.name:
            async with FakeOpenAILive(mind) as live:
                yield lambda: OpenAILiveVoice(LiveSettings(live.api_key, base_url=live.base_url)), live.faults
        case _:
            async with FakeOpenAIHttp(mind, limit_s=ASK_LIMIT_S) as http:
                endpoint = Endpoint(http.base_url, http.api_key)
                yield lambda: CascadeVoice(CascadeSettings(endpoint, endpoint, endpoint)), http.faults
