"""Voices that say sentences for clips: the real adapter, over a socket to the faked server."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import numpy as np

from bridge.events import RATE_HZ, Line, Samples, VoiceAudio, VoiceAudioEnd
from bridge.ports import VoiceModel, VoiceUnavailable
from bridge.voice.fakes.ending import Moment
from bridge.voice.fakes.gemini import FakeGemini
from bridge.voice.fakes.gemini.mouth import Pace
from bridge.voice.fakes.openai_live import FakeOpenAILive
from bridge.voice.fakes.openai_live import Manners as LiveManners
from bridge.voice.fakes.openai_realtime import FakeOpenAIRealtime, Manners
from bridge.voice.gemini.settings import gemini_settings
from bridge.voice.gemini.turns import SETTLE_S
from bridge.voice.gemini.voice import GeminiVoice
from bridge.voice.openai_live.settings import LiveSettings
from bridge.voice.openai_live.voice import OpenAILiveVoice
from bridge.voice.openai_realtime.settings import RealtimeSettings
from bridge.voice.openai_realtime.voice import OpenAIRealtimeVoice
from bridge.voice.scripted import ScriptedVoice

OPENAI = "tests.campaigns.clips.voices.openai"
OPENAI_LIVE = "tests.campaigns.clips.voices.openai_live"
GEMINI = "tests.campaigns.clips.voices.gemini"
OPENAI_SILENT = "tests.campaigns.clips.voices.openai_silent"
OPENAI_HASTY = "tests.campaigns.clips.voices.openai_hasty"
CUT_OFF = "tests.campaigns.clips.voices.openai_cut_off"
CLOSED = "tests.campaigns.clips.voices.closed"


def speech_like(text: str, ms_a_letter: int = 70) -> Samples:
    """A tone that swells and falls, about as long as a person takes."""
    times_s = np.arange(len(text) * ms_a_letter * RATE_HZ // 1000) / RATE_HZ
    swell = 0.6 + 0.4 * np.sin(2 * np.pi * 3 * times_s)
    return np.rint(6000 * swell * np.sin(2 * np.pi * 300 * times_s)).astype(np.int16)


class Speaker(ScriptedVoice):
    ms_a_letter = 70

    def speak(self, line: Line) -> None:
        self._queue.put_nowait(VoiceAudio(line.line_id, speech_like(line.text, self.ms_a_letter)))
        self._queue.put_nowait(VoiceAudioEnd(line.line_id))


class HastySpeaker(Speaker):
    ms_a_letter = 8


@asynccontextmanager
async def _faked(mind: type[VoiceModel], **faults: object) -> AsyncIterator[VoiceModel]:
    async with FakeOpenAIRealtime(mind, Manners(times_real_time=100.0)) as fake:
        for name, value in faults.items():
            assert hasattr(fake.faults, name)
            setattr(fake.faults, name, value)
        yield OpenAIRealtimeVoice(RealtimeSettings(fake.api_key, base_url=fake.base_url))


@asynccontextmanager
async def openai(name: str) -> AsyncIterator[VoiceModel]:
    async with _faked(Speaker) as voice:
        yield voice


@asynccontextmanager
async def gemini(name: str) -> AsyncIterator[VoiceModel]:
    async with FakeGemini(new_voice=Speaker, pace=Pace(first_audio_s=SETTLE_S + 0.01, speed=60.0)) as fake:
        yield GeminiVoice(gemini_settings("a key", base_url=fake.base_url), fake.tls)


@asynccontextmanager
async def openai_live(name: str) -> AsyncIterator[VoiceModel]:
    async with FakeOpenAILive(Speaker, LiveManners(times_real_time=10.0, usage_every_s=2.0)) as fake:
        yield OpenAILiveVoice(LiveSettings(fake.api_key, base_url=fake.base_url))


@asynccontextmanager
async def openai_silent(name: str) -> AsyncIterator[VoiceModel]:
    async with _faked(Speaker, is_silent=True) as voice:
        yield voice


@asynccontextmanager
async def openai_hasty(name: str) -> AsyncIterator[VoiceModel]:
    async with _faked(HastySpeaker) as voice:
        yield voice


@asynccontextmanager
async def openai_cut_off(name: str) -> AsyncIterator[VoiceModel]:
    async with _faked(Speaker, ends={Moment.REPLY: 1011}) as voice:
        yield voice


@asynccontextmanager
async def closed(name: str) -> AsyncIterator[VoiceModel]:
    raise VoiceUnavailable("The provider does not take the key.")
    yield  # pragma: no cover
