"""It talks: a voice that hears and understands stands behind the faked service, and what is said to it is speech."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio

from bridge.audio import silence
from bridge.brief import QuestionBrief, QuestionKind
from bridge.events import RATE_HZ, CalleeSaid, Expectation, Line, Tool, ToolCall
from bridge.voice.embedded.voice import EmbeddedVoices
from bridge.voice.fakes.openai_live import FakeOpenAILive
from tests.bridge.cast import SEATS, brief
from tests.bridge.voice.openai_live.rig import FAST, opened
from tests.bridge.voice.rig import hear, is_a

READY = QuestionBrief("ready", QuestionKind.YES_NO, "Is now a good time?", "Is now a good time, yes or no?")
CALL = brief(questions=(READY, SEATS))


pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def voices() -> AsyncIterator[EmbeddedVoices]:
    """Shared and warm, as loading the models takes longer than a voice may take to open."""
    async with EmbeddedVoices(n_workers=1) as warm:
        first = warm.open_voice()
        await first.open(CALL)
        await first.close()
        yield warm


@pytest.mark.parametrize(
    ("question", "words", "value"),
    [(READY, "Yes.", True), (READY, "No.", False), (SEATS, "forty", 40)],
    ids=["yes", "no", "a number"],
)
async def test_what_is_said_to_it_comes_back_as_the_right_tool_call(voices, question, words, value):
    async with FakeOpenAILive(voices.open_voice, replace(FAST, times_real_time=4.0)) as fake, opened(fake, CALL) as (voice, listener):
        voice.expect(Expectation(question))
        voice.speak(Line(1, question.wording))
        await listener.wait_for_end_of(1)
        hear(voice, silence(RATE_HZ), await voices.speech.render(words), silence(2 * RATE_HZ))
        call = await listener.wait_for(is_a(ToolCall))
    assert (call.tool, call.arguments["question_id"], call.arguments["value"]) == (Tool.RECORD_ANSWER, question.question_id, value)
    assert any(isinstance(event, CalleeSaid) for event in listener.events)
    assert sum(pcm.size for pcm in listener.audio_of(1)) > RATE_HZ // 2
