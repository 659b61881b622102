"""How a call's audio is cut into binary messages, and how our own voice comes back on a mixed line. Pure: randomness is handed in."""

from __future__ import annotations

from random import Random

import numpy as np

from bridge.events import RATE_HZ, Samples
from bridge.telephony.simulator.sound import silence, through_mu_law, to_int16

_MOST_HELD = 5  # frames merged into one message after jitter


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
    """Our own voice as a mixed line returns it: later, through mu-law, at another gain."""

    def __init__(self, *, delay_ms: int, gain: float) -> None:
        self._gain = gain
        self._late = silence(delay_ms * RATE_HZ // 1000)

    def push(self, pcm: Samples) -> Samples:
        """The same number of samples, from the past."""
        whole = np.concatenate((self._late, pcm))
        now, self._late = whole[: pcm.size], whole[pcm.size :]
        return through_mu_law(to_int16(now.astype(np.float64) * self._gain))
