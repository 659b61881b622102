"""May this line be dialled on with this voice, as things are set up? In words, for the person who can mend it.

Fails closed in both directions: a real line never runs on the simulator's terms, a simulated line never reaches a real platform.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings

from bridge.voice.catalogue import CASCADE, VOICES
from campaigns import voice_setup
from campaigns.models import BusinessClock, Line

LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})


def is_api_on_loopback() -> bool:
    return (urlsplit(settings.SAUTIKIT_API_URL).hostname or "") in LOOPBACK_HOSTS


def may_speak(line: Line, *voices: str) -> bool:
    """With whoever is on this line already, by our call or theirs. Any of the voices may have to."""
    return all(voice in VOICES and (line.is_simulated or not _unfit(voice)) for voice in voices)


def obstacles(line: Line, *voices: str) -> list[str]:
    """Why nobody may be rung on this line with these voices now; empty: it may be used."""
    found = [] if line.is_active else [f"The phone line {line} is not active. Activate it under Phone lines."]
    found += [sentence for voice in voices for sentence in voice_setup.missing(voice)]
    if line.is_simulated:
        return found + _simulated_obstacles(line)
    return found + _real_obstacles(line) + [sentence for voice in voices if voice in VOICES and (sentence := _unfit(voice))]


def _simulated_obstacles(line: Line) -> list[str]:
    if is_api_on_loopback():
        return []
    return [f"The phone line {line} is simulated, but SAUTIKIT_API_URL is not on this machine. Point it at the simulator, or use a real line."]


def _unfit(voice: str) -> str:
    """Why it may not talk with real people; empty: it may."""
    traits = VOICES[voice]
    if not traits.may_call_real_people:
        return f"The voice “{voice}” is for demonstration and rehearsal only. Choose another for a real line."
    if not traits.speaks_verbatim:  # what the law demands to be said must be said in these words, and be provable
        return (
            f"The voice “{voice}” may put the disclosure in words of its own. On a real line choose one that reads it out, such as “{CASCADE.name}”."
        )
    return ""


def _real_obstacles(line: Line) -> list[str]:
    checks = [
        (is_api_on_loopback(), f"The phone line {line} is real, but SAUTIKIT_API_URL points at this machine. Mark the line as simulated."),
        (not settings.SAUTIKIT_API_KEY, "SAUTIKIT_API_KEY is not set. Make a key in the Sautikit console and set it."),
        (not settings.PUBLIC_URL.startswith("https://"), "PUBLIC_URL is not set to an https address, so Sautikit cannot reach us. Set it."),
        (_is_clock_offset(), "The demo's clock is set ahead of real time in this database. A real line needs a database of its own."),
    ]
    return [sentence for is_wrong, sentence in checks if is_wrong]


def _is_clock_offset() -> bool:
    return BusinessClock.objects.exclude(offset_s=0).exists()
