"""The sessions of one call with its voices, one after the other: opens, reads, replaces and closes them.

Whether a session is well, and what follows when it is not, is for whoever reads what it tells. What a session is billed for is told under a key
of its own, also when it was replaced meanwhile.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias
from uuid import uuid4

from bridge.brief import CallBrief
from bridge.events import ToolCall, VoiceEvent, VoiceFault, VoiceOpened, VoiceUsage
from bridge.ports import VoiceModel, VoiceUnavailable
from bridge.voice.order import VoiceOrder, close_quietly

logger = logging.getLogger(__name__)

LAST_FIGURES_S = 0.5  # a voice that is closed ends its events at once


class Ended:
    """The events of a session have run out."""


Told: TypeAlias = "tuple[int, VoiceEvent | Ended] | VoiceModel | VoiceUnavailable"
"""An event of a session by its number, or a session that was opened, or why it was not."""


class Sessions:
    """`bill` is told what is billed, `tell` everything else; `open_limit_s` is for a session in the middle of the call."""

    def __init__(
        self, order: VoiceOrder, tasks: asyncio.TaskGroup, *, tell: Callable[[Told], None], bill: Callable[[VoiceEvent], None], open_limit_s: float
    ) -> None:
        self._order = order
        self._tasks = tasks
        self._tell = tell
        self._bill = bill
        self._open_limit_s = open_limit_s
        self._number = 0
        self._pump: asyncio.Task[None] | None = None
        self._opening: asyncio.Task[None] | None = None
        self.voice: VoiceModel | None = None  # None: there is no session at the moment

    def counts(self, number: int) -> bool:
        """What this session tells is still wanted."""
        return number == self._number

    def take_over(self, voice: VoiceModel) -> None:
        """It is open, and the session from now on."""
        self.voice = voice
        self._number += 1
        if self._pump is not None:
            self._pump.cancel()
        self._pump = self._tasks.create_task(self._read(voice, self._number))

    def replace(self, brief: CallBrief) -> None:
        """Closes what there is and opens another of the voice whose turn it is: that it is open, or why not, is told."""
        old, self.voice = self.voice, None
        self._number += 1
        if self._opening is not None:
            self._opening.cancel()
        self._opening = self._tasks.create_task(self._reopen(brief, old))

    async def close(self) -> None:
        """What the session still tells while it is closed (its last figures) is told."""
        if self._opening is not None:
            self._opening.cancel()
        voice, self.voice = self.voice, None
        try:
            if voice is not None:
                await voice.close()
                if self._pump is not None:
                    await asyncio.wait({self._pump}, timeout=LAST_FIGURES_S)
        finally:
            if self._pump is not None:
                self._pump.cancel()

    async def _read(self, voice: VoiceModel, number: int) -> None:
        self._bill(VoiceOpened(voice.traits.name, key := uuid4().hex))
        try:
            async for event in voice.events():
                if isinstance(event, VoiceUsage):
                    self._bill(replace(event, session=key))
                elif isinstance(event, ToolCall):  # a session may count its calls from the beginning, as the last one did
                    self._tell((number, replace(event, tool_call_id=f"{number}:{event.tool_call_id}")))
                else:
                    self._tell((number, event))
        except Exception:  # whatever a provider's library raises: the watchdog decides what follows
            logger.exception("a voice broke: session=%d", number)
        self._tell((number, Ended()))

    async def _reopen(self, brief: CallBrief, old: VoiceModel | None) -> None:
        if old is not None:
            await close_quietly(old, self._open_limit_s)
        try:
            self._tell(await self._order.open_current(brief, self._open_limit_s))
        except VoiceUnavailable as unavailable:
            self._tell(unavailable)
        except Exception:  # the edge of this task: a voice that breaks is passed over
            logger.exception("a voice broke while it was opened")
            self._tell(VoiceUnavailable("The voice broke while it was opened.", VoiceFault.GARBAGE))
