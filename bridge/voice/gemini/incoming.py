"""What Gemini Live sends, as values in our words.

Pure. A message may hold several things at once; they come out in the order in which they have to be taken.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from google.genai import types

from bridge.events import UsageUnit
from bridge.voice.gemini.usage import amounts_of


@dataclass(frozen=True, slots=True)
class Sound:
    """Of the model's voice: little-endian int16, 24000 Hz, whole samples."""

    pcm: bytes


@dataclass(frozen=True, slots=True)
class Transcript:
    """Some of what the callee said; fragments are joined as they come."""

    text: str
    is_last: bool


@dataclass(frozen=True, slots=True)
class Spoken:
    """Some of what the model said, as the provider hears it; in no order with the sound."""

    text: str


@dataclass(frozen=True, slots=True)
class ModelCall:
    call_id: str  # empty if the provider gave none: such a call cannot be replied to
    name: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Called:
    calls: tuple[ModelCall, ...]


@dataclass(frozen=True, slots=True)
class Cancelled:
    call_ids: frozenset[str]


@dataclass(frozen=True, slots=True)
class Interrupted:
    pass


@dataclass(frozen=True, slots=True)
class GenerationOver:
    """All audio of the turn has come, though it may still be assumed to play."""


@dataclass(frozen=True, slots=True)
class TurnOver:
    reason: str  # empty for an ordinary end


@dataclass(frozen=True, slots=True)
class Used:
    amounts: Mapping[UsageUnit, float]


@dataclass(frozen=True, slots=True)
class GoAway:
    left_s: float


@dataclass(frozen=True, slots=True)
class Handle:
    """With it the session can be gone on with on another connection."""

    handle: str


Incoming: TypeAlias = Sound | Transcript | Spoken | Called | Cancelled | Interrupted | GenerationOver | TurnOver | Used | GoAway | Handle

_ORDINARY = frozenset({"", "TURN_COMPLETE_REASON_UNSPECIFIED", "NEED_MORE_INPUT"})
_SECONDS = re.compile(r"(\d+(?:\.\d+)?)s")


def plain_speech(message: str | bytes) -> Sound | Spoken | None:
    """Of a message that holds one piece of sound, or its words, and nothing else; None for any other, which the library reads."""
    try:
        [(outer, content)] = json.loads(message).items()
        [(inner, value)] = content.items()
        if outer != "serverContent":
            return None
        return _plain_sound(value) if inner == "modelTurn" else _plain_words(inner, value)
    except (ValueError, AttributeError, KeyError, TypeError, binascii.Error):
        return None


def _plain_sound(turn: dict[str, Any]) -> Sound | None:
    [part] = turn["parts"]
    if part.keys() != {"inlineData"}:
        return None
    pcm = base64.b64decode(part["inlineData"]["data"], validate=True)
    return Sound(pcm) if len(pcm) % 2 == 0 else None


def _plain_words(name: str, value: dict[str, Any]) -> Spoken | None:
    if name != "outputTranscription" or not isinstance(value["text"], str):
        return None
    return Spoken(value["text"])


def read(message: types.LiveServerMessage) -> list[Incoming]:
    return [*_content(message.server_content or types.LiveServerContent()), *_calls(message), *_session(message)]


def _content(content: types.LiveServerContent) -> Iterator[Incoming]:
    said = content.input_transcription
    if said is not None and (said.text or said.finished):
        yield Transcript(said.text or "", said.finished is True)
    if content.output_transcription is not None and content.output_transcription.text:
        yield Spoken(content.output_transcription.text)
    if content.interrupted:
        yield Interrupted()
    for part in (content.model_turn.parts if content.model_turn else None) or []:
        if not part.thought and part.inline_data is not None and part.inline_data.data:
            yield Sound(part.inline_data.data[: len(part.inline_data.data) // 2 * 2])
    if content.generation_complete:
        yield GenerationOver()
    if _is_over(content):
        reason = content.turn_complete_reason.value if content.turn_complete_reason else ""
        yield TurnOver("" if reason in _ORDINARY else reason)


def _is_over(content: types.LiveServerContent) -> bool:
    """A model that thinks on between turns says so, and is done only when it is idle."""
    status = content.interaction_status
    if status is None or status is types.InteractionStatus.INTERACTION_STATUS_UNSPECIFIED:
        return content.turn_complete is True
    return status is types.InteractionStatus.IDLE


def _calls(message: types.LiveServerMessage) -> Iterator[Incoming]:
    calls = (message.tool_call.function_calls if message.tool_call else None) or []
    if calls:
        yield Called(tuple(ModelCall(call.id or "", call.name or "", call.args or {}) for call in calls))
    if message.tool_call_cancellation is not None:
        yield Cancelled(frozenset(message.tool_call_cancellation.ids or ()))


def _session(message: types.LiveServerMessage) -> Iterator[Incoming]:
    if message.usage_metadata is not None and (amounts := amounts_of(message.usage_metadata)):
        yield Used(amounts)
    update = message.session_resumption_update
    if update is not None and update.resumable and update.new_handle:
        yield Handle(update.new_handle)
    if message.go_away is not None:
        found = _SECONDS.fullmatch(message.go_away.time_left or "")
        yield GoAway(float(found[1]) if found else 0.0)
