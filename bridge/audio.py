"""PCM arithmetic: samples and bytes, levels, framing, channels, mu-law, streaming resampling, the half-duplex gate.

Pure. Samples are int16, shape (n,), mono, unless a function says otherwise. Everything that has to remember something
between two pieces of audio is a class, and its result never depends on where the pieces were cut.
"""

from __future__ import annotations

from functools import cache
from math import gcd
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from bridge.events import FRAME_SAMPLES, RATE_HZ, Samples

MuLaw: TypeAlias = NDArray[np.uint8]

SILENCE_DBFS = -100.0  # the quietest level there is here: below the last bit of 16 (-90.3 dBFS)
FULL_SCALE = 32768.0
TAPS_PER_PHASE = 32  # 76 dB and more up to 7 kHz for 1.6 ms of delay; soxr would hold back 20-76 ms
LARGEST_RATIO = 640  # 11.025 kHz to 16 kHz is 441 to 640; its weights take 1.2 MB, once a process
ECHO_TAIL_S = 0.4  # the longest echo of our own voice that a mixed line was told to return

_KAISER_BETA = 8.0
_PASSBAND = 0.92  # of the lower Nyquist frequency: where the filter's slope is centred
_MULAW_BIAS = 0x84  # G.711 table 2a
_MULAW_CLIP = 32635


def to_samples(pcm: bytes) -> Samples:
    """Little-endian bytes, an even number of them, as samples."""
    return np.frombuffer(pcm, dtype="<i2").astype(np.int16, copy=False)


def to_bytes(samples: Samples) -> bytes:
    """Samples as little-endian bytes, whatever the byte order of this machine."""
    return samples.astype("<i2", copy=False).tobytes()


def silence(n_samples: int) -> Samples:
    return np.zeros(n_samples, dtype=np.int16)


def level_dbfs(samples: Samples) -> float:
    """RMS level against full scale; `SILENCE_DBFS` for digital silence and for nothing at all."""
    if not samples.size:
        return SILENCE_DBFS
    wide = samples.astype(np.float32)
    mean_square = float(np.dot(wide, wide)) / samples.size
    if mean_square <= 0.0:
        return SILENCE_DBFS
    return float(10.0 * np.log10(mean_square / FULL_SCALE**2))


class SampleReader:
    """Bytes of any length, even odd, into the samples of the first channel; what is cut off waits for the next piece."""

    def __init__(self, n_channels: int = 1) -> None:
        self._n_channels = n_channels
        self._rest = b""
        self.n_bytes = 2 * n_channels  # of one sample in all channels

    def read(self, pcm: bytes) -> Samples:
        joined = self._rest + pcm if self._rest else pcm
        n_whole = len(joined) - len(joined) % self.n_bytes
        self._rest = joined[n_whole:]
        interleaved = to_samples(joined[:n_whole])
        return interleaved if self._n_channels == 1 else interleaved[:: self._n_channels].copy()


class Framer:
    """Samples of any length into frames of one length."""

    def __init__(self, n_samples: int = FRAME_SAMPLES) -> None:
        self._n_samples = n_samples
        self._rest = silence(0)

    def frames(self, samples: Samples) -> list[Samples]:
        joined = np.concatenate((self._rest, samples)) if self._rest.size else samples
        n_whole = joined.size - joined.size % self._n_samples
        self._rest = joined[n_whole:]
        return [joined[start : start + self._n_samples] for start in range(0, n_whole, self._n_samples)]

    def flush(self) -> Samples | None:
        """The last frame filled up with silence; None when nothing is left."""
        if not self._rest.size:
            return None
        last = np.concatenate((self._rest, silence(self._n_samples - self._rest.size)))
        self._rest = silence(0)
        return last


def _mulaw_decode_table() -> Samples:
    code = ~np.arange(256, dtype=np.uint8)
    exponent = ((code >> 4) & 0x07).astype(np.int32)
    mantissa = (code & 0x0F).astype(np.int32)
    magnitude = (((mantissa << 3) + _MULAW_BIAS) << exponent) - _MULAW_BIAS
    return np.where(code & 0x80, -magnitude, magnitude).astype(np.int16)


def _mulaw_encode_table() -> MuLaw:
    """Indexed by the sample's 16 bits read as an unsigned number."""
    sample = np.arange(65536, dtype=np.uint16).view(np.int16).astype(np.int32)
    magnitude = np.minimum(np.abs(sample), _MULAW_CLIP) + _MULAW_BIAS
    exponent = np.floor(np.log2(magnitude)).astype(np.int32) - 7
    mantissa = (magnitude >> (exponent + 3)) & 0x0F
    sign = np.where(sample < 0, 0x80, 0)
    codes: MuLaw = (~(sign | (exponent << 4) | mantissa) & 0xFF).astype(np.uint8)
    return codes


