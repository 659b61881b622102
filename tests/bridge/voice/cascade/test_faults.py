"""Each way in which a service can fail while a call runs, and what the call is told."""

from __future__ import annotations

import pytest

from bridge.events import Line, LineFailed, ToolCall, VoiceAudio, VoiceAudioEnd, VoiceFailed, VoiceFault
from bridge.voice.cascade import services
from bridge.voice.cascade.settings import Service
from tests.bridge.voice.cascade.rig import faked, new_voice, opened
from tests.bridge.voice.rig import BRIEF, LINE, NEXT, is_a, say_something, tool_called, until

ASKED = pytest.mark.parametrize("service", [Service.STT, Service.LLM], ids=["STT", "LLM"])


def is_dead(listener) -> bool:
    return any(isinstance(event, VoiceFailed) for event in listener.events)


class TestRecogniserAndModel:
    @ASKED
    @pytest.mark.parametrize("fault", ["refuses_times", "cuts_times"])
    async def test_one_failure_is_not_noticed(self, service, fault):
        async with faked() as fake, opened(fake) as (voice, listener):
            getattr(fake.faults, fault)[service] = 1
            await tool_called(voice, listener)
        assert fake.faults.happened[f"{fault} {service.name}"] == 1
        assert not is_dead(listener)

    @ASKED
    @pytest.mark.parametrize(
        ("status", "fault", "n_asked"),
        [(500, VoiceFault.UNREACHABLE, 2), (429, VoiceFault.QUOTA, 2), (401, VoiceFault.KEY, 1), (400, VoiceFault.REFUSED, 1)],
    )
    async def test_a_refusal_that_stays_ends_the_voice(self, service, status, fault, n_asked):
        async with faked() as fake, opened(fake) as (voice, listener):
            fake.faults.refuses[service] = status
            say_something(voice)
            failed = await listener.wait_for(is_a(VoiceFailed))
        assert (failed.fault, fake.faults.happened[f"refuses {service.name}"]) == (fault, n_asked)

    @ASKED
    @pytest.mark.parametrize(("way", "fault"), [("garbage", VoiceFault.GARBAGE), ("cuts", VoiceFault.CUT)])
    async def test_a_reply_that_cannot_be_read_twice_ends_it(self, service, way, fault):
        async with faked() as fake, opened(fake) as (voice, listener):
            getattr(fake.faults, way).add(service)
            say_something(voice)
            failed = await listener.wait_for(is_a(VoiceFailed))
        assert (failed.fault, fake.faults.happened[f"{way} {service.name}"]) == (fault, 2)

    @ASKED
    async def test_one_that_says_nothing_is_given_up(self, monkeypatch, service):
        monkeypatch.setattr(services, "ASK_LIMIT_S", 0.2)
        async with faked() as fake, opened(fake) as (voice, listener):
            fake.faults.stalls.add(service)
            say_something(voice)
            failed = await listener.wait_for(is_a(VoiceFailed))
        assert (failed.fault, fake.faults.happened[f"stalls {service.name}"]) == (VoiceFault.UNREACHABLE, 2)

    async def test_an_error_within_the_stream_is_a_failure(self):
        async with faked() as fake, opened(fake) as (voice, listener):
            fake.faults.breaks_in_stream = True
            say_something(voice)
            failed = await listener.wait_for(is_a(VoiceFailed))
        assert (failed.fault, fake.faults.happened["breaks_in_stream"]) == (VoiceFault.CUT, 2)

    async def test_nothing_follows_and_nothing_breaks(self):
        async with faked() as fake, opened(fake) as (voice, listener):
            fake.faults.refuses[Service.STT] = 401
            voice.speak(Line(1, LINE.text * 20))
            say_something(voice)
            await listener.wait_for(is_a(VoiceFailed))
            voice.speak(NEXT)
            voice.cancel(1, heard_ms=10)
            say_something(voice)
        assert isinstance(listener.events[-1], VoiceFailed)


