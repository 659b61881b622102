"""What a faked Gemini Live can do wrong, set from outside while it runs; each time that it does is counted."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum

from bridge.voice.fakes.ending import Ends


class Garbage(StrEnum):
    NOT_JSON = "not_json"
    UNKNOWN_EVENT = "unknown_event"
    WRONG_TYPES = "wrong_types"


@dataclass
class FakeFaults:
    """Everything off. Faults of lines and answers hold until they are taken back."""

    refuse_status: int | None = None  # of the handshake: 401, 403, 429, 503
    refuse_close: tuple[int, str] | None = None  # after the setup: (1007, "API key not valid…"), (1011, "You exceeded your current quota…")
    refuse_resumption: int | None = None  # close code for whoever comes with a handle
    open_late_s: float = 0.0  # far away: so long until a setup is answered
    hangs_at_setup: bool = False  # connected, and no answer
    cut_after_messages: int | None = None  # sent in one connection; then the socket is gone without a word
    cut_after_line_ms: int | None = None  # of a line's audio
    ends: Ends = field(default_factory=dict)
    leaves_after_s: float | None = None  # each connection is told at once that it ends then
    is_silent: bool = False  # the audio is zeros
    has_no_audio: bool = False  # a transcript of what was said, and no sound
    has_odd_audio: bool = False  # half a sample is missing in each piece
    has_empty_turns: bool = False  # a line's turn ends at once
    rejects_turns: str = ""  # a line's turn ends with this reason
    stalls: bool = False  # takes everything and sends nothing
    talks: bool = False  # answers the callee with words instead of a call
    cancels_calls: bool = False  # takes each call back at once
    miscalls: int = 0  # so many calls are made up before the right one
    has_no_transcript: bool = False  # of the callee
    has_thoughts: bool = False  # parts of a thought come with the sound
    garbage: Garbage | None = None  # in place of what is sent for a line
    counted: Counter[str] = field(default_factory=Counter)

    def happens(self, name: str) -> None:
        self.counted[name] += 1
