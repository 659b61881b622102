"""PCM arithmetic of the simulated telephone network. Pure: randomness is handed in.

All arrays are int16, shape (n,), mono, 16000 Hz unless the name says otherwise.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bridge.events import RATE_HZ, Samples

_MU = 255.0
_FULL_SCALE = 32768.0
SILENT_DBFS = -120.0


def silence(n: int) -> Samples:
    return np.zeros(n, dtype=np.int16)


def level_dbfs(pcm: Samples) -> float:
    """RMS level; -120 for digital silence and for nothing at all."""
    if not pcm.size:
        return SILENT_DBFS
    rms = float(np.sqrt(np.mean(np.square(pcm.astype(np.float64)))))
    return max(SILENT_DBFS, 20.0 * float(np.log10(max(rms, 1e-9) / _FULL_SCALE)))


def tone(frequency_hz: float, n: int, *, dbfs: float, from_sample: int = 0) -> Samples:
    """A sine of that RMS level; `from_sample` keeps the phase over several pieces."""
    amplitude = _FULL_SCALE * 10 ** (dbfs / 20.0) * np.sqrt(2.0)
    at = np.arange(from_sample, from_sample + n)
    return to_int16(amplitude * np.sin(2 * np.pi * frequency_hz * at / RATE_HZ))


def noise(n: int, *, dbfs: float, seed: int) -> Samples:
    return to_int16(np.random.default_rng(seed).normal(0.0, _FULL_SCALE * 10 ** (dbfs / 20.0), n))


def mix(*voices: Samples) -> Samples:
    """The sum of arrays of equal length, clipped."""
    return to_int16(np.sum([voice.astype(np.int32) for voice in voices], axis=0))


def to_int16(values: NDArray[np.floating] | NDArray[np.integer]) -> Samples:
    clipped: Samples = np.clip(np.rint(values), -32768, 32767).astype(np.int16)
    return clipped


def through_mu_law(pcm: Samples) -> Samples:
    """Companded to 8 bits and back (ITU-T G.711, continuous form)."""
    x = pcm.astype(np.float64) / _FULL_SCALE
    companded = np.sign(x) * np.log1p(_MU * np.abs(x)) / np.log1p(_MU)
    coarse = np.rint(companded * 127.0) / 127.0
    return to_int16(np.sign(coarse) * np.expm1(np.abs(coarse) * np.log1p(_MU)) / _MU * _FULL_SCALE)


def narrowband(pcm: Samples) -> Samples:
    """What a telephone leaves of a whole utterance: 300–3400 Hz, 8-bit mu-law; same length. Not for streaming."""
    if not pcm.size:
        return pcm
    spectrum = np.fft.rfft(pcm.astype(np.float64))
    frequency_hz = np.fft.rfftfreq(pcm.size, 1.0 / RATE_HZ)
    spectrum[(frequency_hz < 300.0) | (frequency_hz > 3400.0)] = 0.0
    return through_mu_law(to_int16(np.fft.irfft(spectrum, pcm.size)))


def to_rate(pcm: Samples, rate_hz: int) -> Samples:
    """16000 Hz → `rate_hz` (8000 or 16000), pairs averaged."""
    if rate_hz == RATE_HZ:
        return pcm
    return to_int16(pcm[: pcm.size // 2 * 2].reshape(-1, 2).mean(axis=1))


def from_rate(pcm: Samples, rate_hz: int) -> Samples:
    """`rate_hz` (8000 or 16000) → 16000 Hz, each sample doubled."""
    return pcm if rate_hz == RATE_HZ else np.repeat(pcm, 2)


def interleave(left: Samples, right: Samples) -> Samples:
    return np.column_stack((left, right)).reshape(-1)
