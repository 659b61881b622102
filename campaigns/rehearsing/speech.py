"""How a simulated person puts an answer into words, and what the bot makes of it.

Pure. In English the words go through the embedded voice's own understanding, so that a choice nobody can name is found out. In other languages
nothing here understands words: the meaning is reported as a voice would, and only the script's ways, sentences and points are tried.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bridge.brief import AnswerValue, QuestionBrief, QuestionKind
from bridge.events import EndReason, Expectation, Tool, Topic
from bridge.voice.embedded.understanding import Meaning, understand
from campaigns.rehearsing.people import Quirk

PLACES = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")
QUIRKS = {
    Quirk.VAGUE: ("I am not sure.", Meaning(Tool.NOT_UNDERSTOOD)),
    Quirk.ROBOT: ("Are you a robot?", Meaning(Tool.EXPLAIN, {"topic": Topic.ROBOT})),
    Quirk.REFUSES: ("I am not interested.", Meaning(Tool.END_CALL, {"reason": EndReason.NOT_INTERESTED})),
    Quirk.OPTS_OUT: ("Stop calling me.", Meaning(Tool.OPT_OUT, {"is_doubtful": False})),
}
YES, NO = "Yes.", "No."


@dataclass(frozen=True, slots=True)
class Said:
    text: str
    meaning: Meaning  # as it is meant


def is_understood(language: str) -> bool:
    return language.split("-")[0].lower() == "en"


def answering(question: QuestionBrief, value: AnswerValue, *, n_tries: int = 0) -> Said:
    """`n_tries`: asked again, they say it in other words, where there are any."""
    meaning = Meaning(Tool.RECORD_ANSWER, {"question_id": question.question_id, "value": value, "is_doubtful": False})
    return Said(_words(question, value, n_tries), meaning)


def confirming(*, is_yes: bool = True) -> Said:
    return Said(YES if is_yes else NO, Meaning(Tool.CONFIRM, {"is_yes": is_yes}))


def with_quirk(quirk: Quirk) -> Said:
    text, meaning = QUIRKS[quirk]
    return Said(text, meaning)


def heard_as(said: Said, expectation: Expectation, questions: tuple[QuestionBrief, ...], language: str) -> list[tuple[Tool, dict[str, Any]]]:
    """The tools that a voice would call."""
    meanings = understand(said.text, expectation, questions) if is_understood(language) else (said.meaning,)
    return [(meaning.tool, {**meaning.arguments, "quote": said.text, "confidence": 0.95}) for meaning in meanings]


def _words(question: QuestionBrief, value: AnswerValue, n_tries: int) -> str:
    if isinstance(value, bool):
        return YES if value else NO
    if isinstance(value, list):
        return f"{' and '.join(_choice(question, one, n_tries) for one in value)}."
    if question.kind is QuestionKind.TIMELINE:
        return "Right away." if value == 0 else f"In {value} {'day' if value == 1 else 'days'}."
    if isinstance(value, int | float):
        unit = question.unit if question.kind is not QuestionKind.SCALE else ""
        return f"{value:.10g} {unit}".strip() + "."
    return f"{_choice(question, value, n_tries).capitalize()}."


def _choice(question: QuestionBrief, value: str, n_tries: int) -> str:
    stored = list(question.stored_choices or question.choices)
    if value not in stored:
        return value  # of an open question
    at = stored.index(value)
    return f"the {PLACES[at]}" if n_tries % 2 and at < len(PLACES) else question.choices[at]
