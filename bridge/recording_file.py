"""The file of one recording: FLAC, sealed where there are keys, written by an executor in blocks of a second as the call goes on.

What was written before a server was killed is there and can be played.
"""

from __future__ import annotations

import fcntl
import logging
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import BinaryIO, TypeAlias

import numpy as np
import soundfile
from numpy.typing import NDArray

from bridge.events import RATE_HZ
from bridge.sealing import Keys, SealedWriter

logger = logging.getLogger(__name__)

Stereo: TypeAlias = NDArray[np.int16]
"""int16, shape (n, 2), 16000 Hz: the callee left, the bot right."""

MAX_WAITING_BLOCKS = 60  # a disk that is a minute behind


@dataclass(frozen=True, slots=True)
class Recorded:
    path: Path
    duration_ms: int


class RecordingFile:
    """Writes blocks in order, whatever the executor. `add` and `drop` are called from the event loop, everything else from the executor."""

    def __init__(self, call_id: str, path: Path, keys: Keys) -> None:
        self._call_id = call_id
        self._path = path
        self._keys = keys
        self._waiting: deque[Stereo] = deque()
        self._lock = Lock()  # held by the executor's threads only
        self._bytes: _Bytes | None = None
        self._sound: soundfile.SoundFile | None = None
        self._n_samples = 0
        self._has_failed = False
        self._is_unwanted = False

    def add(self, block: Stereo) -> None:
        if len(self._waiting) >= MAX_WAITING_BLOCKS:
            self._has_failed = True
        if not self._has_failed:
            self._waiting.append(block)

    def drop(self) -> None:
        """From now on nothing is written, and at the close nothing is left."""
        self._is_unwanted = True

    def write(self) -> None:
        with self._lock:
            try:
                self._write_waiting()
            except (OSError, soundfile.LibsndfileError):
                logger.exception("call %s: the recording cannot be written", self._call_id)
                self._has_failed = True
                self._waiting.clear()

    def close(self) -> Recorded | None:
        """None: it was dropped, or failed; then nothing is left."""
        self.write()
        with self._lock:
            is_complete = self._is_closed_whole()
            if is_complete and not self._is_unwanted:
                return Recorded(self._path, self._n_samples * 1000 // RATE_HZ)
            if not self._is_unwanted:
                logger.error("call %s: there is no recording", self._call_id)
            self._path.unlink(missing_ok=True)
            return None

    def _is_closed_whole(self) -> bool:
        if self._sound is None or self._bytes is None:
            return False
        try:
            self._sound.close()
            self._bytes.close()
        except (OSError, soundfile.LibsndfileError):  # a full disk may show only now
            logger.exception("call %s: the recording cannot be closed", self._call_id)
            return False
        return not self._has_failed

    def _write_waiting(self) -> None:
        if self._is_unwanted or self._has_failed:
            self._waiting.clear()
            return
        if self._sound is None or self._bytes is None:
            self._bytes = _Bytes(self._opened())
            self._sound = soundfile.SoundFile(self._bytes, mode="w", samplerate=RATE_HZ, channels=2, format="FLAC", subtype="PCM_16")
        while self._waiting:
            block = self._waiting.popleft()
            self._sound.write(block)
            self._bytes.flush()
            self._n_samples += len(block)

    def _opened(self) -> BinaryIO | SealedWriter:
        file = self._path.open("xb")
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)  # until it is closed, or we are killed: see recording_rescue
        return SealedWriter(file, self._keys) if self._keys.writing_id else file


class _Bytes:
    """What libsndfile writes into. It calls back into Python, where an exception would be printed and lost: `flush` and `close` raise it."""

    def __init__(self, file: BinaryIO | SealedWriter) -> None:
        self._file = file
        self._fault: OSError | None = None

    def write(self, written: bytes) -> int:
        try:
            self._file.write(written)
        except OSError as fault:
            self._fault = fault
        return len(written)

    def read(self, n_bytes: int) -> bytes:
        raise AssertionError("a recording that is written is not read")

    def seek(self, offset: int, whence: int) -> int:
        try:
            return self._file.seek(offset, whence)  # writes out what waits
        except OSError as fault:
            self._fault = fault
            return offset

    def tell(self) -> int:
        return self._file.tell()

    def flush(self) -> None:
        self._file.flush()
        self._raise_fault()

    def close(self) -> None:
        self._file.close()
        self._raise_fault()

    def _raise_fault(self) -> None:
        if self._fault is not None:
            raise self._fault
