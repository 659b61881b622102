"""A faked provider that hangs up: at a moment of the call, with the close code of the day or without a word. The same for every socket."""

from __future__ import annotations

from collections import Counter
from enum import StrEnum
from typing import TypeAlias

from websockets.asyncio.server import ServerConnection

from bridge.audio import level_dbfs
from bridge.events import RATE_HZ, Samples

DROPPED = 1006  # as a code: the connection is gone without a close (RFC 6455 section 7.4.1)
_INTO_SPEECH_SAMPLES = RATE_HZ // 5
_LOUD_DBFS = -50.0


class Moment(StrEnum):
    HANDSHAKE = "handshake"  # before the socket is open
    SETUP = "setup"  # the session was asked for
    REPLY = "reply"  # it would begin to say a line, or to call a tool
    BETWEEN = "between"  # a line was said, and nobody speaks
    CALLEE = "callee"  # in the middle of what the callee says


Ends: TypeAlias = dict[Moment, int]
"""Close codes; what is in it happens in every connection."""


class Ending:
    """Of one connection. Each end is counted in `happened` by its moment."""

    def __init__(self, ends: Ends, happened: Counter[str], connection: ServerConnection) -> None:
        self._ends = ends
        self._happened = happened
        self._connection = connection
        self._n_heard = 0  # audible samples

    async def at(self, moment: Moment) -> bool:
        """True: it has ended here."""
        if (code := self._ends.get(moment)) is None:
            return False
        self._happened[moment] += 1
        if code == DROPPED or moment is Moment.HANDSHAKE:
            self._connection.transport.abort()
        else:
            await self._connection.close(code)
        return True

    async def hears(self, pcm: Samples) -> None:
        """16000 Hz."""
        if level_dbfs(pcm) < _LOUD_DBFS:
            return
        self._n_heard += pcm.size
        if self._n_heard >= _INTO_SPEECH_SAMPLES:
            await self.at(Moment.CALLEE)
