"""The voices of one call in their order: opens the one that is due, and passes over those whose breaker is open without waiting for them.

When nothing else is left, a voice that was passed over is tried all the same: somebody is on the phone.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bridge.brief import CallBrief
from bridge.events import VoiceFault
from bridge.ports import VoiceModel, VoiceTraits, VoiceUnavailable
from bridge.voice.breakers import Breakers
from bridge.voice.clips import ClipFile
from bridge.voice.weakest import weakest

logger = logging.getLogger(__name__)

OPENING_LIMIT_S = 3.5  # of one voice before the call begins, while the callee waits in silence


@dataclass(frozen=True, slots=True)
class Candidate:
    """One voice in the order. `new` gives an unopened one and may raise VoiceUnavailable."""

    traits: VoiceTraits
    new: Callable[[], VoiceModel]


class VoiceOrder:
    """`place` is that of the voice in use or being opened. `trouble` is told what became of each that does not speak."""

    def __init__(self, candidates: Sequence[Candidate], breakers: Breakers, trouble: Callable[[str], None]) -> None:
        self._candidates = list(candidates)
        self._breakers = breakers
        self._trouble = trouble
        self.place = 0

    @property
    def name(self) -> str:
        return self._candidates[self.place].traits.name

    def weakest(self, clips: Mapping[str, ClipFile]) -> VoiceTraits:
        """Traits of the weakest of them, since any of them may have to speak."""
        return weakest([candidate.traits for candidate in self._candidates], name=self.name, clips=clips)

    @property
    def n_left(self) -> int:
        """The one in use included."""
        return len(self._candidates) - self.place

    async def open_first(self, brief: CallBrief) -> VoiceModel:
        """The first that can be opened. Raises VoiceUnavailable of the last one when none can."""
        refused = VoiceUnavailable("No voice is set up for this call.")
        for _place in self._to_be_tried():
            try:
                return await self._open(brief, OPENING_LIMIT_S)
            except VoiceUnavailable as unavailable:
                refused = unavailable
                self._trouble(f"cannot be opened: {unavailable.fault}")
        raise refused

    async def open_current(self, brief: CallBrief, limit_s: float) -> VoiceModel:
        """A session of the voice whose turn it is. Raises VoiceUnavailable, at once if a later one should be taken."""
        fault = self._breakers.of(self.name).fault
        if fault is not None and self._has_better() and not self._breakers.admits(self.name):
            raise VoiceUnavailable("This voice is passed over at the moment.", fault)
        return await self._open(brief, limit_s)

    def spoke(self) -> None:
        self._breakers.spoke(self.name)

    def failed(self, fault: VoiceFault) -> None:
        self._breakers.failed(self.name, fault)

    def _to_be_tried(self) -> Iterator[int]:
        """Places, in order; those that are passed over come last. Asked one by one, because to be admitted is to be the one that tries."""
        passed_over: list[int] = []
        for place in range(len(self._candidates)):
            self.place = place
            if self._breakers.admits(self.name):
                yield place
            else:
                self._trouble(f"is passed over: {self._breakers.of(self.name).fault}")
                passed_over.append(place)
        for place in passed_over:
            self.place = place
            yield place

    def _has_better(self) -> bool:
        return any(not self._breakers.is_open(candidate.traits.name) for candidate in self._candidates[self.place + 1 :])

    async def _open(self, brief: CallBrief, limit_s: float) -> VoiceModel:
        name = self.name
        candidate = self._candidates[self.place]
        self._breakers.opening(name, brief, candidate.new)
        try:
            voice = await _opened(candidate, brief, limit_s)
        except VoiceUnavailable as unavailable:
            self._breakers.failed(name, unavailable.fault)
            raise
        self._breakers.opened(name)
        return voice


async def _opened(candidate: Candidate, brief: CallBrief, limit_s: float) -> VoiceModel:
    voice = candidate.new()
    try:
        async with asyncio.timeout(limit_s):
            await voice.open(brief)
    except TimeoutError as late:
        await voice.close()
        raise VoiceUnavailable(f"The voice did not open within {limit_s:.0f} s.", VoiceFault.UNREACHABLE) from late
    except BaseException:  # cancelled, too: the phone is not answered any more
        await voice.close()
        raise
    return voice


async def close_quietly(voice: VoiceModel, limit_s: float) -> None:
    """It is being thrown away: whatever it raises, or however long it takes, nobody waits for it."""
    try:
        async with asyncio.timeout(limit_s):
            await voice.close()
    except Exception:
        logger.exception("a voice that was given up could not be closed")
