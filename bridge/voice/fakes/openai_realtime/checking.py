"""Which fields a client may send in either dialect.

Pure. GA by openai-python 3.54.0's types; beta by the API reference of 2025-06.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bridge.voice.fakes.openai_socket import checking
from bridge.voice.fakes.openai_socket.checking import ANY
from bridge.voice.openai_realtime.settings import Dialect

_DETECTION = dict.fromkeys(
    ("type", "threshold", "prefix_padding_ms", "silence_duration_ms", "idle_timeout_ms", "eagerness", "create_response", "interrupt_response")
)
_TRANSCRIPTION = dict.fromkeys(("model", "language", "languages", "prompt", "keywords"))
_FORMAT = dict.fromkeys(("type", "rate"))
_GA_SESSION: dict[str, Any] = {
    **dict.fromkeys(("type", "output_modalities", "instructions", "tools", "tool_choice", "parallel_tool_calls", "max_output_tokens", "tracing")),
    "audio": {
        "input": {"format": _FORMAT, "turn_detection": _DETECTION, "transcription": _TRANSCRIPTION, "noise_reduction": {"type": ANY}},
        "output": {"format": _FORMAT, "voice": ANY, "speed": ANY},
    },
    "truncation": ANY,
    "reasoning": {"effort": ANY},
}
_BETA_SESSION: dict[str, Any] = {
    **dict.fromkeys(("modalities", "instructions", "voice", "tools", "tool_choice", "temperature", "max_response_output_tokens", "speed")),
    "turn_detection": {name: ANY for name in _DETECTION if name != "idle_timeout_ms"},
    "input_audio_transcription": dict.fromkeys(("model", "language", "prompt")),
    "input_audio_format": ANY,
    "output_audio_format": ANY,
}
_RESPONSE = dict.fromkeys(("instructions", "tools", "tool_choice", "conversation", "input", "metadata"))
_GA_RESPONSE = {**_RESPONSE, **dict.fromkeys(("output_modalities", "audio", "max_output_tokens", "prompt"))}
_BETA_RESPONSE = {**_RESPONSE, **dict.fromkeys(("modalities", "voice", "output_audio_format", "temperature", "max_response_output_tokens"))}
_ITEM = dict.fromkeys(("id", "object", "type", "status", "role", "content", "call_id", "name", "arguments", "output"))


def _messages(session: Mapping[str, Any], response: Mapping[str, Any]) -> checking.Known:
    known: dict[str, dict[str, Any]] = {
        "session.update": {"session": session},
        "input_audio_buffer.append": {"audio": ANY},
        "input_audio_buffer.commit": {},
        "input_audio_buffer.clear": {},
        "conversation.item.create": {"previous_item_id": ANY, "item": _ITEM},
        "conversation.item.delete": {"item_id": ANY},
        "conversation.item.retrieve": {"item_id": ANY},
        "conversation.item.truncate": dict.fromkeys(("item_id", "content_index", "audio_end_ms")),
        "response.create": {"response": response},
        "response.cancel": {"response_id": ANY},
    }
    return checking.messages(known)


_KNOWN = {Dialect.GA: _messages(_GA_SESSION, _GA_RESPONSE), Dialect.BETA: _messages(_BETA_SESSION, _BETA_RESPONSE)}


def unknown_field(message: Mapping[str, Any], dialect: Dialect) -> str | None:
    """The path of the first field that the dialect does not know, or the unknown type; None when all is well."""
    return checking.unknown_field(message, _KNOWN[dialect])
