from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from bridge.events import Samples
from bridge.voice.fakes.openai_live import FakeOpenAILive
from bridge.voice.openai_live.settings import LiveSettings
from bridge.voice.openai_live.voice import OpenAILiveVoice
from bridge.voice.scripted import ScriptedVoice
from tests.bridge.fakes import utterance
from tests.bridge.voice.openai_live.rig import FAST
from tests.bridge.voice.rig import FORTY
from tests.bridge.voice.voice_conformance import VoiceConformance


class TestOpenAILiveVoice(VoiceConformance):
    hear_limit_s = 0.001

    @pytest_asyncio.fixture(autouse=True)
    async def _with_server(self) -> AsyncIterator[None]:
        async with FakeOpenAILive(lambda: ScriptedVoice([FORTY] * 4), FAST) as self._fake:
            yield
        assert not self._fake.faults.happened["error"]

    def new_voice(self) -> OpenAILiveVoice:
        return OpenAILiveVoice(LiveSettings(self._fake.api_key, base_url=self._fake.base_url))

    def speech(self) -> Samples:
        return utterance(800)

    async def test_its_traits_are_known_before_it_is_opened(self) -> None:
        """A coroutine, as the server runs on its loop."""
        super().test_its_traits_are_known_before_it_is_opened()
