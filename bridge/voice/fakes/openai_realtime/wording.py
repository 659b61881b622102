"""How the faked server puts its messages: in which dialect, and which of them it leaves out.

Pure. The names are those of the API reference; a server that acknowledges nothing sends only what carries sound, words, calls or an end.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bridge.voice.openai_realtime.settings import WIRE_RATE_HZ, Dialect

_ACKNOWLEDGEMENTS = frozenset(
    {
        "session.created",
        "session.updated",
        "input_audio_buffer.committed",
        "input_audio_buffer.cleared",
        "conversation.item.added",
        "conversation.item.done",
        "conversation.item.truncated",
        "response.created",
        "response.output_item.added",
        "response.content_part.added",
        "response.content_part.done",
    }
)
_BETA_NAMES = {
    "response.output_audio.delta": "response.audio.delta",
    "response.output_audio.done": "response.audio.done",
    "response.output_audio_transcript.delta": "response.audio_transcript.delta",
    "response.output_audio_transcript.done": "response.audio_transcript.done",
    "response.output_text.delta": "response.text.delta",
    "response.output_text.done": "response.text.done",
    "conversation.item.added": "conversation.item.created",
}


@dataclass(frozen=True, slots=True)
class Manners:
    """OpenAI's own by default."""

    dialect: Dialect = Dialect.GA
    acknowledges: bool = True
    hears_by_transcript: bool = False  # speech is an item only once it is transcribed
    input_rate_hz: int = WIRE_RATE_HZ
    output_rate_hz: int = WIRE_RATE_HZ
    times_real_time: float = 10.0  # how fast it speaks


def worded(event: dict[str, Any], manners: Manners) -> dict[str, Any] | None:
    """The event as this server sends it; None for one that it does not send."""
    name = event["type"]
    if not manners.acknowledges and name in _ACKNOWLEDGEMENTS:
        return None
    if manners.dialect is Dialect.GA:
        return event
    if name == "conversation.item.done":
        return None
    if name == "response.function_call_arguments.done":  # beta names the tool in the item only
        event = {key: value for key, value in event.items() if key != "name"}
    if name == "response.created":
        event = {**event, "response": {key: value for key, value in event["response"].items() if key != "metadata"}}
    return {**event, "type": _BETA_NAMES.get(name, name)}


def error(code: str, event_id: str | None, kind: str = "invalid_request_error", param: str | None = None) -> dict[str, Any]:
    details = {"type": kind, "code": code, "message": "The faked server refuses this.", "param": param, "event_id": event_id}
    return {"type": "error", "error": details}
