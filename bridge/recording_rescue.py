"""Recordings whose server was killed while it wrote them: nobody holds their files any more, and nobody has closed them.

A server locks the file that it writes, and the system lets go of the lock whatever becomes of the server; so a file that can be locked
is left behind. What was recorded until then is written anew, as a whole file that a player can jump in.
"""

from __future__ import annotations

import fcntl
import logging
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from uuid import UUID, uuid4

import soundfile

from bridge.events import RATE_HZ
from bridge.recording_file import Recorded, RecordingFile, Stereo
from bridge.sealing import Keys, SealedReader, SealingProblem, sealed_with

logger = logging.getLogger(__name__)

CALL_ID_LENGTH = 36


@dataclass(frozen=True, slots=True)
class LeftBehind:
    call_id: str
    path: Path


def left_behind(folder: Path, *, unchanged_since: float) -> list[LeftBehind]:
    """Files that no server is writing, or has written to since (epoch seconds): a closed one may just be on its way into the store.

    Oldest first. Files that we did not name are left alone.
    """
    found = []
    for path in sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime):
        with suppress(ValueError):
            call_id = str(UUID(path.name[:CALL_ID_LENGTH]))
            if path.stat().st_mtime <= unchanged_since and not _is_being_written(path):
                found.append(LeftBehind(call_id, path))
    return found


def rescue(lost: LeftBehind, keys: Keys) -> Recorded | None:
    """The same sound in a whole file beside it; None: there is none, and the lost file is gone; or it cannot be read (logged), and stays."""
    whole = lost.path.with_name(f"{lost.call_id}-{uuid4().hex}{lost.path.suffix}")  # another server may be at it, too: one of the two is kept
    file = RecordingFile(lost.call_id, whole, keys)
    try:
        has_sound = _copy(lost.path, keys, file) > 0
    except (SealingProblem, OSError) as problem:
        logger.error("call %s: what was recorded before the server was killed cannot be read (%s)", lost.call_id, type(problem).__name__)
        file.drop()
        return file.close()
    if not has_sound:
        file.drop()
        lost.path.unlink(missing_ok=True)
    return file.close()


def _copy(path: Path, keys: Keys, file: RecordingFile) -> int:
    n_blocks = 0
    with ExitStack() as stack:
        stream: BufferedReader = stack.enter_context(path.open("rb"))
        if sealed_with(path):
            stream = stack.enter_context(BufferedReader(SealedReader(stream, keys)))
        for block in _blocks(stream):
            file.add(block)
            file.write()
            n_blocks += 1
    return n_blocks


def _blocks(stream: BufferedReader) -> Iterator[Stereo]:
    """Until it breaks off: the head of a torn file does not know how long it is."""
    with suppress(soundfile.LibsndfileError), soundfile.SoundFile(stream) as sound:
        while len(block := sound.read(RATE_HZ, dtype="int16")):
            yield block


def _is_being_written(path: Path) -> bool:
    with path.open("rb") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False
