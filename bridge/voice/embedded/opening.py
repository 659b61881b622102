"""Did a person or an answering machine pick up? A machine talks on without a pause until somebody records something.

Pure; times are seconds of callee audio. Words and the beep are judged by who hears them, this is about length.
"""

from __future__ import annotations

from dataclasses import dataclass

_SAME_MONOLOGUE_S = 1.2  # a machine breathes no longer between its sentences


@dataclass(slots=True)
class Opening:
    """Open until a question was answered, or the machine was noticed."""

    voicemail_after_s: float = 6.0
    is_open: bool = True
    has_heard_speech: bool = False
    _started_s: float = 0.0
    _ended_s: float | None = None
    _is_speaking: bool = False

    def speech_started(self, at_s: float) -> None:
        if self._ended_s is None or at_s - self._ended_s > _SAME_MONOLOGUE_S:
            self._started_s = at_s
        self._is_speaking = self.has_heard_speech = True

    def speech_ended(self, at_s: float) -> None:
        self._ended_s = at_s
        self._is_speaking = False

    def is_too_long(self, now_s: float) -> bool:
        return self.is_open and self._is_speaking and now_s - self._started_s > self.voicemail_after_s
