"""What can be made to go wrong at the faked server while it runs. Each time something does, it is counted."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum

from bridge.voice.fakes.openai_socket.faults import SocketFaults


class Strike(StrEnum):
    """What goes wrong a number of times."""

    NEVER_SET_UP = "never_set_up"  # a session is asked for, and not a word comes
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
class FakeFaults(SocketFaults):
    """`rejects_with` and garbage meet each commentary."""

    end_at_line: str | None = None  # `session.closed` for this reason, at the next commentary
    fails_backend: str | None = None  # the text model's response fails with this code
    times: Counter[Strike] = field(default_factory=Counter)

    def strikes(self, strike: Strike) -> bool:
        """Whether this goes wrong now."""
        if self.times[strike] <= 0:
            return False
        self.times[strike] -= 1
        self.happened[strike] += 1
        return True
