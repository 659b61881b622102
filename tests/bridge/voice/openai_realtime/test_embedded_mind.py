"""Real speech through the adapter: the recorded people speak, the embedded voice listens behind the faked server."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio

from bridge.audio import silence
from bridge.brief import CallBrief
from bridge.events import RATE_HZ, Expectation, Line, Tool, ToolCall
from bridge.voice.embedded.voice import EmbeddedVoices
from bridge.voice.fakes.openai_realtime import FakeOpenAIRealtime, Manners, session
from bridge.voice.openai_realtime import dialogue
from bridge.voice.openai_realtime.settings import Dialect
from bridge.voice.openai_realtime.voice import OpenAIRealtimeVoice
from tests.bridge.voice.embedded import recordings
from tests.bridge.voice.embedded.questions import DECIDER, OPT_OUT_QUESTION, SCRIPT, SEATS
from tests.bridge.voice.openai_realtime.rig import opened
from tests.bridge.voice.rig import BRIEF, Listener, hear

pytestmark = pytest.mark.asyncio(loop_scope="module")
CALL: CallBrief = replace(BRIEF, questions=SCRIPT)
DEADLINE_S = 120.0
BETA = Manners(dialect=Dialect.BETA, hears_by_transcript=True)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def voices() -> AsyncIterator[EmbeddedVoices]:
    """With its models loaded: a real server does not begin with that."""
    async with EmbeddedVoices(n_workers=1) as loaded:
        voice = loaded.open_voice()
        await voice.open(CALL)
        await voice.close()
        yield loaded


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Recognition takes what it takes on a machine on which much else runs."""
    monkeypatch.setattr(dialogue, "STALL_S", DEADLINE_S)
    monkeypatch.setattr(session, "UNDERSTAND_LIMIT_S", DEADLINE_S)


async def understood(voice: OpenAIRealtimeVoice, listener: Listener, group: str, expectation: Expectation) -> ToolCall:
    n_before = len(calls(listener))
    voice.expect(expectation)
    voice.speak(Line(n_before + 1, "Please tell me."))
    await listener.wait_for_end_of(n_before + 1)
    hear(voice, recordings.line(group), silence(RATE_HZ))
    await listener.wait_for(lambda _event: len(calls(listener)) > n_before)
    return calls(listener)[-1]


def calls(listener: Listener) -> list[ToolCall]:
    return [event for event in listener.events if isinstance(event, ToolCall)]


async def test_a_yes_a_number_and_an_opt_out_are_heard_in_one_call(voices: EmbeddedVoices):
    async with FakeOpenAIRealtime(voices.open_voice) as fake, opened(fake, CALL, DEADLINE_S) as (voice, listener):
        decides = await understood(voice, listener, "decider_yes", Expectation(DECIDER))
        seats = await understood(voice, listener, "seats_some", Expectation(SEATS))
        stop = await understood(voice, listener, "stop_calling", OPT_OUT_QUESTION)
        assert all(listener.audio_of(line_id) for line_id in (1, 2, 3))
    assert (decides.tool, decides.arguments["question_id"], decides.arguments["value"]) == (Tool.RECORD_ANSWER, "decider", True)
    assert seats.arguments["value"] == recordings.row("seats_some", "slt")["value"]
    assert stop.tool is Tool.OPT_OUT
    assert not fake.faults.happened


async def test_so_is_a_number_in_the_beta_dialect(voices: EmbeddedVoices):
    async with (
        FakeOpenAIRealtime(voices.open_voice, BETA) as fake,
        opened(fake, CALL, DEADLINE_S, dialect=Dialect.BETA, hears_by_transcript=True) as (voice, listener),
    ):
        seats = await understood(voice, listener, "seats_some", Expectation(SEATS))
    assert (seats.tool, seats.arguments["value"]) == (Tool.RECORD_ANSWER, recordings.row("seats_some", "slt")["value"])
