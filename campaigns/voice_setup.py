"""Is a voice set up on this installation? In words, for the person who can mend it. Whether its provider accepts the key, only a call to it shows."""

from __future__ import annotations

from django.conf import settings

from bridge.voice.catalogue import CASCADE, GEMINI, OPENAI, OPENAI_LIVE, VOICES
from bridge.voice.gemini.settings import names as gemini_names
from bridge.voice.openai_live.settings import LiveSettings
from bridge.voice.openai_realtime.settings import RealtimeSettings
from leads.said import sentence


def missing(voice: str) -> list[str]:
    """What the voice needs and does not have; [] if nothing."""
    if voice not in VOICES:
        return [sentence("There is no voice “%(voice)s”. Choose one of: %(names)s.", voice=voice, names=", ".join(VOICES))]
    match voice:
        case GEMINI.name if not settings.GEMINI_API_KEY:
            return [sentence("The voice “gemini” needs GEMINI_API_KEY. Make a key in Google AI Studio and set it.")]
        # A server of one's own may want no key.
        case OPENAI.name | OPENAI_LIVE.name if not settings.OPENAI_API_KEY and not settings.OPENAI_BASE_URL:
            return [sentence("The voice “%(voice)s” needs OPENAI_API_KEY, or OPENAI_BASE_URL of a server of your own. Set one of them.", voice=voice)]
        case CASCADE.name:
            names = [name for name in ("CASCADE_STT_URL", "CASCADE_LLM_URL", "CASCADE_TTS_URL") if not getattr(settings, name)]
            return [sentence("The voice “cascade” needs %(names)s. Set the addresses of your servers.", names=", ".join(names))] if names else []
    return []


def speaks_as(voice: str) -> str:
    """The model and the speaker that it is set to: a clip of another one is another voice."""
    match voice:
        case GEMINI.name:
            told = gemini_names(model=settings.GEMINI_MODEL, voice=settings.GEMINI_VOICE)
            return ", ".join(told)
        case OPENAI.name:
            realtime = RealtimeSettings("", model=settings.OPENAI_MODEL, voice=settings.OPENAI_VOICE)
            return f"{realtime.model_name}, {realtime.voice_name}"
        case OPENAI_LIVE.name:
            live = LiveSettings("", model=settings.OPENAI_LIVE_MODEL, voice=settings.OPENAI_LIVE_VOICE)
            return f"{live.model_name}, {live.voice_name}"
        case CASCADE.name:
            return ", ".join(filter(None, (settings.CASCADE_TTS_MODEL, settings.CASCADE_TTS_VOICE)))
    return ""
