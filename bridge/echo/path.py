"""What the line does to our own voice: a short filter, by weighted least squares, that forgets.

Pure. Each block weighs as the inverse of what it leaves unexplained, so a block in which the callee talks counts a thousandth of
one in which they are silent: the estimate stands still while they talk, without a switch that could be wrong.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bridge.echo.timeline import Signal

TAPS = 96  # 6 ms: what band filters of a telephone line smear
PRE_TAPS = 32  # of these before the delay that was found: a filter without phase error rings to both sides
LEARN_SAMPLES = 960  # one block: 60 ms

_FORGET = 0.9  # per block
_RIDGE = 1e-5  # of the mean power: bands in which we never speak stay at no gain
_LEAST_POWER = 1.0  # of what is left unexplained: nothing can be known better than to the last bit

_ROW, _COLUMN = np.indices((TAPS, TAPS))
_FIRST, _LAG = np.minimum(_ROW, _COLUMN), np.abs(_ROW - _COLUMN)


class PathLearner:
    def __init__(self) -> None:
        self.n_blocks = 0
        self._diagonals: NDArray[np.float64] = np.zeros((TAPS, TAPS))  # [i, l]: correlation of tap i with tap i + l
        self._cross: NDArray[np.float64] = np.zeros(TAPS)

    def add(self, own: Signal, heard: Signal, unexplained: float) -> None:
        """`heard`: shape (n,); `own`: shape (TAPS - 1 + n,), the past first; `unexplained`: mean square of what was left of it."""
        weight = 1.0 / (unexplained + _LEAST_POWER)
        x, y = own.astype(np.float64), heard.astype(np.float64)
        self._diagonals *= _FORGET
        self._diagonals += weight * _correlations(x, y.size)
        self._cross *= _FORGET
        self._cross += weight * np.correlate(x, y, "valid")[::-1]
        self.n_blocks += 1

    def solve(self) -> Signal:
        """The filter, shape (TAPS,), the newest sample's tap first."""
        matrix = self._diagonals[_FIRST, _LAG]
        matrix[np.diag_indices(TAPS)] += _RIDGE * float(np.mean(np.diag(matrix))) + 1e-12
        taps: Signal = np.linalg.solve(matrix, self._cross).astype(np.float32)
        return taps


def _correlations(x: NDArray[np.float64], n: int) -> NDArray[np.float64]:
    """Of all pairs of taps over n samples, by diagonals: one step down a diagonal drops the newest sample and takes one older."""
    newest_first = x[::-1]
    recent, old = _slid(newest_first[:TAPS]), _slid(newest_first[n:])
    steps = old * old[:, :1] - recent * recent[:, :1]
    diagonals = np.empty((TAPS, TAPS))
    diagonals[0] = np.correlate(x, x[TAPS - 1 :], "valid")[::-1]
    np.cumsum(steps[:-1], axis=0, out=diagonals[1:])
    diagonals[1:] += diagonals[0]
    return diagonals


def _slid(edge: NDArray[np.float64]) -> NDArray[np.float64]:
    """[i, l]: the edge's sample i + l; beyond its end, where no pair of taps lies, nothing."""
    padded = np.zeros(2 * TAPS)
    padded[: edge.size] = edge
    slid: NDArray[np.float64] = np.lib.stride_tricks.sliding_window_view(padded, TAPS)[:TAPS]
    return slid


def filtered(own: Signal, taps: Signal) -> Signal:
    """Shape (n,) from shape (TAPS - 1 + n,)."""
    out: Signal = np.convolve(own, taps, "valid")
    return out
