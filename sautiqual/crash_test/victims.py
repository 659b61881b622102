"""The nursery's other end: brings victims up, tells how they ended, and leaves none behind."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sautiqual.crash_test.nursery import Life
from sautiqual.settings import BASE_DIR

READY_WITHIN_S = 60.0


@dataclass(slots=True)
class Victim:
    life: Life
    pid: int
    news: asyncio.Event = field(default_factory=asyncio.Event)  # something happened to it
    is_stopped: bool = False
    how: str = ""  # "killed" or "left", once it is dead
    code: int = 0

    def kill(self) -> None:
        self._signal(signal.SIGKILL)

    def go_on(self) -> None:
        self.is_stopped = False
        self._signal(signal.SIGCONT)

    async def is_dead_within(self, seconds: float) -> bool:
        """Also returns (False) when it has been stopped meanwhile."""
        self.news.clear()
        if self.how or self.is_stopped:
            return bool(self.how)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.news.wait(), seconds)
        return bool(self.how)

    def _signal(self, number: signal.Signals) -> None:
        if not self.how:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)


class Nursery:
    """Use as `async with`. `log`: where the victims' own words go."""

    def __init__(self, log: Path) -> None:
        self._log = log
        self._victims: dict[int, Victim] = {}
        self._births: dict[str, asyncio.Future[Victim]] = {}
        self._lives: dict[str, Life] = {}
        self._process: asyncio.subprocess.Process
        self._reading: asyncio.Task[None]
        self._is_ready = asyncio.Event()

    async def __aenter__(self) -> Self:
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                *("-m", "sautiqual.crash_test.nursery"),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                cwd=BASE_DIR,
                start_new_session=True,
                env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},  # threads do not survive a fork
            )
        self._reading = asyncio.create_task(self._read())
        async with asyncio.timeout(READY_WITHIN_S):
            await self._is_ready.wait()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """The nursery kills whoever is left when its orders end."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        await self._process.wait()
        self._reading.cancel()

    async def bear(self, life: Life) -> Victim:
        """One at a time of each name."""
        if self._process.stdin is None:
            raise AssertionError("orders go through a pipe")
        self._lives[life.name] = life
        self._births[life.name] = asyncio.get_running_loop().create_future()
        self._process.stdin.write(life.as_line())
        return await self._births[life.name]

    async def _read(self) -> None:
        if self._process.stdout is None:
            raise AssertionError("news come through a pipe")
        while line := await self._process.stdout.readline():
            self._take(json.loads(line))
        self._is_ready.set()  # or never will be: whoever waits finds out

    def _take(self, news: dict[str, Any]) -> None:
        if "ready" in news:
            self._is_ready.set()
            return
        if news["how"] == "born":
            victim = Victim(self._lives[news["name"]], news["pid"])
            self._victims[victim.pid] = victim
            self._births[news["name"]].set_result(victim)
            return
        victim = self._victims[news["pid"]]
        if news["how"] == "stopped":
            victim.is_stopped = True
        else:
            victim.how, victim.code = news["how"], news["code"]
            del self._victims[victim.pid]
        victim.news.set()
