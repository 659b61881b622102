"""What a call has to tell its desk, one after the other in a task of its own: audio never waits for a database."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from bridge.events import CallEvent, DeskFailed, DeskTask

logger = logging.getLogger(__name__)

MAX_WAITING = 200  # beyond that a live announcement is old news


class DeskQueue:
    """`on_event` gets what each job returns, and `DeskFailed` for one that raises."""

    def __init__(self, call_id: str, on_event: Callable[[CallEvent], None]) -> None:
        self._call_id = call_id
        self._on_event = on_event
        self._jobs: asyncio.Queue[tuple[DeskTask, Callable[[], Awaitable[CallEvent | None]]]] = asyncio.Queue()

    def put(self, task: DeskTask, job: Callable[[], Awaitable[CallEvent | None]]) -> None:
        """Announcements are dropped when too much is waiting, everything else is kept."""
        if task is DeskTask.ANNOUNCE and self._jobs.qsize() >= MAX_WAITING:
            return
        self._jobs.put_nowait((task, job))

    async def run(self) -> None:
        while True:
            task, job = await self._jobs.get()
            event = await self._done(task, job)
            if event is not None:
                self._on_event(event)
            self._jobs.task_done()

    async def drained(self, limit_s: float) -> None:
        """Wait until all is done, or the limit is over."""
        try:
            async with asyncio.timeout(limit_s):
                await self._jobs.join()
        except TimeoutError:
            logger.error("call %s: the desk is still busy after %s s", self._call_id, limit_s)

    async def _done(self, task: DeskTask, job: Callable[[], Awaitable[CallEvent | None]]) -> CallEvent | None:
        try:
            return await job()
        except Exception:  # whatever failed over there, the call has to know and to go on
            logger.exception("call %s: the desk failed at %s", self._call_id, task)
            return DeskFailed(task)
