"""From a line to sound, at faked services."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest

from bridge.events import RATE_HZ, Line, VoiceAudio, VoiceAudioEnd, VoiceFailed
from bridge.voice.cascade.settings import Service, SpeechFormat
from bridge.voice.cascade.shared import Shared
from bridge.voice.fakes.openai_http import Manners
from bridge.voice.scripted import MS_PER_LETTER
from tests.bridge.voice.cascade.rig import faked, opened
from tests.bridge.voice.rig import LINE, NEXT, is_a, until

THREE = Line(1, "Thank you. How many seats do you need? Take your time.")
LONG = Line(1, f"{LINE.text} {'and so on ' * 60}.")


def length_s(text: str) -> float:
    """Without the cuts: the faked voice says nothing for a blank between sentences."""
    return len(text) * MS_PER_LETTER / 1000


def n_samples(listener, line_id: int) -> int:
    return sum(pcm.size for pcm in listener.audio_of(line_id))


def asked_for(fake) -> list[str]:
    """Without the disclosure, which is asked for at opening."""
    return [each["input"] for each in fake.asked(Service.TTS)][1:]


class TestALine:
    @pytest.mark.parametrize(("rate_hz", "n_channels"), [(16_000, 1), (22_050, 1), (24_000, 2), (44_100, 1), (48_000, 1)])
    async def test_it_comes_at_our_rate_whatever_the_header_says(self, rate_hz, n_channels):
        manners = Manners(speech_rate_hz=rate_hz, n_channels=n_channels, times_real_time=200.0)
        async with faked(manners=manners) as fake, opened(fake) as (voice, listener):
            voice.speak(LINE)
            await listener.wait_for_end_of(1)
        assert n_samples(listener, 1) / RATE_HZ == pytest.approx(length_s(LINE.text), abs=0.04)

    async def test_samples_without_a_header_come_at_the_rate_of_the_settings(self):
        manners = Manners(speech_rate_hz=8000, times_real_time=200.0)
        async with faked(manners=manners) as fake, opened(fake, speech_format=SpeechFormat.PCM, pcm_rate_hz=8000) as (voice, listener):
            voice.speak(LINE)
            await listener.wait_for_end_of(1)
        assert n_samples(listener, 1) / RATE_HZ == pytest.approx(length_s(LINE.text), abs=0.04)

    async def test_each_sentence_is_asked_for_as_it_is_written(self):
        async with faked() as fake, opened(fake) as (voice, listener):
            voice.speak(THREE)
            await listener.wait_for_end_of(1)
        assert asked_for(fake) == ["Thank you.", "How many seats do you need?", "Take your time."]
        assert n_samples(listener, 1) / RATE_HZ == pytest.approx(sum(map(length_s, asked_for(fake))), abs=0.1)

    async def test_only_one_sentence_is_asked_for_ahead(self):
        async with faked() as fake, opened(fake) as (voice, _listener):
            fake.faults.stalls.add(Service.TTS)
            voice.speak(THREE)
            await until(lambda: fake.faults.happened["stalls TTS"] >= 2)
            await voice.close()
        assert fake.faults.happened["stalls TTS"] == 2

    async def test_lines_are_said_in_their_order(self):
        async with faked() as fake, opened(fake) as (voice, listener):
            for line_id in range(1, 5):
                voice.speak(Line(line_id, f"{THREE.text} {line_id}."))
            await listener.wait_for_end_of(4)
        line_ids = [event.line_id for event in listener.events if isinstance(event, VoiceAudio | VoiceAudioEnd)]
        assert line_ids == sorted(line_ids)


class TestWords:
    async def test_each_sentence_is_over_where_its_sound_is(self):
        async with faked() as fake, opened(fake) as (voice, listener):
            voice.speak(THREE)
            await listener.wait_for_end_of(1)
        said = listener.said_of(1)
        assert [piece.text for piece in said] == ["Thank you. ", "How many seats do you need? ", "Take your time. "]
        took_s = np.diff([0, *(piece.until_ms / 1000 for piece in said)])
        assert list(took_s) == pytest.approx([length_s(piece.text.strip()) for piece in said], abs=0.04)
        assert said[-1].until_ms == n_samples(listener, 1) * 1000 // RATE_HZ

    async def test_each_line_counts_from_its_own_beginning(self):
        async with faked() as fake, opened(fake) as (voice, listener):
            voice.speak(LINE)
            voice.speak(Line(2, "Thank you."))
            await listener.wait_for_end_of(2)
        assert [piece.until_ms / 1000 for piece in listener.said_of(2)] == pytest.approx([length_s("Thank you.")], abs=0.04)


class TestWhatWasSaidBefore:
    async def test_a_sentence_is_paid_for_once(self):
        async with faked() as fake, opened(fake) as (voice, listener):
            voice.speak(LINE)
            voice.speak(Line(2, f"Sorry. {LINE.text}"))
            await listener.wait_for_end_of(2)
        assert asked_for(fake) == [LINE.text, "Sorry."]
        assert n_samples(listener, 2) > n_samples(listener, 1)

    async def test_another_call_says_it_at_once_and_the_same(self):
        shared = Shared()
        async with faked() as fake:
            heard = []
            for _ in range(2):
                async with opened(fake, shared=shared) as (voice, listener):
                    voice.speak(LINE)
                    await listener.wait_for_end_of(1)
                    heard.append(np.concatenate(listener.audio_of(1)))
        assert np.array_equal(*heard)
        assert [each["input"] for each in fake.asked(Service.TTS)].count(LINE.text) == 1

    async def test_the_disclosure_begins_with_what_opening_has_made_ready(self):
        async with faked() as fake, opened(fake) as (voice, listener):
            voice.speak(Line(1, "Hello, this is Zawadi, an AI, from Acme. This call is recorded."))
            await listener.wait_for_end_of(1)
        assert asked_for(fake) == ["This call is recorded."]

    async def test_half_a_sentence_is_not_kept(self):
        shared = Shared()
        async with faked(manners=Manners(times_real_time=5.0)) as fake, opened(fake, shared=shared) as (voice, listener):
            voice.speak(LINE)
            await listener.wait_for(is_a(VoiceAudio))
            voice.cancel(1, heard_ms=10)
            voice.speak(Line(2, LINE.text))
            await listener.wait_for_end_of(2)
        assert asked_for(fake) == [LINE.text] * 2
        assert n_samples(listener, 2) / RATE_HZ == pytest.approx(length_s(LINE.text), abs=0.04)


class TestCancelling:
    async def test_the_request_is_ended(self):
        async with faked(manners=Manners(times_real_time=5.0)) as fake, opened(fake) as (voice, listener):
            voice.speak(LONG)
            await listener.wait_for(is_a(VoiceAudio))
            voice.cancel(1, heard_ms=60)
            await until(lambda: fake.faults.happened["hung up"] >= 1)
        assert not [event for event in listener.events if isinstance(event, VoiceAudioEnd | VoiceFailed)]

    async def test_a_line_that_was_not_begun_is_not_asked_for(self):
        async with faked(manners=Manners(times_real_time=5.0)) as fake, opened(fake) as (voice, listener):
            voice.speak(LINE)
            voice.speak(NEXT)
            voice.cancel(2, heard_ms=0)
            voice.speak(Line(3, "Hello again."))
            await listener.wait_for_end_of(3)
        assert asked_for(fake) == [LINE.text, "Hello again."]

    async def test_the_model_learns_how_much_was_heard(self):
        async with faked() as fake, opened(fake) as (voice, listener):
            voice.speak(LINE)
            await listener.wait_for_end_of(1)
            voice.cancel(1, heard_ms=420)
            voice.hear(np.concatenate((np.zeros(8000, np.int16), np.tile(np.int16([9000, -9000]), 4000), np.zeros(16_000, np.int16))))
            await until(lambda: len(fake.asked(Service.LLM)) == 1)
        assert '{"CUT_AFTER_MS": 420}' in [each["content"] for each in fake.asked(Service.LLM)[0]["messages"]]


async def test_closing_leaves_no_task_behind():
    before = asyncio.all_tasks()
    async with faked(manners=Manners(times_real_time=5.0)) as fake, opened(fake) as (voice, listener):
        voice.speak(LONG)
        await listener.wait_for(is_a(VoiceAudio))
    assert asyncio.all_tasks() == before
