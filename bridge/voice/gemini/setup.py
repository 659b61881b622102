"""The configuration of a session, as google-genai's `LiveConnectConfig` takes it.

Pure. One for a call: a session that takes another's place gets the same, with the handle of what is to be gone on with.
"""

from __future__ import annotations

from typing import Any

from bridge.brief import CallBrief, TurnControl
from bridge.voice.gemini.settings import GeminiSettings
from bridge.voice.prompting import system_instruction, tool_declarations


def connect_config(brief: CallBrief, settings: GeminiSettings, handle: str | None) -> dict[str, Any]:
    """`handle` None for a session of its own: the field is left out then, as an empty one closes some models with 1008."""
    config: dict[str, Any] = {
        "response_modalities": ["AUDIO"],
        "speech_config": {"voice_config": {"prebuilt_voice_config": {"voice_name": settings.voice}}},
        "system_instruction": system_instruction(brief),
        "tools": [{"function_declarations": _declarations(brief, settings)}],
        "session_resumption": {"handle": handle} if handle else {},
        "input_audio_transcription": _transcription(brief, settings),
        "output_audio_transcription": {},
        "realtime_input_config": _realtime_input(brief, settings),
        "context_window_compression": {
            "trigger_tokens": settings.compression.trigger_tokens,
            "sliding_window": {"target_tokens": settings.compression.target_tokens},
        },
    }
    if settings.capability.thinking_level:
        config["thinking_config"] = {"thinking_level": settings.capability.thinking_level}
    return config


def _declarations(brief: CallBrief, settings: GeminiSettings) -> list[dict[str, Any]]:
    behavior = {"behavior": settings.capability.tool_behavior} if settings.capability.tool_behavior else {}
    return [
        {"name": tool["name"], "description": tool["description"], "parameters_json_schema": tool["parameters"], **behavior}
        for tool in tool_declarations(brief)
    ]


def _transcription(brief: CallBrief, settings: GeminiSettings) -> dict[str, Any]:
    return {"language_codes": [brief.language]} if settings.capability.transcription_languages else {}


def _realtime_input(brief: CallBrief, settings: GeminiSettings) -> dict[str, Any]:
    """Said in full, as defaults differ by model. A line is cut by us alone: a cough would end a disclosure otherwise."""
    if brief.turns is TurnControl.LOCAL:
        # Ours are told only once the line is said or cut (see `uplink`), so they may interrupt what is left of a turn.
        return {"automatic_activity_detection": {"disabled": True}, "activity_handling": "START_OF_ACTIVITY_INTERRUPTS"} | _COVERAGE
    detection = settings.detection
    return {
        "automatic_activity_detection": {
            "disabled": False,
            "start_of_speech_sensitivity": detection.start_sensitivity,
            "end_of_speech_sensitivity": detection.end_sensitivity,
            "prefix_padding_ms": detection.prefix_padding_ms,
            "silence_duration_ms": detection.silence_duration_ms,
        },
        "activity_handling": "NO_INTERRUPTION",
    } | _COVERAGE


_COVERAGE = {"turn_coverage": "TURN_INCLUDES_ONLY_ACTIVITY"}
