"""Recorded people talk through the adapter with a mind that listens and speaks for itself."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import numpy as np
import pytest
import pytest_asyncio

from bridge.audio import silence
from bridge.events import RATE_HZ, Expectation, Line, Samples, Tool, ToolCall
from bridge.voice.embedded.voice import EmbeddedVoices
from bridge.voice.fakes.gemini import FakeGemini
from bridge.voice.gemini.settings import gemini_settings
from bridge.voice.gemini.voice import GeminiVoice
from tests.bridge.cast import brief
from tests.bridge.voice.embedded import recordings
from tests.bridge.voice.embedded.questions import DECIDER, SCRIPT, SEATS
from tests.bridge.voice.rig import Listener, hear, is_a, listened

pytestmark = pytest.mark.asyncio(loop_scope="module")
DEADLINE_S = 120.0


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def voices() -> AsyncIterator[EmbeddedVoices]:
    """Shared, as loading the models takes seconds."""
    async with EmbeddedVoices(n_workers=1) as opened:
        yield opened


@asynccontextmanager
async def call(voices: EmbeddedVoices) -> AsyncIterator[tuple[GeminiVoice, Listener]]:
    async with FakeGemini(new_voice=voices.open_voice) as fake:
        voice = GeminiVoice(replace(gemini_settings("key", base_url=fake.base_url), open_limit_s=DEADLINE_S), fake.tls)
        async with listened(voice, brief(questions=SCRIPT), DEADLINE_S) as opened:
            yield opened


async def answer(voice: GeminiVoice, listener: Listener, pcm: Samples) -> ToolCall:
    hear(voice, pcm, silence(RATE_HZ))
    found = await listener.wait_for(is_a(ToolCall))
    assert isinstance(found, ToolCall)
    return found


async def test_a_yes_and_a_line_before_it_go_through(voices: EmbeddedVoices):
    async with call(voices) as (voice, listener):
        voice.expect(Expectation(DECIDER))
        voice.speak(Line(1, "Do you decide about this?"))
        await listener.wait_for_end_of(1)
        found = await answer(voice, listener, recordings.line("decider_yes", "rms"))
    assert np.concatenate(listener.audio_of(1)).size > RATE_HZ // 2
    assert (found.tool, found.arguments["question_id"], found.arguments["value"]) == (Tool.RECORD_ANSWER, "decider", True)


@pytest.mark.parametrize("recorded_voice", ["slt", "kal16"])
async def test_a_number_goes_through(voices: EmbeddedVoices, recorded_voice: str):
    async with call(voices) as (voice, listener):
        voice.expect(Expectation(SEATS))
        voice.speak(Line(1, "How many seats?"))
        await listener.wait_for_end_of(1)
        found = await answer(voice, listener, recordings.line("seats_many", recorded_voice))
    assert found.arguments["value"] == recordings.row("seats_many", recorded_voice)["value"]


async def test_an_opt_out_goes_through_whatever_was_asked(voices: EmbeddedVoices):
    async with call(voices) as (voice, listener):
        voice.expect(Expectation(SEATS))
        voice.speak(Line(1, "How many seats?"))
        await listener.wait_for_end_of(1)
        found = await answer(voice, listener, recordings.line("stop_calling", "awb"))
    assert found.tool is Tool.OPT_OUT
