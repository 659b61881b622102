"""The waveform of a recording: made at its first look, kept, and gone with it. Memory holds a few seconds of sound, whatever its length."""

from __future__ import annotations

from typing import Any, BinaryIO

import numpy as np
import soundfile

from campaigns.models import Recording, Waveform
from campaigns.recordings import opened
from campaigns.review.peaks import peaks, piece_samples

BLOCK_SAMPLES = 1 << 18  # 16 s at 16 kHz


class Unreadable(Exception):
    """The file holds no sound that can be read."""


def waveform_of(recording: Recording) -> Waveform:
    """Raises FileNotFoundError, Unreadable, and SealingProblem with what to do. Two who look first at once get the same."""
    kept = Waveform.objects.filter(recording=recording).first()
    if kept is not None:
        return kept
    with opened(recording) as (sound, _size_bytes):
        piece_ms, channels = _measured(sound, recording.duration_ms / 1000)
    made, _is_new = Waveform.objects.get_or_create(recording=recording, defaults={"piece_ms": piece_ms, "channels": channels})
    return made


def _measured(sound: BinaryIO, duration_s: float) -> tuple[float, list[list[int]]]:
    try:
        with soundfile.SoundFile(sound) as file:
            piece = piece_samples(duration_s, file.samplerate)
            found = [peaks(block, piece) for block in _blocks(file, max(1, BLOCK_SAMPLES // piece) * piece)]
            n_channels, rate_hz = file.channels, file.samplerate
    except soundfile.LibsndfileError as problem:
        raise Unreadable from problem
    together = np.concatenate(found) if found else np.zeros((0, n_channels), dtype=np.uint8)
    return 1000 * piece / rate_hz, [together[:, channel].tolist() for channel in range(n_channels)]


def _blocks(file: Any, n_samples: int) -> Any:
    while len(block := file.read(n_samples, dtype="int16", always_2d=True)):
        yield block
