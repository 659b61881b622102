"""Providers' servers, faked on this machine, with the embedded voice for a mind: the demo's people talk with a real adapter."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from django.conf import settings

from bridge.voice.catalogue import CASCADE, EMBEDDED, GEMINI, OPENAI, OPENAI_LIVE
from bridge.voice.embedded.voice import EmbeddedVoices
from bridge.voice.fakes.gemini.server import FakeGemini
from bridge.voice.fakes.openai_http import FakeOpenAIHttp
from bridge.voice.fakes.openai_live import FakeOpenAILive
from bridge.voice.fakes.openai_realtime import FakeOpenAIRealtime

KEY = "key-of-the-fake"
KEYS = {"GEMINI_API_KEY": KEY, "OPENAI_API_KEY": KEY, "CASCADE_API_KEY": KEY}
# Settings are read once, so a demo's own process needs something in their places before the fakes have an address.
PLACES = dict.fromkeys(("CASCADE_STT_URL", "CASCADE_LLM_URL", "CASCADE_TTS_URL"), "http://127.0.0.1:9/v1")
FAKED = (GEMINI.name, OPENAI.name, OPENAI_LIVE.name, CASCADE.name)


@asynccontextmanager
async def faked(voice: str, *, open_late_s: float = 0.0) -> AsyncIterator[Mapping[str, str]]:
    """Where the server finds the provider of this voice, as its environment; nothing for the embedded voice.

    `open_late_s`: how far away the provider is, in seconds until a session is there.
    """
    if voice == EMBEDDED.name:
        yield {}
        return
    async with EmbeddedVoices(cache_folder=settings.VAR_DIR / "speech") as minds:
        minds.start()
        async with _server(voice, minds, open_late_s) as environment:
            yield environment


@asynccontextmanager
async def _server(voice: str, minds: EmbeddedVoices, open_late_s: float) -> AsyncIterator[Mapping[str, str]]:
    match voice:
        case GEMINI.name:
            async with FakeGemini(minds.open_voice) as gemini:
                gemini.faults.open_late_s = open_late_s
                with tempfile.TemporaryDirectory() as folder:
                    certificate = Path(folder) / "certificate.pem"
                    await asyncio.to_thread(certificate.write_text, gemini.certificate_pem)
                    yield {"GEMINI_BASE_URL": gemini.base_url, "SSL_CERT_FILE": str(certificate)}
        case OPENAI.name:
            async with FakeOpenAIRealtime(minds.open_voice, api_key=KEY) as realtime:
                realtime.faults.open_late_s = open_late_s
                yield {"OPENAI_BASE_URL": realtime.base_url}
        case OPENAI_LIVE.name:
            async with FakeOpenAILive(minds.open_voice, api_key=KEY) as live:
                live.faults.open_late_s = open_late_s
                yield {"OPENAI_BASE_URL": live.base_url}
        case _:
            async with FakeOpenAIHttp(minds.open_voice, api_key=KEY) as http:
                http.faults.open_late_s = open_late_s
                yield {"CASCADE_STT_URL": http.base_url, "CASCADE_LLM_URL": http.base_url, "CASCADE_TTS_URL": http.base_url}
