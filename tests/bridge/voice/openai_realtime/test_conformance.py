from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bridge.events import Samples, Tool
from bridge.voice.fakes.openai_realtime import FakeOpenAIRealtime, Manners
from bridge.voice.openai_realtime.settings import Dialect, RealtimeSettings
from bridge.voice.openai_realtime.voice import OpenAIRealtimeVoice
from bridge.voice.scripted import Reply, ScriptedVoice
from tests.bridge.fakes import utterance
from tests.bridge.voice.voice_conformance import VoiceConformance

FORTY = Reply("About forty.", [(Tool.RECORD_ANSWER, {"question_id": "seats", "value": 40})])
GA: tuple[Manners, dict] = (Manners(), {})
BETA = (Manners(dialect=Dialect.BETA, hears_by_transcript=True), {"dialect": Dialect.BETA, "hears_by_transcript": True})
TACITURN = (Manners(acknowledges=False), {"acknowledges": False})


@pytest.mark.parametrize("_with_server", [GA, BETA, TACITURN], ids=["ga", "beta as speaches speaks it", "no acknowledgements"], indirect=True)
class TestOpenAIRealtimeVoice(VoiceConformance):
    hear_limit_s = 0.001

    @pytest_asyncio.fixture(autouse=True)
    async def _with_server(self, request: pytest.FixtureRequest) -> AsyncIterator[None]:
        manners, self._options = request.param
        async with FakeOpenAIRealtime(lambda: ScriptedVoice([FORTY] * 4), manners) as self._fake:
            yield

    def new_voice(self) -> OpenAIRealtimeVoice:
        return OpenAIRealtimeVoice(RealtimeSettings(self._fake.api_key, base_url=self._fake.base_url, **self._options))

    def speech(self) -> Samples:
        return utterance(800)

    async def test_its_traits_are_known_before_it_is_opened(self) -> None:
        """A coroutine, as the server runs on its loop."""
        super().test_its_traits_are_known_before_it_is_opened()
