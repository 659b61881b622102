"""The sessions of one call: which of them counts, what each is billed for, and what becomes of those that cannot be opened."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from bridge.events import UsageUnit, VoiceEvent, VoiceFault, VoiceOpened, VoiceUsage
from bridge.ports import VoiceModel, VoiceUnavailable
from bridge.voice.breakers import Breakers
from bridge.voice.order import VoiceOrder
from bridge.voice.scripted import ScriptedVoice
from bridge.voice.sessions import Ended, Sessions, Told
from tests.bridge.cast import brief
from tests.bridge.fakes import in_jumping_time
from tests.bridge.voice.steadied import BrokenVoice, ClosedVoice, candidate

SECONDS = {UsageUnit.SESSION_S: 3.0}


class BilledVoice(ScriptedVoice):
    """Tells what it used when it is closed."""

    async def close(self) -> None:
        self._queue.put_nowait(VoiceUsage("model", SECONDS))
        await super().close()


class RaisesAtOpening(ScriptedVoice):
    async def open(self, brief) -> None:
        raise ZeroDivisionError


class Played:
    """Sessions with these voices, one after the other, and all that they told."""

    def __init__(self, voices: Sequence[Callable[[], VoiceModel]], tasks: asyncio.TaskGroup) -> None:
        self.told: list[Told] = []
        self.billed: list[VoiceEvent] = []
        left = iter(voices)
        order = VoiceOrder([candidate(lambda: next(left)())], Breakers(asyncio.get_running_loop().time), lambda _what: None)
        self.sessions = Sessions(order, tasks, tell=self.told.append, bill=self.billed.append, open_limit_s=3.0)

    async def another(self) -> None:
        self.sessions.replace(brief())
        await asyncio.sleep(1)
        for opened in [each for each in self.told if isinstance(each, ScriptedVoice)][-1:]:
            self.sessions.take_over(opened)
            await asyncio.sleep(1)

    def numbers(self) -> list[int]:
        """Of the sessions that told something, in order."""
        return list(dict.fromkeys(each[0] for each in self.told if isinstance(each, tuple)))


@asynccontextmanager
async def played(*voices: Callable[[], VoiceModel]) -> AsyncIterator[Played]:
    async with asyncio.TaskGroup() as tasks:
        play = Played(voices, tasks)
        await play.another()
        try:
            yield play
        finally:
            await play.sessions.close()


@in_jumping_time
async def test_only_the_last_session_counts():
    async with played(BrokenVoice, BrokenVoice) as play:
        await play.another()
        first, second = play.numbers()
        assert [play.sessions.counts(number) for number in (first, second)] == [False, True]


@in_jumping_time
async def test_while_another_is_opened_none_is_there_and_none_counts():
    async with played(ScriptedVoice, ScriptedVoice) as play:
        play.sessions.replace(brief())
        assert play.sessions.voice is None
        await asyncio.sleep(1)
        (number,) = play.numbers()
        assert not play.sessions.counts(number)


@in_jumping_time
async def test_a_session_that_was_replaced_is_billed_for_what_it_used_under_its_own_key():
    async with played(BilledVoice, BilledVoice) as play:
        await play.another()
        await play.sessions.close()
        keys = [event.session for event in play.billed if isinstance(event, VoiceOpened)]
        assert len(set(keys)) == 2
        assert [event.session for event in play.billed if isinstance(event, VoiceUsage)] == keys


@in_jumping_time
async def test_the_end_of_a_session_is_told_also_when_its_library_raises(caplog):
    async with played(BrokenVoice) as play:
        number, ended = play.told[-1]
        assert (play.sessions.counts(number), isinstance(ended, Ended)) == (True, True)


@in_jumping_time
async def test_why_a_session_cannot_be_opened_is_told():
    async with played(ClosedVoice) as play:
        (refused,) = play.told
        assert isinstance(refused, VoiceUnavailable)
        assert refused.fault is VoiceFault.KEY


@in_jumping_time
async def test_a_voice_that_raises_while_it_is_opened_is_one_that_cannot_be(caplog):
    async with played(RaisesAtOpening) as play:
        (refused,) = play.told
        assert isinstance(refused, VoiceUnavailable)
        assert refused.fault is VoiceFault.GARBAGE
