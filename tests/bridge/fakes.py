"""A desk, a phone line and a media socket in memory, and an event loop whose clock jumps instead of waiting."""

from __future__ import annotations

import asyncio
import inspect
import selectors
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from concurrent.futures import Executor, Future
from datetime import datetime
from typing import Any

import numpy as np

from bridge.audio import to_samples
from bridge.brief import CallBrief
from bridge.events import (
    Progress,
    Samples,
)
from bridge.notes import Note
from bridge.ports import TokenRefused
from bridge.reports import AnswerReport, SessionReport, SessionUse, TurnReport
from bridge.slots import SlotBooked, SlotsFound


class _JumpingSelector(selectors.DefaultSelector):
    """Where others would wait for a timer, it lets the clock jump there; real input and threads are still waited for."""

    def __init__(self) -> None:
        super().__init__()
        self.now_s = 0.0

    def select(self, timeout: float | None = None) -> list:
        ready = super().select(0 if timeout is not None else None)
        if not ready and timeout is not None and timeout > 0:
            self.now_s += timeout
        return ready


class JumpingLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._jumping = _JumpingSelector()
        super().__init__(self._jumping)

    def time(self) -> float:
        return self._jumping.now_s


def in_jumping_time(tell: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    """Make a test of a story that takes minutes: it runs in an instant, with every timer at its exact time."""

    def test(*args: Any, **kwargs: Any) -> None:
        with asyncio.Runner(loop_factory=JumpingLoop) as runner:
            runner.run(tell(*args, **kwargs))

    test.__name__, test.__signature__ = tell.__name__, inspect.signature(tell)  # type: ignore[attr-defined]
    return test


class AtOnce(Executor):
    """Runs each job where it is submitted: a jumping clock waits for nobody."""

    def submit(self, fn, /, *args, **kwargs):
        future: Future = Future()
        future.set_result(fn(*args, **kwargs))
        return future


class FakeDesk:
    """Remembers what it was told. `slow_s` delays each save; `fails` names methods that raise."""

    def __init__(self, brief: CallBrief, *, slow_s: float = 0.0, fails: set[str] | None = None, is_hot: bool = False) -> None:
        self._brief = brief
        self._slow_s = slow_s
        self._fails = fails or set()
        self._is_hot = is_hot
        self._notes: asyncio.Queue[Note] = asyncio.Queue()
        self.tokens = {"good"}
        self.slots: tuple[datetime, ...] = ()
        self.answers: list[AnswerReport] = []
        self.opt_outs: list[str] = []
        self.refused_recording: list[str] = []
        self.turns: list[TurnReport] = []
        self.announced: list[tuple[str, str]] = []
        self.log: list[str] = []
        self.reports: list[SessionReport] = []
        self.uses: list[tuple[tuple[SessionUse, ...], bool]] = []  # what was told, and whether it was the last word
        self.finished = asyncio.Event()

    async def open(self, token: str) -> CallBrief:
        if token not in self.tokens:
            raise TokenRefused
        self.tokens.remove(token)
        return self._brief

    async def save_answer(self, call_id: str, answer: AnswerReport) -> Progress:
        await self._work("save_answer")
        self.answers.append(answer)
        return Progress(answer.question_id, score=50, is_hot=self._is_hot)

    async def save_opt_out(self, call_id: str, quote: str) -> None:
        await self._work("save_opt_out")
        self.opt_outs.append(quote)

    async def refuse_recording(self, call_id: str, quote: str) -> None:
        await self._work("refuse_recording")
        self.refused_recording.append(quote)

    async def save_turn(self, call_id: str, turn: TurnReport) -> None:
        await self._work("save_turn")
        self.turns.append(turn)

    async def announce(self, call_id: str, kind: str, text: str) -> None:
        await self._work("announce")
        self.announced.append((kind, text))

    async def request_handoff(self, call_id: str) -> None:
        await self._work("request_handoff")

    async def find_slots(self, call_id: str, after: datetime | None) -> SlotsFound:
        await self._work("find_slots")
        return SlotsFound(self.slots, is_soon=True)

    async def book_slot(self, call_id: str, at: datetime) -> SlotBooked | SlotsFound:
        await self._work("book_slot")
        return SlotBooked(at) if at in self.slots else SlotsFound(self.slots, is_soon=True)

    async def release_to_handoff(self, call_id: str) -> None:
        await self._work("release_to_handoff")

    async def save_usage(self, call_id: str, uses: Sequence[SessionUse], *, is_over: bool) -> None:
        await self._work("save_usage")
        self.uses.append((tuple(uses), is_over))

    async def finish(self, call_id: str, report: SessionReport) -> None:
        await self._work("finish")
        self.reports.append(report)
        self.finished.set()

    async def notes(self, call_id: str) -> AsyncIterator[Note]:
        while True:
            yield await self._notes.get()

    def note(self, note: Note) -> None:
        self._notes.put_nowait(note)

    async def _work(self, what: str) -> None:
        if self._slow_s and what.startswith("save"):
            await asyncio.sleep(self._slow_s)
        if what in self._fails:
            raise ConnectionError(what)
        self.log.append(what)


class FakeLine:
    """`log` is shared with whoever else should be seen in order."""

    def __init__(self, log: list[str], *, fails: bool = False) -> None:
        self.log = log
        self._fails = fails
        self.hung_up_at_s = 0.0

    async def hang_up(self, call_id: str) -> None:
        self.hung_up_at_s = asyncio.get_running_loop().time()
        if self._fails:
            raise ConnectionError("provider")
        self.log.append("hang_up")


class FakeMedia:
    """The platform's end of the socket: what arrives, and when."""

    def __init__(self, log: list[str]) -> None:
        self.log = log
        self.sent: list[tuple[float, bytes | str]] = []

    async def send_bytes(self, pcm: bytes) -> None:
        self.sent.append((asyncio.get_running_loop().time(), pcm))

    async def send_text(self, text: str) -> None:
        self.sent.append((asyncio.get_running_loop().time(), text))

    async def close(self) -> None:
        self.log.append("close")

    def texts(self) -> list[str]:
        return [message for _at_s, message in self.sent if isinstance(message, str)]

    def audio(self) -> Samples:
        return to_samples(b"".join(message for _at_s, message in self.sent if isinstance(message, bytes)))

    def audio_times(self) -> list[float]:
        return [at_s for at_s, message in self.sent if isinstance(message, bytes)]


def utterance(n_ms: int, amplitude: int = 4000) -> Samples:
    """What a voice that hears by energy takes for speech."""
    samples: Samples = np.rint(amplitude * np.sin(np.arange(n_ms * 16) / 9)).astype(np.int16)
    return samples
