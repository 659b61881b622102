"""What the conversation asks the session to do. Pure: frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from bridge.events import Expectation, Line
from bridge.reports import AnswerReport, SessionReport, TurnReport


@dataclass(frozen=True, slots=True)
class Speak:
    line: Line


@dataclass(frozen=True, slots=True)
class StopSpeaking:
    """Barge-in: drop what is queued, tell the platform, tell the voice how much was heard."""

    line_id: int


@dataclass(frozen=True, slots=True)
class Expect:
    expectation: Expectation


@dataclass(frozen=True, slots=True)
class SaveAnswer:
    answer: AnswerReport


@dataclass(frozen=True, slots=True)
class SaveOptOut:
    quote: str


@dataclass(frozen=True, slots=True)
class StopRecording:
    """The callee wants no recording: record no more, delete what there is, and keep why there is none."""

    quote: str


@dataclass(frozen=True, slots=True)
class SaveTurn:
    turn: TurnReport


@dataclass(frozen=True, slots=True)
class Announce:
    kind: str  # "bot_says", "callee_says", "answer", "barge_in", "reask", …
    text: str


class Whispered(StrEnum):
    """What became of a person's sentence: the kinds of `Announce` that tell it, with the sentence's id as the text."""

    SAID = "whisper_said"  # heard to its end
    CUT = "whisper_cut"  # begun, and the callee spoke
    DROPPED = "whisper_dropped"  # not begun: this was no moment for it


@dataclass(frozen=True, slots=True)
class RequestHandoff:
    pass


@dataclass(frozen=True, slots=True)
class FindSlots:
    """When can a rep call back? `after`: not before that; None: from now on."""

    after: datetime | None = None


@dataclass(frozen=True, slots=True)
class BookSlot:
    at: datetime


@dataclass(frozen=True, slots=True)
class ReleaseToHandoff:
    """There is nothing left to ask, and a rep has accepted: let them come."""


@dataclass(frozen=True, slots=True)
class HangUp:
    """End the call at the provider, then close the socket."""


@dataclass(frozen=True, slots=True)
class CloseStream:
    """Close the socket and leave the call to the rep: to the platform's next step, or to the room they are in."""


@dataclass(frozen=True, slots=True)
class Finish:
    report: SessionReport


Command: TypeAlias = (
    Speak
    | StopSpeaking
    | Expect
    | SaveAnswer
    | SaveOptOut
    | StopRecording
    | SaveTurn
    | Announce
    | RequestHandoff
    | FindSlots
    | BookSlot
    | ReleaseToHandoff
    | HangUp
    | CloseStream
    | Finish
)
