"""Messages of the media socket (subprotocol audio.drachtio.org) to values, and back.

Pure. Only the WebSocket opcode says what a message is: PCM may well begin with the byte of `{`, and a text may be anything.
Nothing here raises for what came from outside.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

SUBPROTOCOL = "audio.drachtio.org"
MAX_MESSAGE_BYTES = 1 << 20  # half a minute of audio in one message is no live audio
CALL_ID_KEYS = ("callSid", "call_sid", "sessionId", "session_id", "callId", "call_id", "clientRequestId", "client_request_id")
STREAM_ID_KEYS = ("streamSid", "stream_sid", "streamId", "stream_id")

KILL_AUDIO = '{"type": "killAudio"}'
"""Drops what the platform has queued. The module obeys it, the vendor's pages do not mention it: never rely on it alone."""


@dataclass(frozen=True, slots=True)
class CalleeAudio:
    pcm: bytes  # any number of bytes, even odd


@dataclass(frozen=True, slots=True)
class StreamMetadata:
    """What the platform says about the stream. Information only: the token in the URL says which call it is."""

    call_id: str | None
    stream_id: str | None


@dataclass(frozen=True, slots=True)
class UnknownMessage:
    """Readable, but nothing that we use."""

    kind: str


@dataclass(frozen=True, slots=True)
class Unreadable:
    reason: str


Message: TypeAlias = CalleeAudio | StreamMetadata | UnknownMessage | Unreadable


def read_binary(pcm: bytes) -> CalleeAudio | Unreadable:
    if len(pcm) > MAX_MESSAGE_BYTES:
        return Unreadable("too long")
    return CalleeAudio(pcm)


def read_text(text: str) -> StreamMetadata | UnknownMessage | Unreadable:
    """The first text holds ids at its top, under `metadata`, or under `headers`, or there is none at all."""
    if len(text) > MAX_MESSAGE_BYTES:
        return Unreadable("too long")
    try:
        message = json.loads(text)
    except (ValueError, RecursionError):  # deep nesting exhausts the parser before it is found wrong
        return Unreadable("not JSON")
    if not isinstance(message, dict):
        return Unreadable("not an object")
    levels = [message, *(message[key] for key in ("metadata", "headers") if isinstance(message.get(key), dict))]
    call_id, stream_id = _first_text(levels, CALL_ID_KEYS), _first_text(levels, STREAM_ID_KEYS)
    if call_id is None and stream_id is None:
        return UnknownMessage(_kind(message))
    return StreamMetadata(call_id, stream_id)


def caption(line_id: int, text: str) -> str:
    """Beside the audio of a simulated line, so that a simulated callee understands the bot. Never sent on a real line."""
    return json.dumps({"type": "caption", "data": {"line_id": line_id, "text": text}})


def _first_text(levels: list[Mapping[str, Any]], keys: tuple[str, ...]) -> str | None:
    found = (level[key] for level in levels for key in keys if key in level)
    return next((value for value in found if isinstance(value, str) and value), None)


def _kind(message: Mapping[str, Any]) -> str:
    kind = message.get("type", message.get("event"))
    return kind[:40] if isinstance(kind, str) else ""