class TestSpeaker:
    @pytest.mark.parametrize("status", [401, 429, 400, 500])
    async def test_a_line_that_is_refused_has_failed_and_the_voice_lives(self, status):
        async with faked() as fake, opened(fake) as (voice, listener):
            fake.faults.refuses[Service.TTS] = status
            voice.speak(LINE)
            failed = await listener.wait_for(is_a(LineFailed))
            fake.faults.refuses.clear()
            voice.speak(NEXT)
            await listener.wait_for_end_of(2)
            await tool_called(voice, listener)
        assert (failed.line_id, is_dead(listener)) == (1, False)

    @pytest.mark.parametrize("fault", ["is_silent", "has_no_audio"])
    async def test_a_line_without_a_sound_has_failed(self, fault):
        async with faked() as fake, opened(fake) as (voice, listener):
            setattr(fake.faults, fault, True)
            voice.speak(LINE)
            failed = await listener.wait_for(is_a(LineFailed))
        assert (failed.reason, listener.audio_of(1), fake.faults.happened[fault] > 0) == ("no sound", [], True)

    async def test_silence_is_not_kept_for_the_next_time(self):
        async with faked() as fake, opened(fake) as (voice, listener):
            fake.faults.is_silent = True
            voice.speak(LINE)
            await listener.wait_for(is_a(LineFailed))
            fake.faults.is_silent = False
            voice.speak(Line(2, LINE.text))
            await listener.wait_for_end_of(2)
        assert listener.audio_of(2)

    async def test_what_is_no_sound_has_failed(self):
        async with faked() as fake, opened(fake) as (voice, listener):
            fake.faults.garbage.add(Service.TTS)
            voice.speak(LINE)
            await listener.wait_for(is_a(LineFailed))
        assert fake.faults.happened["garbage TTS"] == 1

    @pytest.mark.parametrize("fault", ["cuts_times", "refuses_times"])
    async def test_one_failure_before_the_first_sound_is_not_noticed(self, fault):
        async with faked() as fake, opened(fake) as (voice, listener):
            getattr(fake.faults, fault)[Service.TTS] = 1
            voice.speak(LINE)
            await listener.wait_for_end_of(1)
        assert fake.faults.happened[f"{fault} TTS"] == 1

    async def test_one_that_is_lost_in_the_middle_ends_the_line_and_is_not_kept(self):
        async with faked() as fake, opened(fake) as (voice, listener):
            fake.faults.cut_after_ms = 100
            voice.speak(LINE)
            await listener.wait_for(is_a(LineFailed))
            fake.faults.cut_after_ms = None
            voice.speak(Line(2, LINE.text))
            await listener.wait_for_end_of(2)
        assert fake.faults.happened["cut_after_ms"] == 1
        assert sum(pcm.size for pcm in listener.audio_of(2)) > sum(pcm.size for pcm in listener.audio_of(1))

    async def test_nothing_of_a_line_follows_its_failure(self):
        async with faked() as fake, opened(fake) as (voice, listener):
            fake.faults.cut_after_ms = 100
            voice.speak(Line(1, "Thank you for that. How many seats do you need?"))
            await listener.wait_for(is_a(LineFailed))
            fake.faults.cut_after_ms = None
            voice.speak(NEXT)
            await listener.wait_for_end_of(2)
        after = listener.events[next(at for at, event in enumerate(listener.events) if isinstance(event, LineFailed)) + 1 :]
        assert not [event for event in after if isinstance(event, VoiceAudio | VoiceAudioEnd) and event.line_id == 1]

    async def test_one_that_says_nothing_is_given_up(self, monkeypatch):
        monkeypatch.setattr(services, "SILENT_LIMIT_S", 0.3)
        async with faked() as fake, opened(fake) as (voice, listener):
            fake.faults.stalls.add(Service.TTS)
            voice.speak(LINE)
            await listener.wait_for(is_a(LineFailed))
        assert fake.faults.happened["stalls TTS"] == 1

    async def test_a_line_that_was_canceled_does_not_fail_any_more(self):
        async with faked() as fake:
            voice = new_voice(fake)
            await voice.open(BRIEF)
            fake.faults.refuses_times[Service.TTS] = 2
            voice.speak(LINE)
            voice.speak(NEXT)
            await until(lambda: NEXT.text in [each.get("input") for each in fake.asked(Service.TTS)])
            voice.cancel(1, heard_ms=0)
            await voice.close()
            assert not [event async for event in voice.events() if isinstance(event, LineFailed)]

    async def test_a_line_without_words_has_failed(self):
        async with faked() as fake, opened(fake) as (voice, listener):
            voice.speak(Line(1, "…"))
            failed = await listener.wait_for(is_a(LineFailed))
        assert failed.reason == "no sound"


async def test_a_fault_of_our_own_ends_the_voice_and_is_told(monkeypatch):
    async with faked() as fake, opened(fake) as (voice, listener):
        monkeypatch.setattr("bridge.voice.cascade.speaking.sentences", lambda _text: 1 / 0)
        voice.speak(LINE)
        failed = await listener.wait_for(is_a(VoiceFailed))
    assert failed.fault is VoiceFault.CUT


async def test_two_calls_at_one_server_do_not_mix():
    async with faked() as fake, opened(fake) as (one, to_one), opened(fake) as (other, to_other):
        say_something(one)
        other.speak(LINE)
        await to_one.wait_for(is_a(ToolCall))
        await to_other.wait_for_end_of(1)
    assert not [event for event in to_other.events if isinstance(event, ToolCall)]
