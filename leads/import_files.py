"""The private folder of one import: the list itself, what is found in it, and the rows that were not taken. Nothing of it is served.

Each file is readable by this account alone. The list goes when the import is done, everything else a day after it was begun.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.conf import settings

from leads.spreadsheet import MAX_BYTES

KEPT_FOR = timedelta(days=1)
_LIST, _LOCK = "list", "lock"


class Gone(Exception):
    """The folder was emptied meanwhile: the import was finished, discarded, or is more than a day old."""


class TooLarge(Exception):
    """More bytes came than a list may have; nothing of them is kept."""


@dataclass(frozen=True, slots=True)
class Stored:
    key: str
    sha256: str
    n_bytes: int


def max_bytes() -> int:
    return min(int(settings.IMPORT_MAX_MB) * 2**20, MAX_BYTES)


def store(pieces: Iterable[bytes]) -> Stored:
    """Keep a list as it comes, piece by piece. Raises TooLarge."""
    key, digest, n_bytes = uuid4().hex, hashlib.sha256(), 0
    folder = _folder(key)
    folder.mkdir(parents=True, mode=0o700)
    try:
        with _opened(folder / _LIST) as kept:
            for piece in pieces:
                n_bytes += len(piece)
                if n_bytes > max_bytes():
                    raise TooLarge
                digest.update(piece)
                kept.write(piece)
    except BaseException:
        discard(key)
        raise
    return Stored(key, digest.hexdigest(), n_bytes)


def list_of(key: str) -> bytes:
    """Raises Gone."""
    return _read(key, _LIST)


def write_json(key: str, name: str, value: Any) -> None:
    """Whole or not at all, in place of what was there under this name. Raises Gone."""
    folder = _folder(key)
    draft = folder / f"{name}.{uuid4().hex}"
    try:
        with _opened(draft) as kept:
            kept.write(json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass"))
    except FileNotFoundError as gone:
        raise Gone from gone
    draft.replace(folder / name)


def read_json(key: str, name: str) -> Any:
    """Raises Gone."""
    return json.loads(_read(key, name).decode("utf-8", "surrogatepass"))


def names_of(key: str, *, beginning: str) -> list[str]:
    return sorted(path.name for path in _folder(key).glob(f"{beginning}*") if not path.suffix)


def has(key: str, name: str) -> bool:
    return bool(key) and (_folder(key) / name).is_file()


def drop(key: str, *, but: str) -> None:
    """Everything goes but one file."""
    for path in _folder(key).glob("*"):
        if path.name not in (but, _LOCK):
            path.unlink(missing_ok=True)


def discard(key: str) -> None:
    if key:
        shutil.rmtree(_folder(key), ignore_errors=True)


@contextmanager
def work_on(key: str) -> Iterator[bool]:
    """False if somebody else is at it. The kernel lets go of it when a process dies, however it dies. Raises Gone."""
    try:
        lock = (_folder(key) / _LOCK).open("ab")
    except FileNotFoundError as gone:
        raise Gone from gone
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


def is_worked_on(key: str) -> bool:
    try:
        with work_on(key) as is_free:
            return not is_free
    except Gone:
        return False


def folders() -> Iterator[tuple[str, float]]:
    """The key of every folder there is, and when it was last changed (seconds since the epoch)."""
    for path in Path(settings.IMPORT_ROOT).glob("*"):
        with suppress(FileNotFoundError):  # somebody discards it at this moment
            yield path.name, path.stat().st_mtime


def _read(key: str, name: str) -> bytes:
    if not key:
        raise Gone
    try:
        return (_folder(key) / name).read_bytes()
    except FileNotFoundError as gone:
        raise Gone from gone


def _folder(key: str) -> Path:
    return Path(settings.IMPORT_ROOT) / key


def _opened(path: Path) -> Any:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")
