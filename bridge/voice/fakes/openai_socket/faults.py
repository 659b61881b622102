"""What can be made to go wrong at any of the faked servers while it runs. Each time something does, it is counted."""

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

    def written(self, sound_event: str) -> str:
        """`sound_event` is the type of the messages that carry sound."""
        return {
            Garbage.NO_JSON: f'{{"type": "{sound_event}", "delta": ',
            Garbage.NO_OBJECT: f'["{sound_event}"]',
            Garbage.WRONG_TYPES: f'{{"type": "{sound_event}", "delta": {{"pcm": true}}}}',
            Garbage.UNKNOWN_EVENT: '{"type": "session.telepathy.delta", "delta": 1}',
        }[self]


@dataclass
class SocketFaults:
    """Nothing goes wrong until something is set; what is set goes wrong until it is unset, unless it says otherwise."""

    refuse_status: int | None = None  # of the handshake
    open_late_s: float = 0.0  # far away: so long until a session is begun
    refuse_code: str | None = None  # connected, and then an error with this code and a close
    ends: Ends = field(default_factory=dict)
    cut_after_ms: int | None = None  # of a line
    has_odd_audio: bool = False  # half a sample is missing in each piece
    garbage: Garbage | None = None  # with each line, three times
    rejects_with: str | None = None  # a line fails with this code
    calls_instead: list[tuple[str, str]] = field(default_factory=list)  # tools and arguments that it calls first, one a response
    transcript_late_s: float = 0.0
    happened: Counter[str] = field(default_factory=Counter)
