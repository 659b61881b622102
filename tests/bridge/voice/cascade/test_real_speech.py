"""A person of the simulator talks with this voice: behind the faked services our embedded one hears and speaks."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count

from bridge.brief import QuestionBrief
from bridge.events import Expectation, Line, Tool, ToolCall, VoiceEvent
from bridge.voice.cascade.voice import CascadeVoice
from bridge.voice.embedded.voice import EmbeddedVoices
from bridge.voice.fakes.openai_http import FakeOpenAIHttp
from tests.bridge.cast import brief
from tests.bridge.voice.cascade.rig import opened
from tests.bridge.voice.embedded import recordings
from tests.bridge.voice.embedded.questions import SCRIPT, SEATS, TIME
from tests.bridge.voice.rig import Listener, hear

BRIEF = brief(questions=SCRIPT)
DEADLINE_S = 120.0  # for a machine on which much else runs


@asynccontextmanager
async def calling() -> AsyncIterator[tuple[CascadeVoice, Listener]]:
    async with (
        EmbeddedVoices(n_workers=1) as voices,
        FakeOpenAIHttp(voices.open_voice, limit_s=DEADLINE_S) as fake,
        opened(fake, BRIEF, deadline_s=DEADLINE_S) as (voice, listener),
    ):
        yield voice, listener


async def test_what_a_person_answers_comes_back_as_the_right_calls(monkeypatch):
    monkeypatch.setattr("bridge.voice.cascade.services.ASK_LIMIT_S", DEADLINE_S)
    line_ids = count(1)
    async with calling() as (voice, listener):

        async def answer(question: QuestionBrief, group: str) -> object:
            """The question is asked, and a recording answers."""
            voice.expect(Expectation(question))
            voice.speak(Line(line_id := next(line_ids), question.wording))
            await listener.wait_for_end_of(line_id)
            hear(voice, recordings.line(group))
            call = await listener.wait_for(lambda event: is_answer(event, question))
            return call.arguments["value"]

        assert await answer(TIME, "good_time_yes") is True
        assert await answer(SEATS, "seats_some") == recordings.row("seats_some", "slt")["value"]


def is_answer(event: VoiceEvent, question: QuestionBrief) -> bool:
    return isinstance(event, ToolCall) and event.tool is Tool.RECORD_ANSWER and event.arguments["question_id"] == question.question_id
