"""The same interview with models that take other things, each as its table says."""

from __future__ import annotations

from typing import Any

import pytest

from bridge.events import Line, Tool
from bridge.voice.prompting import SAY
from tests.bridge.voice.gemini.conftest import Rig
from tests.bridge.voice.gemini.test_interview import TEN, ask_and_answer

MODELS = ["gemini-2.5-flash-native-audio-preview-12-2025", "gemini-3.1-flash-live-preview", "gemini-3.8-live", "gemini-3.8-live-extended-thinking"]


@pytest.mark.parametrize("model", MODELS)
async def test_a_question_is_asked_answered_and_followed_by_the_next_line(rig: Rig, model: str):
    rig.replies.append(TEN)
    async with rig.call(model=model) as (voice, listener):
        call = await ask_and_answer(voice, listener)
        voice.speak(Line(2, "Thank you."))
        await listener.wait_for_end_of(2)
    assert (call.tool, call.arguments["value"]) == (Tool.RECORD_ANSWER, 10)
    assert rig.fake.setups[0].model == f"models/{model}"


async def test_a_model_that_takes_content_as_history_only_gets_lines_as_text(rig: Rig):
    rig.replies.append(TEN)
    async with rig.call(model="gemini-3.1-flash-live-preview") as (voice, listener):
        await ask_and_answer(voice, listener)
    assert rig.sent("client_content") == []
    sent = rig.sent("realtime_input")
    assert [list(each) for each in sent[:3]] == [["activityStart"], ["text"], ["activityEnd"]]
    assert SAY in sent[1]["text"]


def scheduling_of(rig: Rig) -> list[Any]:
    return [each.get("scheduling") for response in rig.sent("tool_response") for each in response["functionResponses"]]


@pytest.mark.parametrize(("model", "scheduling"), [("gemini-3.8-live", None), ("gemini-3.8-live-extended-thinking", "INTERRUPT")])
async def test_only_a_model_that_does_not_wait_is_told_when_to_speak(rig: Rig, model: str, scheduling: str | None):
    rig.replies.append(TEN)
    async with rig.call(model=model) as (voice, listener):
        await ask_and_answer(voice, listener)
        voice.speak(Line(2, "Thank you."))
        await listener.wait_for_end_of(2)
    assert scheduling_of(rig) == [scheduling]
