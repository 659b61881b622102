"""Which of the sound that never pauses reaches the callee."""

from __future__ import annotations

import asyncio
import json

import numpy as np
import pytest

from bridge.audio import silence
from bridge.events import RATE_HZ, Expectation, Line, LineFailed, SpeechEnded, SpeechStarted, ToolCall, UsageUnit, VoiceAudio, VoiceUsage
from bridge.voice.fakes.openai_live import ALWAYS, Manners, Strike
from bridge.voice.scripted import MS_PER_LETTER
from tests.bridge.cast import SEATS
from tests.bridge.voice.openai_live.rig import commentaries, faked, opened
from tests.bridge.voice.openai_socket.rig import sent
from tests.bridge.voice.rig import FORTY, LINE, LONG, NEXT, is_a, say_something, tool_called, until

# The fake's voice says a letter in 16 ms, and sound travels in frames of 20 ms.
EXACTLY = RATE_HZ // 50


def n_samples_of(listener, line_id: int) -> int:
    return sum(pcm.size for pcm in listener.audio_of(line_id))


def length_of(text: str) -> int:
    return len(text) * MS_PER_LETTER * RATE_HZ // 1000


class TestALine:
    async def test_it_is_sent_as_commentary_word_for_word(self):
        async with faked() as fake, opened(fake) as (voice, listener):
            voice.speak(LINE)
            await listener.wait_for_end_of(1)
        assert commentaries(fake) == [LINE.text]

    async def test_what_may_be_answered_is_told_silently_before_it(self):
        async with faked() as fake, opened(fake) as (voice, listener):
            voice.expect(Expectation(SEATS))
            voice.speak(LINE)
            await listener.wait_for_end_of(1)
        told = json.loads(sent(fake, "session.thinking.append")[0]["content"])
        assert told == {"SAY": None, "EXPECT": {"question_id": "seats", "is_confirmation": False, "is_time": False}}

    async def test_the_callee_gets_its_sound_without_the_silence_around_it(self):
        async with faked() as fake, opened(fake) as (voice, listener):
            voice.speak(LINE)
            await listener.wait_for_end_of(1)
            voice.speak(NEXT)
            await listener.wait_for_end_of(2)
        assert n_samples_of(listener, 1) == pytest.approx(length_of(LINE.text), abs=2 * EXACTLY)
        assert n_samples_of(listener, 2) == pytest.approx(length_of(NEXT.text), abs=2 * EXACTLY)

    async def test_silence_between_lines_is_not_forwarded(self):
        async with faked() as fake, opened(fake) as (voice, listener):
            await until(lambda: fake.session.mouth.position_ms > 3000)
        assert not [event for event in listener.events if isinstance(event, VoiceAudio)]

    async def test_at_the_real_pace_it_ends_soon_after_its_last_word(self):
        clock = asyncio.get_running_loop()
        async with faked(manners=Manners()) as fake, opened(fake) as (voice, listener):
            began_s = clock.time()
            voice.speak(LINE)
            await listener.wait_for_end_of(1)
            took_s = clock.time() - began_s
        assert took_s == pytest.approx(0.85 + length_of(LINE.text) / RATE_HZ + 0.3, abs=0.6)

    async def test_one_that_is_longer_than_a_commentary_may_be_is_sent_in_pieces(self):
        text = " ".join(["How many seats do you need for all of your people?"] * 24)
        async with faked() as fake, opened(fake) as (voice, listener):
            voice.speak(Line(1, text))
            await listener.wait_for_end_of(1)
        assert len(commentaries(fake)) == 2
        assert " ".join(commentaries(fake)) == text
        assert not fake.faults.happened["error"]

    async def test_it_is_said_although_the_line_gives_no_sound_yet(self):
        async with faked() as fake, opened(fake) as (voice, listener):
            await until(lambda: fake.session.n_heard > RATE_HZ // 2)
            voice.speak(LINE)
            await listener.wait_for_end_of(1)


class TestTheModelsOwnTalk:
    async def test_before_a_line_it_is_dropped(self):
        async with faked() as fake, opened(fake) as (voice, listener):
            fake.faults.times[Strike.TALKS_BEFORE] = 1
            voice.speak(LINE)
            await listener.wait_for_end_of(1)
        assert fake.faults.happened[Strike.TALKS_BEFORE] == 1
        assert n_samples_of(listener, 1) == pytest.approx(length_of(LINE.text), abs=2 * EXACTLY)

    async def test_behind_a_line_it_is_cut_off(self):
        async with faked() as fake, opened(fake) as (voice, listener):
            fake.faults.times[Strike.TALKS_BEHIND] = 1
            voice.speak(LINE)
            await listener.wait_for_end_of(1)
            whole = length_of(f"{LINE.text} {fake.session.small_talk}")
        assert length_of(LINE.text) - EXACTLY <= n_samples_of(listener, 1) < 0.7 * whole

    async def test_in_place_of_a_tool_call_it_is_dropped_and_the_text_model_is_asked(self):
        async with faked() as fake, opened(fake) as (voice, listener):
            fake.faults.times[Strike.TALKS_INSTEAD] = 1
            call = await tool_called(voice, listener)
        asked = [message["item"]["content"][0]["text"] for message in sent(fake, "response.item.create")]
        assert asked == ['Call a tool. The callee said: "About forty."']
        assert call.arguments["value"] == 40
        assert not [event for event in listener.events if isinstance(event, VoiceAudio)]

    async def test_a_line_begun_after_it_is_heard_from_its_first_word(self):
        async with faked() as fake, opened(fake) as (voice, listener):
            fake.faults.times[Strike.TALKS_INSTEAD] = 1
            await tool_called(voice, listener)
            voice.speak(LINE)
            await listener.wait_for_end_of(1)
        assert n_samples_of(listener, 1) == pytest.approx(length_of(LINE.text), abs=2 * EXACTLY)


class TestALineThatIsInterrupted:
    async def test_it_is_said_on_from_where_the_model_stopped(self):
        async with faked() as fake, opened(fake) as (voice, listener):
            fake.faults.times[Strike.BREAKS_OFF] = 1
            voice.speak(NEXT)
            await listener.wait_for_end_of(2)
        words = NEXT.text.split()
        assert commentaries(fake)[0] == NEXT.text
        assert commentaries(fake)[1].split() == words[-len(commentaries(fake)[1].split()) :]
        assert 2 <= len(commentaries(fake)[1].split()) < len(words)

    async def test_twice_it_fails(self):
        async with faked() as fake, opened(fake) as (voice, listener):
            fake.faults.times[Strike.BREAKS_OFF] = ALWAYS
            voice.speak(LONG)
            failed = await listener.wait_for(is_a(LineFailed))
        assert failed == LineFailed(1, "broken off")
        assert not listener.n_ends_of(1)

    async def test_a_cancelled_one_is_heard_no_more_and_the_model_is_told_how_much_was(self):
        async with faked() as fake, opened(fake) as (voice, listener):
            voice.speak(LONG)
            await listener.wait_for(is_a(VoiceAudio))
            voice.cancel(1, heard_ms=60)
            n_before = len(listener.audio_of(1))
            voice.speak(NEXT)
            await listener.wait_for_end_of(2)
        assert len(listener.audio_of(1)) == n_before
        assert "60 ms" in sent(fake, "session.instructions.append")[0]["content"]

    async def test_a_model_that_goes_on_is_waited_for_and_the_next_line_is_whole(self):
        async with faked() as fake, opened(fake) as (voice, listener):
            fake.faults.times[Strike.IGNORES_STOP] = ALWAYS
            voice.speak(Line(1, LINE.text * 3))
            await listener.wait_for(is_a(VoiceAudio))
            voice.cancel(1, heard_ms=60)
            n_before = len(listener.audio_of(1))
            voice.speak(NEXT)
            await listener.wait_for_end_of(2)
        assert len(listener.audio_of(1)) == n_before
        assert n_samples_of(listener, 2) == pytest.approx(length_of(NEXT.text), abs=2 * EXACTLY)

    async def test_one_that_was_taken_back_before_it_began_is_not_taken_for_the_next(self):
        async with faked() as fake, opened(fake) as (voice, listener):
            fake.faults.times[Strike.IGNORES_STOP] = ALWAYS
            voice.speak(LINE)
            voice.cancel(1, heard_ms=0)
            voice.speak(NEXT)
            await listener.wait_for_end_of(2)
        assert not listener.audio_of(1)
        assert n_samples_of(listener, 2) == pytest.approx(length_of(NEXT.text), abs=2 * EXACTLY)

    async def test_a_line_in_the_middle_of_another_ends_that_one(self):
        async with faked() as fake, opened(fake) as (voice, listener):
            voice.speak(LONG)
            await listener.wait_for(is_a(VoiceAudio))
            voice.speak(NEXT)
            await listener.wait_for_end_of(2)
        assert listener.n_ends_of(1) == 1


class TestWhatItHears:
    async def test_the_callees_sound_goes_up_as_it_is(self):
        async with faked() as fake, opened(fake) as (voice, _listener):
            n_before = fake.session.n_heard
            voice.hear(np.ones(4 * 960, np.int16))
            await until(lambda: fake.session.n_heard >= n_before + 4 * 960)

    async def test_silence_is_sent_where_the_line_gives_none_and_moves_no_time_of_speech(self):
        async with faked() as fake, opened(fake) as (voice, listener):
            await until(lambda: fake.session.n_heard > RATE_HZ)
            say_something(voice)
            await listener.wait_for(is_a(ToolCall))
        times_s = [event.at_s for event in listener.events if isinstance(event, SpeechStarted | SpeechEnded)]
        assert times_s == pytest.approx([0.2, 0.7], abs=0.1)

    async def test_sound_that_is_only_late_is_not_cut_into(self):
        async with faked() as fake, opened(fake) as (voice, _listener):
            voice.hear(np.ones(960, np.int16))
            await until(lambda: fake.session.n_heard >= 960)
            n_before, position_ms = fake.session.n_heard, fake.session.mouth.position_ms
            await until(lambda: fake.session.mouth.position_ms >= position_ms + 2000)  # 0.2 s
        assert fake.session.n_heard == n_before

    async def test_silence_of_the_callee_is_no_speech(self):
        async with faked() as fake, opened(fake) as (voice, listener):
            voice.hear(silence(3 * RATE_HZ))
            voice.speak(LINE)
            await listener.wait_for_end_of(1)
        assert not [event for event in listener.events if isinstance(event, SpeechStarted)]


class TestWhatItCosts:
    async def test_the_seconds_of_the_session_are_told_as_they_come_and_once_more_at_the_end(self):
        async with faked() as fake, opened(fake) as (voice, listener):
            await listener.wait_for(is_a(VoiceUsage))
            voice.speak(LINE)
            await listener.wait_for_end_of(1)
        used = [event for event in listener.events if isinstance(event, VoiceUsage)]
        assert {event.model for event in used} == {"gpt-live-1"}
        assert sum(event.amounts[UsageUnit.SESSION_S] for event in used) == pytest.approx(fake.session.seconds)
        assert len(used) >= 2

    async def test_the_text_models_tokens_are_told_under_its_own_name(self):
        async with faked() as fake, opened(fake) as (voice, listener):
            await tool_called(voice, listener)
            used = await listener.wait_for(lambda event: isinstance(event, VoiceUsage) and UsageUnit.TEXT_OUT in event.amounts)
        assert used.model == "gpt-6-luna"
        assert used.amounts[UsageUnit.CACHED_TEXT_IN] == 800


async def test_closing_leaves_no_task_behind_and_ends_the_session():
    before = asyncio.all_tasks()
    async with faked() as fake, opened(fake) as (voice, listener):
        voice.speak(LONG)
        await listener.wait_for(is_a(VoiceAudio))
    assert asyncio.all_tasks() == before
    assert sent(fake, "session.close")


async def test_two_calls_at_one_server_do_not_mix():
    async with faked(FORTY) as fake, opened(fake) as (one, to_one), opened(fake) as (other, to_other):
        say_something(one)
        other.speak(LINE)
        await to_one.wait_for(is_a(ToolCall))
        await to_other.wait_for_end_of(1)
    assert not [event for event in to_other.events if isinstance(event, ToolCall)]
