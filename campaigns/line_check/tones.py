"""What a check plays on its two media streams, and when: tones that tell how the platform plays what we send.

Pure. Seconds since the socket opened; PCM is int16 mono at 16000 Hz.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from bridge.events import FRAME_MS, FRAME_SAMPLES, RATE_HZ, Samples

DRIP_HZ, LONG_HZ = 900.0, 500.0  # far enough apart for windows of 10 ms
TONE_DBFS = -16.0

LISTEN_S = 4.0  # the operator says hello, nothing is sent
# One frame at a time: a platform that holds back the first 160 ms is silent for seven of them and then plays eight in a row, so the
# length of the first burst is what it holds back, whatever the way there and back takes.
N_DRIPS, DRIP_EVERY_S = 26, 0.15
DRIP_WAIT_S = 1.2  # longer than our own voice takes to come back
LONG_S, KILL_AFTER_S, LONG_WAIT_S = 3.0, 1.0, 1.2
SHORT_S, SECOND_LISTEN_S = 0.6, 0.5


@dataclass(frozen=True, slots=True)
class Send:
    at_s: float
    pcm: Samples


@dataclass(frozen=True, slots=True)
class Kill:
    at_s: float


@dataclass(frozen=True, slots=True)
class Close:
    at_s: float


Act: TypeAlias = "Send | Kill | Close"


def programme(number: int) -> tuple[Act, ...]:
    """In order of time, a Close at the end. 1: the stream with both tracks, 2: the one with the callee's."""
    return _first() if number == 1 else _second()


def long_tone_at_s() -> float:
    return LISTEN_S + N_DRIPS * DRIP_EVERY_S + DRIP_WAIT_S


def _first() -> tuple[Act, ...]:
    drip = tone(DRIP_HZ, FRAME_SAMPLES * N_DRIPS)
    drips = [Send(LISTEN_S + n * DRIP_EVERY_S, drip[n * FRAME_SAMPLES : (n + 1) * FRAME_SAMPLES]) for n in range(N_DRIPS)]
    at_s = long_tone_at_s()
    kill = Kill(at_s + KILL_AFTER_S)
    return (*drips, *_at_once(at_s, LONG_S), kill, Close(at_s + LONG_S + LONG_WAIT_S))


def _second() -> tuple[Act, ...]:
    return (*_at_once(SECOND_LISTEN_S, SHORT_S), Close(SECOND_LISTEN_S + SHORT_S + LONG_WAIT_S))


def _at_once(at_s: float, seconds: float) -> tuple[Send, ...]:
    """As a call sends, in frames, but without waiting: how much is played is then for the platform to decide."""
    whole = tone(LONG_HZ, round(seconds * RATE_HZ))
    return tuple(Send(at_s, whole[at : at + FRAME_SAMPLES]) for at in range(0, whole.size, FRAME_SAMPLES))


def tone(frequency_hz: float, n_samples: int) -> Samples:
    """A sine of `TONE_DBFS` RMS that begins at zero; frames of 20 ms cut whole periods of it."""
    amplitude = 32768.0 * 10 ** (TONE_DBFS / 20.0) * np.sqrt(2.0)
    wave: Samples = np.rint(amplitude * np.sin(2 * np.pi * frequency_hz * np.arange(n_samples) / RATE_HZ)).astype(np.int16)
    return wave


MAX_STREAM_S = long_tone_at_s() + LONG_S + LONG_WAIT_S
FRAME_S = FRAME_MS / 1000
