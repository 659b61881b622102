"""What a realtime server sends, read from either dialect into the few things that matter here.

Pure. Most messages only tell what is known anyhow and are read as nothing; optional fields may be missing, because servers differ.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from bridge.voice.openai_socket.fields import Fields, ProviderError, error_in, read_message


@dataclass(frozen=True, slots=True)
class SessionSet:
    """The session is as we asked for it, or (not updated) only there."""

    is_updated: bool


@dataclass(frozen=True, slots=True)
class TurnStarted:
    """By the provider's detection; milliseconds of audio sent so far, with its padding."""

    at_ms: int
    item_id: str


@dataclass(frozen=True, slots=True)
class TurnStopped:
    at_ms: int
    item_id: str


@dataclass(frozen=True, slots=True)
class Committed:
    item_id: str


@dataclass(frozen=True, slots=True)
class Transcribed:
    item_id: str
    text: str  # empty when nothing was recognised, or the transcription failed
    usage: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ResponseBegan:
    response_id: str
    asked_by: str  # the event that we asked with; empty when the server does not give it back


@dataclass(frozen=True, slots=True)
class AudioPiece:
    response_id: str
    item_id: str
    content_index: int
    pcm: bytes


@dataclass(frozen=True, slots=True)
class WordsPiece:
    """Of what the model itself says."""

    response_id: str
    text: str


@dataclass(frozen=True, slots=True)
class Called:
    """A tool call with whatever this message tells of it: some have the name, some the arguments, some both."""

    response_id: str
    call_id: str
    name: str
    arguments: str | None  # None: not complete


@dataclass(frozen=True, slots=True)
class ResponseOver:
    response_id: str
    status: str
    reason: str  # why it is not complete, or the code of its error
    error_type: str
    usage: Mapping[str, Any]
    calls: tuple[Called, ...] = ()


Incoming: TypeAlias = (
    SessionSet | TurnStarted | TurnStopped | Committed | Transcribed | ResponseBegan | AudioPiece | WordsPiece | Called | ResponseOver | ProviderError
)


def read(message: str | bytes) -> Incoming | None:
    """None for what need not be known. Raises Unreadable."""
    return read_message(message, _READERS)


def _audio(fields: Fields) -> AudioPiece:
    return AudioPiece(fields.text("response_id"), fields.text("item_id"), fields.whole("content_index") or 0, fields.sound("delta"))


def _words(fields: Fields) -> WordsPiece:
    return WordsPiece(fields.text("response_id"), fields.text("delta"))


def _transcribed(fields: Fields) -> Transcribed:
    return Transcribed(fields.text("item_id"), fields.text("transcript"), fields.part("usage").values)


def _arguments_done(fields: Fields) -> Called:
    return Called(fields.text("response_id"), fields.text("call_id"), fields.text("name"), fields.text("arguments"))


def _item(fields: Fields, *, is_done: bool) -> Called | None:
    return _call_of(fields.part("item"), fields.text("response_id"), is_done=is_done)


def _call_of(item: Fields, response_id: str, *, is_done: bool) -> Called | None:
    if item.text("type") != "function_call":
        return None
    return Called(response_id, item.text("call_id"), item.text("name"), item.text("arguments") if is_done else None)


def _began(fields: Fields) -> ResponseBegan:
    response = fields.part("response")
    return ResponseBegan(response.text("id"), response.part("metadata").text("event_id"))


def _over(fields: Fields) -> ResponseOver:
    response = fields.part("response")
    details = response.part("status_details")
    error = details.part("error")
    calls = [_call_of(item, response.text("id"), is_done=True) for item in response.parts("output")]
    return ResponseOver(
        response.text("id"),
        response.text("status"),
        error.text("code") or details.text("reason"),
        error.text("type"),
        response.part("usage").values,
        tuple(call for call in calls if call is not None),
    )


_READERS: Mapping[str, Callable[[Fields], Incoming | None]] = {
    "session.created": lambda _fields: SessionSet(is_updated=False),
    "session.updated": lambda _fields: SessionSet(is_updated=True),
    "input_audio_buffer.speech_started": lambda fields: TurnStarted(fields.whole("audio_start_ms") or 0, fields.text("item_id")),
    "input_audio_buffer.speech_stopped": lambda fields: TurnStopped(fields.whole("audio_end_ms") or 0, fields.text("item_id")),
    "input_audio_buffer.committed": lambda fields: Committed(fields.text("item_id")),
    "conversation.item.input_audio_transcription.completed": _transcribed,
    "conversation.item.input_audio_transcription.failed": lambda fields: Transcribed(fields.text("item_id"), "", {}),
    "response.created": _began,
    "response.output_audio.delta": _audio,
    "response.audio.delta": _audio,
    "response.output_audio_transcript.delta": _words,
    "response.audio_transcript.delta": _words,
    "response.output_item.added": lambda fields: _item(fields, is_done=False),
    "response.output_item.done": lambda fields: _item(fields, is_done=True),
    "response.function_call_arguments.done": _arguments_done,
    "response.done": _over,
    "error": lambda fields: error_in(fields, "event_id"),
}
