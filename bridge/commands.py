"""What the conversation asks the session to do. Pure: frozen values."""

from __future__ import annotations

from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class RequestHandoff:
    pass


@dataclass(frozen=True, slots=True)
class ReleaseToHandoff:
    pass


@dataclass(frozen=True, slots=True)
class HangUp:
    """End the call at the provider, then close the socket."""


@dataclass(frozen=True, slots=True)
class CloseStream:
    """Close the socket and leave the call to the platform's next step."""


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
    | ReleaseToHandoff
    | HangUp
    | CloseStream
    | Finish
)
