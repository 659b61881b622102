"""What a conversation waits for, and until when. Pure."""

from __future__ import annotations

from enum import StrEnum


class Timer(StrEnum):
    LISTEN = "listen"
    NEAR_END = "near_end"
    TIME_CAP = "time_cap"
    HARD_STOP = "hard_stop"
    VOICEMAIL = "voicemail"
    SCREENING = "screening"
    TAKEN_OVER = "taken_over"
    BARGE_IN = "barge_in"
    LONG_SPEECH = "long_speech"
    MEANING = "meaning"
    NO_INPUT = "no_input"
    HOLD = "hold"
    LINE = "line"
    SAVE = "save"
    OPT_OUT_SAVE = "opt_out_save"
    REP = "rep"
    SLOT = "slot"
    COMPANY = "company"
    FAREWELL = "farewell"


class Timers:
    """At most one deadline of each kind, in seconds since the media stream opened."""

    def __init__(self) -> None:
        self._due: dict[Timer, float] = {}

    def set(self, timer: Timer, at_s: float) -> None:
        self._due[timer] = at_s

    def clear(self, *timers: Timer) -> None:
        for timer in timers:
            self._due.pop(timer, None)

    def clear_all(self) -> None:
        self._due.clear()

    def is_set(self, timer: Timer) -> bool:
        return timer in self._due

    def next_due(self) -> float | None:
        return min(self._due.values(), default=None)

    def pop_due(self, now_s: float) -> Timer | None:
        """The earliest that is due, taken off the list."""
        timer = min(self._due, key=self._due.__getitem__, default=None)
        if timer is None or self._due[timer] > now_s:
            return None
        del self._due[timer]
        return timer
