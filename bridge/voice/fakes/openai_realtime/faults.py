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


@dataclass
class FakeFaults:
    """Nothing goes wrong until something is set; what is set goes wrong until it is unset, unless it says otherwise."""

    refuse_status: int | None = None  # of the handshake
    refuse_code: str | None = None  # connected, and then an error with this code and a close
    never_set_up: bool = False  # connected, and then not a word more than a greeting
    has_no_greeting: bool = False  # nor that
    refuses_session: bool = False  # an error instead of `session.updated`
    ends: Ends = field(default_factory=dict)
    cut_after_ms: int | None = None  # of a line
    garbage: Garbage | None = None  # with each response, three times
    is_silent: bool = False  # sound of zeros
    has_no_audio: bool = False  # words without sound
    has_odd_audio: bool = False  # half a sample is missing in each piece
    is_empty: bool = False  # a turn without anything
    rejects_with: str | None = None  # status failed with this code; `content_filter` makes it incomplete
    stalls: bool = False  # a response is asked for and nothing comes
    stalls_begun: bool = False  # it begins, and nothing comes
    talks_instead: int = 0  # times that the model talks where it should call a tool
    calls_instead: list[tuple[str, str]] = field(default_factory=list)  # tools and arguments that it calls first, one a response
    speaks_by_itself: bool = False  # a response that nobody asked for, at the next commit
    transcript_late_s: float = 0.0
    fails_transcription: bool = False
    refuses_requests: int = 0  # times that `response.create` is refused
    ignores_cancel: bool = False
    happened: Counter[str] = field(default_factory=Counter)
