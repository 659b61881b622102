"""What a realtime server says it has counted → what we keep: cached tokens apart, because they cost a tenth or less.

Pure. Figures that are missing, or no figures, count as nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bridge.events import UsageUnit, VoiceUsage


def response_usage(model: str, usage: Mapping[str, Any]) -> VoiceUsage | None:
    """`response.usage` of a finished response; None when it holds nothing."""
    heard, spoken = _part(usage, "input_token_details"), _part(usage, "output_token_details")
    cached = _part(heard, "cached_tokens_details")
    # Without details all of it is text: that is what self-hosted servers count.
    text_in = _count(heard, "text_tokens") if heard else _count(usage, "input_tokens")
    cached_text = _count(cached, "text_tokens") if cached else min(_count(heard, "cached_tokens"), text_in)
    cached_audio = _count(cached, "audio_tokens")
    return _usage(
        model,
        {
            UsageUnit.TEXT_IN: max(0, text_in - cached_text),
            UsageUnit.AUDIO_IN: max(0, _count(heard, "audio_tokens") - cached_audio),
            UsageUnit.CACHED_TEXT_IN: cached_text,
            UsageUnit.CACHED_AUDIO_IN: cached_audio,
            UsageUnit.TEXT_OUT: _count(spoken, "text_tokens") if spoken else _count(usage, "output_tokens"),
            UsageUnit.AUDIO_OUT: _count(spoken, "audio_tokens"),
        },
    )


def transcription_usage(model: str, usage: Mapping[str, Any]) -> VoiceUsage | None:
    """Of one transcribed utterance, by tokens or by seconds."""
    if usage.get("type") == "duration":
        return _usage(model, {UsageUnit.TRANSCRIBED_S: _count(usage, "seconds")})
    heard = _part(usage, "input_token_details")
    text_in = _count(heard, "text_tokens")
    audio_in = _count(heard, "audio_tokens") if heard else _count(usage, "input_tokens")
    return _usage(model, {UsageUnit.TEXT_IN: text_in, UsageUnit.AUDIO_IN: audio_in, UsageUnit.TEXT_OUT: _count(usage, "output_tokens")})


def _usage(model: str, amounts: Mapping[UsageUnit, float]) -> VoiceUsage | None:
    used = {unit: amount for unit, amount in amounts.items() if amount}
    return VoiceUsage(model, used) if used else None


def _part(usage: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = usage.get(name)
    return part if isinstance(part, Mapping) else {}


def _count(usage: Mapping[str, Any], name: str) -> float:
    count = usage.get(name)
    is_figure = isinstance(count, int | float) and not isinstance(count, bool) and 0 <= count < float("inf")
    return count if is_figure and count is not None else 0
