"""What a session reports to the desk, to be kept. Pure: frozen values, units in their names."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from datetime import datetime
from enum import StrEnum

from bridge.brief import AnswerValue
from bridge.events import Outcome, Party, Usage
from bridge.timing import Timing


class Proof(StrEnum):
    """How it is known that a line was heard in the very words of the script."""

    CLIP = "clip"  # prepared audio was played
    READ_OUT = "read_out"  # a speech synthesiser read it
    TRANSCRIBED = "transcribed"  # the provider's own transcript of its model's speech has these words


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
    text: str  # the words that were said, as far as anybody knows
    started_ms: int
    ended_ms: int
    heard_ms: int | None = None  # bot turns: how much of it the callee heard
    heard_text: str | None = None  # the words from the beginning of `text` that were heard; None: nobody knows which words were said
    intended: str = ""  # the script's line, where other words were said
    said_for: str = ""  # the person of ours whose sentence it is; "": the script's


@dataclass(frozen=True, slots=True)
class SessionReport:
    outcome: Outcome
    _: KW_ONLY
    is_disclosure_heard: bool  # to its end, in the words of the script
    disclosure_proof: Proof | None = None  # how that is known; None for one that was not heard
    disclosure_sha256: str = ""  # of the prepared file it was played from; "": a voice said it, or nobody did
    disclosure_heard_ms: int | None = None  # the last time it was said; None: it was not
    promised_for: datetime | None = None  # aware; when the next call was promised for: the time the callee named, or ours after a fault
    refused_recording: str = ""  # the callee's words; "": they did not mind
    timing: Timing = Timing()


@dataclass(frozen=True, slots=True)
class SessionUse:
    """What one session with a provider has used so far: sums that only grow, not what has come to them."""

    session: str  # unique, the same however often it is told
    voice: str
    usage: Usage
    open_s: float
    is_discarded: bool = False  # made ready for a call that never needed it; billed all the same
