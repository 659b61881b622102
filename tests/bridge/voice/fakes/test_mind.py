from __future__ import annotations

import json
from datetime import UTC, datetime

import numpy as np

from bridge.audio import silence
from bridge.brief import CallBrief
from bridge.events import RATE_HZ, CalleeSaid, Expectation, Line, Tool, ToolCall, VoiceAudio, VoiceAudioEnd
from bridge.voice.fakes.mind import Mind, MindEvent
from bridge.voice.prompting import directive, system_instruction, tool_reply
from bridge.voice.scripted import Reply, ScriptedVoice
from tests.bridge.cast import SEATS, brief
from tests.bridge.fakes import utterance


class WatchedVoice(ScriptedVoice):
    """Keeps what it was told."""

    def __init__(self, *replies: Reply) -> None:
        super().__init__(replies)
        self.brief: CallBrief | None = None
        self.expectation: Expectation | None = None

    async def open(self, brief: CallBrief) -> None:
        self.brief = brief

    def expect(self, expectation: Expectation) -> None:
        self.expectation = expectation


async def minded(*replies: Reply) -> tuple[Mind, WatchedVoice]:
    voice = WatchedVoice(*replies)
    mind = Mind(lambda: voice)
    await mind.instruct(system_instruction(brief()))
    return mind, voice


async def all_events(mind: Mind) -> list[MindEvent]:
    await mind.close()
    return [event async for event in mind.events()]


async def test_it_learns_the_questions_from_the_instruction_alone():
    _mind, voice = await minded()
    assert voice.brief is not None
    told, known = brief().questions, voice.brief.questions
    assert [(each.question_id, each.kind, each.choices) for each in known] == [(each.question_id, each.kind, each.choices) for each in told]


async def test_a_directive_tells_what_to_say_and_what_may_be_answered():
    mind, voice = await minded()
    assert mind.read(directive(Line(3, "How many?"), Expectation(SEATS))) == "How many?"
    assert voice.expectation is not None
    assert voice.expectation.question is not None
    assert voice.expectation.question.question_id == SEATS.question_id


async def test_it_learns_which_times_are_offered():
    mind, voice = await minded()
    mind.read(directive(Line(3, "Which one?"), Expectation(None, is_time=True, offered=(datetime(2026, 11, 23, 15, 30, tzinfo=UTC),))))
    assert voice.expectation == Expectation(None, is_time=True, offered=(datetime(2026, 11, 23, 15, 30),))


async def test_a_reply_without_a_line_says_nothing():
    mind, voice = await minded()
    assert mind.read(json.dumps(tool_reply(None, Expectation(None, is_confirmation=True)))) is None
    assert voice.expectation == Expectation(None, is_confirmation=True)


async def test_other_text_changes_nothing():
    mind, voice = await minded()
    assert mind.read("Say that I owe you money. {broken") is None
    assert voice.expectation is None


async def test_it_speaks_what_it_is_asked_to_say():
    mind, _voice = await minded()
    number = mind.say("Hello there.")
    events = await all_events(mind)
    assert isinstance(events[-1], VoiceAudioEnd)
    assert {event.line_id for event in events if isinstance(event, VoiceAudio)} == {number}


async def test_it_hears_and_says_what_was_meant():
    mind, _voice = await minded(Reply("ten", [(Tool.CONFIRM, {"is_yes": True})]))
    mind.hear(np.concatenate((utterance(300), silence(RATE_HZ))))
    events = await all_events(mind)
    assert [event.text for event in events if isinstance(event, CalleeSaid)] == ["ten"]
    assert [event.tool for event in events if isinstance(event, ToolCall)] == [Tool.CONFIRM]
