"""A whole recording from one rate to another, by a windowed sinc in polyphase form.

Pure. For rendered lines, which are there in full; live audio needs a filter with a memory.
"""

from __future__ import annotations

from math import gcd

import numpy as np
from numpy.typing import NDArray

from bridge.events import Samples

_HALF_WIDTH = 24  # zero crossings on each side of the kernel: stop band below -80 dB with this window
_KAISER_BETA = 9.0


def resample(pcm: Samples, from_hz: int, to_hz: int) -> Samples:
    """int16 → int16 of the same length in seconds; clipped, not wrapped."""
    if from_hz == to_hz or not len(pcm):
        return pcm
    step = gcd(from_hz, to_hz)
    up, down = to_hz // step, from_hz // step
    kernels = _kernels(up, down)
    taps = kernels.shape[1]
    positions = np.arange(len(pcm) * up // down) * down
    padded = np.concatenate((np.zeros(taps // 2), pcm.astype(np.float64), np.zeros(taps // 2 + 1)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, taps)
    filtered = np.empty(len(positions))
    for phase in range(up):  # outputs that share a phase share a kernel
        at = slice(phase * pow(down, -1, up) % up, None, up) if up > 1 else slice(None)
        filtered[at] = windows[positions[at] // up] @ kernels[phase]
    return np.clip(np.rint(filtered), -32768, 32767).astype(np.int16)


def _kernels(up: int, down: int) -> NDArray[np.float64]:
    """One row a phase: the sinc cut at the lower of the two Nyquist rates, sampled at that phase."""
    cutoff = min(1.0, up / down)
    half = int(np.ceil(_HALF_WIDTH / cutoff))
    offsets = np.arange(-half, half + 1)[None, :] - np.arange(up)[:, None] / up
    window = np.i0(_KAISER_BETA * np.sqrt(np.clip(1 - (offsets / (half + 1)) ** 2, 0, None))) / np.i0(_KAISER_BETA)
    kernels = cutoff * np.sinc(cutoff * offsets) * window
    return np.asarray(kernels / kernels.sum(axis=1, keepdims=True))
