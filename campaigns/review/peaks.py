"""How loud a recording is, piece by piece, for drawing. Pure; int16, shape (n, channels)."""

from __future__ import annotations

from math import ceil

import numpy as np
import numpy.typing as npt

MOST_PIECES = 2000  # more than any screen shows
SHORTEST_PIECE_S = 0.02
LOUDEST = 255


def piece_samples(duration_s: float, rate_hz: int) -> int:
    """How many samples become one figure: 20 ms of them, more in a recording of more than 40 s. At least 1."""
    return max(1, round(rate_hz * SHORTEST_PIECE_S), ceil(duration_s * rate_hz / MOST_PIECES))


def peaks(block: npt.NDArray[np.int16], piece: int) -> npt.NDArray[np.uint8]:
    """The loudest sample of each piece, 0 … 255, shape (pieces, channels); the last piece may be shorter."""
    whole = np.pad(block, ((0, -len(block) % piece), (0, 0))).reshape(-1, piece, block.shape[1])
    # Not np.abs of int16: its lowest value has no positive one.
    loudest = np.maximum(whole.max(axis=1, initial=0).astype(np.int32), -whole.min(axis=1, initial=0).astype(np.int32))
    found: npt.NDArray[np.uint8] = np.minimum(loudest >> 7, LOUDEST).astype(np.uint8)
    return found
