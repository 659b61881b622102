"""What calls of one process learn from each other about its voices, and how a voice that nobody tries is found well again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from bridge.events import Line, VoiceFault
from bridge.ports import VoiceModel, VoiceTraits, VoiceUnavailable
from bridge.voice.breaker import TOLERANCE
from bridge.voice.breakers import GRACE_S, Breakers
from bridge.voice.order import OPENING_LIMIT_S, Candidate, VoiceOrder
from bridge.voice.scripted import TRAITS, ScriptedVoice
from tests.bridge.cast import brief
from tests.bridge.fakes import in_jumping_time
from tests.bridge.voice.steadied import CutVoice, MuteVoice, calling

LINE = Line(7, "How many seats do you need?")


class Provider:
    """Its voices can be opened or not, and count how often somebody tried."""

    def __init__(self, fault: VoiceFault | None = None) -> None:
        self.fault = fault
        self.n_opened = 0

    def new(self) -> VoiceModel:
        provider = self

        class _Voice(ScriptedVoice):
            async def open(self, brief) -> None:
                provider.n_opened += 1
                if provider.fault is VoiceFault.UNREACHABLE:
                    await asyncio.sleep(3600)
                if provider.fault is not None:
                    raise VoiceUnavailable("no", provider.fault)

        return _Voice()


def candidate(name: str, new: Callable[[], VoiceModel]) -> Candidate:
    return Candidate(VoiceTraits(name, TRAITS.speaks_verbatim, TRAITS.may_call_real_people), new)


class Calls:
    """Calls one after another with the same two voices."""

    def __init__(self, first: Provider, second: Provider) -> None:
        self.now = asyncio.get_running_loop().time
        self.breakers = Breakers(self.now)
        self.candidates = [candidate("first", first.new), candidate("second", second.new)]
        self.troubles: list[str] = []

    async def opened(self) -> tuple[str, float]:
        """Which voice a call got, and after how long."""
        began_s = self.now()
        order = VoiceOrder(self.candidates, self.breakers, self.troubles.append)
        await order.open_first(brief())
        return order.name, self.now() - began_s


class TestPassingOver:
    @in_jumping_time
    async def test_a_voice_that_cannot_be_reached_costs_three_calls_their_time_and_the_fourth_none(self):
        calls = Calls(Provider(VoiceFault.UNREACHABLE), Provider())
        assert [await calls.opened() for _ in range(4)] == [("second", OPENING_LIMIT_S)] * 3 + [("second", 0.0)]
        assert calls.troubles[-1] == "is passed over: unreachable"

    @in_jumping_time
    async def test_after_the_cool_down_one_call_tries_it_and_when_it_is_well_all_have_it_again(self):
        first = Provider(VoiceFault.KEY)
        calls = Calls(first, Provider())
        for _ in range(2):
            await calls.opened()
        first.fault = None
        assert (await calls.opened())[0] == "second"
        await asyncio.sleep(TOLERANCE.cool_down_s)
        assert [(await calls.opened())[0] for _ in range(2)] == ["first", "first"]
        assert not calls.breakers.dead()

    @in_jumping_time
    async def test_when_every_voice_is_passed_over_they_are_tried_all_the_same_because_somebody_is_on_the_phone(self):
        first, second = Provider(VoiceFault.KEY), Provider(VoiceFault.KEY)
        calls = Calls(first, second)
        for _ in range(2):
            with pytest.raises(VoiceUnavailable):
                await calls.opened()
        assert set(calls.breakers.dead()) == {"first", "second"}
        second.fault = None
        assert (await calls.opened())[0] == "second"

    @in_jumping_time
    async def test_in_the_middle_of_a_call_a_voice_that_others_have_found_dead_is_not_waited_for(self):
        dead, breakers = Provider(VoiceFault.UNREACHABLE), Breakers(asyncio.get_running_loop().time)
        for _ in range(TOLERANCE.n_faults):
            breakers.failed("second", VoiceFault.UNREACHABLE)
        order = VoiceOrder([candidate("second", dead.new), candidate("third", ScriptedVoice)], breakers, lambda _what: None)
        with pytest.raises(VoiceUnavailable):
            await order.open_current(brief(), 3.0)
        assert dead.n_opened == 0


class TestWhatCallsTell:
    @pytest.mark.parametrize(("new", "fault"), [(MuteVoice, VoiceFault.SILENT), (CutVoice, VoiceFault.CUT)])
    def test_sessions_that_say_nothing_or_break_are_told(self, new, fault):
        @in_jumping_time
        async def story() -> None:
            breakers = Breakers(asyncio.get_running_loop().time)
            for _ in range(2):
                async with calling(new, ScriptedVoice, breakers=breakers, names=("ill", "well")) as heard:
                    heard.voice.speak(LINE)
                    await heard.until_end_of(LINE)
            assert {name: dead.fault for name, dead in breakers.dead().items()} == {"ill": fault}

        story()

    @in_jumping_time
    async def test_a_session_that_speaks_counts_for_its_voice(self):
        breakers = Breakers(asyncio.get_running_loop().time)
        for _ in range(TOLERANCE.n_faults):
            breakers.failed("well", VoiceFault.CUT)
        async with calling(ScriptedVoice, breakers=breakers, names=("well",)) as heard:
            heard.voice.speak(LINE)
            await heard.until_end_of(LINE)
        assert not breakers.dead()


class TestTrials:
    """Nobody is rung for them."""

    @staticmethod
    async def _dead(provider: Provider) -> Breakers:
        breakers = Breakers(asyncio.get_running_loop().time)
        order = VoiceOrder([candidate("only", provider.new)], breakers, lambda _what: None)
        for _ in range(3):
            with pytest.raises(VoiceUnavailable):
                await order.open_first(brief())
        assert breakers.dead()
        return breakers

    @in_jumping_time
    async def test_a_dead_voice_is_tried_once_its_cool_down_is_over_and_comes_back_by_itself(self):
        provider = Provider(VoiceFault.QUOTA)
        breakers = await self._dead(provider)
        provider.fault, n_before = None, provider.n_opened
        await breakers.try_overdue()
        assert provider.n_opened == n_before, "too early"
        await asyncio.sleep(TOLERANCE.cool_down_s + GRACE_S)
        await breakers.try_overdue()
        assert provider.n_opened == n_before + 1
        assert not breakers.dead()

    @pytest.mark.parametrize("fault", [VoiceFault.KEY, VoiceFault.UNREACHABLE], ids=["refused", "no reply"])
    def test_one_that_is_still_dead_is_tried_later_next_time(self, fault):
        @in_jumping_time
        async def story() -> None:
            provider = Provider(fault)
            breakers = await self._dead(provider)
            await asyncio.sleep(TOLERANCE.cool_down_s + GRACE_S)
            await breakers.try_overdue()
            n_tried = provider.n_opened
            await asyncio.sleep(TOLERANCE.cool_down_s + GRACE_S)
            await breakers.try_overdue()
            assert provider.n_opened == n_tried
            assert breakers.dead()["only"].fault is fault

        story()

    @pytest.mark.parametrize("new", [MuteVoice, CutVoice], ids=["silent", "cut"])
    def test_a_voice_that_opens_and_does_not_speak_is_still_dead(self, new):
        @in_jumping_time
        async def story() -> None:
            breakers = Breakers(asyncio.get_running_loop().time)
            await VoiceOrder([candidate("only", new)], breakers, lambda _what: None).open_first(brief())
            for _ in range(3):
                breakers.failed("only", VoiceFault.SILENT)
            await asyncio.sleep(TOLERANCE.cool_down_s + GRACE_S)
            await breakers.try_overdue()
            assert breakers.dead()

        story()

    @in_jumping_time
    async def test_a_voice_that_is_well_is_not_tried(self):
        provider = Provider()
        breakers = Breakers(asyncio.get_running_loop().time)
        await VoiceOrder([candidate("only", provider.new)], breakers, lambda _what: None).open_first(brief())
        await asyncio.sleep(3600)
        await breakers.try_overdue()
        assert provider.n_opened == 1
