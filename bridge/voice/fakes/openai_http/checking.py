"""Would the real service take this request? If not: the parameter that it would name.

Pure. After OpenAI's API reference (audio, chat), read 2026-11-20: unknown fields, calls without a reply and replies without a call are refused.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

LONGEST_INPUT = 4096  # letters, of one sentence to be spoken
SHORTEST_S = 0.1  # of audio to be transcribed

_CHAT = frozenset({"model", "messages", "tools", "tool_choice", "stream", "stream_options", "temperature", "reasoning_effort"})
_SPEECH = frozenset({"model", "input", "voice", "response_format", "speed", "instructions"})
_FORM = frozenset({"file", "model", "language", "prompt", "response_format", "temperature"})


def chat_fault(body: Mapping[str, Any]) -> str | None:
    if unknown := body.keys() - _CHAT:
        return min(unknown)
    if not isinstance(body.get("model"), str) or not body["model"]:
        return "model"
    if body.get("stream_options") and not body.get("stream"):
        return "stream_options"
    if body.get("tool_choice") == "required" and not body.get("tools"):
        return "tool_choice"
    if any(tool.get("type") != "function" or not _is_named(tool.get("function")) for tool in body.get("tools", [])):
        return "tools"
    return messages_fault(body.get("messages") or [])


def messages_fault(messages: Sequence[Mapping[str, Any]]) -> str | None:
    if not messages:
        return "messages"
    unanswered: list[str] = []
    for at, message in enumerate(messages):
        role, place = message.get("role"), f"messages[{at}]"
        if role == "tool":
            if message.get("tool_call_id") not in unanswered or not isinstance(message.get("content"), str):
                return place
            unanswered.remove(message["tool_call_id"])
            continue
        if unanswered or role not in ("system", "user", "assistant"):
            return place
        calls = message.get("tool_calls") or []
        if not all(map(_is_call, calls)) or not (calls or isinstance(message.get("content"), str)):
            return place
        unanswered = [call["id"] for call in calls]
    return "messages" if unanswered else None


def speech_fault(body: Mapping[str, Any]) -> str | None:
    if unknown := body.keys() - _SPEECH:
        return min(unknown)
    for name in ("model", "input", "voice"):
        if not isinstance(body.get(name), str) or not body[name].strip():
            return name
    if len(body["input"]) > LONGEST_INPUT:
        return "input"
    return None if body.get("response_format") in ("wav", "pcm") else "response_format"


def form_fault(form: Mapping[str, bytes], duration_s: float | None) -> str | None:
    """`duration_s` of the file; None when it is none that can be read."""
    if unknown := form.keys() - _FORM:
        return min(unknown)
    if duration_s is None or duration_s < SHORTEST_S:
        return "file"
    if not form.get("model"):
        return "model"
    if "language" in form and not (len(form["language"]) in (2, 3) and form["language"].isalpha()):
        return "language"
    return None if form.get("response_format", b"json") in (b"json", b"verbose_json") else "response_format"


def multipart(body: bytes, content_type: str) -> dict[str, bytes]:
    """The parts by name; empty for what is no form (RFC 7578)."""
    _kind, _, boundary = content_type.partition("boundary=")
    if not boundary:
        return {}
    form: dict[str, bytes] = {}
    for part in body.split(b"--" + boundary.strip('"').encode()):
        head, blank, content = part.partition(b"\r\n\r\n")
        _before, is_named, rest = head.partition(b' name="')
        if blank and is_named:
            form[rest.split(b'"')[0].decode()] = content.removesuffix(b"\r\n")
    return form


def _is_named(function: object) -> bool:
    return isinstance(function, Mapping) and bool(function.get("name")) and isinstance(function.get("parameters"), Mapping)


def _is_call(call: Mapping[str, Any]) -> bool:
    function = call.get("function")
    if not call.get("id") or call.get("type") != "function" or not isinstance(function, Mapping) or not function.get("name"):
        return False
    try:
        return isinstance(json.loads(function["arguments"]), dict)
    except (ValueError, KeyError, TypeError):
        return False
