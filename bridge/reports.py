"""What a session reports to the desk, to be kept. Pure: frozen values, units in their names."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from bridge.brief import AnswerValue
from bridge.events import Outcome, Party, Usage


@dataclass(frozen=True, slots=True)
class AnswerReport:
    question_id: str
    value: AnswerValue
    quote: str
    started_ms: int  # span of the quote in the call's recording
    ended_ms: int
    confidence: float  # 0..1, of the recogniser
    is_confirmed: bool  # said back and agreed to


@dataclass(frozen=True, slots=True)
class TurnReport:
    position: int  # from 0, unique in a call
    party: Party
    text: str
    started_ms: int
    ended_ms: int
    heard_ms: int | None = None  # bot turns: how much of it the callee heard
    heard_text: str | None = None


@dataclass(frozen=True, slots=True)
class SessionReport:
    outcome: Outcome
    first_audio_ms: int | None  # media stream open → first bot sample sent
    turn_latency_ms: tuple[int, ...]  # end of callee's speech → first bot sample of the reply, per turn
    is_disclosure_heard: bool
    promised_for: datetime | None = None  # aware; the time the callee named for the next call
    usage: Usage = field(default_factory=dict)
    disclosure_sha256: str = ""  # of the prepared file it was played from; "": a voice said it, or nobody did
    disclosure_heard_ms: int | None = None  # the last time it was said; None: it was not
