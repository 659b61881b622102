"""Where the audio of a line belongs in time: samples follow each other without a gap, whatever the jitter.

Pure. Our own voice keeps its distance in samples, not in seconds of our clock, so a message that comes late moves nothing; only
audio that has been late for a whole second left a real gap.
"""

from __future__ import annotations

from bridge.events import FRAME_SAMPLES, RATE_HZ

_GAP = RATE_HZ // 5
_PULSE = RATE_HZ


class LineClock:
    """Places are samples since the media stream opened; the first message begins at a whole frame."""

    def __init__(self) -> None:
        self._next: int | None = None
        self._least_late = 0
        self._pulse_at = 0
        self.is_late = False  # what comes now may be behind a gap: nobody knows where it belongs

    def place(self, n_samples: int, now_s: float) -> int:
        """Where audio that has just come in begins."""
        now_at = round(now_s * RATE_HZ)
        if self._next is None:
            self._next, self._pulse_at = (now_at - n_samples) // FRAME_SAMPLES * FRAME_SAMPLES, now_at
        late = now_at - n_samples - self._next
        self.is_late = late >= _GAP
        self._least_late = min(self._least_late, late)
        if now_at - self._pulse_at >= _PULSE:
            if self._least_late >= _GAP:
                self._next += self._least_late // FRAME_SAMPLES * FRAME_SAMPLES
            self._pulse_at, self._least_late = now_at, 1 << 60
        begin, self._next = self._next, self._next + n_samples
        return begin
