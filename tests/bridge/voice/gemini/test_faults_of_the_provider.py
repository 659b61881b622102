"""Whatever the provider does wrong becomes the one event that says so, and nothing is left at work afterwards."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from bridge.events import Expectation, Line, LineFailed, VoiceAudio, VoiceAudioEnd, VoiceFailed, VoiceFault
from bridge.ports import VoiceUnavailable
from bridge.voice.fakes.gemini import FakeFaults
from bridge.voice.fakes.gemini.faults import Garbage
from bridge.voice.gemini.settings import gemini_settings
from bridge.voice.gemini.voice import GeminiVoice
from tests.bridge.cast import SEATS, brief
from tests.bridge.voice.gemini.conftest import Rig
from tests.bridge.voice.rig import Listener, is_a, until

LONG = Line(1, "x" * 300)
NO_KEY = (1007, "API key not valid. Please pass a valid API key.")
NO_MONEY = (1011, "You exceeded your current quota, please check your plan and billing details.")
NO_MODEL = (1008, "models/gemini-0.1 is not found for API version v1beta")


def refuse(**faults: object) -> Callable[[FakeFaults], None]:
    def set_on(on: FakeFaults) -> None:
        for name, value in faults.items():
            assert hasattr(on, name)
            setattr(on, name, value)

    return set_on


class TestOpening:
    @pytest.mark.parametrize(
        ("set_on", "fault"),
        [
            (refuse(refuse_status=401), VoiceFault.KEY),
            (refuse(refuse_status=403), VoiceFault.KEY),
            (refuse(refuse_status=429), VoiceFault.QUOTA),
            (refuse(refuse_status=400), VoiceFault.REFUSED),
            (refuse(refuse_status=503), VoiceFault.UNREACHABLE),
            (refuse(refuse_close=NO_KEY), VoiceFault.KEY),
            (refuse(refuse_close=NO_MONEY), VoiceFault.QUOTA),
            (refuse(refuse_close=NO_MODEL), VoiceFault.REFUSED),
            (refuse(refuse_close=(1011, "internal")), VoiceFault.CUT),
        ],
        ids=["401", "403", "429", "400", "503", "bad key", "no quota", "no model", "internal"],
    )
    async def test_a_refusal_says_what_its_owner_can_mend(self, rig: Rig, set_on, fault: VoiceFault):
        set_on(rig.faults)
        voice = rig.new_voice()
        with pytest.raises(VoiceUnavailable) as refused:
            await voice.open(brief())
        await voice.close()
        assert refused.value.fault is fault
        assert sum(rig.faults.counted.values()) == 1

    async def test_nobody_there_is_unreachable(self):
        voice = GeminiVoice(gemini_settings("a key", base_url="https://127.0.0.1:9"))
        with pytest.raises(VoiceUnavailable) as refused:
            await voice.open(brief())
        assert refused.value.fault is VoiceFault.UNREACHABLE
        await voice.close()

    async def test_a_certificate_that_is_not_trusted_is_unreachable(self, rig: Rig):
        voice = GeminiVoice(rig.settings())
        with pytest.raises(VoiceUnavailable) as refused:
            await voice.open(brief())
        assert refused.value.fault is VoiceFault.UNREACHABLE
        await voice.close()

    async def test_no_answer_to_the_setup_is_unreachable_after_a_limit_of_its_own(self, rig: Rig):
        rig.faults.hangs_at_setup = True
        voice = GeminiVoice(rig.settings(limit_s=0.2), rig.fake.tls)
        with pytest.raises(VoiceUnavailable) as refused:
            await voice.open(brief())
        assert refused.value.fault is VoiceFault.UNREACHABLE
        await voice.close()

    async def test_without_a_key_nobody_is_asked(self, rig: Rig):
        with pytest.raises(VoiceUnavailable, match="No API key") as refused:
            await GeminiVoice(gemini_settings("", base_url=rig.fake.base_url), rig.fake.tls).open(brief())
        assert refused.value.fault is VoiceFault.KEY
        assert rig.fake.setups == []

    async def test_the_words_of_the_provider_are_not_passed_on(self, rig: Rig):
        rig.faults.refuse_close = (1008, "project 12345 of owner@example.com has no access")
        voice = rig.new_voice()
        with pytest.raises(VoiceUnavailable) as refused:
            await voice.open(brief())
        await voice.close()
        assert "12345" not in str(refused.value)

    async def test_one_that_is_closed_while_it_opens_leaves_nothing_behind(self, rig: Rig):
        rig.faults.hangs_at_setup = True
        voice = rig.new_voice()
        opening = asyncio.create_task(voice.open(brief()))
        await until(lambda: rig.faults.counted["hangs_at_setup"] == 1)
        await voice.close()
        with pytest.raises(VoiceUnavailable):
            await opening


class TestLines:
    @pytest.mark.parametrize(
        ("set_on", "reason"),
        [
            (refuse(has_empty_turns=True), "empty turn"),
            (refuse(rejects_turns="RESPONSE_REJECTED"), "RESPONSE_REJECTED"),
            (refuse(has_no_audio=True), "empty turn"),
            (refuse(is_silent=True), "silent audio"),
        ],
        ids=["empty", "rejected", "a transcript without sound", "zeros"],
    )
    async def test_a_line_that_was_not_said_has_failed_and_the_voice_lives(self, rig: Rig, set_on, reason: str):
        set_on(rig.faults)
        async with rig.call() as (voice, listener):
            voice.speak(LONG)
            failed = await listener.wait_for(is_a(LineFailed))
            refuse(has_empty_turns=False, rejects_turns="", has_no_audio=False, is_silent=False)(rig.faults)
            voice.speak(Line(2, "Hello."))
            await listener.wait_for_end_of(2)
        assert failed == LineFailed(1, reason)
        assert listener.audio_of(1) == []
        assert listener.n_ends_of(1) == 0

    async def test_a_stalled_session_fails_the_line_before_the_call_gives_up(self, rig: Rig, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr("bridge.voice.gemini.dialogue.SOUND_LIMIT_S", 0.3)
        rig.faults.stalls = True
        async with rig.call() as (voice, listener):
            voice.speak(LONG)
            failed = await listener.wait_for(is_a(LineFailed))
        assert failed == LineFailed(1, "no sound came")
        assert rig.faults.counted["stalls"] > 0


class TestConnection:
    @pytest.mark.parametrize(
        ("code", "reason", "fault"),
        [
            (1007, "Request contains an invalid argument.", VoiceFault.REFUSED),
            (1008, "Operation is not implemented", VoiceFault.REFUSED),
            (1011, "Internal error", VoiceFault.CUT),
            (*NO_MONEY, VoiceFault.QUOTA),
        ],
        ids=["1007", "1008", "1011", "no quota"],
    )
    async def test_a_closed_session_is_told_once(self, rig: Rig, code: int, reason: str, fault: VoiceFault):
        async with rig.call() as (_voice, listener):
            await rig.fake.close_all(code, reason)
            failed = await listener.wait_for(is_a(VoiceFailed))
        assert failed == VoiceFailed(f"closed with {code}", fault)
        assert sum(isinstance(event, VoiceFailed) for event in listener.events) == 1

    @pytest.mark.parametrize("set_on", [refuse(cut_after_line_ms=200), refuse(cut_after_messages=5)], ids=["ms of a line", "messages"])
    async def test_a_socket_that_is_cut_in_the_middle_of_a_line_is_a_dead_voice(self, rig: Rig, set_on):
        set_on(rig.faults)
        async with rig.call() as (voice, listener):
            voice.speak(LONG)
            failed = await listener.wait_for(is_a(VoiceFailed))
        assert failed.fault is VoiceFault.CUT
        assert not any(isinstance(event, VoiceAudioEnd) for event in listener.events)
        assert sum(rig.faults.counted.values()) >= 1

    @pytest.mark.parametrize("garbage", Garbage)
    async def test_what_cannot_be_read_again_and_again_is_a_dead_voice(self, rig: Rig, garbage: Garbage):
        rig.faults.garbage = garbage
        async with rig.call() as (voice, listener):
            voice.speak(LONG)
            failed = await listener.wait_for(is_a(VoiceFailed))
        assert failed.fault is VoiceFault.GARBAGE
        assert rig.faults.counted["garbage"] == 1

    async def test_a_dead_voice_takes_everything_and_does_nothing(self, rig: Rig):
        async with rig.call() as (voice, listener):
            await rig.fake.close_all(1011)
            await listener.wait_for(is_a(VoiceFailed))
            voice.expect(Expectation(SEATS))
            voice.speak(LONG)
            voice.cancel(1, heard_ms=0)
        assert isinstance(listener.events[-1], VoiceFailed)


async def test_no_task_is_left_when_a_voice_is_closed(rig: Rig):
    before = asyncio.all_tasks()
    voice = rig.new_voice()
    await voice.open(brief())
    voice.speak(LONG)
    listener = Listener(voice, 5.0)
    listening = asyncio.create_task(listener.listen())
    await listener.wait_for(is_a(VoiceAudio))
    await voice.close()
    await listening
    await until(lambda: rig.fake.n_connections == 0)
    ours = {task for task in asyncio.all_tasks() - before if "bridge.voice.gemini" in repr(task.get_coro())}
    assert ours == set()
