"""The voices of this installation, made from its settings. A library that a voice needs is imported when it is first asked for."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from django.conf import settings

from bridge.ports import VoiceModel, VoiceUnavailable
from bridge.voice.cascade.settings import CascadeSettings, Endpoint
from bridge.voice.cascade.voice import CascadeVoice
from bridge.voice.catalogue import CASCADE, EMBEDDED, GEMINI, OPENAI, OPENAI_LIVE
from bridge.voice.embedded.voice import EmbeddedVoices
from bridge.voice.openai_live.settings import LiveSettings
from bridge.voice.openai_live.voice import OpenAILiveVoice
from bridge.voice.openai_realtime.settings import OPENAI_URL, Dialect, RealtimeSettings, Truncate
from bridge.voice.openai_realtime.voice import OpenAIRealtimeVoice


def new_voice(name: str, embedded: EmbeddedVoices) -> VoiceModel:
    """Not yet open; what is wrong with its settings shows when it is opened. Raises VoiceUnavailable for a name that is not known."""
    match name:
        case EMBEDDED.name:
            return embedded.open_voice()
        case GEMINI.name:
            return _gemini()
        case OPENAI.name:
            return OpenAIRealtimeVoice(_realtime())
        case OPENAI_LIVE.name:
            return OpenAILiveVoice(_live())
        case CASCADE.name:
            return CascadeVoice(_cascade())
    raise VoiceUnavailable(f"There is no voice named {name!r}.")


def load_libraries() -> None:
    """Import what the voices that are set up need, so that the first call of a process waits for none of it."""
    if settings.GEMINI_API_KEY:
        _gemini()


@asynccontextmanager
async def voice_for_clips(name: str) -> AsyncIterator[VoiceModel]:
    """A voice of its own for no call, not yet open (campaigns.clips.studio). Raises VoiceUnavailable for a name that is not known."""
    async with EmbeddedVoices(n_workers=1, cache_folder=settings.VAR_DIR / "speech") as embedded:
        yield new_voice(name, embedded)


def _gemini() -> VoiceModel:
    from bridge.voice.gemini.settings import gemini_settings  # google-genai takes a second and a half to import
    from bridge.voice.gemini.voice import GeminiVoice

    told = {"base_url": settings.GEMINI_BASE_URL, "model": settings.GEMINI_MODEL, "voice": settings.GEMINI_VOICE}
    return GeminiVoice(gemini_settings(settings.GEMINI_API_KEY, **told))


def _realtime() -> RealtimeSettings:
    return RealtimeSettings(
        api_key=settings.OPENAI_API_KEY,
        base_url=settings.OPENAI_BASE_URL or OPENAI_URL,
        model=settings.OPENAI_MODEL,
        voice=settings.OPENAI_VOICE,
        dialect=Dialect(settings.OPENAI_DIALECT),
        truncate=Truncate(settings.OPENAI_TRUNCATE),
        input_rate_hz=settings.OPENAI_RATE_HZ,
        output_rate_hz=settings.OPENAI_RATE_HZ,
    )


def _live() -> LiveSettings:
    return LiveSettings(
        api_key=settings.OPENAI_API_KEY,
        base_url=settings.OPENAI_BASE_URL or OPENAI_URL,
        model=settings.OPENAI_LIVE_MODEL,
        voice=settings.OPENAI_LIVE_VOICE,
    )


def _cascade() -> CascadeSettings:
    key = settings.CASCADE_API_KEY
    return CascadeSettings(
        stt=Endpoint(settings.CASCADE_STT_URL, key, settings.CASCADE_STT_MODEL),
        llm=Endpoint(settings.CASCADE_LLM_URL, key, settings.CASCADE_LLM_MODEL),
        tts=Endpoint(settings.CASCADE_TTS_URL, key, settings.CASCADE_TTS_MODEL),
        voice=settings.CASCADE_TTS_VOICE,
    )
