"""How a call's audio is cut into binary messages, and how our own voice comes back on a mixed line. Pure: randomness is handed in."""

from __future__ import annotations

from random import Random

import numpy as np
from numpy.typing import NDArray

from bridge.audio import Resampler
from bridge.events import RATE_HZ, Samples
from bridge.telephony.simulator.settings import EchoCodec
from bridge.telephony.simulator.sound import silence, through_mu_law, to_int16

_MOST_HELD = 5  # frames merged into one message after jitter
_PAST = RATE_HZ  # our own voice comes back within a second
_JUMP = RATE_HZ // 50  # a jitter buffer takes in or lets out one frame
_LEG_HZ = 8000


class Packets:
    """Every byte once and in order, in messages of 20 ms; with jitter some are merged, with odd sizes they are cut anywhere."""

    def __init__(self, random: Random, *, jitter: float, has_odd_sizes: bool) -> None:
        self._random = random
        self._jitter = jitter
        self._has_odd_sizes = has_odd_sizes
        self._held = b""
        self._n_to_hold = 0

    def push(self, frame: bytes) -> bytes:
        """The message to send now; empty while frames are held back."""
        self._held += frame
        if not self._n_to_hold and self._random.random() < self._jitter:
            self._n_to_hold = self._random.randint(1, _MOST_HELD)
        if self._n_to_hold:
            self._n_to_hold -= 1
            if self._n_to_hold:
                return b""
        cut = self._random.randint(1, len(self._held)) if self._has_odd_sizes else len(self._held)
        message, self._held = self._held[:cut], self._held[cut:]
        return message


class Echo:
    """Our own voice as a mixed line returns it: later, through a codec, at another gain; the delay may drift and jump."""

    def __init__(
        self, *, delay_ms: int, gain: float, codec: EchoCodec = EchoCodec.MU_LAW, drift_ms_per_min: float = 0.0, jump_every_s: float = 0.0
    ) -> None:
        self._delay = delay_ms * RATE_HZ / 1000
        self._gain = gain
        self._codec = codec
        self._drift = drift_ms_per_min / 60_000  # samples per sample
        self._jump_every = round(jump_every_s * RATE_HZ)
        self._n_pushed = 0
        self._past = silence(_PAST)
        self._down, self._up = Resampler(RATE_HZ, _LEG_HZ), Resampler(_LEG_HZ, RATE_HZ)

    def push(self, pcm: Samples) -> Samples:
        """The same number of samples, from the past."""
        self._past = np.concatenate((self._past[-_PAST:], pcm))
        late = self._gain * self._read_late(self._past.size - pcm.size + np.arange(pcm.size), pcm.size)
        self._n_pushed += pcm.size
        return self._through_codec(to_int16(late))

    def _read_late(self, places: NDArray[np.int64], n: int) -> NDArray[np.float64]:
        has_jumped = bool(self._jump_every) and self._n_pushed // self._jump_every % 2 == 1
        delay = self._delay + self._drift * (self._n_pushed + np.arange(n)) + (_JUMP if has_jumped else 0)
        late: NDArray[np.float64] = np.interp(places - np.maximum(delay, 0.0), np.arange(self._past.size), self._past)
        return late

    def _through_codec(self, pcm: Samples) -> Samples:
        match self._codec:
            case EchoCodec.LINEAR16:
                return pcm
            case EchoCodec.MU_LAW:
                return through_mu_law(pcm)
            case EchoCodec.PHONE:  # 2.9 ms more, which the two filters take
                return self._up.resample(through_mu_law(self._down.resample(pcm)))
