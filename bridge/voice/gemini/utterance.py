"""The audio of one line as it comes from the model: 24 kHz in, 16 kHz out, without the silence before its first word.

Pure. A model that is connected and silent sends zeros: that is found out here, before anybody waits for it.
"""

from __future__ import annotations

from bridge.audio import Resampler, level_dbfs, to_samples
from bridge.events import RATE_HZ, Samples

MODEL_RATE_HZ = 24_000
SILENT_DBFS = -60.0
SILENT_LIMIT_S = 3.0


class LineSound:
    def __init__(self) -> None:
        self._resampler = Resampler(MODEL_RATE_HZ, RATE_HZ)
        self._n_silent = 0
        self._n_told = 0
        self.has_begun = False

    def take(self, pcm: bytes) -> Samples | None:
        """What is to be played of it; None for nothing (yet)."""
        samples = self._resampler.resample(to_samples(pcm))
        if not self.has_begun and level_dbfs(samples) < SILENT_DBFS:
            self._n_silent += samples.size
            return None
        self.has_begun = True
        self._n_told += samples.size
        return samples if samples.size else None

    @property
    def told_ms(self) -> int:
        """How much of it there was so far."""
        return self._n_told * 1000 // RATE_HZ

    @property
    def is_silent(self) -> bool:
        """So long without a sound that none will come."""
        return not self.has_begun and self._n_silent >= SILENT_LIMIT_S * RATE_HZ
