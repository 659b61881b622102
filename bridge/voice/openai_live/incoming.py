"""What the Live API sends, read into the few things that matter here.

Pure. Acknowledgements and events of tomorrow are read as nothing; optional fields may be missing.
Events of the text model come in envelopes (`response.event`), without an id of the response but with that of the delegation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from bridge.voice.openai_socket.fields import Fields, ProviderError, error_in, read_message


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


Incoming: TypeAlias = (
    Started | Sound | SpokenWords | HeardWords | Delegated | BackendBegan | BackendCalled | BackendOver | SecondsUsed | Ended | ProviderError
)


def read(message: str | bytes) -> Incoming | None:
    """None for what need not be known. Raises Unreadable."""
    return read_message(message, _READERS)


def _backend(fields: Fields) -> Incoming | None:
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


def _called(delegation_id: str, item: Fields) -> BackendCalled | None:
    """Only the item that is done has name, id and arguments together."""
    if item.text("type") != "function_call":
        return None
    return BackendCalled(delegation_id, item.text("call_id"), item.text("name"), item.text("arguments"))


def _over(delegation_id: str, response: Fields, *, is_complete: bool) -> BackendOver:
    return BackendOver(delegation_id, is_complete, response.part("error").text("code"), response.part("usage").values)


def _seconds(fields: Fields) -> float:
    return fields.part("usage").number("seconds") or 0.0


_READERS: Mapping[str, Callable[[Fields], Incoming | None]] = {
    "session.started": lambda _fields: Started(),
    "session.output_audio.delta": lambda fields: Sound(fields.sound("delta")),
    "session.output_transcript.delta": lambda fields: SpokenWords(fields.text("delta"), fields.whole("start_ms"), fields.whole("end_ms")),
    "session.input_transcript.delta": lambda fields: HeardWords(fields.text("delta"), fields.whole("start_ms"), fields.whole("end_ms")),
    "session.delegation.created": lambda fields: Delegated(fields.part("delegation").text("id"), fields.whole("offset_ms")),
    "response.event": _backend,
    "session.usage.updated": lambda fields: SecondsUsed(_seconds(fields)),
    "session.closed": lambda fields: Ended(fields.text("reason"), _seconds(fields)),
    "error": lambda fields: error_in(fields, "client_event_id"),
}
