"""Notes to a running call: news of reps and of the platform, and what a person of ours wants of it. Pure: frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class RepAccepted:
    rep_name: str


@dataclass(frozen=True, slots=True)
class RepReady:
    """Strategy conference: the rep has pressed 1 and joins the lead's room."""


@dataclass(frozen=True, slots=True)
class NoRep:
    """Nobody is there to take it, or all declined."""


@dataclass(frozen=True, slots=True)
class ProviderEnded:
    """The provider says that the call is over; the socket may stay open for seconds: say nothing more."""


@dataclass(frozen=True, slots=True)
class EndPolitely:
    """A person of ours ends the call from the console."""


@dataclass(frozen=True, slots=True)
class Whisper:
    """The bot says this sentence, word for word. What became of it is announced under its id."""

    whisper_id: str
    text: str
    by: str  # their name, for the transcript


@dataclass(frozen=True, slots=True)
class TakeOver:
    """A rep takes the lead now, whatever is still unasked."""

    rep_name: str


Note: TypeAlias = RepAccepted | RepReady | NoRep | ProviderEnded | EndPolitely | Whisper | TakeOver
