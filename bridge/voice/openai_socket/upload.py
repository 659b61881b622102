"""The callee's audio on its way to the server: collected, resampled, and written as messages.

Pure. One message holds 60 ms, so that a server hears soon and a call costs little.
"""

from __future__ import annotations

import base64
from collections.abc import Callable

import numpy as np

from bridge.audio import Resampler, to_bytes
from bridge.events import RATE_HZ, Samples

PIECE_SAMPLES = RATE_HZ * 60 // 1000


class Upload:
    """`write` makes a message of base64."""

    def __init__(self, rate_hz: int, write: Callable[[str], str]) -> None:
        self._resampler = Resampler(RATE_HZ, rate_hz)
        self._write = write
        self._waiting: list[Samples] = []
        self._n_waiting = 0

    def add(self, pcm: Samples) -> str | None:
        """A message when enough has come together."""
        self._waiting.append(pcm)
        self._n_waiting += pcm.size
        return self.flush() if self._n_waiting >= PIECE_SAMPLES else None

    def flush(self) -> str | None:
        """A message with what is left; None when that is nothing."""
        if not self._n_waiting:
            return None
        resampled = self._resampler.resample(np.concatenate(self._waiting))
        self._waiting.clear()
        self._n_waiting = 0
        return self._write(base64.b64encode(to_bytes(resampled)).decode()) if resampled.size else None
