"""A stereo recording of one call, exact to the sample: the callee left, the bot as it was heard right.

The place of every sample follows the bridge's clock: what is missing is silence. The callee's audio runs on without a gap as
long as it comes in time, so that jitter is not heard. All encoding and all disk work runs in an executor, one block of a
second at a time; memory holds a few seconds, whatever the length of the call. A disk that fails costs the recording, never the call.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import TypeAlias
from uuid import uuid4

import numpy as np
import soundfile
from numpy.typing import NDArray

from bridge.events import RATE_HZ, Samples

logger = logging.getLogger(__name__)

Stereo: TypeAlias = NDArray[np.int16]
"""int16, shape (n, 2), 16000 Hz: the callee left, the bot right."""

BLOCK_SAMPLES = RATE_HZ
WINDOW_SAMPLES = 4 * RATE_HZ  # still open to a cut and to late audio
EARLY_SAMPLES = 2 * RATE_HZ  # a platform that sends faster than anybody speaks is not followed further than this
JITTER_SAMPLES = RATE_HZ // 5  # callee audio that comes later than this left a real gap
MAX_WAITING_BLOCKS = 60  # a disk that is a minute behind

_LEFT, _RIGHT = 0, 1


@dataclass(frozen=True, slots=True)
class Recorded:
    path: Path
    duration_ms: int


KeepRecording: TypeAlias = Callable[[str, Recorded], Awaitable[None]]
"""Takes over the finished file of a call id: moves it to where it belongs and notes it."""


@dataclass(frozen=True, slots=True)
class Recordings:
    """Where recordings are made, by whom they are written, and who takes them over."""

    folder: Path
    executor: Executor
    keep: KeepRecording

    def begin(self, call_id: str) -> Recorder:
        # A call that comes back from a hand-off nobody took has a second stream, and so a second file.
        return Recorder(call_id, self.folder / f"{call_id}-{uuid4().hex}.flac", self.executor)


class _Disk:
    """Writes blocks in order, whatever the executor. Only `add` is called from the event loop."""

    def __init__(self, call_id: str, path: Path) -> None:
        self._call_id = call_id
        self._path = path
        self._waiting: deque[Stereo] = deque()
        self._lock = Lock()  # held by the executor's threads only
        self._sound: soundfile.SoundFile | None = None
        self._n_samples = 0
        self._has_failed = False

    def add(self, block: Stereo) -> None:
        if len(self._waiting) >= MAX_WAITING_BLOCKS:
            self._has_failed = True
        if not self._has_failed:
            self._waiting.append(block)

    def write(self) -> None:
        with self._lock:
            try:
                self._write_waiting()
            except (OSError, soundfile.LibsndfileError):
                logger.exception("call %s: the recording cannot be written", self._call_id)
                self._has_failed = True
                self._waiting.clear()

    def close(self) -> Recorded | None:
        self.write()
        with self._lock:
            if self._sound is not None:
                self._sound.close()
            if not self._has_failed and self._sound is not None:
                return Recorded(self._path, self._n_samples * 1000 // RATE_HZ)
            logger.error("call %s: there is no recording", self._call_id)
            self._path.unlink(missing_ok=True)
            return None

    def _write_waiting(self) -> None:
        if self._sound is None:
            self._sound = soundfile.SoundFile(self._path, mode="w", samplerate=RATE_HZ, channels=2, format="FLAC", subtype="PCM_16")
        while self._waiting:
            block = self._waiting.popleft()
            self._sound.write(block)
            self._n_samples += len(block)


class Recorder:
    """`callee`, `bot` and `cut` never block and belong to the event loop; times are seconds since the media stream opened."""

    def __init__(self, call_id: str, path: Path, executor: Executor) -> None:
        self._executor = executor
        self._disk = _Disk(call_id, path)
        self._window: Stereo = np.zeros((WINDOW_SAMPLES, 2), dtype=np.int16)
        self._begins_at = 0  # the sample at the head of the window
        self._callee_ends_at = 0

    def callee(self, samples: Samples, now_s: float) -> None:
        """Audio that has just come in: it ends about now."""
        now_at = round(now_s * RATE_HZ)
        if self._callee_ends_at - now_at > EARLY_SAMPLES:
            return
        is_in_time = now_at - samples.size - self._callee_ends_at < JITTER_SAMPLES
        place = self._callee_ends_at if is_in_time else now_at - samples.size
        self._callee_ends_at = place + samples.size
        self._place(samples, place, _LEFT)

    def bot(self, samples: Samples, heard_at_s: float) -> None:
        self._place(samples, round(heard_at_s * RATE_HZ), _RIGHT)

    def cut(self, now_s: float) -> None:
        """Barge-in: what the bot was to say after this instant was not heard."""
        self._window[max(0, round(now_s * RATE_HZ) - self._begins_at) :, _RIGHT] = 0

    async def finish(self, now_s: float) -> Recorded | None:
        """The closed file, as long as the call; None when it could not be written (logged, and nothing is left behind)."""
        ends_at = max(round(now_s * RATE_HZ), self._callee_ends_at)
        self._make_room(ends_at)
        self._hand_over(ends_at - self._begins_at)
        return await asyncio.wrap_future(self._executor.submit(self._disk.close))

    def _place(self, samples: Samples, place: int, channel: int) -> None:
        for start in range(0, samples.size, BLOCK_SAMPLES):  # one message may hold more than the window
            piece = samples[start : start + BLOCK_SAMPLES]
            self._make_room(place + start + piece.size)
            n_late = max(0, self._begins_at - place - start)
            head = place + start + n_late - self._begins_at
            self._window[head : head + max(0, piece.size - n_late), channel] = piece[n_late:]

    def _make_room(self, ends_at: int) -> None:
        """Give whole blocks to the disk until the window reaches so far."""
        while ends_at - self._begins_at > WINDOW_SAMPLES:
            self._hand_over(BLOCK_SAMPLES)

    def _hand_over(self, n_samples: int) -> None:
        self._disk.add(self._window[:n_samples].copy())
        self._executor.submit(self._disk.write)
        self._window[: WINDOW_SAMPLES - n_samples] = self._window[n_samples:].copy()
        self._window[WINDOW_SAMPLES - n_samples :] = 0
        self._begins_at += n_samples
