"""What is behind a faked provider: it hears, understands by what it was told, and speaks. It is one of our own voices, turned around.

A fake server speaks its provider's protocol and asks the mind for everything else, so that the people of the demo can talk with any adapter.
The mind knows only what went over the wire: the instruction, the directives and the tools' replies, as a model would read them.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any

from bridge.brief import CallBrief, Limits, Lines, QuestionBrief, QuestionKind, QuestionRole
from bridge.events import CalleeSaid, Expectation, Line, Samples, SpeechEnded, SpeechStarted, ToolCall, VoiceAudio, VoiceAudioEnd
from bridge.ports import VoiceModel
from bridge.voice.prompting import EXPECT, SAY, SCRIPT

MindEvent = SpeechStarted | SpeechEnded | CalleeSaid | ToolCall | VoiceAudio | VoiceAudioEnd
"""The audio's `line_id` is the number that `say` returned."""


class Mind:
    """One conversation. `new_voice` gives an unopened voice: scripted in tests, embedded in the demo."""

    def __init__(self, new_voice: Callable[[], VoiceModel]) -> None:
        self._voice = new_voice()
        self._questions: dict[str, QuestionBrief] = {}
        self._numbers = itertools.count(1)

    async def instruct(self, instruction: str) -> None:
        """The system instruction: opens the voice with the script that it holds. Raises VoiceUnavailable."""
        script: Mapping[str, Any] = next((found[SCRIPT] for found in _objects(instruction) if SCRIPT in found), {})
        questions = tuple(map(_question, script.get("questions", ())))
        self._questions = {question.question_id: question for question in questions}
        await self._voice.open(_brief(script, questions))

    def hear(self, pcm: Samples) -> None:
        """int16, mono, 16000 Hz."""
        self._voice.hear(pcm)

    def read(self, text: str) -> str | None:
        """A directive or a tool's reply: takes in what is expected, and returns what is to be said; None for nothing."""
        told = next((found for found in _objects(text) if SAY in found), None)
        if told is None:
            return None
        expected = told.get(EXPECT) or {}
        question = self._questions.get(expected.get("question_id") or "")
        is_confirmation, is_time = (expected.get(name) is True for name in ("is_confirmation", "is_time"))
        offered = tuple(datetime.fromisoformat(at) for at in expected.get("offered", ()))
        self._voice.expect(Expectation(question, is_confirmation=is_confirmation, is_time=is_time, offered=offered))
        words = told[SAY]
        return words if isinstance(words, str) and words else None

    def say(self, words: str) -> int:
        """Begins to speak; the audio comes as events under this number."""
        number = next(self._numbers)
        self._voice.speak(Line(number, words))
        return number

    def stop(self, number: int) -> None:
        self._voice.cancel(number, heard_ms=0)

    async def events(self) -> AsyncIterator[MindEvent]:
        async for event in self._voice.events():
            if isinstance(event, MindEvent):
                yield event

    async def close(self) -> None:
        await self._voice.close()


def _objects(text: str) -> list[dict[str, Any]]:
    """The JSON objects in a text, one a line."""
    found = []
    for line in text.splitlines():
        if not line.startswith("{"):
            continue
        try:
            found.append(json.loads(line))
        except ValueError:
            continue
    return found


def _question(told: Mapping[str, Any]) -> QuestionBrief:
    return QuestionBrief(
        question_id=told["question_id"],
        kind=QuestionKind(told["kind"]),
        wording=told["wording"],
        reask_wording="",
        role=QuestionRole(told["role"]),
        choices=tuple(told.get("choices", ())),
        unit=told.get("unit", ""),
        minimum=told.get("minimum"),
        maximum=told.get("maximum"),
    )


def _brief(script: Mapping[str, Any], questions: tuple[QuestionBrief, ...]) -> CallBrief:
    """What our own voice needs to know, from what a provider was told; the lines are the server's and never known beforehand."""
    return CallBrief(
        call_id="a conversation at a faked provider",
        voice="",
        language=script.get("language", "en"),
        bot_name="",
        organisation="",
        questions=questions,
        lines=Lines(**{each.name: "Hello." for each in fields(Lines)}),
        limits=Limits(voicemail_after_s=script.get("voicemail_after_s", Limits().voicemail_after_s)),
    )
