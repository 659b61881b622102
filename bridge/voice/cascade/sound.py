"""What a speech service sends → our samples, while it comes.

Pure. The first channel counts. Zeros before the first sound are left out: they would only make the callee wait.
"""

from __future__ import annotations

import numpy as np

from bridge.audio import Resampler, SampleReader, silence
from bridge.events import RATE_HZ, Samples
from bridge.voice.cascade.settings import CascadeSettings, SpeechFormat
from bridge.voice.cascade.wav import NoWav, WavReader

FLUSH_S = 0.03  # more than any resampler holds back


class SoundReader:
    """One sentence. Pieces may be cut anywhere, even within a sample."""

    def __init__(self, settings: CascadeSettings) -> None:
        self._wav = WavReader() if settings.speech_format is SpeechFormat.WAV else None
        self._reader = SampleReader()
        self._rate_hz = settings.pcm_rate_hz
        self._resampler = Resampler(self._rate_hz, RATE_HZ) if self._wav is None else None
        self.has_sound = False

    def read(self, piece: bytes) -> Samples:
        """int16, mono, 16000 Hz. Raises NoWav."""
        if self._wav is not None:
            piece = self._wav.read(piece)
        if self._resampler is None:
            if not piece:
                return silence(0)
            self._begin()
        assert self._resampler is not None, "made with the first sound"
        return self._after_zeros(self._resampler.resample(self._reader.read(piece)))

    def finish(self) -> Samples:
        """What was held back."""
        if self._resampler is None or self._rate_hz == RATE_HZ or not self.has_sound:
            return silence(0)
        return self._resampler.resample(silence(round(self._rate_hz * FLUSH_S)))

    def _begin(self) -> None:
        """The header has been read. A rate without a common measure with ours is none that a service uses."""
        assert self._wav is not None, "without a header the rate was known before"
        self._rate_hz = self._wav.rate_hz
        self._reader = SampleReader(self._wav.n_channels)
        try:
            self._resampler = Resampler(self._rate_hz, RATE_HZ)
        except ValueError as odd:
            raise NoWav from odd

    def _after_zeros(self, pcm: Samples) -> Samples:
        if self.has_sound:
            return pcm
        sounding = np.flatnonzero(pcm)
        if not sounding.size:
            return silence(0)
        self.has_sound = True
        return pcm[sounding[0] :]
