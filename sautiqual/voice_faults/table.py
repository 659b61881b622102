"""What can go wrong with each voice's provider, by the words of its fake. `None` is a call in which nothing does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from bridge.voice.cascade.settings import Service
from bridge.voice.catalogue import CASCADE, GEMINI, OPENAI, OPENAI_LIVE
from bridge.voice.fakes import gemini, openai_live, openai_realtime
from bridge.voice.fakes.openai_live import ALWAYS, Strike

Break: TypeAlias = Callable[[Any], object]
"""Sets a fake's faults."""


def _set(**faults: object) -> Break:
    def break_it(told: Any) -> None:
        for name, value in faults.items():
            setattr(told, name, value)

    return break_it


def _strike(strike: Strike) -> Break:
    return lambda told: told.times.update({strike: ALWAYS})


FAULTS: Mapping[str, Mapping[str, Break]] = {
    GEMINI.name: {
        "no audio": _set(has_no_audio=True),
        "audio of zeros": _set(is_silent=True),
        "empty turns": _set(has_empty_turns=True),
        "rejected turns": _set(rejects_turns="RESPONSE_REJECTED"),
        "stalls": _set(stalls=True),
        "cut in a line": _set(cut_after_line_ms=200),
        "garbage": _set(garbage=gemini.faults.Garbage.NOT_JSON),
        "429 at the handshake": _set(refuse_status=429),
        "1011, quota": _set(refuse_close=(1011, "You exceeded your current quota, please check your plan and billing details.")),
        "1007, key": _set(refuse_close=(1007, "API key not valid. Please pass a valid API key.")),
        "1008 at the setup": _set(refuse_close=(1008, "Request contains an invalid argument.")),
    },
    OPENAI.name: {
        "no audio": _set(has_no_audio=True),
        "audio of zeros": _set(is_silent=True),
        "empty turns": _set(is_empty=True),
        "rejected turns": _set(rejects_with="content_filter"),
        "stalls": _set(stalls=True),
        "cut in a line": _set(cut_after_ms=200),
        "garbage": _set(garbage=openai_realtime.Garbage.NO_JSON),
        "429 at the handshake": _set(refuse_status=429),
        "insufficient quota": _set(refuse_code="insufficient_quota"),
        "1007 in a response": _set(close_at_response=1007),
        "1008 in a response": _set(close_at_response=1008),
        "1011 in a response": _set(close_at_response=1011),
    },
    OPENAI_LIVE.name: {
        "no audio": _strike(Strike.NO_AUDIO),
        "audio of zeros": _strike(Strike.SILENT),
        "empty turns": _strike(Strike.EMPTY),
        "stalls": _strike(Strike.STALLS),
        "cut in a line": _set(cut_after_ms=200),
        "garbage": _set(garbage=openai_live.Garbage.NO_JSON),
        "429 at the handshake": _set(refuse_status=429),
        "insufficient quota": _set(refuse_code="insufficient_quota"),
        "1011 at a line": _set(close_at_line=1011),
    },
    CASCADE.name: {
        "no audio": _set(has_no_audio=True),
        "audio of zeros": _set(is_silent=True),
        "429 of the speaker": lambda told: told.refuses.update({Service.TTS: 429}),
        "the speaker stalls": lambda told: told.stalls.add(Service.TTS),
        "the recogniser stalls": lambda told: told.stalls.add(Service.STT),
        "the model stalls": lambda told: told.stalls.add(Service.LLM),
        "garbage of the model": lambda told: told.garbage.add(Service.LLM),
        "cut by the speaker": lambda told: told.cuts.add(Service.TTS),
    },
}
