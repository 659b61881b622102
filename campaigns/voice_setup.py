"""Is a voice set up on this installation? In words, for the person who can mend it. Whether its provider accepts the key, only a call to it shows."""

from __future__ import annotations

from django.conf import settings

from bridge.voice.catalogue import CASCADE, GEMINI, OPENAI, OPENAI_LIVE, VOICES


def missing(voice: str) -> list[str]:
    """What the voice needs and does not have; [] if nothing."""
    if voice not in VOICES:
        return [f"There is no voice “{voice}”. Choose one of: {', '.join(VOICES)}."]
    match voice:
        case GEMINI.name if not settings.GEMINI_API_KEY:
            return ["The voice “gemini” needs GEMINI_API_KEY. Make a key in Google AI Studio and set it."]
        # A server of one's own may want no key.
        case OPENAI.name | OPENAI_LIVE.name if not settings.OPENAI_API_KEY and not settings.OPENAI_BASE_URL:
            return [f"The voice “{voice}” needs OPENAI_API_KEY, or OPENAI_BASE_URL of a server of your own. Set one of them."]
        case CASCADE.name:
            names = [name for name in ("CASCADE_STT_URL", "CASCADE_LLM_URL", "CASCADE_TTS_URL") if not getattr(settings, name)]
            return [f"The voice “cascade” needs {', '.join(names)}. Set the addresses of your servers."] if names else []
    return []
