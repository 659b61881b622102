"""How late our own voice comes back: the lag at which what we sent and what we hear agree, whatever the line did to the tone.

Pure. The cross-correlation is whitened (PHAT) within the telephone band, so that a voice's pitch does not offer a second peak a
period away, and summed over several looks, so that a callee who talks meanwhile fades.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bridge.echo.timeline import Signal
from bridge.events import RATE_HZ

LEAST_DELAY = -RATE_HZ * 15 // 100  # the ledger may be that late, or the first frame that we heard
MOST_DELAY = RATE_HZ * 65 // 100
LOOK = 3584  # samples of the line per look: 224 ms

_SIZE = 8192  # of the transform, at half the rate; a larger one falls out of the fast cache
_LOW_BIN, _HIGH_BIN = 200 * _SIZE * 2 // RATE_HZ, 3400 * _SIZE * 2 // RATE_HZ
_FORGET = 0.8  # per look
_PROMINENCE = 12.0  # of the peak above all lags' RMS: a wrong lag reaches 8 in the first words, the right one 15 soon after
_LEAST_PROMINENCE = 7.0  # among a few lags, where somebody may talk meanwhile
_FADE = 128
_FADE_IN = np.square(np.sin(np.linspace(0.0, np.pi / 2, _FADE))).astype(np.float32)
_WIDTH = 12  # lags to both sides that belong to the peak
_MOST_OF_OTHERS = 0.75
NEAR_DELAY = RATE_HZ * 120 // 1000


class DelaySearch:
    """Looks add up until one lag stands out."""

    def __init__(self) -> None:
        self._agreement: NDArray[np.float32] = np.zeros((MOST_DELAY - LEAST_DELAY) // 2, np.float32)

    def look(self, heard: Signal, own: Signal) -> int | None:
        """The delay in samples (to the nearest two); None while no lag stands out.

        `heard`: shape (LOOK,), from place p on. `own`: from p - MOST_DELAY on, shape (LOOK + MOST_DELAY - LEAST_DELAY,).
        """
        self._agreement = self._agreement * _FORGET + _agreement(heard, own)
        best = int(np.argmax(self._agreement))
        return MOST_DELAY - 2 * best if _stands_out(self._agreement, best, _PROMINENCE) else None


def delay_near(delay: int, heard: Signal, own: Signal) -> int | None:
    """The delay within `NEAR_DELAY` of one that held before, from one look (see `DelaySearch.look`); None when no lag stands out."""
    agreement = _agreement(heard, own)
    first = max(0, (MOST_DELAY - delay - NEAR_DELAY) // 2)
    best = first + int(np.argmax(agreement[first : first + NEAR_DELAY]))
    return MOST_DELAY - 2 * best if _stands_out(agreement, best, _LEAST_PROMINENCE) else None


def _stands_out(agreement: NDArray[np.float32], best: int, prominence: float) -> bool:
    """Above the noise, and above every other lag: a tone agrees with itself at each of its periods."""
    peak = float(agreement[best])
    others = max(float(np.max(side, initial=0.0)) for side in (agreement[: max(0, best - _WIDTH)], agreement[best + _WIDTH :]))
    return peak > prominence * float(np.sqrt(np.mean(np.square(agreement)))) > 0.0 and others < _MOST_OF_OTHERS * peak


def _agreement(heard: Signal, own: Signal) -> NDArray[np.float32]:
    spectrum = np.conj(np.fft.rfft(_faded(_halved(heard)), _SIZE)) * np.fft.rfft(_faded(_halved(own)), _SIZE)
    spectrum[:_LOW_BIN] = 0.0
    spectrum[_HIGH_BIN:] = 0.0
    magnitude = np.abs(spectrum)
    spectrum /= magnitude + 1e-6 * (float(magnitude.max()) + 1.0)
    return np.fft.irfft(spectrum, _SIZE)[: (MOST_DELAY - LEAST_DELAY) // 2].astype(np.float32)


def _faded(signal: Signal) -> Signal:
    """In and out: a cut is a click, and two clicks agree wherever they are."""
    faded = signal.copy()
    faded[:_FADE] *= _FADE_IN
    faded[-_FADE:] *= _FADE_IN[::-1]
    return faded


def _halved(signal: Signal) -> Signal:
    return signal[::2] + signal[1::2]
