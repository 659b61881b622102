"""One utterance of the callee, as the ear cuts it: its audio, its times, and what was open when it began.

Pure.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from bridge.audio import FULL_SCALE, silence
from bridge.events import FRAME_MS, FRAME_SAMPLES, RATE_HZ, Expectation, Samples
from bridge.voice.ear import ONSET_FRAMES, QUIETEST_DBFS

TAIL_S = 0.2  # of the pause is kept: a word's end is quieter than its level tells

_LOUD_MEAN_SQUARE = FULL_SCALE**2 * 10 ** (QUIETEST_DBFS / 10)


@dataclass(slots=True)
class Utterance:
    """Times are seconds of audio heard."""

    started_s: float
    expectation: Expectation
    pieces: list[Samples] = field(default_factory=list)
    ended_s: float = 0.0

    def pcm(self) -> Samples:
        """With the pre-roll, without most of the pause that ended it: 16000 Hz."""
        if not self.pieces:
            return silence(0)
        began_s = self.started_s + ONSET_FRAMES * FRAME_MS / 1000 - self.pieces[0].size / RATE_HZ
        return np.concatenate(self.pieces)[: max(0, round((self.ended_s + TAIL_S - began_s) * RATE_HZ))]

    def voiced_s(self) -> float:
        """How long it is loud enough for speech, pauses left out."""
        pcm = self.pcm()
        frames = pcm[: pcm.size - pcm.size % FRAME_SAMPLES].reshape(-1, FRAME_SAMPLES).astype(np.float32)
        n_loud = int(np.count_nonzero(np.mean(frames**2, axis=1) >= _LOUD_MEAN_SQUARE))
        return min(n_loud * FRAME_MS / 1000, self.ended_s - self.started_s)
