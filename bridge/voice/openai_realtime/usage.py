"""What a realtime server says it has counted → what we keep: cached tokens apart, because they cost a tenth or less.

Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bridge.events import UsageUnit, VoiceUsage
from bridge.voice.openai_socket.usage import count, part, used


def response_usage(model: str, usage: Mapping[str, Any]) -> VoiceUsage | None:
    """`response.usage` of a finished response; None when it holds nothing."""
    heard, spoken = part(usage, "input_token_details"), part(usage, "output_token_details")
    cached = part(heard, "cached_tokens_details")
    # Without details all of it is text: that is what self-hosted servers count.
    text_in = count(heard, "text_tokens") if heard else count(usage, "input_tokens")
    cached_text = count(cached, "text_tokens") if cached else min(count(heard, "cached_tokens"), text_in)
    cached_audio = count(cached, "audio_tokens")
    return used(
        model,
        {
            UsageUnit.TEXT_IN: max(0, text_in - cached_text),
            UsageUnit.AUDIO_IN: max(0, count(heard, "audio_tokens") - cached_audio),
            UsageUnit.CACHED_TEXT_IN: cached_text,
            UsageUnit.CACHED_AUDIO_IN: cached_audio,
            UsageUnit.TEXT_OUT: count(spoken, "text_tokens") if spoken else count(usage, "output_tokens"),
            UsageUnit.AUDIO_OUT: count(spoken, "audio_tokens"),
        },
    )


def transcription_usage(model: str, usage: Mapping[str, Any]) -> VoiceUsage | None:
    """Of one transcribed utterance, by tokens or by seconds."""
    if usage.get("type") == "duration":
        return used(model, {UsageUnit.TRANSCRIBED_S: count(usage, "seconds")})
    heard = part(usage, "input_token_details")
    text_in = count(heard, "text_tokens")
    audio_in = count(heard, "audio_tokens") if heard else count(usage, "input_tokens")
    return used(model, {UsageUnit.TEXT_IN: text_in, UsageUnit.AUDIO_IN: audio_in, UsageUnit.TEXT_OUT: count(usage, "output_tokens")})
