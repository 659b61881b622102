"""What the Live API says it has counted → what we keep: seconds of the session, and the text model's tokens under its own name.

Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bridge.events import UsageUnit, VoiceUsage
from bridge.voice.openai_socket.usage import count, part, used


class SessionMeter:
    """The service tells the sum of the session so far, now and then; we tell what has come to it, by its figure or by our clock: whichever is more.

    A session is billed by the second, and a short call is over before the first figure
    (developers.openai.com/api/docs/models/gpt-live-1, read 2026-11-26).
    """

    def __init__(self, model: str, opened_s: float) -> None:
        self._model = model
        self._opened_s = opened_s
        self._told_s = 0.0

    def by_clock(self, now_s: float) -> VoiceUsage | None:
        return self.read(now_s - self._opened_s)

    def read(self, seconds: float) -> VoiceUsage | None:
        """None when nothing has come to it."""
        more_s = seconds - self._told_s
        if more_s <= 0:
            return None
        self._told_s = seconds
        return VoiceUsage(self._model, {UsageUnit.SESSION_S: more_s})


def backend_usage(model: str, usage: Mapping[str, Any]) -> VoiceUsage | None:
    """`response.usage` of a finished response; None when it holds nothing."""
    text_in = count(usage, "input_tokens")
    cached = min(text_in, count(part(usage, "input_tokens_details"), "cached_tokens"))
    return used(model, {UsageUnit.TEXT_IN: text_in - cached, UsageUnit.CACHED_TEXT_IN: cached, UsageUnit.TEXT_OUT: count(usage, "output_tokens")})
