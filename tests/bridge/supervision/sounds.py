"""Sounds of a telephone line for these tests: int16, mono, 16000 Hz."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile

from bridge.events import FRAME_SAMPLES, RATE_HZ, Samples
from bridge.supervision import OpeningEar
from bridge.telephony.simulator import sound
from bridge.telephony.simulator.utterances import rendering


def tone(hz: float, seconds: float, *, dbfs: float = -18.0) -> Samples:
    return sound.tone(hz, int(seconds * RATE_HZ), dbfs=dbfs)


def keys(low_hz: float, high_hz: float, seconds: float) -> Samples:
    return sound.mix(tone(low_hz, seconds), tone(high_hz, seconds))


def quiet(seconds: float) -> Samples:
    return sound.silence(int(seconds * RATE_HZ))


def noise(seconds: float, dbfs: float = -60.0) -> Samples:
    return sound.noise(int(seconds * RATE_HZ), dbfs=dbfs, seed=7)


def spoken(utterance_id: str) -> Samples:
    """A recorded utterance of the simulator's people."""
    pcm, _ = soundfile.read(Path(rendering.FOLDER) / f"{utterance_id}.flac", dtype="int16")
    return np.asarray(pcm, dtype=np.int16)


def on_the_line(*pieces: Samples, noise_dbfs: float = -60.0) -> Samples:
    """One after another, through a phone line with its noise."""
    joined = np.concatenate(pieces)
    return sound.narrowband(sound.mix(joined, sound.noise(joined.size, dbfs=noise_dbfs, seed=11)))


def sounds_in(pcm: Samples, *, step: int = FRAME_SAMPLES) -> list[str]:
    ear = OpeningEar()
    return [heard.sound.value for at in range(0, pcm.size, step) for heard in ear.hear(pcm[at : at + step])]
