"""What can be made to go wrong at the faked server while it runs. Each time something does, it is counted."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum

from bridge.voice.fakes.ending import Ends


class Garbage(StrEnum):
    NO_JSON = "no_json"
    NO_OBJECT = "no_object"
    WRONG_TYPES = "wrong_types"
    UNKNOWN_EVENT = "unknown_event"  # which harms nobody


class Strike(StrEnum):
    """What goes wrong a number of times."""

    NEVER_SET_UP = "never_set_up"  # connected, and then not a word
    STALLS = "stalls"  # a message is not sent
    SILENT = "silent"  # a piece of sound is zeros
    NO_AUDIO = "no_audio"  # a piece of sound is not sent
    EMPTY = "empty"  # a commentary is taken and never said
    NO_TRANSCRIPT = "no_transcript"  # a word is said and not told
    BREAKS_OFF = "breaks_off"  # it stops after half of a line
    TALKS_BEFORE = "talks_before"  # it says something of its own before a line
    TALKS_BEHIND = "talks_behind"  # or behind it, without a pause
    TALKS_INSTEAD = "talks_instead"  # or where it should delegate
    LOSES_TRANSCRIPT = "loses_transcript"  # of the callee
    IGNORES_STOP = "ignores_stop"


ALWAYS = 1_000_000


@dataclass
class FakeFaults:
    """Nothing goes wrong until something is set; what is set goes wrong until it is unset, except for `times`."""

    refuse_status: int | None = None  # of the handshake
    refuse_code: str | None = None  # connected, and then an error with this code and a close
    ends: Ends = field(default_factory=dict)
    end_at_line: str | None = None  # `session.closed` for this reason, at the next commentary
    cut_after_ms: int | None = None  # of a line
    has_odd_audio: bool = False  # half a sample is missing in each piece
    garbage: Garbage | None = None  # with each commentary, three times
    rejects_with: str | None = None  # a commentary is refused with this code
    calls_instead: list[tuple[str, str]] = field(default_factory=list)  # tools and arguments that it calls first, one a response
    fails_backend: str | None = None  # the text model's response fails with this code
    transcript_late_s: float = 0.0
    times: Counter[Strike] = field(default_factory=Counter)
    happened: Counter[str] = field(default_factory=Counter)

    def strikes(self, strike: Strike) -> bool:
        """Whether this goes wrong now."""
        if self.times[strike] <= 0:
            return False
        self.times[strike] -= 1
        self.happened[strike] += 1
        return True
