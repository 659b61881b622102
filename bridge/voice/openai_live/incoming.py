"""What the Live API sends, read into the few things that matter here.

Pure. Acknowledgements and events of tomorrow are read as nothing; optional fields may be missing; what is of the wrong type is unreadable.
Events of the text model come in envelopes (`response.event`), without an id of the response but with that of the delegation.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias


class Unreadable(Exception):
    """No JSON, no object, or a known message with a field of the wrong type."""


@dataclass(frozen=True, slots=True)
class Started:
    """The session is as we asked for it."""


@dataclass(frozen=True, slots=True)
class Sound:
    """Of the stream that never pauses: int16 bytes, silence included."""

    pcm: bytes


@dataclass(frozen=True, slots=True)
class SpokenWords:
    """What the model itself says, piece by piece; milliseconds of the session, None when it does not tell."""

    text: str
    start_ms: int | None
    end_ms: int | None


@dataclass(frozen=True, slots=True)
class HeardWords:
    """What the callee says."""

    text: str
    start_ms: int | None
    end_ms: int | None


@dataclass(frozen=True, slots=True)
class Delegated:
    """Work was handed to the text model; what it is about is not told."""

    delegation_id: str
    offset_ms: int | None


@dataclass(frozen=True, slots=True)
class BackendBegan:
    delegation_id: str  # empty for a response that we asked for ourselves


@dataclass(frozen=True, slots=True)
class BackendCalled:
    delegation_id: str
    call_id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class BackendOver:
    delegation_id: str
    is_complete: bool
    code: str  # of its error
    usage: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SecondsUsed:
    """Of the whole session so far."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Ended:
    reason: str
    seconds: float


@dataclass(frozen=True, slots=True)
class ProviderError:
    code: str
    kind: str
    event_id: str  # of the message that it is about; may be empty


Incoming: TypeAlias = (
    Started | Sound | SpokenWords | HeardWords | Delegated | BackendBegan | BackendCalled | BackendOver | SecondsUsed | Ended | ProviderError
)


@dataclass(frozen=True, slots=True)
class _Fields:
    """One JSON object, read strictly: a missing field has a default, a wrong one is an error."""

    values: Mapping[str, Any] = field(default_factory=dict)

    def text(self, name: str) -> str:
        value = self.values.get(name)
        if value is None:
            return ""
        if not isinstance(value, str):
            raise Unreadable(name)
        return value

    def number(self, name: str) -> float | None:
        value = self.values.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or not -1e12 < value < 1e12:
            raise Unreadable(name)
        return value

    def ms(self, name: str) -> int | None:
        value = self.number(name)
        return None if value is None else round(value)

    def part(self, name: str) -> _Fields:
        value = self.values.get(name)
        if value is None:
            return _Fields()
        if not isinstance(value, Mapping):
            raise Unreadable(name)
        return _Fields(value)


def read(message: str | bytes) -> Incoming | None:
    """None for what need not be known. Raises Unreadable."""
    try:
        value = json.loads(message)
    except (ValueError, RecursionError) as broken:
        raise Unreadable("json") from broken
    if not isinstance(value, Mapping) or not isinstance(value.get("type"), str):
        raise Unreadable("type")
    reader = _READERS.get(value["type"])
    return reader(_Fields(value)) if reader is not None else None


def _sound(fields: _Fields) -> Sound:
    try:
        return Sound(base64.b64decode(fields.text("delta"), validate=True))
    except (binascii.Error, ValueError) as broken:
        raise Unreadable("delta") from broken


def _backend(fields: _Fields) -> Incoming | None:
    delegation_id, event = fields.text("delegation_id"), fields.part("event")
    match event.text("type"):
        case "response.created":
            return BackendBegan(delegation_id)
        case "response.output_item.done":
            return _called(delegation_id, event.part("item"))
        case "response.completed":
            return _over(delegation_id, event.part("response"), is_complete=True)
        case "response.failed" | "response.incomplete":
            return _over(delegation_id, event.part("response"), is_complete=False)
        case _:
            return None


def _called(delegation_id: str, item: _Fields) -> BackendCalled | None:
    """Only the item that is done has name, id and arguments together."""
    if item.text("type") != "function_call":
        return None
    return BackendCalled(delegation_id, item.text("call_id"), item.text("name"), item.text("arguments"))


def _over(delegation_id: str, response: _Fields, *, is_complete: bool) -> BackendOver:
    return BackendOver(delegation_id, is_complete, response.part("error").text("code"), response.part("usage").values)


def _seconds(fields: _Fields) -> float:
    return fields.part("usage").number("seconds") or 0.0


def _error(fields: _Fields) -> ProviderError:
    error = fields.part("error")
    return ProviderError(error.text("code"), error.text("type"), error.text("client_event_id"))


_READERS: Mapping[str, Callable[[_Fields], Incoming | None]] = {
    "session.started": lambda _fields: Started(),
    "session.output_audio.delta": _sound,
    "session.output_transcript.delta": lambda fields: SpokenWords(fields.text("delta"), fields.ms("start_ms"), fields.ms("end_ms")),
    "session.input_transcript.delta": lambda fields: HeardWords(fields.text("delta"), fields.ms("start_ms"), fields.ms("end_ms")),
    "session.delegation.created": lambda fields: Delegated(fields.part("delegation").text("id"), fields.ms("offset_ms")),
    "response.event": _backend,
    "session.usage.updated": lambda fields: SecondsUsed(_seconds(fields)),
    "session.closed": lambda fields: Ended(fields.text("reason"), _seconds(fields)),
    "error": _error,
}
