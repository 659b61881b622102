from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from typing import Any

import pytest_asyncio

from bridge.brief import CallBrief
from bridge.voice.fakes.gemini import FakeFaults, FakeGemini
from bridge.voice.fakes.gemini.mouth import Pace
from bridge.voice.gemini.settings import GeminiSettings, gemini_settings
from bridge.voice.gemini.turns import SETTLE_S
from bridge.voice.gemini.voice import GeminiVoice
from bridge.voice.scripted import Reply, ScriptedVoice
from tests.bridge.voice.rig import BRIEF, Listener, listened

QUICK = Pace(first_audio_s=SETTLE_S + 0.01, speed=30.0)


class Rig:
    """A faked Gemini whose callees say what the test tells them to."""

    def __init__(self) -> None:
        self.replies: list[Reply] = []
        self.fake = FakeGemini(new_voice=lambda: ScriptedVoice(self.replies), pace=QUICK)

    def settings(self, *, limit_s: float = 6.0, **settings: str) -> GeminiSettings:
        return replace(gemini_settings("a key", base_url=self.fake.base_url, **settings), open_limit_s=limit_s)

    def new_voice(self, **settings: str) -> GeminiVoice:
        return GeminiVoice(self.settings(**settings), self.fake.tls)

    @property
    def faults(self) -> FakeFaults:
        return self.fake.faults

    def sent(self, kind: str) -> list[Any]:
        """What clients sent of this kind, audio excepted."""
        return [message[kind] for message in self.fake.messages if kind in message]

    def call(self, call: CallBrief = BRIEF, **settings: str) -> AbstractAsyncContextManager[tuple[GeminiVoice, Listener]]:
        return listened(self.new_voice(**settings), call)


@pytest_asyncio.fixture
async def rig() -> AsyncIterator[Rig]:
    rig = Rig()
    async with rig.fake:
        yield rig
    assert rig.fake.refusals == []
