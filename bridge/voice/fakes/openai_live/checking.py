"""Which fields a client may send: the faked server refuses the others, as the real one does.

Pure. By the API reference of the Live API (developers.openai.com/api/reference/resources/live, read 2026-11-26).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from bridge.events import RATE_HZ
from bridge.voice.fakes.openai_live.wording import MOST_INSTRUCTION_TOKENS, tokens_of

_ANY = None  # a value that is not looked into
_BACKEND = dict.fromkeys(
    ("model", "instructions", "tools", "tool_choice", "parallel_tool_calls", "reasoning", "text", "service_tier", "max_output_tokens")
)
_DELEGATION: dict[str, Any] = {"type": _ANY, "responses": _BACKEND}
_SESSION: dict[str, Any] = {
    **dict.fromkeys(("model", "instructions", "input", "store", "triggers")),
    "audio": {"format": dict.fromkeys(("type", "rate")), "output": {"voice": _ANY}},
    "delegation": _DELEGATION,
}
_APPEND = dict.fromkeys(("delegation_id", "content"))
_ITEM = dict.fromkeys(("id", "type", "role", "content", "call_id", "output"))
_MESSAGES: dict[str, dict[str, Any]] = {
    "session.start": {"session": _SESSION},
    "session.update": {"session": {"delegation": _DELEGATION}},
    "session.input_audio.append": {"audio": _ANY},
    "session.input_audio.mute": {},
    "session.input_audio.unmute": {},
    "session.commentary.append": _APPEND,
    "session.thinking.append": _APPEND,
    "session.instructions.append": _APPEND,
    "session.close": {},
    "response.item.create": {"item": _ITEM},
    "response.create": {},
}
_KNOWN = MappingProxyType({name: {"type": _ANY, "event_id": _ANY, **fields} for name, fields in _MESSAGES.items()})


def unknown_field(message: Mapping[str, Any]) -> str | None:
    """The path of the first field that is not known, or the unknown type; None when all is well."""
    known = _KNOWN.get(message.get("type", ""))
    return "type" if known is None else _unknown(message, known, "")


def wrong_setting(session: Mapping[str, Any]) -> str | None:
    """What a session cannot be started with; only what a `Mind` can do is started: 16 kHz, and tools called by a hosted text model."""
    delegation = session.get("delegation") or {}
    backend = delegation.get("responses") or {}
    if not session.get("model"):
        return "session.model"
    if tokens_of(session.get("instructions") or "") > MOST_INSTRUCTION_TOKENS:
        return "session.instructions"
    if session.get("audio", {}).get("format") != {"type": "audio/pcm", "rate": RATE_HZ}:
        return "session.audio.format"
    return None if delegation.get("type") == "responses" and backend.get("model") and backend.get("tools") else "session.delegation"


def _unknown(values: Mapping[str, Any], known: Mapping[str, Any], path: str) -> str | None:
    for name, value in values.items():
        if name not in known:
            return f"{path}{name}"
        inner = known[name]
        if inner is not None and isinstance(value, Mapping) and (found := _unknown(value, inner, f"{path}{name}.")):
            return found
    return None
