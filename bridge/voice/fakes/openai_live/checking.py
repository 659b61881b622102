"""Which fields a client may send, and with which settings a session begins.

Pure. By the API reference of the Live API (developers.openai.com/api/reference/resources/live, read 2026-11-26).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bridge.events import RATE_HZ
from bridge.voice.fakes.openai_live.wording import MOST_INSTRUCTION_TOKENS, tokens_of
from bridge.voice.fakes.openai_socket import checking
from bridge.voice.fakes.openai_socket.checking import ANY

_BACKEND = dict.fromkeys(
    ("model", "instructions", "tools", "tool_choice", "parallel_tool_calls", "reasoning", "text", "service_tier", "max_output_tokens")
)
_DELEGATION: dict[str, Any] = {"type": ANY, "responses": _BACKEND}
_SESSION: dict[str, Any] = {
    **dict.fromkeys(("model", "instructions", "input", "store", "triggers")),
    "audio": {"format": dict.fromkeys(("type", "rate")), "output": {"voice": ANY}},
    "delegation": _DELEGATION,
}
_APPEND = dict.fromkeys(("delegation_id", "content"))
_ITEM = dict.fromkeys(("id", "type", "role", "content", "call_id", "output"))
_MESSAGES: dict[str, dict[str, Any]] = {
    "session.start": {"session": _SESSION},
    "session.update": {"session": {"delegation": _DELEGATION}},
    "session.input_audio.append": {"audio": ANY},
    "session.input_audio.mute": {},
    "session.input_audio.unmute": {},
    "session.commentary.append": _APPEND,
    "session.thinking.append": _APPEND,
    "session.instructions.append": _APPEND,
    "session.close": {},
    "response.item.create": {"item": _ITEM},
    "response.create": {},
}
_KNOWN = checking.messages(_MESSAGES)


def unknown_field(message: Mapping[str, Any]) -> str | None:
    """The path of the first field that is not known, or the unknown type; None when all is well."""
    return checking.unknown_field(message, _KNOWN)


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
