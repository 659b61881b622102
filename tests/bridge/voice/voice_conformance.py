"""What every voice must do, whatever is behind it. Subclass `VoiceConformance` as `Test…` and say how to make one."""

from __future__ import annotations

import asyncio
import time
from contextlib import AbstractAsyncContextManager

import numpy as np

from bridge.audio import silence
from bridge.events import (
    FRAME_SAMPLES,
    RATE_HZ,
    CalleeSaid,
    Expectation,
    Line,
    Samples,
    SpeechEnded,
    SpeechStarted,
    ToolCall,
    VoiceAudio,
    VoiceAudioEnd,
    WordSource,
)
from bridge.heard import Hearing, account_of
from bridge.ports import VoiceModel
from bridge.reports import Proof
from tests.bridge.cast import SEATS, brief
from tests.bridge.voice.rig import LINE, Listener, hear, listened

TWO_SENTENCES = "Thank you for telling me, that helps a lot. How many seats do you need?"
EXPECTATION = Expectation(SEATS)
LATE_MS = 200  # a provider's times are not exact


class VoiceConformance:
    """`new_voice` makes a voice, `speech` an utterance of 16 kHz audio that it takes for speech."""

    deadline_s = 90.0  # for any one event: recognisers may be slow to start
    hear_limit_s = 0.005  # on average for a frame of 20 ms: `hear` shares the event loop with all calls

    def new_voice(self) -> VoiceModel:
        raise NotImplementedError

    def speech(self) -> Samples:
        raise NotImplementedError

    def opened(self) -> AbstractAsyncContextManager[tuple[VoiceModel, Listener]]:
        return listened(self.new_voice(), deadline_s=self.deadline_s)

    def an_utterance(self) -> Samples:
        return np.concatenate((silence(RATE_HZ // 2), self.speech(), silence(2 * RATE_HZ)))

    def test_its_traits_are_known_before_it_is_opened(self):
        assert self.new_voice().traits.name

    async def test_a_line_becomes_audio_and_exactly_one_end(self):
        async with self.opened() as (voice, listener):
            voice.speak(LINE)
            await listener.wait_for_end_of(1)
            voice.speak(Line(2, "Thank you."))
            await listener.wait_for_end_of(2)
        assert sum(pcm.size for pcm in listener.audio_of(1)) > RATE_HZ // 10
        assert (listener.n_ends_of(1), listener.n_ends_of(2)) == (1, 1)

    async def test_its_audio_is_mono_int16_and_not_silent(self):
        async with self.opened() as (voice, listener):
            voice.speak(LINE)
            await listener.wait_for_end_of(1)
        audio = listener.audio_of(1)
        assert {(pcm.dtype, pcm.ndim) for pcm in audio} == {(np.dtype(np.int16), 1)}
        assert np.any(np.concatenate(audio))

    async def test_no_audio_of_a_line_comes_after_its_end(self):
        async with self.opened() as (voice, listener):
            for line_id in (1, 2):
                voice.speak(Line(line_id, LINE.text))
            await listener.wait_for_end_of(2)
        line_ids = [event.line_id for event in listener.events if isinstance(event, (VoiceAudio, VoiceAudioEnd))]
        assert line_ids == sorted(line_ids)

    async def test_it_tells_the_words_that_it_says_and_where_in_the_sound_they_are(self):
        async with self.opened() as (voice, listener):
            for line_id, text in enumerate((TWO_SENTENCES, LINE.text), start=1):
                voice.speak(Line(line_id, text))
                await listener.wait_for_end_of(line_id)
        for line_id, text in enumerate((TWO_SENTENCES, LINE.text), start=1):
            said, n_samples = listener.said_of(line_id), sum(pcm.size for pcm in listener.audio_of(line_id))
            voice_ms = n_samples * 1000 // RATE_HZ
            account = account_of(text, said, Hearing(voice_ms, voice_ms, is_complete=True, ms_per_letter=65.0), None)
            assert (account.heard_text or "").split() == text.split()
            assert account.proof is (Proof.READ_OUT if voice.traits.speaks_verbatim else Proof.TRANSCRIBED)
            assert all(piece.source is WordSource.READ_OUT for piece in said) is voice.traits.speaks_verbatim
            assert all(0 <= piece.until_ms <= voice_ms + LATE_MS for piece in said)

    async def test_of_half_a_line_about_half_of_the_words_were_heard(self):
        async with self.opened() as (voice, listener):
            voice.speak(Line(1, TWO_SENTENCES))
            await listener.wait_for_end_of(1)
        voice_ms = sum(pcm.size for pcm in listener.audio_of(1)) * 1000 // RATE_HZ
        half = account_of(TWO_SENTENCES, listener.said_of(1), Hearing(voice_ms // 2, voice_ms, is_complete=False, ms_per_letter=65.0), None)
        assert half.heard_text is not None
        assert 0.2 < len(half.heard_text) / len(TWO_SENTENCES) < 0.65
        assert half.proof is None

    async def test_a_canceled_line_stops_and_the_next_one_is_spoken(self):
        async with self.opened() as (voice, listener):
            voice.speak(Line(1, LINE.text * 20))
            await listener.wait_for(lambda event: isinstance(event, VoiceAudio))
            voice.cancel(1, heard_ms=100)
            n_before = len(listener.audio_of(1))
            voice.speak(Line(2, "Sorry, go on."))
            await listener.wait_for_end_of(2)
            assert len(listener.audio_of(1)) == n_before
            assert listener.audio_of(2)
            assert listener.n_ends_of(1) <= 1

    async def test_canceling_a_line_that_is_over_harms_nothing(self):
        async with self.opened() as (voice, listener):
            voice.speak(LINE)
            await listener.wait_for_end_of(1)
            voice.cancel(1, heard_ms=100_000)
            voice.speak(Line(2, "Go on."))
            await listener.wait_for_end_of(2)

    async def test_speech_is_reported_as_started_ended_and_then_said(self):
        async with self.opened() as (voice, listener):
            voice.expect(EXPECTATION)
            hear(voice, self.an_utterance())
            await listener.wait_for(lambda event: isinstance(event, CalleeSaid))
            kinds = [type(event) for event in listener.events if isinstance(event, (SpeechStarted, SpeechEnded, CalleeSaid))]
        assert kinds[0] is SpeechStarted
        assert kinds.index(SpeechStarted) < kinds.index(SpeechEnded) < kinds.index(CalleeSaid)

    async def test_the_times_of_speech_are_seconds_of_audio_heard(self):
        pcm = self.an_utterance()
        async with self.opened() as (voice, listener):
            voice.expect(EXPECTATION)
            hear(voice, pcm)
            said = await listener.wait_for(lambda event: isinstance(event, CalleeSaid))
            times_s = [event.at_s for event in listener.events if isinstance(event, (SpeechStarted, SpeechEnded))]
        assert isinstance(said, CalleeSaid)
        assert times_s == sorted(times_s)
        assert 0.2 <= times_s[0] <= 1.2
        assert times_s[-1] <= pcm.size / RATE_HZ - 1.0
        assert 0.0 <= said.started_s <= said.ended_s <= pcm.size / RATE_HZ

    async def test_an_utterance_is_answered_by_a_tool_call_with_an_id_of_its_own(self):
        async with self.opened() as (voice, listener):
            voice.expect(EXPECTATION)
            for _ in range(2):
                hear(voice, self.an_utterance())
            await listener.wait_for(lambda _event: sum(isinstance(event, ToolCall) for event in listener.events) >= 2)
            ids = [event.tool_call_id for event in listener.events if isinstance(event, ToolCall)]
        assert len(set(ids)) == len(ids)

    async def test_silence_is_no_speech(self):
        async with self.opened() as (voice, listener):
            voice.expect(EXPECTATION)
            hear(voice, silence(3 * RATE_HZ))
            voice.speak(LINE)
            await listener.wait_for_end_of(1)
        assert not [event for event in listener.events if isinstance(event, (SpeechStarted, SpeechEnded, CalleeSaid))]

    async def test_it_hears_audio_of_any_length(self):
        pcm = self.an_utterance()
        async with self.opened() as (voice, listener):
            voice.expect(EXPECTATION)
            for begin, end in ((0, 0), (0, 1), (1, 334), (334, 5000), (5000, pcm.size)):
                voice.hear(pcm[begin:end])
            await listener.wait_for(lambda event: isinstance(event, SpeechEnded))

    async def test_hearing_does_not_block_the_event_loop(self):
        pcm = self.an_utterance()
        async with self.opened() as (voice, _listener):
            voice.expect(EXPECTATION)
            began_s = time.perf_counter()
            hear(voice, pcm)
            took_s = time.perf_counter() - began_s
        assert took_s / (pcm.size / FRAME_SAMPLES) < self.hear_limit_s

    async def test_closing_ends_its_events_even_in_the_middle_of_a_line(self):
        async with self.opened() as (voice, listener):
            voice.speak(Line(1, LINE.text * 20))
            await voice.close()
            async with asyncio.timeout(self.deadline_s):
                await listener.has_ended.wait()

    async def test_it_may_be_opened_twice_because_it_may_be_warmed_up(self):
        async with self.opened() as (voice, listener):
            await voice.open(brief())
            voice.speak(LINE)
            await listener.wait_for_end_of(1)
        assert listener.n_ends_of(1) == 1

    async def test_it_may_be_closed_twice_and_without_having_been_opened(self):
        voice = self.new_voice()
        await voice.close()
        await voice.close()
