from __future__ import annotations

from dataclasses import replace

import pytest

from bridge.brief import CallBrief, TurnControl
from bridge.events import Samples, Tool
from bridge.voice.gemini.voice import GeminiVoice
from bridge.voice.scripted import Reply
from tests.bridge.fakes import utterance
from tests.bridge.voice.gemini.conftest import Rig
from tests.bridge.voice.voice_conformance import VoiceConformance

TEN = Reply("ten", [(Tool.RECORD_ANSWER, {"question_id": "seats", "value": 10})])


class TestGeminiVoice(VoiceConformance):
    @pytest.fixture(autouse=True)
    def _with_fake(self, rig: Rig) -> None:
        self._rig = rig
        rig.replies += [TEN, TEN, TEN]

    def new_voice(self) -> GeminiVoice:
        return self._rig.new_voice()

    def speech(self) -> Samples:
        return utterance(800)


class _ProviderTurns(GeminiVoice):
    async def open(self, brief: CallBrief) -> None:
        await super().open(replace(brief, turns=TurnControl.PROVIDER))


class TestGeminiVoiceWithTheProvidersTurns(TestGeminiVoice):
    def new_voice(self) -> GeminiVoice:
        return _ProviderTurns(self._rig.settings(), self._rig.fake.tls)
