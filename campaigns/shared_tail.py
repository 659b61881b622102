"""One tail of the live events for all open pages of a kind in this process: whoever comes first reads for all; when it leaves, the next one
goes on from the same place. What a look tells the pages is the children's."""

from __future__ import annotations

import asyncio
import logging
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Generic, TypeVar

from channels.db import database_sync_to_async
from django.db import DatabaseError

from campaigns import live

logger = logging.getLogger(__name__)

Page = TypeVar("Page")


class SharedTail(ABC, Generic[Page]):
    """One a process and event loop."""

    def __init__(self, kinds: Sequence[str], *, every_s: float) -> None:
        self._kinds = kinds
        self._every_s = every_s
        self._pages: set[Page] = set()
        self._reading = asyncio.Lock()
        self._tail: live.Tail | None = None  # None: no page is open
        self._begun = asyncio.Event()

    @abstractmethod
    async def _look(self, tail: live.Tail) -> None:
        """Read what is new and tell `_pages`. After a DatabaseError the next look tries again."""

    @contextmanager
    def joined(self, page: Page) -> Iterator[None]:
        self._pages.add(page)
        try:
            yield
        finally:
            self._pages.discard(page)
            if not self._pages:
                self._tail = None
                self._begun.clear()

    async def begun(self) -> None:
        """From here on nothing is missed."""
        await self._begun.wait()

    async def read(self) -> None:
        """Runs beside each page, until cancelled; only the one that holds the lock reads."""
        async with self._reading:
            tail = self._tail or live.Tail(await database_sync_to_async(live.newest_id)(), kinds=self._kinds)
            self._tail = tail
            self._begun.set()
            while True:
                await asyncio.sleep(self._every_s)
                try:
                    await self._look(tail)
                except DatabaseError:
                    logger.exception("live events could not be read")
