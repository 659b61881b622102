"""Is a voice's provider so ill that no call should wait for it? Closed: it is asked; open: it is passed over; half open: one session tries it.

Pure. One breaker a voice and process. Seconds on any clock that never goes back. A session that spoke counts for the voice, once; each fault
counts against it; one that was opened and never asked to speak says only that it can be opened.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from bridge.events import VoiceFault
from bridge.watchdog import HOPELESS

# To have been opened disproves these; all others only a sound does.
OF_OPENING = HOPELESS | {VoiceFault.UNREACHABLE, VoiceFault.REFUSED}


@dataclass(frozen=True, slots=True)
class Tolerance:
    """Trips at `n_faults` within `window_s` that are at least `share` of what is known, or at `n_hopeless` in a row that no second try mends."""

    window_s: float = 120.0
    n_faults: int = 3
    share: float = 0.5
    n_hopeless: int = 2
    cool_down_s: float = 20.0  # then one session may try; doubled each time that one fails
    longest_cool_down_s: float = 300.0
    trial_s: float = 20.0  # after which a trial that told nothing (nobody answered the phone) makes room for another


TOLERANCE = Tolerance()


class Breaker:
    def __init__(self, tolerance: Tolerance = TOLERANCE) -> None:
        self._tolerance = tolerance
        self._faults: deque[tuple[float, VoiceFault]] = deque()
        self._spoken_s: deque[float] = deque()
        self._n_hopeless = 0  # since one was opened
        self._cool_down_s = tolerance.cool_down_s
        self._retry_at_s = 0.0
        self._trial_at_s: float | None = None
        self.fault: VoiceFault | None = None  # why it is open; None: it is closed
        self.open_since_s = 0.0

    @property
    def is_open(self) -> bool:
        """Half open, too: one good session closes it."""
        return self.fault is not None

    def retry_at_s(self) -> float | None:
        """From when on a session may try the voice; None while anybody may."""
        if not self.is_open:
            return None
        trial_over_s = self._retry_at_s if self._trial_at_s is None else self._trial_at_s + self._tolerance.trial_s
        return max(self._retry_at_s, trial_over_s)

    def admits(self, now_s: float) -> bool:
        """Whether a session may be opened now. Of an open breaker True is said once, to the one that tries."""
        retry_at_s = self.retry_at_s()
        if retry_at_s is None:
            return True
        if now_s < retry_at_s:
            return False
        self._trial_at_s = now_s
        return True

    # -- what sessions met --

    def opened(self) -> None:
        self._n_hopeless = 0
        if self.fault in OF_OPENING:
            self._close()

    def spoke(self, now_s: float) -> None:
        """A sound that can be heard, the first of its session."""
        if self.is_open:
            self._close()
        self._spoken_s.append(now_s)
        self._forget(now_s)

    def failed(self, fault: VoiceFault, now_s: float) -> None:
        self._faults.append((now_s, fault))
        self._n_hopeless = self._n_hopeless + 1 if fault in HOPELESS else self._n_hopeless
        self._forget(now_s)
        if self.is_open:
            self._trial_failed(fault, now_s)
        elif self._is_too_much():
            self._trip(fault, now_s)

    # -- within --

    def _trial_failed(self, fault: VoiceFault, now_s: float) -> None:
        """A session from before the breaker opened may fail late: that is nothing new."""
        if self._trial_at_s is None:
            return
        self._cool_down_s = min(2 * self._cool_down_s, self._tolerance.longest_cool_down_s)
        self._trial_at_s, self._retry_at_s = None, now_s + self._cool_down_s
        self.fault = fault

    def _trip(self, fault: VoiceFault, now_s: float) -> None:
        self.fault, self.open_since_s = fault, now_s
        self._trial_at_s, self._retry_at_s = None, now_s + self._cool_down_s

    def _close(self) -> None:
        self.fault, self._trial_at_s = None, None
        self._cool_down_s = self._tolerance.cool_down_s
        self._n_hopeless = 0
        self._faults.clear()

    def _is_too_much(self) -> bool:
        n_faults = len(self._faults)
        is_often = n_faults >= self._tolerance.n_faults and n_faults >= self._tolerance.share * (n_faults + len(self._spoken_s))
        return is_often or self._n_hopeless >= self._tolerance.n_hopeless

    def _forget(self, now_s: float) -> None:
        before_s = now_s - self._tolerance.window_s
        while self._faults and self._faults[0][0] < before_s:
            self._faults.popleft()
        while self._spoken_s and self._spoken_s[0] < before_s:
            self._spoken_s.popleft()
