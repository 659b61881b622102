"""What the bridge needs from outside, as Protocols. `sautiqual/asgi.py` hands the real parts in.

Pure. Every method that does I/O is a coroutine; none may block the event loop.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from bridge.brief import CallBrief, TurnControl
from bridge.events import (
    Expectation,
    Line,
    Progress,
    Samples,
    VoiceEvent,
    VoiceFault,
)
from bridge.notes import Note
from bridge.reports import AnswerReport, Proof, SessionReport, SessionUse, TurnReport
from bridge.slots import SlotBooked, SlotsFound
from bridge.voice.clips import ClipFile, in_clips


class TokenRefused(Exception):
    """The media token is missing, unknown, expired or used: refuse the handshake, touch no call."""


class VoiceUnavailable(Exception):
    """This voice cannot be opened: another one is tried. The message says what to mend and holds nothing secret."""

    def __init__(self, message: str, fault: VoiceFault = VoiceFault.MISSING) -> None:
        super().__init__(message)
        self.fault = fault


class CallDesk(Protocol):
    """Whoever owns the call. Each save is durable when it returns."""

    async def open(self, token: str) -> CallBrief:
        """Spend the token (it works once) and say what to do. Raises TokenRefused."""

    async def save_answer(self, call_id: str, answer: AnswerReport) -> Progress: ...

    async def save_opt_out(self, call_id: str, quote: str) -> None:
        """The do-not-call entry is in the database when this returns."""

    async def refuse_recording(self, call_id: str, quote: str) -> None:
        """The callee wants no recording: none of this call is kept, and why. Idempotent; `SessionReport.refused_recording` says it again."""

    async def save_turn(self, call_id: str, turn: TurnReport) -> None: ...

    async def announce(self, call_id: str, kind: str, text: str) -> None:
        """Something a console shows live (who speaks, what was understood); may be lost."""

    async def request_handoff(self, call_id: str) -> None:
        """Look for a rep; the result comes as a Note. Idempotent."""

    async def find_slots(self, call_id: str, after: datetime | None) -> SlotsFound:
        """When a rep can call this lead back, at or after `after` (aware); nothing is kept free by it."""

    async def book_slot(self, call_id: str, at: datetime) -> SlotBooked | SlotsFound:
        """Keep a rep free for this lead at that time; idempotent. Where it cannot be, the next times from then on."""

    async def release_to_handoff(self, call_id: str) -> None:
        """The interview is over and a rep has accepted. Strategy dial: from now on the platform's next step for this call is the rep's Dial;
        called before the socket is closed. Strategy conference: the rep's phone may be rung; the call goes on. Idempotent."""

    async def save_usage(self, call_id: str, uses: Sequence[SessionUse], *, is_over: bool) -> None:
        """What the call's sessions have used so far. Idempotent, in any order, before `finish` or after it. `is_over`: no other session will
        be opened for this call; one that is told of all the same (it was thrown away) is added."""

    async def finish(self, call_id: str, report: SessionReport) -> None:
        """The session is over; idempotent, and any provider event may have come first."""

    def notes(self, call_id: str) -> AsyncIterator[Note]:
        """What other processes tell this call, until the iterator is closed."""


class PhoneLine(Protocol):
    async def hang_up(self, call_id: str) -> None:
        """End the call at the provider (REST). Idempotent. Closing the socket does not hang up."""


@dataclass(frozen=True, slots=True)
class VoiceTraits:
    """What a voice can do; the conversation adapts to it, never to its name."""

    name: str
    speaks_verbatim: bool
    may_call_real_people: bool
    languages: tuple[str, ...] = ()  # BCP-47 primary languages that it speaks and understands; (): whatever it is told to
    turns: frozenset[TurnControl] = frozenset({TurnControl.LOCAL})  # who may decide whose turn it is
    clips: Mapping[str, ClipFile] = field(default_factory=dict, hash=False)  # by text: played as prepared, word for word, whatever the voice

    def speaks(self, language: str) -> bool:
        """`language`: BCP-47, the region does not matter."""
        return not self.languages or language.split("-")[0].lower() in self.languages

    def proof_of(self, text: str) -> Proof | None:
        """How it is known beforehand that this will be said in these words; None: the voice may say it otherwise."""
        if not in_clips(text, self.clips)[1]:
            return Proof.CLIP
        return Proof.READ_OUT if self.speaks_verbatim else None


class VoiceModel(Protocol):
    """One voice for one call: it listens and speaks. `open` may run while the phone still rings."""

    @property
    def traits(self) -> VoiceTraits: ...

    async def open(self, brief: CallBrief) -> None:
        """Raises VoiceUnavailable."""

    def hear(self, pcm: Samples) -> None:
        """The callee's audio, any length, in order, silence included. Never blocks."""

    def expect(self, expectation: Expectation) -> None: ...

    def speak(self, line: Line) -> None: ...

    def cancel(self, line_id: int, heard_ms: int) -> None:
        """The callee barged in: `heard_ms` of the line reached them; send no more of it."""

    def events(self) -> AsyncIterator[VoiceEvent]: ...

    async def close(self) -> None: ...


class Tap(Protocol):
    """Where a call's sound can be listened in to while it is spoken. None of this may block, wait or fail: it is called between two frames.

    Samples are int16, shape (n,), 16000 Hz; times are seconds since the media stream opened.
    """

    def callee(self, samples: Samples, now_s: float) -> None:
        """What has just come in: it ends about now."""

    def bot(self, samples: Samples, heard_at_s: float) -> None:
        """Sent now, at the callee's ear at that time."""

    def cut(self, now_s: float) -> None:
        """Barge-in: what the bot was to say after this instant is not heard."""

    def shut(self) -> None:
        """The callee wants no recording: from now on nobody hears anything of this call."""


class OpenTap(Protocol):
    def __call__(self, call_id: str, now: Callable[[], float]) -> AbstractContextManager[Tap]:
        """For as long as the media stream is open. `now`: the call's clock, seconds since then."""


class OpenVoice(Protocol):
    def __call__(self, brief: CallBrief) -> VoiceModel:
        """The voice of this call, not yet open. Raises VoiceUnavailable for a name that is not known."""


class KeepUsage(Protocol):
    async def __call__(self, call_id: str, uses: Sequence[SessionUse]) -> None:
        """What sessions used that were opened while the phone rang and talked to nobody. Idempotent."""
