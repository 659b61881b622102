"""Which fields a client may send: the faked server refuses the others as the real one does (`unknown_parameter`).

Pure. GA by openai-python 3.54.0's types; beta by the API reference of 2025-06.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from bridge.voice.openai_realtime.settings import Dialect

_ANY = None  # a value that is not looked into
_DETECTION = dict.fromkeys(
    ("type", "threshold", "prefix_padding_ms", "silence_duration_ms", "idle_timeout_ms", "eagerness", "create_response", "interrupt_response")
)
_TRANSCRIPTION = dict.fromkeys(("model", "language", "languages", "prompt", "keywords"))
_FORMAT = dict.fromkeys(("type", "rate"))
_GA_SESSION: dict[str, Any] = {
    **dict.fromkeys(("type", "output_modalities", "instructions", "tools", "tool_choice", "parallel_tool_calls", "max_output_tokens", "tracing")),
    "audio": {
        "input": {"format": _FORMAT, "turn_detection": _DETECTION, "transcription": _TRANSCRIPTION, "noise_reduction": {"type": _ANY}},
        "output": {"format": _FORMAT, "voice": _ANY, "speed": _ANY},
    },
    "truncation": _ANY,
    "reasoning": {"effort": _ANY},
}
_BETA_SESSION: dict[str, Any] = {
    **dict.fromkeys(("modalities", "instructions", "voice", "tools", "tool_choice", "temperature", "max_response_output_tokens", "speed")),
    "turn_detection": {name: _ANY for name in _DETECTION if name != "idle_timeout_ms"},
    "input_audio_transcription": dict.fromkeys(("model", "language", "prompt")),
    "input_audio_format": _ANY,
    "output_audio_format": _ANY,
}
_RESPONSE = dict.fromkeys(("instructions", "tools", "tool_choice", "conversation", "input", "metadata"))
_GA_RESPONSE = {**_RESPONSE, **dict.fromkeys(("output_modalities", "audio", "max_output_tokens", "prompt"))}
_BETA_RESPONSE = {**_RESPONSE, **dict.fromkeys(("modalities", "voice", "output_audio_format", "temperature", "max_response_output_tokens"))}
_ITEM = dict.fromkeys(("id", "object", "type", "status", "role", "content", "call_id", "name", "arguments", "output"))


def _messages(session: Mapping[str, Any], response: Mapping[str, Any]) -> Mapping[str, Any]:
    known: dict[str, dict[str, Any]] = {
        "session.update": {"session": session},
        "input_audio_buffer.append": {"audio": _ANY},
        "input_audio_buffer.commit": {},
        "input_audio_buffer.clear": {},
        "conversation.item.create": {"previous_item_id": _ANY, "item": _ITEM},
        "conversation.item.delete": {"item_id": _ANY},
        "conversation.item.retrieve": {"item_id": _ANY},
        "conversation.item.truncate": dict.fromkeys(("item_id", "content_index", "audio_end_ms")),
        "response.create": {"response": response},
        "response.cancel": {"response_id": _ANY},
    }
    return MappingProxyType({name: {"type": _ANY, "event_id": _ANY, **fields} for name, fields in known.items()})


_KNOWN = {Dialect.GA: _messages(_GA_SESSION, _GA_RESPONSE), Dialect.BETA: _messages(_BETA_SESSION, _BETA_RESPONSE)}


def unknown_field(message: Mapping[str, Any], dialect: Dialect) -> str | None:
    """The path of the first field that the dialect does not know, or the unknown type; None when all is well."""
    known = _KNOWN[dialect].get(message.get("type", ""))
    return "type" if known is None else _unknown(message, known, "")


def _unknown(values: Mapping[str, Any], known: Mapping[str, Any], path: str) -> str | None:
    for name, value in values.items():
        if name not in known:
            return f"{path}{name}"
        inner = known[name]
        if inner is not None and isinstance(value, Mapping) and (found := _unknown(value, inner, f"{path}{name}.")):
            return found
    return None
