from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from bridge.events import Samples
from bridge.voice.cascade.settings import SpeechFormat
from bridge.voice.cascade.voice import CascadeVoice
from bridge.voice.fakes.openai_http import FakeOpenAIHttp, Manners
from tests.bridge.fakes import utterance
from tests.bridge.voice.cascade.rig import faked, new_voice
from tests.bridge.voice.voice_conformance import VoiceConformance

WAYS: dict[str, tuple[Manners, dict[str, Any]]] = {
    "wav at 24 kHz": (Manners(), {}),
    "wav at 22.05 kHz": (Manners(speech_rate_hz=22_050), {}),
    "samples without a header": (Manners(), {"speech_format": SpeechFormat.PCM}),
}


@pytest.mark.parametrize("_with_services", WAYS.values(), ids=WAYS.keys(), indirect=True)
class TestCascadeVoice(VoiceConformance):
    hear_limit_s = 0.001

    @pytest_asyncio.fixture(autouse=True)
    async def _with_services(self, request: pytest.FixtureRequest) -> AsyncIterator[None]:
        manners, self._options = request.param
        self._fake: FakeOpenAIHttp
        async with faked(manners=manners) as self._fake:
            yield

    def new_voice(self) -> CascadeVoice:
        return new_voice(self._fake, **self._options)

    def speech(self) -> Samples:
        return utterance(800)

    async def test_its_traits_are_known_before_it_is_opened(self) -> None:
        """A coroutine, as the server runs on its loop."""
        super().test_its_traits_are_known_before_it_is_opened()
