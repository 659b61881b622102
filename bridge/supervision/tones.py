"""Which tones of machines sound on the line: a mailbox's beep, a fax, the network's three tones before an announcement, a busy tone.

Pure. One spectrum peak a frame comes in, what a run of them means comes out. A key pressed by a person is two tones at once, and so none of these.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from bridge.events import FRAME_MS, Sound

FRAME_S = FRAME_MS / 1000
SAME_TONE_HZ = 40.0
SETTLED_S = 0.12  # after a tone, before it counts as a single one: the next of three would have begun

# A beep of an answering machine: none is standardised. Measured ones are 0.2 to 1 s long, mostly at 1000 or 1400 Hz.
BEEP_HZ, BEEP_S = (500.0, 2500.0), 0.24
# ITU-T T.30 (2005) 4.1: calling tone 1100 Hz ± 38 Hz for 0.5 s ± 15 %, every 3 s; called station 2100 Hz ± 15 Hz for 2.6 to 4 s.
CALLING_HZ, CALLING_S = (1060.0, 1140.0), (0.4, 0.62)
CALLED_HZ, CALLED_S = (2070.0, 2130.0), 0.8
# ITU-T E.180 and Q.35: special information tone, three in a rising row of 330 ms ± 70 ms each, at most 30 ms apart; Telcordia's are
# 274 or 380 ms long, 914 or 985, 1371 or 1429, and 1777 Hz.
SIT_HZ = ((880.0, 1020.0), (1330.0, 1470.0), (1730.0, 1830.0))
SIT_S, SIT_GAP_S = (0.2, 0.46), 0.1
# ITU-T E.180 supplement 2: busy and congestion tones of our markets, 400 to 480 Hz in even cadence; a steady one says that no line is there.
NETWORK_HZ, NETWORK_S, NETWORK_BURSTS = (380.0, 500.0), (0.15, 0.65), 3
SHORTEST_S = 0.14
STEADY_S = 2.5  # ringing tones sound no longer than 2 s at a time


@dataclass(slots=True)
class _Run:
    hz: float
    began_s: float
    n_frames: int = 1
    is_told: bool = False

    @property
    def length_s(self) -> float:
        return self.n_frames * FRAME_S

    @property
    def ended_s(self) -> float:
        return self.began_s + self.length_s


class Tones:
    """Frames of 20 ms in order; `peak_hz` None: no single tone in this one."""

    def __init__(self) -> None:
        self._run: _Run | None = None
        self._has_gap = False  # one frame without the tone is a click
        self._ended: deque[_Run] = deque(maxlen=NETWORK_BURSTS)
        self._unsettled: _Run | None = None  # over, and perhaps a beep

    def hear(self, peak_hz: float | None, at_s: float, *, has_heard_speech: bool) -> Sound | None:
        """`at_s`: when the frame began. What has just become certain, once for each sound."""
        run = self._run
        if run is not None and peak_hz is not None and abs(peak_hz - run.hz) <= SAME_TONE_HZ:
            run.n_frames += 2 if self._has_gap else 1
            self._has_gap = False
            return _sounding(run)
        if run is not None and peak_hz is None and not self._has_gap:
            self._has_gap = True
            return None
        self._has_gap = False
        self._run = None if peak_hz is None else _Run(peak_hz, at_s)
        if run is not None and run.length_s >= SHORTEST_S and not run.is_told:
            return self._over(run, at_s, has_heard_speech=has_heard_speech)
        return self._settled(at_s, has_heard_speech=has_heard_speech)

    def _over(self, run: _Run, at_s: float, *, has_heard_speech: bool) -> Sound | None:
        self._ended.append(run)
        self._unsettled = run
        if _is_sit(list(self._ended)):
            self._unsettled = None
            return Sound.SIT
        if _is_busy(list(self._ended)):
            self._unsettled = None
            return Sound.NETWORK_TONE
        return None

    def _settled(self, at_s: float, *, has_heard_speech: bool) -> Sound | None:
        run = self._unsettled
        if run is None or self._run is not None or at_s - run.ended_s < SETTLED_S:
            return None
        self._unsettled = None
        if not has_heard_speech and _within(run.hz, CALLING_HZ) and _within(run.length_s, CALLING_S):
            return Sound.FAX
        if has_heard_speech and _within(run.hz, BEEP_HZ) and run.length_s >= BEEP_S:
            return Sound.BEEP
        return None


def _sounding(run: _Run) -> Sound | None:
    """What a tone is known to be before it ends; said once."""
    if run.is_told:
        return None
    is_fax = _within(run.hz, CALLED_HZ) and run.length_s >= CALLED_S
    is_network = _within(run.hz, NETWORK_HZ) and run.length_s >= STEADY_S
    run.is_told = is_fax or is_network
    return Sound.FAX if is_fax else (Sound.NETWORK_TONE if is_network else None)


def _is_sit(runs: list[_Run]) -> bool:
    last = runs[-3:]
    if len(last) < 3 or not all(_within(run.hz, hz) and _within(run.length_s, SIT_S) for run, hz in zip(last, SIT_HZ, strict=True)):
        return False
    return all(after.began_s - before.ended_s <= SIT_GAP_S for before, after in zip(last, last[1:], strict=False))


def _is_busy(runs: list[_Run]) -> bool:
    last = runs[-NETWORK_BURSTS:]
    if len(last) < NETWORK_BURSTS or not all(_within(run.hz, NETWORK_HZ) and _within(run.length_s, NETWORK_S) for run in last):
        return False
    gaps = [after.began_s - before.ended_s for before, after in zip(last, last[1:], strict=False)]
    return all(_within(gap, NETWORK_S) for gap in gaps) and max(run.hz for run in last) - min(run.hz for run in last) <= SAME_TONE_HZ


def _within(value: float, limits: tuple[float, float]) -> bool:
    return limits[0] <= value <= limits[1]
