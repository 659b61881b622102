"""The sessions of one call, one after the other: what is sent waits while one takes the other's place, so that nothing is lost between them.

The provider ends each connection after some minutes. It says so before, and at the next turn boundary the old socket is closed *first* (two at
once are refused), the session is resumed by its handle, and what waited is sent. Only if the handle is refused a session is begun anew.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections import deque
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import Any, Protocol

from bridge.events import RATE_HZ, VoiceFault
from bridge.voice.gemini.connection import Connection, ConnectionLost, connected
from bridge.voice.gemini.faults import RESUMPTION_REFUSED
from bridge.voice.gemini.incoming import GoAway, Handle, Incoming
from bridge.voice.gemini.outgoing import ActivityEnd, ActivityStart, Audio, Outgoing, Replies, Told
from bridge.voice.gemini.settings import GeminiSettings

logger = logging.getLogger(__name__)

UNSENT_LIMIT_S = 10.0  # of audio; older is dropped
HASTE_S = 1.0  # before the announced end: then the turn boundary is waited for no longer
SHORTEST_S = 0.5  # of a session that is told at once that it ends: or one would follow the other as fast as the network allows
CALM_S = 30.0  # a connection that is lost sooner after the last one is not made again


class Listener(Protocol):
    """Who gets what comes, and says when the line is quiet."""

    def took(self, incoming: Incoming) -> None: ...

    def renewed(self, *, is_resumed: bool) -> None: ...

    def may_leave(self) -> bool:
        """A turn boundary."""

    def may_go_on(self) -> bool:
        """The connection was lost, and nothing of a line with it."""


class Link:
    def __init__(
        self, call_id: str, settings: GeminiSettings, tls: ssl.SSLContext | None, config: Callable[[str | None], dict[str, Any]], listener: Listener
    ) -> None:
        self._call_id = call_id
        self._settings = settings
        self._tls = tls
        self._config = config
        self._listener = listener
        self._unsent: deque[Outgoing] = deque()
        self._n_unsent_samples = 0
        self._has_unsent = asyncio.Event()
        self._is_active = False  # as the provider was told
        self._handle: str | None = None
        self._leave_at_s: float | None = None
        self._reminders: list[asyncio.TimerHandle] = []
        self._leave = asyncio.Event()
        self._opened_s = 0.0
        self.gaps_ms: list[float] = []
        self.n_samples_dropped = 0

    def send(self, message: Outgoing) -> None:
        """In order, as soon as it can be."""
        self._unsent.append(message)
        if isinstance(message, Audio):
            self._n_unsent_samples += message.pcm.size
            self._drop_oldest()
        self._has_unsent.set()

    def look(self) -> None:
        """Something changed: if we have to leave and may, we do."""
        if self._leave_at_s is None:
            return
        is_calm = self._listener.may_leave() and self._now() >= self._opened_s + SHORTEST_S
        if is_calm or self._now() >= self._leave_at_s:
            self._leave.set()

    def stay(self) -> None:
        """Leave no more, as this session is another one, or none."""
        self._leave_at_s = None
        self._leave.clear()
        for reminder in self._reminders:
            reminder.cancel()

    async def run(self, on_open: Callable[[], None]) -> None:
        """Holds the sessions until ConnectionLost is raised; `on_open` once the first is there."""
        async with AsyncExitStack() as stack:
            connection = await self._open(stack, None)
            on_open()
            while True:
                left_s = await self._serve(connection)
                await stack.aclose()  # the old socket first
                connection = await self._renew(stack, left_s)

    async def _open(self, stack: AsyncExitStack, handle: str | None) -> Connection:
        try:
            async with asyncio.timeout(self._settings.open_limit_s):
                connection = await stack.enter_async_context(connected(self._settings, self._config(handle), self._tls))
        except TimeoutError as error:
            raise ConnectionLost(VoiceFault.UNREACHABLE) from error
        self._opened_s = self._now()
        return connection

    async def _renew(self, stack: AsyncExitStack, left_s: float) -> Connection:
        is_resumed = self._handle is not None
        self.stay()
        try:
            connection = await self._open(stack, self._handle)
        except ConnectionLost as lost:
            if not is_resumed or lost.code not in RESUMPTION_REFUSED:
                raise
            is_resumed, self._handle = False, None
            connection = await self._open(stack, None)
        # Words were meant for the session that is gone: a line that is still wanted is asked for anew.
        self._unsent = deque(message for message in self._unsent if not isinstance(message, Told | Replies))
        if self._is_active:  # the callee is speaking, and a new connection does not know
            self._unsent.appendleft(ActivityStart())
        self._listener.renewed(is_resumed=is_resumed)
        gap_ms = (self._now() - left_s) * 1000
        self.gaps_ms.append(gap_ms)
        logger.info("call %s: another session after %.0f ms, resumed: %s", self._call_id, gap_ms, is_resumed)
        return connection

    async def _serve(self, connection: Connection) -> float:
        """Until it is time for another session; the instant at which this one was left. Raises ConnectionLost."""
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._send_all(connection))
                tasks.create_task(self._leave_in_time())
                await self._receive_all(connection)
        except* _Left:
            pass
        except* ConnectionLost as group:
            lost = group.exceptions[0]
            assert isinstance(lost, ConnectionLost), "the group was split by this class"
            if not self._may_go_on(lost):
                raise lost from group
        return self._now()

    def _may_go_on(self, lost: ConnectionLost) -> bool:
        """A lost connection is made again once; what refuses our messages or our key would only do so again."""
        is_curable = lost.fault is VoiceFault.CUT and self._now() - self._opened_s >= CALM_S
        return (is_curable or self._leave_at_s is not None) and self._listener.may_go_on()

    async def _receive_all(self, connection: Connection) -> None:
        async for incoming in connection.messages(self._listener.took):
            match incoming:
                case Handle():
                    self._handle = incoming.handle
                case GoAway():
                    self._go_away(incoming.left_s)
                case _:
                    self._listener.took(incoming)
            self.look()

    def _go_away(self, left_s: float) -> None:
        logger.info("call %s: the session ends in %.0f s", self._call_id, left_s)
        self._leave_at_s = self._now() + max(0.0, left_s - HASTE_S)
        self._reminders = [asyncio.get_running_loop().call_at(at_s, self.look) for at_s in (self._opened_s + SHORTEST_S, self._leave_at_s)]

    async def _leave_in_time(self) -> None:
        await self._leave.wait()
        raise _Left

    async def _send_all(self, connection: Connection) -> None:
        while True:
            await self._has_unsent.wait()
            while self._unsent:
                message = self._unsent[0]
                await connection.send(message)
                if self._unsent and self._unsent[0] is message:  # else it was dropped meanwhile
                    self._take_first()
            self._has_unsent.clear()

    def _take_first(self) -> None:
        message = self._unsent.popleft()
        match message:
            case Audio():
                self._n_unsent_samples -= message.pcm.size
            case ActivityStart() | ActivityEnd():
                self._is_active = isinstance(message, ActivityStart)
            case _:
                pass

    def _drop_oldest(self) -> None:
        while self._n_unsent_samples > UNSENT_LIMIT_S * RATE_HZ:
            oldest = next(message for message in self._unsent if isinstance(message, Audio))
            self._unsent.remove(oldest)
            self._n_unsent_samples -= oldest.pcm.size
            self.n_samples_dropped += oldest.pcm.size

    def _now(self) -> float:
        return asyncio.get_running_loop().time()


class _Left(Exception):
    """This session is to be left, and another taken."""
