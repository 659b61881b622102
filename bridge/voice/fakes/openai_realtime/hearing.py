"""What the mind behind a faked session has understood of each piece of audio that was committed.

The mind counts seconds of all that it was given; a commit covers some of them, and what it says and calls belongs to the commit in which it began.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field

from bridge.events import CalleeSaid, ToolCall

GATHER_S = 0.01  # calls that belong together come together


@dataclass(eq=False)
class Heard:
    item_id: str
    began_s: float
    duration_s: float
    said: CalleeSaid | None = None
    calls: list[ToolCall] = field(default_factory=list)
    is_transcribed: bool = False  # and told
    is_answered: bool = False


class Hearing:
    """`limit_s` is how long the mind may take to understand."""

    def __init__(self, limit_s: float) -> None:
        self._limit_s = limit_s
        self.pieces: deque[Heard] = deque(maxlen=64)
        self._changed = asyncio.Event()

    def begin(self, item_id: str, began_s: float, duration_s: float) -> Heard:
        heard = Heard(item_id, began_s, duration_s)
        self.pieces.append(heard)
        return heard

    def said(self, said: CalleeSaid) -> Heard | None:
        """Whom the words belong to, when they are the first of it."""
        heard = next((each for each in reversed(self.pieces) if each.began_s <= said.started_s), None)
        if heard is None or heard.said is not None:
            return None
        heard.said = said
        return heard

    def called(self, call: ToolCall) -> None:
        heard = next((each for each in reversed(self.pieces) if each.said is not None), self.pieces[-1] if self.pieces else None)
        if heard is not None:
            heard.calls.append(call)
            self._changed.set()

    async def next_meaning(self) -> Heard | None:
        """The oldest piece that no tool was called for, once it is understood or the time is over; None when there is none."""
        heard = next((each for each in self.pieces if not each.is_answered), None)
        if heard is None:
            return None
        heard.is_answered = True
        try:
            async with asyncio.timeout(self._limit_s):
                while not heard.calls:
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            return heard
        await asyncio.sleep(GATHER_S)
        return heard
