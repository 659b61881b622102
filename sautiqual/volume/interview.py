"""What was said on one call: the answers with their quotes, and the turns of bot and callee.

Values in, values out; `random` is handed in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import TypeVar

from bridge.brief import AnswerValue, QuestionKind
from bridge.events import Party
from campaigns.scripting.text import QuestionText, ScriptText
from campaigns.states import Disposition
from sautiqual.volume.course import Attempt

SAID_AT_THE_END = {
    Disposition.OPTED_OUT: ("Please stop calling me.", "Take me off your list.", "Stop calling, or I will report you to the regulator."),
    Disposition.NOT_INTERESTED: ("No, thank you, I am not interested.", "Not for me.", "We have one already."),
    Disposition.WRONG_NUMBER: ("You have the wrong number.", "No such person here."),
    Disposition.CALLBACK_REQUESTED: ("I am driving, call me tomorrow at four.", "Later, please.", "Call me in the evening."),
    Disposition.REFUSED: ("No, I do not want to.",),
    Disposition.VOICEMAIL: ("The person you have called is not available. Please leave a message after the tone.",),
    Disposition.ANNOUNCEMENT: ("The number you have dialled cannot be reached.",),
    Disposition.CALL_SCREENED: ("Who is calling, please?",),
    Disposition.PHONE_MENU: ("For sales press one, for support press two.",),
}
COMPLAINTS = ("How did you get my number?", "This is a scam.", "I never agreed to this.", "You are disturbing me, that is rude.")
OPEN = ("We lose orders when the network is down.", "Deliveries come too late.", "Everything is all right so far.", "The price went up twice.")
# Choices, too, stand in this order in the ready scripts: what promises most comes first.
AMOUNTS = (300_000, 150_000, 100_000, 60_000, 40_000, 20_000, 15_000, 5_000)
DAYS_AHEAD = (0, 7, 14, 30, 60, 90, 120, 200)
KEEN = 0.06  # of those who are asked; who is not may still turn hot, seldom
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Given:
    key: str
    value: AnswerValue
    quote: str
    confidence: float
    is_confirmed: bool
    started_ms: int
    ended_ms: int


@dataclass(frozen=True, slots=True)
class Said:
    party: Party
    text: str
    started_ms: int
    ended_ms: int


@dataclass(frozen=True, slots=True)
class Interview:
    answers: tuple[Given, ...]
    turns: tuple[Said, ...]


def interview(script: ScriptText, attempt: Attempt, random: Random) -> Interview:
    """Of a call that was answered; nothing was asked where a machine picked up or the callee wanted nothing."""
    asked = _asked(script.questions, attempt, random)
    is_keen = random.random() < KEEN
    at_ms = 400
    turns: list[Said] = []
    answers: list[Given] = []

    def say(party: Party, text: str) -> tuple[int, int]:
        nonlocal at_ms
        began, at_ms = at_ms, at_ms + 300 + 55 * len(text)
        turns.append(Said(party, text, began, at_ms - 200))
        return began, at_ms - 200

    say(Party.BOT, script.disclosure)
    for question in asked:
        say(Party.BOT, question.wording)
        value, quote = _answer(question, is_keen, random)
        began, ended = say(Party.CALLEE, quote)
        confidence = 0.35 + 0.25 * random.random() if random.random() < 0.04 else 0.7 + 0.3 * random.random()
        answers.append(Given(question.key, value, quote, round(confidence, 3), question.is_read_back, began, ended))
    if attempt.disposition in SAID_AT_THE_END:
        say(Party.CALLEE, random.choice(SAID_AT_THE_END[attempt.disposition]))
    elif random.random() < 0.01:
        say(Party.CALLEE, random.choice(COMPLAINTS))
    return Interview(tuple(answers), tuple(turns))


def _asked(questions: Sequence[QuestionText], attempt: Attempt, random: Random) -> Sequence[QuestionText]:
    if attempt.is_finished:
        return questions
    if attempt.disposition in {Disposition.INCOMPLETE, Disposition.SCREENED_OUT, Disposition.QUOTA_FULL}:
        return questions[: random.randrange(1, len(questions))]
    return ()


def _answer(question: QuestionText, is_keen: bool, random: Random) -> tuple[AnswerValue, str]:
    kind = QuestionKind(question.kind)
    if kind is QuestionKind.YES_NO:
        is_yes = question.role != "ask" or _reserve(is_keen, random) < 0.7
        return is_yes, random.choice(("Yes.", "Yes, of course.", "Ndiyo.") if is_yes else ("No.", "Not really.", "Hapana."))
    if kind is QuestionKind.ONE_OF:
        choice = _leaning(question.choices, is_keen, random)
        return choice, f"{choice.capitalize()}, I would say."
    if kind is QuestionKind.MANY_OF:
        chosen = [choice for choice in question.choices if random.random() < 0.5] or [question.choices[0]]
        return chosen, " and ".join(chosen).capitalize() + "."
    if kind is QuestionKind.OPEN:
        words = random.choice(OPEN)
        return words, words
    amount = _amount(kind, question, is_keen, random)
    return amount, f"About {amount}."


def _amount(kind: QuestionKind, question: QuestionText, is_keen: bool, random: Random) -> int:
    if kind is QuestionKind.MONEY:
        return _leaning(AMOUNTS, is_keen, random)
    if kind is QuestionKind.TIMELINE:
        return _leaning(DAYS_AHEAD, is_keen, random)
    return _leaning(range(int(question.maximum or 80), int(question.minimum or 1) - 1, -1), is_keen, random)


def _leaning(choices: Sequence[T], is_keen: bool, random: Random) -> T:
    return choices[int(_reserve(is_keen, random) * len(choices))]


def _reserve(is_keen: bool, random: Random) -> float:
    """From 0, all for it, to below 1; half of the keen stay below 0.21, half of the others above 0.79."""
    draws = random.random(), random.random(), random.random()
    return min(draws) if is_keen else max(draws)
