"""A stereo recording of one call, exact to the sample: the callee left, the bot as it was heard right.

The place of every sample follows the bridge's clock (`callee_track` says where the callee's lie): what is missing is silence. All
encoding, sealing and disk work runs in an executor, one block of a second at a time; memory holds a few seconds, whatever the length
of the call. A disk that fails costs the recording, never the call.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias
from uuid import uuid4

import numpy as np

from bridge.callee_track import Placed
from bridge.events import RATE_HZ, Samples
from bridge.recording_file import Recorded, RecordingFile, Stereo
from bridge.sealing import NO_KEYS, Keys

BLOCK_SAMPLES = RATE_HZ
WINDOW_SAMPLES = 4 * RATE_HZ  # still open to a cut and to late audio

_LEFT, _RIGHT = 0, 1


KeepRecording: TypeAlias = Callable[[str, Recorded], Awaitable[None]]
"""Takes over the finished file of a call id: moves it to where it belongs and notes it."""


@dataclass(frozen=True, slots=True)
class Recordings:
    """Where recordings are made, by whom they are written, and who takes them over."""

    folder: Path
    executor: Executor
    keep: KeepRecording
    keys: Keys = NO_KEYS

    def begin(self, call_id: str) -> Recorder:
        # A call that comes back from a hand-off nobody took has a second stream, and so a second file.
        ending = "sealed" if self.keys.writing_id else "flac"
        return Recorder(call_id, self.folder / f"{call_id}-{uuid4().hex}.{ending}", self.executor, self.keys)


class Recorder:
    """`callee`, `bot` and `cut` never block and belong to the event loop; times are seconds since the media stream opened."""

    def __init__(self, call_id: str, path: Path, executor: Executor, keys: Keys = NO_KEYS) -> None:
        self._executor = executor
        self._file = RecordingFile(call_id, path, keys)
        self._window: Stereo = np.zeros((WINDOW_SAMPLES, 2), dtype=np.int16)
        self._begins_at = 0  # the sample at the head of the window
        self._ends_at = 0  # of the callee's audio

    def callee(self, audio: Placed) -> None:
        self._ends_at = max(self._ends_at, audio.place + audio.samples.size)
        self._place(audio.samples, audio.place, _LEFT)

    def bot(self, samples: Samples, heard_at_s: float) -> None:
        self._place(samples, round(heard_at_s * RATE_HZ), _RIGHT)

    def cut(self, now_s: float) -> None:
        """Barge-in: what the bot was to say after this instant was not heard."""
        self._window[max(0, round(now_s * RATE_HZ) - self._begins_at) :, _RIGHT] = 0

    def drop(self) -> None:
        """The callee wants no recording: delete what there is, and record no more."""
        self._file.drop()
        self._executor.submit(self._file.close)

    async def finish(self, now_s: float) -> Recorded | None:
        """The closed file, as long as the call; None when it was dropped, or could not be written (logged); nothing is left behind then."""
        ends_at = max(round(now_s * RATE_HZ), self._ends_at)
        self._make_room(ends_at)
        self._hand_over(ends_at - self._begins_at)
        return await asyncio.wrap_future(self._executor.submit(self._file.close))

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
        self._file.add(self._window[:n_samples].copy())
        self._executor.submit(self._file.write)
        self._window[: WINDOW_SAMPLES - n_samples] = self._window[n_samples:].copy()
        self._window[WINDOW_SAMPLES - n_samples :] = 0
        self._begins_at += n_samples
