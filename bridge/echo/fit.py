"""Does our estimate of our own voice really lie in what we hear, or is what is left after it our own voice?

Pure. What the callee adds knows nothing of our voice: however loud they talk, the estimate is found in the line at its own level
(gain 1), and what is left is not made of our voice. An estimate in a wrong place is found at another gain, or not at all; one that
has drifted, or has the wrong level, leaves our own voice, a few samples off.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np

from bridge.echo.timeline import Signal, power
from bridge.events import RATE_HZ

_INDEPENDENT_HZ = 1500.0  # so many independent values a second has speech, once its low notes are held down
_TOLERANCE = 0.25
_MOST_TOLERANCE = 0.6  # an estimate in a wrong place is found at gains around 0, by the voice's pitch up to 0.4
_TOO_WEAK = 0.01  # of what is heard: then nothing can be said
_MOST_OURS = 0.35  # of what is left, by chance a tenth
_LAGS = (-6, -2, -1, 0, 1, 2, 6)  # samples: a drift, or the wrong tone, is a sum of our voice at these
_EDGE = max(_LAGS)


@dataclass(frozen=True, slots=True)
class Fit:
    gain: float  # at which the estimate is found; 1 where it is right
    spread: float  # standard deviation of that by chance
    share_of_ours: float  # of what is left, that is made of our own voice
    is_telling: bool  # the estimate is loud enough to say anything

    @property
    def is_right(self) -> bool:
        return self.is_telling and self._holds()

    @property
    def is_wrong(self) -> bool:
        return self.is_telling and not self._holds()

    def _holds(self) -> bool:
        is_in_place = abs(self.gain - 1.0) <= min(_MOST_TOLERANCE, _TOLERANCE + 2.0 * self.spread)
        return is_in_place and self.share_of_ours <= _MOST_OURS


def fit(heard: Signal, own: Signal) -> Fit:
    """Both shape (n,): what came in, and what of it we take for our own voice."""
    heard, own = np.diff(heard), np.diff(own)  # holds down the low notes, which are alike in all voices
    of_heard, of_own = power(heard), power(own)
    if of_own <= _TOO_WEAK * of_heard or of_own <= 0.0:
        return Fit(0.0, 1.0, 0.0, is_telling=False)
    rest = heard - own
    gain = float(np.dot(heard, own)) / own.size / of_own
    spread = sqrt(power(rest) / of_own / (heard.size * _INDEPENDENT_HZ / RATE_HZ))
    return Fit(gain, spread, _share_of_ours(rest, own), is_telling=True)


def _share_of_ours(rest: Signal, own: Signal) -> float:
    """How much of the power of `rest` a sum of `own` at a few lags explains, 0..1."""
    n = own.size - 2 * _EDGE
    middle = rest[_EDGE : _EDGE + n].astype(np.float64)
    shifted = np.stack([own[_EDGE - lag : _EDGE - lag + n] for lag in _LAGS]).astype(np.float64)
    alike = shifted @ shifted.T
    alike[np.diag_indices(len(_LAGS))] += 1e-6 * float(np.trace(alike))
    common = shifted @ middle
    of_rest = float(np.dot(middle, middle))
    return float(common @ np.linalg.solve(alike, common)) / of_rest if of_rest > 0.0 else 0.0
