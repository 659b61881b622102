"""One loudness for everything that is rendered or recorded before a call. Pure; int16, shape (n,)."""

from __future__ import annotations

import numpy as np

from bridge.events import Samples

SPEECH_DBFS, PEAK = -20.0, 29_000


def levelled(speech: Samples) -> Samples:
    """At -20 dBFS, or as near as its peaks allow. Digital silence stays as it is."""
    wide = speech.astype(np.float64)
    if not np.any(wide):
        return speech
    gain = 32768 * 10 ** (SPEECH_DBFS / 20) / np.sqrt(np.mean(wide**2))
    gain = min(gain, PEAK / np.abs(wide).max())
    loud: Samples = np.rint(wide * gain).astype(np.int16)
    return loud
