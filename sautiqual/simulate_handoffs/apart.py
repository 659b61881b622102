"""Runs a command as a process of its own and returns when that is gone, with everything it had started; whatever way it ends."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from types import FrameType

STOPS_WITHIN_S = 25.0  # a server process has its own patience with live sockets
SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def run_apart(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Its exit status; 128 and the signal's number if it, or we, were ended by one. For the main thread."""
    told: list[int] = []
    with _heard(told):
        # A session of its own, so that Ctrl-C reaches us alone.
        child = subprocess.Popen(command, env=environment, start_new_session=True)
        try:
            status = _until_gone(child, told)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()
    if told:
        return 128 + told[0]
    return status if status >= 0 else 128 - status


def _until_gone(child: subprocess.Popen[bytes], told: list[int]) -> int:
    while not told:
        with contextlib.suppress(subprocess.TimeoutExpired):
            return child.wait(0.2)
    child.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        return child.wait(STOPS_WITHIN_S)
    return -signal.SIGKILL


@contextlib.contextmanager
def _heard(told: list[int]) -> Iterator[None]:
    def note(number: int, _frame: FrameType | None) -> None:
        told.append(number)

    before = {number: signal.signal(number, note) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