_DECODED = _mulaw_decode_table()
_ENCODED = _mulaw_encode_table()


def encode_mulaw(samples: Samples) -> MuLaw:
    """G.711 mu-law, one byte a sample."""
    codes: MuLaw = _ENCODED[samples.view(np.uint16)]
    return codes


def decode_mulaw(codes: MuLaw) -> Samples:
    return _DECODED[codes]


class Resampler:
    """Streaming polyphase FIR between two rates in a small ratio (16 and 24 kHz, 8 and 16 kHz, …).

    It delays by 16 samples of the input rate (1 ms at 16 kHz, 2 ms at 8 kHz) and holds back less than one block of
    `from_hz / gcd` samples (20 ms at 22.05 kHz). Raises ValueError for a ratio that is not small.
    """

    def __init__(self, from_hz: int, to_hz: int) -> None:
        common = gcd(from_hz, to_hz)
        self._n_out, self._n_in = to_hz // common, from_hz // common
        if max(self._n_in, self._n_out) > LARGEST_RATIO:
            raise ValueError(f"no small ratio: {from_hz} to {to_hz} Hz")
        self._weights = _block_weights(self._n_in, self._n_out)
        self._past: NDArray[np.float32] = np.zeros(TAPS_PER_PHASE - 1, dtype=np.float32)

    def resample(self, samples: Samples) -> Samples:
        buffer = np.concatenate((self._past, samples.astype(np.float32)))
        n_blocks = (buffer.size - (TAPS_PER_PHASE - 1)) // self._n_in
        self._past = buffer[n_blocks * self._n_in :]
        if self._n_in == self._n_out:
            return samples
        if not n_blocks:
            return silence(0)
        width, step = self._weights.shape[0], buffer.strides[0]
        windows: NDArray[np.float32] = np.ndarray((n_blocks, width), np.float32, buffer, strides=(self._n_in * step, step))
        smooth = np.rint((windows @ self._weights).reshape(-1))
        resampled: Samples = np.clip(smooth, -FULL_SCALE, FULL_SCALE - 1).astype(np.int16)
        return resampled


@cache
def _block_weights(n_in: int, n_out: int) -> NDArray[np.float32]:
    """One block of `n_in` samples with its past, times this matrix, is a block of `n_out` samples."""
    phases = _phases(n_in, n_out)
    weights = np.zeros((TAPS_PER_PHASE - 1 + n_in, n_out), dtype=np.float32)
    for j in range(n_out):
        newest, phase = divmod(j * n_in, n_out)
        weights[newest : newest + TAPS_PER_PHASE, j] = phases[phase][::-1]
    return weights


def _phases(n_in: int, n_out: int) -> NDArray[np.float64]:
    """A Kaiser-windowed sinc cut into `n_out` phases, each of unit gain, so that a constant stays constant."""
    n_taps = TAPS_PER_PHASE * n_out
    cutoff = _PASSBAND / max(n_in, n_out)
    centred = np.arange(n_taps) - (n_taps - 1) / 2
    prototype = np.sinc(cutoff * centred) * np.kaiser(n_taps, _KAISER_BETA)
    phases = prototype.reshape(TAPS_PER_PHASE, n_out).T
    normalised: NDArray[np.float64] = phases / phases.sum(axis=1, keepdims=True)
    return normalised


class Gate:
    """Half-duplex: while our voice, or its echo, can come back on the line, the callee's audio is replaced by silence."""

    def __init__(self, tail_s: float = ECHO_TAIL_S) -> None:
        self._tail_s = tail_s
        self._opens_at_s = 0.0

    def close_until(self, voice_ends_s: float) -> None:
        """Our voice is heard until then; the tail comes on top. Never opens earlier than already asked for."""
        self._opens_at_s = max(self._opens_at_s, voice_ends_s + self._tail_s)

    def is_open(self, now_s: float) -> bool:
        return now_s >= self._opens_at_s

    def pass_on(self, samples: Samples, now_s: float) -> Samples:
        """What the voice may hear: the same length, so that its count of seconds stays right."""
        began_s = now_s - samples.size / RATE_HZ
        return samples if self.is_open(began_s) else silence(samples.size)
