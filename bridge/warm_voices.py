"""Voices that are opened while the phone still rings, so that the first word waits for nothing; closed when nobody answers.

Bounded: `room` sessions, those that are talking included, and so many seconds each. A call that is answered comes before one that rings: it takes
the place of the voice that was warmed last. Whatever a warm voice lacks when it is asked for, the call opens its own, as if there had been none.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Protocol
from uuid import uuid4

from bridge.brief import CallBrief
from bridge.ports import KeepUsage, VoiceModel, VoiceUnavailable
from bridge.usage import UsageAccount
from bridge.voice.settling import close_and_count

logger = logging.getLogger(__name__)

WARM_FOR_S = 75.0  # phones ring for a minute; sessions of all providers live ten minutes and more
CLOSE_LIMIT_S = 3.0


class WarmableVoice(VoiceModel, Protocol):
    """Its `open` may be asked again while it opens; after `close` its events run out."""

    @property
    def is_fit(self) -> bool:
        """A call may begin with it as it is."""

    @property
    def is_closed(self) -> bool: ...


@dataclass(slots=True, eq=False)
class _Warm:
    brief: CallBrief = field(repr=False)
    voice: WarmableVoice
    warming: asyncio.Task[None] | None = None
    has_opened: bool = False


class WarmVoices:
    """`new` gives an unopened voice and may raise VoiceUnavailable; tasks belong to `tasks`, which outlives every call."""

    def __init__(
        self, new: Callable[[CallBrief], WarmableVoice], tasks: asyncio.TaskGroup, keep_usage: KeepUsage, *, room: int, warm_for_s: float = WARM_FOR_S
    ) -> None:
        self._new = new
        self._tasks = tasks
        self._keep_usage = keep_usage
        self._room = room
        self._warm_for_s = warm_for_s
        self._warm: dict[str, _Warm] = {}  # by call, the last one warmed last
        self._talking: dict[str, WarmableVoice] = {}  # by call
        self._n_others = 0  # sessions that are being closed, and such as belong to no call

    @property
    def n_warm(self) -> int:
        return len(self._warm)

    def warm_up(self, brief: CallBrief) -> bool:
        """Begin, unless this call has one (it may have been answered before its ringing was heard of), or there is no room."""
        if brief.call_id in self._warm or not self._has_room() or brief.call_id in self._talking:
            return False
        try:
            voice = self._new(brief)
        except VoiceUnavailable:  # a voice that nobody knows: the call says so when it is answered
            return False
        if not (voice.traits.may_call_real_people or brief.line.is_simulated):
            return False
        warm = self._warm[brief.call_id] = _Warm(brief, voice)
        warm.warming = self._tasks.create_task(self._keep_warm(warm))
        return True

    def open_voice(self, brief: CallBrief) -> VoiceModel:
        """For the call that is answered now: its warm voice if that fits, else an unopened one. Raises VoiceUnavailable for a name nobody knows."""
        warm = self._warm.pop(brief.call_id, None)
        if warm is not None and _fits(warm, brief):
            voice = warm.voice
            if warm.has_opened and warm.warming is not None:
                warm.warming.cancel()
            logger.info("call %s: its voice was warmed up", brief.call_id)
        else:
            if warm is not None:
                self._throw_away(warm)
            voice = self._new(brief)
        self._talking[brief.call_id] = voice
        self._make_room()
        return voice

    @contextmanager
    def place(self) -> Iterator[bool]:
        """For one session that belongs to no call. False: there is no room for it."""
        if not self._has_room():
            yield False
            return
        self._n_others += 1
        try:
            yield True
        finally:
            self._n_others -= 1

    def forget(self, call_id: str) -> None:
        """The call is over, or another process holds it: its voice, if there is one, is closed in the background."""
        if (warm := self._warm.pop(call_id, None)) is not None:
            self._throw_away(warm)

    async def close(self) -> None:
        warm, self._warm = list(self._warm.values()), {}
        for each in warm:
            await self._discard(each)

    # -- within --

    def _has_room(self) -> bool:
        return self._n_sessions() + self._n_others < self._room

    def _n_sessions(self) -> int:
        self._talking = {call_id: voice for call_id, voice in self._talking.items() if not voice.is_closed}
        return len(self._talking) + len(self._warm)

    def _make_room(self) -> None:
        while self._warm and self._n_sessions() > self._room:
            self.forget(next(reversed(self._warm)))

    async def _keep_warm(self, warm: _Warm) -> None:
        """Opened, and closed again when nobody has asked for it in time."""
        call_id = warm.brief.call_id
        try:
            await warm.voice.open(warm.brief)
        except VoiceUnavailable as unavailable:  # the call tries again when it is answered
            logger.warning("call %s: no voice could be warmed up, %s", call_id, unavailable.fault)
            self._drop(warm)
            return
        except Exception:  # the edge of this task: all calls go on
            logger.exception("call %s: a voice broke while it was warmed up", call_id)
            self._drop(warm)
            return
        warm.has_opened = True
        if self._is_ours(warm):
            await asyncio.sleep(self._warm_for_s)
            self._drop(warm)

    def _is_ours(self, warm: _Warm) -> bool:
        """No call has it."""
        return self._warm.get(warm.brief.call_id) is warm

    def _drop(self, warm: _Warm) -> None:
        if self._is_ours(warm):
            self.forget(warm.brief.call_id)

    def _throw_away(self, warm: _Warm) -> None:
        self._tasks.create_task(self._discard(warm))

    async def _discard(self, warm: _Warm) -> None:
        """Closed, and what it has cost until then is kept."""
        call_id, now = warm.brief.call_id, asyncio.get_running_loop().time
        account = UsageAccount(warm.voice.traits.name, uuid4().hex)
        self._n_others += 1
        if warm.warming is not None:
            warm.warming.cancel()
            await asyncio.wait({warm.warming})
        try:
            async with asyncio.timeout(CLOSE_LIMIT_S):
                await close_and_count(warm.voice, account, now=now)
            await self._keep_usage(call_id, account.uses(now(), is_discarded=True))
        except Exception:  # the edge of this task: all calls go on
            logger.exception("call %s: a warm voice could not be thrown away", call_id)
        finally:
            self._n_others -= 1


def _fits(warm: _Warm, brief: CallBrief) -> bool:
    """Nothing may have changed since: what the call was answered with counts. While it still opens it may fit, too; the call waits for it.

    The callee's clock and the time of another call are of the answer, and of no use to a voice.
    """
    is_same = _of_the_voice(warm.brief) == _of_the_voice(brief)
    return is_same and (warm.voice.is_fit or not warm.has_opened)


def _of_the_voice(brief: CallBrief) -> CallBrief:
    return replace(brief, clock=None, call_back_at=None)
