"""A voice is ready when the phone is picked up, is never in anybody's way, and what it cost for nothing is counted."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bridge.brief import CallBrief, CalleeClock, LineTraits
from bridge.events import Line, Usage, UsageUnit, VoiceAudioEnd, VoiceFailed, VoiceFault, VoiceUsage
from bridge.ports import VoiceModel, VoiceTraits, VoiceUnavailable
from bridge.reports import SessionUse
from bridge.voice.clips import Clips
from bridge.voice.order import Candidate
from bridge.voice.scripted import TRAITS, ScriptedVoice
from bridge.voice.steady import SteadyVoice
from bridge.warm_voices import WARM_FOR_S, WarmVoices
from tests.bridge.cast import brief
from tests.bridge.fakes import in_jumping_time

OPENS_S = 0.6
USED = {UsageUnit.SESSION_S: 3.0}


class BilledVoice(ScriptedVoice):
    """Takes its time to open, and says what it has cost when it is closed."""

    def __init__(self, provider: Provider) -> None:
        super().__init__()
        self._provider = provider
        self.is_closed = False

    async def open(self, brief: CallBrief) -> None:
        self._provider.opened.append(self)
        await asyncio.sleep(OPENS_S)
        if self._provider.fault is not None:
            raise VoiceUnavailable("no", self._provider.fault)

    def die(self) -> None:
        self._queue.put_nowait(VoiceFailed("idle for too long"))

    async def close(self) -> None:
        if not self.is_closed:
            self.is_closed = True
            self._queue.put_nowait(VoiceUsage("a-model", USED))
            await super().close()


class Provider:
    def __init__(self) -> None:
        self.opened: list[BilledVoice] = []
        self.fault: VoiceFault | None = None

    @property
    def n_alive(self) -> int:
        return sum(not voice.is_closed for voice in self.opened)

    def new(self) -> VoiceModel:
        return BilledVoice(self)


class House:
    """A process with its warm voices, and the account of what was thrown away."""

    def __init__(self, tasks: asyncio.TaskGroup, room: int, may_call_real_people: bool) -> None:
        self.provider = Provider()
        self.kept: list[tuple[str, Usage, bool]] = []
        self._tasks = tasks
        self._traits = replace(TRAITS, may_call_real_people=may_call_real_people)
        self.warm = WarmVoices(self._new, tasks, self._keep, room=room)

    def _new(self, brief: CallBrief) -> SteadyVoice:
        if brief.voice == "unknown":
            raise VoiceUnavailable("nobody knows it")
        return SteadyVoice([Candidate(self._traits, self.provider.new)], self._tasks)

    async def _keep(self, call_id: str, uses: Sequence[SessionUse]) -> None:
        used = {model: amounts for use in uses for model, amounts in use.usage.items()}
        self.kept.append((call_id, used, all(use.is_discarded for use in uses)))

    async def answered(self, wanted: CallBrief) -> tuple[VoiceModel, float]:
        """The voice of the call that is answered now, and after how long it is open."""
        began_s = asyncio.get_running_loop().time()
        voice = self.warm.open_voice(wanted)
        await voice.open(wanted)
        return voice, round(asyncio.get_running_loop().time() - began_s, 6)


@asynccontextmanager
async def house(room: int = 5, *, may_call_real_people: bool = True) -> AsyncIterator[House]:
    async with asyncio.TaskGroup() as tasks:
        made = House(tasks, room, may_call_real_people)
        yield made
        await made.warm.close()


def call(n: int) -> CallBrief:
    return replace(brief(), call_id=f"call-{n}")


async def talks(voice: VoiceModel) -> bool:
    voice.speak(Line(1, "Hello."))
    async with asyncio.timeout(5):
        async for event in voice.events():
            if event == VoiceAudioEnd(1):
                return True
    return False


class TestTheFirstWord:
    @in_jumping_time
    async def test_a_voice_that_was_warmed_up_is_open_at_once_and_talks(self):
        async with house() as at:
            assert at.warm.warm_up(call(1))
            await asyncio.sleep(20)
            voice, waited_s = await at.answered(call(1))
            assert waited_s == 0.0
            assert await talks(voice)
            await voice.close()
            assert len(at.provider.opened) == 1
            assert at.kept == [], "the call's own account counts it"

    @in_jumping_time
    async def test_a_call_that_is_answered_while_its_voice_opens_waits_for_the_rest_only(self):
        async with house() as at:
            at.warm.warm_up(call(1))
            await asyncio.sleep(OPENS_S / 2)
            voice, waited_s = await at.answered(call(1))
            assert waited_s == pytest.approx(OPENS_S / 2)
            assert await talks(voice)
            await voice.close()
            assert len(at.provider.opened) == 1

    @in_jumping_time
    async def test_a_call_that_was_not_warmed_up_opens_its_own(self):
        async with house() as at:
            voice, waited_s = await at.answered(call(1))
            assert waited_s == OPENS_S
            await voice.close()

    @in_jumping_time
    async def test_when_warming_up_fails_the_call_tries_again(self):
        async with house() as at:
            at.provider.fault = VoiceFault.UNREACHABLE
            at.warm.warm_up(call(1))
            await asyncio.sleep(5)
            assert at.warm.n_warm == 0
            at.provider.fault = None
            voice, waited_s = await at.answered(call(1))
            assert waited_s == OPENS_S
            await voice.close()

    @in_jumping_time
    async def test_when_warming_up_fails_after_the_answer_the_call_tries_again(self):
        async with house() as at:
            at.provider.fault = VoiceFault.UNREACHABLE
            at.warm.warm_up(call(1))
            await asyncio.sleep(OPENS_S / 2)
            voice = at.warm.open_voice(call(1))
            opening = asyncio.create_task(voice.open(call(1)))
            await asyncio.sleep(OPENS_S)
            at.provider.fault = None
            await opening
            assert await talks(voice)
            await voice.close()

    @in_jumping_time
    async def test_a_session_that_was_lost_while_the_phone_rang_was_replaced_before_the_answer(self):
        async with house() as at:
            at.warm.warm_up(call(1))
            await asyncio.sleep(10)
            at.provider.opened[0].die()
            await asyncio.sleep(10)
            voice, waited_s = await at.answered(call(1))
            assert waited_s == 0.0
            assert await talks(voice)
            await voice.close()

    @in_jumping_time
    async def test_a_session_that_is_lost_at_the_answer_is_thrown_away_for_a_fresh_one(self):
        async with house() as at:
            at.warm.warm_up(call(1))
            await asyncio.sleep(10)
            at.provider.opened[0].die()
            await asyncio.sleep(0.1)
            voice, waited_s = await at.answered(call(1))
            assert waited_s == OPENS_S
            assert await talks(voice)
            await voice.close()
            await asyncio.sleep(5)
            assert at.provider.n_alive == 0


class TestWhatTheCallWasAnsweredWith:
    """Decides: nothing that was true only while it rang is said."""

    @pytest.mark.parametrize(
        "change",
        [
            lambda told: replace(told, language="sw"),
            lambda told: replace(told, answers={"seats": 40}),
            lambda told: replace(told, lines=replace(told.lines, disclosure="Something else.")),
            lambda told: replace(told, voice="another"),
        ],
        ids=["language", "answers", "disclosure", "voice"],
    )
    def test_a_voice_that_was_told_otherwise_is_thrown_away(self, change: Callable[[CallBrief], CallBrief]):
        @in_jumping_time
        async def story() -> None:
            async with house() as at:
                at.warm.warm_up(call(1))
                await asyncio.sleep(10)
                voice, waited_s = await at.answered(change(call(1)))
                assert waited_s == OPENS_S
                await asyncio.sleep(1)
                assert [(call_id, is_discarded) for call_id, _usage, is_discarded in at.kept] == [("call-1", True)]
                await voice.close()

        story()

    @in_jumping_time
    async def test_what_only_the_answer_knows_of_the_time_changes_nothing(self):
        async with house() as at:
            at.warm.warm_up(call(1))
            await asyncio.sleep(10)
            now = datetime(2026, 11, 26, tzinfo=UTC)
            voice, waited_s = await at.answered(replace(call(1), clock=CalleeClock(now), call_back_at=now))
            assert waited_s == 0.0
            await voice.close()


class TestNobodyAnswers:
    @in_jumping_time
    async def test_it_is_closed_and_its_cost_is_kept(self):
        async with house() as at:
            at.warm.warm_up(call(1))
            await asyncio.sleep(10)
            at.warm.forget("call-1")
            await asyncio.sleep(1)
            assert at.kept == [("call-1", {"a-model": USED}, True)]
            assert (at.warm.n_warm, at.provider.n_alive) == (0, 0)

    @in_jumping_time
    async def test_one_that_still_opens_is_closed_too(self):
        async with house() as at:
            at.warm.warm_up(call(1))
            await asyncio.sleep(OPENS_S / 2)
            at.warm.forget("call-1")
            await asyncio.sleep(1)
            assert at.provider.n_alive == 0

    @in_jumping_time
    async def test_without_any_word_of_the_end_it_is_closed_after_a_while(self):
        async with house() as at:
            at.warm.warm_up(call(1))
            await asyncio.sleep(OPENS_S + WARM_FOR_S - 0.01)
            assert at.provider.n_alive == 1
            await asyncio.sleep(1)
            assert (at.warm.n_warm, at.provider.n_alive, len(at.kept)) == (0, 0, 1)

    @in_jumping_time
    async def test_the_end_of_a_call_that_talks_closes_nothing_here(self):
        async with house() as at:
            at.warm.warm_up(call(1))
            voice, _waited_s = await at.answered(call(1))
            at.warm.forget("call-1")
            await asyncio.sleep(WARM_FOR_S + 5)
            assert await talks(voice)
            await voice.close()


class TestRoom:
    @in_jumping_time
    async def test_there_are_never_more_sessions_than_room(self):
        async with house(room=3) as at:
            assert [at.warm.warm_up(call(n)) for n in range(5)] == [True, True, True, False, False]
            await asyncio.sleep(5)
            assert at.provider.n_alive == 3

    @in_jumping_time
    async def test_a_call_that_is_answered_takes_the_place_of_the_voice_warmed_last(self):
        async with house(room=2) as at:
            at.warm.warm_up(call(1))
            at.warm.warm_up(call(2))
            await asyncio.sleep(5)
            voice, _waited_s = await at.answered(call(3))
            await asyncio.sleep(1)
            assert [call_id for call_id, *_rest in at.kept] == ["call-2"]
            assert at.provider.n_alive == 2
            assert not at.warm.warm_up(call(4))
            await voice.close()
            assert at.warm.warm_up(call(4))

    @in_jumping_time
    async def test_a_session_that_belongs_to_no_call_takes_a_place_and_gives_it_back(self):
        async with house(room=1) as at:
            with at.warm.place() as is_free:
                assert is_free
                assert not at.warm.warm_up(call(1))
            assert at.warm.warm_up(call(1))
            with at.warm.place() as is_free:
                assert not is_free

    @in_jumping_time
    async def test_a_call_has_one_warm_voice(self):
        async with house() as at:
            assert [at.warm.warm_up(call(1)) for _ in range(3)] == [True, False, False]

    @in_jumping_time
    async def test_a_call_that_talks_already_gets_no_second_session(self):
        async with house() as at:
            voice, _waited_s = await at.answered(call(1))
            assert not at.warm.warm_up(call(1))
            await voice.close()

    @in_jumping_time
    async def test_a_voice_that_must_not_speak_to_real_people_is_not_opened_for_them(self):
        async with house(may_call_real_people=False) as at:
            assert not at.warm.warm_up(replace(call(1), line=LineTraits(is_simulated=False)))
            assert at.warm.warm_up(replace(call(2), line=LineTraits(is_simulated=True)))

    @in_jumping_time
    async def test_a_voice_that_nobody_knows_is_the_call_s_own_affair(self):
        async with house() as at:
            assert not at.warm.warm_up(replace(call(1), voice="unknown"))
            with pytest.raises(VoiceUnavailable):
                at.warm.open_voice(replace(call(1), voice="unknown"))

    @in_jumping_time
    async def test_when_the_process_stops_nothing_stays_open(self):
        async with house() as at:
            for n in range(3):
                at.warm.warm_up(call(n))
            await asyncio.sleep(OPENS_S / 2)
        assert (at.provider.n_alive, at.warm.n_warm, len(at.kept)) == (0, 0, 3)


@in_jumping_time
async def test_what_lost_sessions_of_a_call_have_cost_is_told_as_well():
    provider = Provider()
    async with asyncio.TaskGroup() as tasks:
        voice = SteadyVoice([Candidate(VoiceTraits("a", True, True), provider.new)], tasks, load_clips=_no_clips)
        await voice.open(call(1))
        provider.opened[0].die()
        await asyncio.sleep(5)
        await voice.close()
        told = [event async for event in voice.events() if isinstance(event, VoiceUsage)]
    assert len(told) == len(provider.opened) == 2


async def _no_clips(_brief: CallBrief) -> Clips:
    return Clips({})
