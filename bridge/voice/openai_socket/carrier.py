"""What carries a dialogue over a socket while the call runs: what is to be sent, what comes, the clock, and the end of it all.

What a message means and what follows from it is the dialogue's. Nothing that a provider or a callee says is logged.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from typing import Any, Generic, Protocol, TypeAlias, TypeVar

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from bridge.events import RATE_HZ, VoiceEvent, VoiceFault
from bridge.voice.openai_socket.connection import CLOSE_LIMIT_S, fault_of
from bridge.voice.openai_socket.fields import Unreadable

logger = logging.getLogger(__name__)

MAX_UNSENT = 500  # messages; 30 s of audio that a server does not take
MAX_UNREADABLE = 3

Message: TypeAlias = dict[str, Any]


class Carried(Protocol):
    """A dialogue: whoever calls it takes what is in `messages` and `events` after each call, and calls `on_time` at `next_deadline`."""

    messages: list[Message]
    events: list[VoiceEvent]
    is_dead: bool

    def handle(self, message: Any, heard_s: float, now_s: float) -> None: ...

    def fail(self, reason: str, fault: VoiceFault, now_s: float) -> None: ...

    def next_deadline(self) -> float | None: ...

    def on_time(self, now_s: float) -> None: ...


Dialogue = TypeVar("Dialogue", bound=Carried)


class Carrier(Generic[Dialogue]):
    """`read` makes of a message what the dialogue handles, None for nothing, and raises Unreadable. `beside` runs as long as the session does."""

    def __init__(
        self, name: str, read: Callable[[str | bytes], object | None], beside: Callable[[], Coroutine[Any, Any, None]] | None = None
    ) -> None:
        self.dialogue: Dialogue | None = None
        self.is_closed = False
        self.n_heard = 0  # samples of the callee so far
        self.n_unreadable = 0
        self.call_id = ""
        self._name = name
        self._read = read
        self._beside = beside
        self._events: asyncio.Queue[VoiceEvent | None] = asyncio.Queue()
        self._unsent: asyncio.Queue[str] = asyncio.Queue()
        self._timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None
        self._opening = asyncio.Lock()

    async def open(self, call_id: str, connect: Callable[[], Awaitable[ClientConnection]], begin: Callable[[], Dialogue]) -> None:
        """Idempotent, also for two at once. `connect` gives a socket whose session is set up; what it raises goes on."""
        async with self._opening:
            if self.dialogue is not None or self.is_closed:
                return
            socket = await connect()
            if self.is_closed:  # the call ended meanwhile
                await socket.close()
                return
            self.call_id = call_id
            self.dialogue = begin()
            self._task = asyncio.create_task(self._carry(socket, self.dialogue))

    @property
    def listening(self) -> Dialogue | None:
        """The dialogue, while what the callee says still matters."""
        return None if self.dialogue is None or self.dialogue.is_dead or self.is_closed else self.dialogue

    def send_audio(self, message: str | None) -> None:
        """None is nothing."""
        if message is None or self.dialogue is None:
            return
        self._unsent.put_nowait(message)
        if self._unsent.qsize() > MAX_UNSENT:
            self.dialogue.fail("the provider takes no audio", VoiceFault.UNREACHABLE, now_s())
            self.follow(self.dialogue)

    def follow(self, dialogue: Dialogue) -> None:
        """Hand on what the dialogue has to say, and look again when it wants to."""
        for message in dialogue.messages:
            self._unsent.put_nowait(_json(message))
        for event in dialogue.events:
            self._events.put_nowait(event)
        dialogue.messages.clear()
        dialogue.events.clear()
        if dialogue.is_dead and self._task is not None and self._task is not asyncio.current_task():
            self._task.cancel()  # what cannot go on shall not be paid for
        self._set_timer(dialogue.next_deadline())

    async def events(self) -> AsyncIterator[VoiceEvent]:
        while (event := await self._events.get()) is not None:
            yield event

    async def close(self, goodbye: Message | None = None, *, settle: Callable[[], None] | None = None) -> None:
        """Once. After a goodbye the server has a moment to end the session itself; then the dialogue has its last word by `settle`."""
        self.is_closed = True
        self._set_timer(None)
        if self._task is not None and goodbye is not None:
            self._unsent.put_nowait(_json(goodbye))
            await asyncio.wait({self._task}, timeout=CLOSE_LIMIT_S)
        if settle is not None and self.dialogue is not None:
            settle()
            self.follow(self.dialogue)
        self._events.put_nowait(None)
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})

    # -- while the call runs --

    async def _carry(self, socket: ClientConnection, dialogue: Dialogue) -> None:
        try:
            async with asyncio.TaskGroup() as tasks:
                others = [tasks.create_task(self._write(socket))]
                if self._beside is not None:
                    others.append(tasks.create_task(self._beside()))
                await self._take_all(socket, dialogue)
                for task in others:
                    task.cancel()
        except Exception:  # the edge of this task: the call is told
            logger.exception("call %s: the %s voice broke", self.call_id, self._name)
            self._fail(dialogue, "a fault of the voice", VoiceFault.CUT)
        finally:
            await socket.close()

    async def _write(self, socket: ClientConnection) -> None:
        while True:
            message = await self._unsent.get()
            try:
                await socket.send(message)
            except ConnectionClosed:  # whoever reads tells
                return

    async def _take_all(self, socket: ClientConnection, dialogue: Dialogue) -> None:
        """Until the session is dead."""
        while not dialogue.is_dead:
            try:
                text = await socket.recv()
            except ConnectionClosed as closed:
                self._fail(dialogue, "the connection was closed", fault_of(closed))
                return
            self._take(dialogue, text)

    def _take(self, dialogue: Dialogue, text: str | bytes) -> None:
        try:
            message = self._read(text)
        except Unreadable:
            self.n_unreadable += 1
            if self.n_unreadable >= MAX_UNREADABLE:
                self._fail(dialogue, "the provider's messages cannot be read", VoiceFault.GARBAGE)
            return
        if message is not None:
            dialogue.handle(message, self.n_heard / RATE_HZ, now_s())
            self.follow(dialogue)

    def _fail(self, dialogue: Dialogue, reason: str, fault: VoiceFault) -> None:
        if not dialogue.is_dead and not self.is_closed:
            logger.warning("call %s: the %s voice is lost, %s: %s", self.call_id, self._name, fault, reason)
        dialogue.fail(reason, fault, now_s())
        self.follow(dialogue)

    def _set_timer(self, due_s: float | None) -> None:
        if self._timer is not None and self._timer.when() == due_s:
            return
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if due_s is not None and not self.is_closed:
            self._timer = asyncio.get_running_loop().call_at(due_s, self._on_time)

    def _on_time(self) -> None:
        assert self.dialogue is not None, "timers are set after opening"
        self._timer = None
        self.dialogue.on_time(now_s())
        self.follow(self.dialogue)


def now_s() -> float:
    """Of the event loop's clock."""
    return asyncio.get_running_loop().time()


def _json(message: Message) -> str:
    return json.dumps(message, ensure_ascii=False)
