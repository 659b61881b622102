"""What is listened to of the line while our own voice is in it: nothing but what cannot be the remains of our voice.

Pure. What remains must be louder than the remains can be, for a moment, and our estimate must be found in the line where it should
be: then somebody else is talking, and what remains is passed on.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bridge.audio import silence
from bridge.echo.fit import fit
from bridge.echo.timeline import Signal, Timeline, power
from bridge.events import RATE_HZ, Samples

_MOST_TRUSTED_DB = 30.0
_MARGIN = 8.0  # 9 dB: the remains are no steady share of the voice
_NOISE_MARGIN = 6.0
_LEAST = 100.0  # -70 dBFS: nobody talks that softly
_HALVING = RATE_HZ * 20 // 1000  # a loud moment of our voice is remembered for some of these
_EVIDENCE = RATE_HZ * 60 // 1000  # of something louder than the remains, before it is listened to
_SOON = RATE_HZ * 40 // 1000  # of something much louder: the less of a first word is lost, the sooner it is found
_MUCH = 0.1  # of our own voice
_WINDOW = RATE_HZ * 80 // 1000
_HOLD = RATE_HZ * 160 // 1000  # between two syllables
_MISFIT = RATE_HZ * 200 // 1000


@dataclass(frozen=True, slots=True)
class Piece:
    """Some audio of the line, and what of it we take for our own voice; float32, of one length."""

    end: int  # its place
    heard: Signal
    own: Signal
    is_ghost: bool  # our voice may have been dropped by the platform here


class Residue:
    def __init__(self, heard: Timeline, estimate: Timeline) -> None:
        self._heard = heard
        self._estimate = estimate
        self._loudest = 0.0  # mean square of our voice, falling slowly
        self._n_loud = 0
        self._n_misfit = 0
        self._passes_until = 0

    def is_misplaced(self) -> bool:
        """Our estimate has not been where it should be for a while."""
        return self._n_misfit >= _MISFIT

    def passes(self, end: int) -> bool:
        """Somebody else is talking."""
        return end <= self._passes_until

    def is_quiet(self, end: int) -> bool:
        """Nothing remains but what our own voice may leave; what else it may be is not open either."""
        return self._n_loud == 0 and not self.passes(end)

    def reset(self) -> None:
        self._n_loud, self._n_misfit, self._passes_until = 0, 0, 0

    def of(self, piece: Piece, *, erle_db: float, noise: float) -> Samples:
        """Of the same length: what is passed on, or silence. `noise`: mean square."""
        rest = piece.heard - piece.own
        if piece.is_ghost and power(rest) > power(piece.heard):
            rest = piece.heard
        self._weigh(piece, power(rest), self._bound(piece, erle_db, noise))
        if not self.passes(piece.end):
            return silence(rest.size)
        remains: Samples = np.clip(np.rint(rest), -32768, 32767).astype(np.int16)
        return remains

    def _bound(self, piece: Piece, erle_db: float, noise: float) -> float:
        """The mean square that the remains of our own voice, with the noise, do not exceed."""
        faded: float = self._loudest * 0.5 ** (piece.own.size / _HALVING)
        self._loudest = max(power(piece.own), faded)
        share: float = 10.0 ** (-min(_MOST_TRUSTED_DB, erle_db) / 10.0)
        return _MARGIN * share * self._loudest + _NOISE_MARGIN * noise + _LEAST

    def _weigh(self, piece: Piece, rest: float, bound: float) -> None:
        n = piece.own.size
        if rest <= bound:
            self._n_loud = max(0, self._n_loud - n)
            self._n_misfit = max(0, self._n_misfit - n)
            return
        worth = n * _EVIDENCE // _SOON if rest > _MUCH * self._loudest else n
        self._n_loud = min(_EVIDENCE, self._n_loud + worth)
        if self._n_loud < _EVIDENCE:
            return
        if not piece.is_ghost and self._is_misfit(piece.end):
            self._n_misfit += n
            self._passes_until = 0
            return
        self._n_misfit = 0
        self._passes_until = piece.end + _HOLD

    def _is_misfit(self, end: int) -> bool:
        return fit(self._heard.read(end - _WINDOW, end), self._estimate.read(end - _WINDOW, end)).is_wrong
