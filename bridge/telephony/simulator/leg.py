"""One phone that rings and, once answered, a person on it: what they hear and say, 20 ms by 20 ms, on a clock that does not drift."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from enum import StrEnum
from typing import TypeAlias

from bridge.events import FRAME_SAMPLES
from bridge.telephony.simulator.clock import Clock
from bridge.telephony.simulator.ear import Ear, EarFrame, heard_together
from bridge.telephony.simulator.mind import FRAME_S
from bridge.telephony.simulator.person import MouthFrame, Person
from bridge.telephony.simulator.persona import Pickup
from bridge.telephony.simulator.tape import Tape

Listener: TypeAlias = Callable[[MouthFrame, EarFrame], None]

_BUSY_AFTER_S = 0.8


class Cause(StrEnum):
    """Hang-up causes in the exchange's words (FreeSWITCH's names)."""

    NONE = ""
    CLEARED = "NORMAL_CLEARING"
    BUSY = "USER_BUSY"
    NO_ANSWER = "NO_ANSWER"
    CANCELED = "ORIGINATOR_CANCEL"
    UNALLOCATED = "UNALLOCATED_NUMBER"
    NO_DOCUMENT = "NORMAL_TEMPORARY_FAILURE"  # nobody told us what to do with an answered call
    REFORKED = "MEDIA_TIMEOUT"  # a second Stream broke the first


class EndedBy(StrEnum):
    NOBODY = ""
    CALLEE = "callee"
    API = "api"
    PLATFORM = "platform"


class Leg:
    def __init__(self, number: str, person: Person | None, clock: Clock) -> None:
        """`person` None: nobody has this number."""
        self.number = number
        self.person = person
        self.ears: list[Ear] = []
        self.listeners: list[Listener] = []
        self.digits: asyncio.Queue[str] = asyncio.Queue()
        self.ended = asyncio.Event()
        self.cause = Cause.NONE
        self.ended_by = EndedBy.NOBODY
        self.is_dead = False  # dead air: the callee stays on until the platform gives up
        self.tape = Tape()
        self._clock = clock
        self._n_ticks = 0

    @property
    def talked_s(self) -> float:
        """Since it was answered, in the leg's own time."""
        return self._n_ticks * FRAME_S

    def hang_up(self, cause: Cause, by: EndedBy) -> None:
        """The first one counts."""
        if self.ended.is_set():
            return
        self.cause, self.ended_by = cause, by
        self.ended.set()

    async def ring(self, *, ring_s: float, timeout_s: float) -> bool:
        """True once picked up; otherwise the leg has ended with its cause."""
        if self.person is None:
            self.hang_up(Cause.UNALLOCATED, EndedBy.PLATFORM)
            return False
        answering = self.person.persona.answer
        if answering.pickup is Pickup.BUSY:
            await self._wait(_BUSY_AFTER_S)
            self.hang_up(Cause.BUSY, EndedBy.CALLEE)
            return False
        rings_s = answering.after_rings * ring_s
        if answering.pickup is Pickup.NO_ANSWER or rings_s > timeout_s:
            await self._wait(timeout_s)
            self.hang_up(Cause.NO_ANSWER, EndedBy.PLATFORM)
            return False
        await self._wait(rings_s)
        return not self.ended.is_set()

    async def live(self) -> None:
        """Runs an answered leg until it has ended."""
        if self.person is None:
            raise AssertionError("nobody can have answered")
        started_s = self._clock.now_s()
        self.person.answered(0.0)
        while not self.ended.is_set():
            self._tick(self.person)
            await self._clock.sleep(max(0.0, started_s + self.talked_s - self._clock.now_s()))

    def bridged(self) -> None:
        """The person now talks with another one."""
        if self.person is not None:
            self.person.bridged(self.talked_s)

    def _tick(self, person: Person) -> None:
        at_s = self.talked_s
        heard = heard_together([ear.take(FRAME_SAMPLES, at_s) for ear in self.ears], FRAME_SAMPLES)
        mouth = person.tick(at_s, heard)
        self._n_ticks += 1
        self.tape.add(mouth.pcm, heard.pcm)
        for listener in tuple(self.listeners):
            listener(mouth, heard)
        for digit in mouth.digits:
            self.digits.put_nowait(digit)
        if mouth.hangs_up and not self.is_dead:
            self.hang_up(Cause.CLEARED, EndedBy.CALLEE)

    async def _wait(self, seconds: float) -> None:
        """Until then, or until the leg has ended."""
        try:
            await asyncio.wait_for(self.ended.wait(), self._clock.real_s(seconds))
        except TimeoutError:
            return
