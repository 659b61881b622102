"""Where the callee's audio lies on the recording's clock, however unevenly it arrives. Pure.

The recording's clock is the bridge's: samples since the media stream opened. Audio that comes late and then in a burst was only held
up on its way (or waited for our voice to open), and is put together again without a gap; audio that stays late for a second comes after
a real gap, which is silence. So it may take a second until a place is known, as it always does for the first; each sample gets one once.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

from bridge.events import RATE_HZ, Samples

LATE_SAMPLES = RATE_HZ // 5  # later than this, it has been held up or comes after a gap
DECIDED_AFTER_SAMPLES = RATE_HZ
EARLY_SAMPLES = 2 * RATE_HZ  # a platform that sends faster than anybody speaks is not followed further than this


@dataclass(frozen=True, slots=True)
class Placed:
    place: int  # of its first sample
    samples: Samples


class CalleeTrack:
    """Takes all of the callee's audio in order; `heard` counts it as a voice does that hears the same."""

    def __init__(self) -> None:
        self._ends_at = 0  # of what has a place
        self._is_anchored = False  # it is known where the first sample lies
        self._waiting: list[Samples] = []
        self._n_waiting = 0
        self._waits_since = 0
        self._least_late = 0
        self._n_heard = 0
        self._breaks = [0]  # counts of heard samples at which the distance to the place changes
        self._shifts = [0]

    def take(self, samples: Samples, now_s: float) -> list[Placed]:
        """Audio that has just come in: it ends about now."""
        now_at = round(now_s * RATE_HZ)
        has_waited = self._waiting and now_at - self._waits_since >= DECIDED_AFTER_SAMPLES
        placed = self._after_gap() if has_waited else []
        ends_at = self._ends_at + self._n_waiting
        self._n_heard += samples.size
        if ends_at - now_at > EARLY_SAMPLES:
            self._shift(ends_at - self._n_heard, at=self._n_heard)
            return placed
        return placed + self._added(samples, now_at, late=now_at - samples.size - ends_at)

    def flush(self) -> list[Placed]:
        """What still waits: nothing more comes that could show it was only held up."""
        return self._after_gap() if self._waiting else []

    def at_s(self, heard_s: float) -> float:
        """On the recording's clock, what a voice heard `heard_s` into its own audio. What still waits for its place comes after a gap, probably."""
        heard_at = round(heard_s * RATE_HZ)
        if self._waiting and heard_at >= self._n_heard - self._n_waiting:
            return heard_s + self._shift_after_gap() / RATE_HZ
        return heard_s + self._shifts[max(0, bisect_right(self._breaks, heard_at) - 1)] / RATE_HZ

    def _added(self, samples: Samples, now_at: int, *, late: int) -> list[Placed]:
        is_in_doubt = late >= LATE_SAMPLES or not self._is_anchored
        if is_in_doubt and not self._waiting:
            self._waits_since, self._least_late = now_at, max(0, late)
        self._waiting.append(samples)
        self._n_waiting += samples.size
        self._least_late = max(0, min(self._least_late, late))
        return [] if is_in_doubt else self._released()

    def _after_gap(self) -> list[Placed]:
        self._is_anchored = True
        self._shift(self._shift_after_gap(), at=self._n_heard - self._n_waiting)
        self._ends_at += self._least_late
        return self._released()

    def _shift_after_gap(self) -> int:
        return self._ends_at + self._least_late - (self._n_heard - self._n_waiting)

    def _released(self) -> list[Placed]:
        placed = []
        for samples in self._waiting:
            placed.append(Placed(self._ends_at, samples))
            self._ends_at += samples.size
        self._waiting, self._n_waiting = [], 0
        return placed

    def _shift(self, shift: int, *, at: int) -> None:
        if at == self._breaks[-1]:
            self._shifts[-1] = shift
        else:
            self._breaks.append(at)
            self._shifts.append(shift)
