"""Gemini's count of tokens in our units.

Pure. Each message counts what it caused, the context that was read again included; the sum of all is what is billed
(discuss.ai.google.dev/t/173248). Tokens of no stated kind are taken for the dearer one, which is audio.
"""

from __future__ import annotations

from collections.abc import Sequence

from google.genai import types

from bridge.events import UsageUnit


def amounts_of(usage: types.UsageMetadata) -> dict[UsageUnit, float]:
    """What is not zero. Cached tokens are in the provider's count of the prompt, and not in ours."""
    text_in, audio_in = _split(usage.prompt_token_count, usage.prompt_tokens_details)
    cached_text, cached_audio = _split(usage.cached_content_token_count, usage.cache_tokens_details)
    text_out, audio_out = _split(usage.response_token_count, usage.response_tokens_details)
    tool_text, tool_audio = _split(0, usage.tool_use_prompt_tokens_details)
    tool_text += max(0, (usage.tool_use_prompt_token_count or 0) - tool_text - tool_audio)
    amounts = {
        UsageUnit.TEXT_IN: max(0, text_in - cached_text) + tool_text,
        UsageUnit.AUDIO_IN: max(0, audio_in - cached_audio) + tool_audio,
        UsageUnit.CACHED_TEXT_IN: cached_text,
        UsageUnit.CACHED_AUDIO_IN: cached_audio,
        UsageUnit.TEXT_OUT: text_out + (usage.thoughts_token_count or 0),  # billed as text, and not always in the total
        UsageUnit.AUDIO_OUT: audio_out,
    }
    return {unit: float(amount) for unit, amount in amounts.items() if amount}


def _split(total: int | None, details: Sequence[types.ModalityTokenCount] | None) -> tuple[int, int]:
    """Text and audio."""
    text = sum(each.token_count or 0 for each in details or () if each.modality is types.MediaModality.TEXT)
    audio = sum(each.token_count or 0 for each in details or () if each.modality is not types.MediaModality.TEXT)
    return text, audio + max(0, (total or 0) - text - audio)
