"""The breakers of one process by voice: every call tells what it met and asks whom to pass over; a voice that nobody tries is tried here.

A trial of our own costs one short line and rings nobody: a campaign whose voices are all dead is not dialled, so no call would find out.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from bridge.audio import level_dbfs
from bridge.brief import CallBrief
from bridge.events import Line, LineFailed, VoiceAudio, VoiceFailed, VoiceFault
from bridge.ports import VoiceModel, VoiceUnavailable
from bridge.voice.breaker import TOLERANCE, Breaker, Tolerance
from bridge.watchdog import AUDIBLE_DBFS

logger = logging.getLogger(__name__)

GRACE_S = 5.0  # after the cool-down: a call whose phone rings tries the voice at no extra cost
OPEN_LIMIT_S = 5.0
SOUND_LIMIT_S = 5.0
CLOSE_LIMIT_S = 2.0


@dataclass(frozen=True, slots=True)
class DeadVoice:
    """`for_s`: since when it is passed over."""

    fault: VoiceFault
    for_s: float


@dataclass(slots=True)
class _Known:
    breaker: Breaker
    last: tuple[CallBrief, Callable[[], VoiceModel]] | None = field(default=None, repr=False)


class Breakers:
    def __init__(self, now: Callable[[], float], tolerance: Tolerance = TOLERANCE) -> None:
        self._now = now
        self._tolerance = tolerance
        self._known: dict[str, _Known] = {}

    def of(self, name: str) -> Breaker:
        return self._of(name).breaker

    def is_open(self, name: str) -> bool:
        return self.of(name).is_open

    def admits(self, name: str) -> bool:
        return self.of(name).admits(self._now())

    def opening(self, name: str, brief: CallBrief, new: Callable[[], VoiceModel]) -> None:
        """A session of it is being opened: how, is remembered for a trial."""
        self._of(name).last = (brief, new)

    def opened(self, name: str) -> None:
        self._telling(name, lambda breaker: breaker.opened())

    def spoke(self, name: str) -> None:
        self._telling(name, lambda breaker: breaker.spoke(self._now()))

    def failed(self, name: str, fault: VoiceFault) -> None:
        self._telling(name, lambda breaker: breaker.failed(fault, self._now()))

    def dead(self) -> Mapping[str, DeadVoice]:
        """The voices that are passed over now."""
        now_s = self._now()
        each = {name: known.breaker for name, known in self._known.items()}
        return {name: DeadVoice(one.fault, now_s - one.open_since_s) for name, one in each.items() if one.fault is not None}

    async def try_overdue(self) -> None:
        """Try each voice that may be tried and that no call has tried for a while. Raises nothing of a voice's own."""
        for name, known in list(self._known.items()):  # calls go on meanwhile
            retry_at_s = known.breaker.retry_at_s()
            if retry_at_s is None or known.last is None or self._now() < retry_at_s + GRACE_S:
                continue
            if known.breaker.admits(self._now()):
                await self._try(name, *known.last)

    async def _try(self, name: str, brief: CallBrief, new: Callable[[], VoiceModel]) -> None:
        fault: VoiceFault | None
        try:
            fault = await _heard(new(), brief)
        except VoiceUnavailable as unavailable:
            fault = unavailable.fault
        except Exception:  # whatever a provider's library raises: this voice stays passed over
            logger.exception("a voice broke while it was tried: voice=%s", name)
            fault = VoiceFault.GARBAGE
        if fault is None:
            self.spoke(name)
        else:
            self.failed(name, fault)

    def _telling(self, name: str, tell: Callable[[Breaker], None]) -> None:
        breaker = self.of(name)
        before = breaker.fault
        tell(breaker)
        if breaker.fault is not None and before is None:
            logger.error("voice %s is passed over from now on: %s", name, breaker.fault)
        elif breaker.fault is None and before is not None:
            logger.warning("voice %s is well again", name)

    def _of(self, name: str) -> _Known:
        return self._known.setdefault(name, _Known(Breaker(self._tolerance)))


async def _heard(voice: VoiceModel, brief: CallBrief) -> VoiceFault | None:
    """One short line of a session of its own; None: it can be heard. Raises VoiceUnavailable when it cannot be opened."""
    try:
        if not await _in_time(voice.open(brief), OPEN_LIMIT_S):
            return VoiceFault.UNREACHABLE
        sounding = asyncio.create_task(_sounds(voice, Line(1, brief.lines.still_there)))
        return sounding.result() if await _in_time(sounding, SOUND_LIMIT_S) else VoiceFault.SILENT
    finally:
        await _in_time(voice.close(), CLOSE_LIMIT_S)


async def _in_time(job: Awaitable[object], limit_s: float) -> bool:
    """False: it was given up."""
    try:
        async with asyncio.timeout(limit_s):
            await job
    except TimeoutError:
        return False
    return True


async def _sounds(voice: VoiceModel, line: Line) -> VoiceFault | None:
    voice.speak(line)
    async for event in voice.events():
        match event:
            case VoiceAudio() if level_dbfs(event.pcm) >= AUDIBLE_DBFS:
                return None
            case VoiceFailed():
                return event.fault
            case LineFailed():
                return VoiceFault.SILENT
    return VoiceFault.CUT
