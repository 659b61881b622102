"""Where a new line of ours lies: at the delay of the one before, or some frames off, for the platform's player has begun anew.

Pure. A few tenths of a second of the line decide; until then nobody listens.
"""

from __future__ import annotations

import numpy as np

from bridge.echo.delay import delay_near
from bridge.echo.fit import fit
from bridge.echo.learning import Path, looked_at
from bridge.echo.path import PRE_TAPS
from bridge.echo.timeline import OwnVoice, Signal, Timeline, power
from bridge.events import RATE_HZ

CHECKED = RATE_HZ * 160 // 1000

_CLEAN = 0.1  # what may be left of the line, as a share, for the place to be right beyond doubt
_NEAR = 12  # samples around the delay that was found


def placed(path: Path, heard: Timeline, own: OwnVoice, end: int) -> Path | None:
    """The path with the delay that holds for the last `CHECKED` samples; None while that is in doubt."""
    line = heard.read(end - CHECKED, end)
    if _is_clean(path, line, own, end):
        return path
    look = looked_at(heard, own, end)
    found = delay_near(path.delay + PRE_TAPS, *look) if look is not None else None
    if found is None:
        return None
    moved = _refined(path, found, line, own, end)
    is_right = fit(line, moved.estimate(own, end - CHECKED, end)).is_right
    return moved if is_right else None


def _is_clean(path: Path, line: Signal, own: OwnVoice, end: int) -> bool:
    return power(line - path.estimate(own, end - CHECKED, end)) < _CLEAN * power(line)


def _refined(path: Path, found: int, line: Signal, own: OwnVoice, end: int) -> Path:
    """With the delay near the one that was found at which the estimate agrees best."""
    first = found - PRE_TAPS - _NEAR
    wide = Path(first, path.taps).estimate(own, end - CHECKED - 2 * _NEAR, end)
    agreement = np.correlate(wide, line, "valid")[::-1]  # [k]: with the estimate k samples later
    return Path(first + int(np.argmax(agreement)), path.taps)
