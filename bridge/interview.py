"""The questions: which is open, what counts as an answer, what is said back, what is asked again and what is given up.

Pure. The server owns the interview: a voice only reports what it believes to have heard, and what it invents changes nothing.
An answer goes through four hands: heard, said back where that is due, being saved, saved. Only a saved one is an answer. Which question is
next, bridge.route says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from bridge.brief import QUANTITIES, AnswerValue, CallBrief, QuestionBrief, QuestionKind, QuestionRole
from bridge.phrases import phrases_for, said_back
from bridge.reports import AnswerReport
from bridge.route import Route, route
from bridge.values import valid_value

LOW_CONFIDENCE = 0.6  # numbers below are said back even where the script does not ask for it
MAX_READ_BACKS = 3  # of one question in one call
MAX_QUOTE_CHARACTERS = 1000


@dataclass(frozen=True, slots=True)
class Evidence:
    """The callee's last words, for the fields a voice leaves out."""

    quote: str
    started_ms: int
    ended_ms: int
    confidence: float


@dataclass(frozen=True, slots=True)
class Accepted:
    """To be saved now."""

    answer: AnswerReport


@dataclass(frozen=True, slots=True)
class SaidBack:
    """To be confirmed by the callee first; `prompt()` has the words."""

    question_id: str


@dataclass(frozen=True, slots=True)
class Refused:
    """Changes nothing. `question_id` is set when the question can be answered and only the value is no answer to it."""

    reason: str
    question_id: str | None = None


Hearing: TypeAlias = Accepted | SaidBack | Refused


def asking_key(question_id: str) -> str:
    return f"ask:{question_id}"


def is_about(key: str, question_id: str) -> bool:
    """The key of a prompt that asks this question, or says an answer to it back."""
    return key == asking_key(question_id) or key.startswith(_confirming_key(question_id))


def _confirming_key(question_id: str) -> str:
    return f"confirm:{question_id}:"


@dataclass(frozen=True, slots=True)
class Prompt:
    """What is to be asked now."""

    question: QuestionBrief
    text: str
    is_confirmation: bool

    @property
    def key(self) -> str:
        """Tells prompts apart; a corrected answer said back is another one, an other wording of a question is not."""
        if self.is_confirmation:
            return f"{_confirming_key(self.question.question_id)}{self.text}"
        return asking_key(self.question.question_id)


class Interview:
    def __init__(self, brief: CallBrief) -> None:
        self._questions = {question.question_id: question for question in brief.questions}
        self._max_reasks = brief.limits.max_reasks
        self._phrases = phrases_for(brief.language)
        self._steps = {question.question_id: question.skips for question in brief.questions}
        # A "no" to "is now a good time?" of an earlier call was about that time.
        self._answers = {
            question.question_id: brief.answers[question.question_id]
            for question in brief.questions
            if question.question_id in brief.answers
            and not (question.role is QuestionRole.PERMISSION and brief.answers[question.question_id] is False)
        }
        self._given_up: set[str] = set()
        self._unconfirmed: dict[str, AnswerReport] = {}
        self._saving: dict[str, AnswerReport] = {}
        self._n_read_backs: dict[str, int] = {}
        self._n_reasks: dict[str, int] = {}
        self._n_saved = 0
        self.is_hurried = False  # nothing is said back but what the script wants said back

    @property
    def open_question(self) -> QuestionBrief | None:
        """What the callee is being asked about: an answer said back, else the next question on the way; None at the end."""
        if self._unconfirmed:
            return self._questions[next(iter(self._unconfirmed))]
        upcoming = self._way().next
        return None if upcoming is None else self._questions[upcoming]

    @property
    def is_saving(self) -> bool:
        return bool(self._saving)

    def prompt(self, *, is_reask: bool = False) -> Prompt | None:
        """What is to be asked now; None when nothing is left to ask."""
        question = self.open_question
        if question is None:
            return None
        if answer := self._unconfirmed.get(question.question_id):
            return Prompt(question, said_back(question, answer.value, self._phrases), is_confirmation=True)
        wording = question.reask_wording or question.wording if is_reask else question.wording
        return Prompt(question, wording, is_confirmation=False)

    def hear(self, arguments: Mapping[str, Any], evidence: Evidence, *, is_answered: Callable[[str], bool]) -> Hearing:
        """Judge what a voice reports. Out of order is fine, but said back; a second answer to a question is not.

        `is_answered`: whether the callee has spoken since a prompt was begun, by its key. A voice cannot answer, or agree, in their place.
        """
        question = self._question(arguments.get("question_id"))
        if question is None:
            return Refused("not a question of this script")
        if why_not := self._why_closed(question.question_id):
            return Refused(why_not)
        value = valid_value(question, arguments.get("value"))
        if value is None:
            return Refused(f"not a valid answer: {question.question_id}", question.question_id)
        answer = _report(question.question_id, value, arguments, evidence)
        kept = self._unconfirmed.get(question.question_id)
        if kept is not None and kept.value == value:
            return self._agreed(kept, is_answered)
        is_asked = is_answered(asking_key(question.question_id))
        if not is_asked and question.kind is QuestionKind.OPEN:
            return Refused(f"{question.question_id} was not asked yet")
        if kept is None and is_asked and not self._is_said_back(question, answer, arguments.get("is_doubtful") is True):
            return self._accept(answer)
        return self._say_back(answer)

    def _agreed(self, kept: AnswerReport, is_answered: Callable[[str], bool]) -> Hearing:
        prompt = self.prompt()
        if prompt is None or not is_answered(prompt.key):
            return Refused("said twice by the voice, and once by the callee")
        return self._accept(replace(kept, is_confirmed=True))

    def confirm(self) -> AnswerReport | None:
        """The callee agrees to what was said back: to be saved now; None when nothing was."""
        question = self.open_question
        if question is None or question.question_id not in self._unconfirmed:
            return None
        return self._accept(replace(self._unconfirmed[question.question_id], is_confirmed=True)).answer

    def deny(self) -> None:
        """The callee does not agree: the answer is dropped."""
        if self._unconfirmed:
            del self._unconfirmed[next(iter(self._unconfirmed))]

    def reask(self) -> bool:
        """Count one more try at the open question; False when it had enough and is skipped."""
        question = self.open_question
        if question is None:
            return False
        n_reasks = self._n_reasks.get(question.question_id, 0) + 1
        self._n_reasks[question.question_id] = n_reasks
        if n_reasks <= self._max_reasks:
            return True
        self.skip(question.question_id)
        return False

    def skip(self, question_id: object) -> bool:
        """Go on without an answer; False when it is no question that waits for one."""
        question = self._question(question_id)
        if question is None or self._why_closed(question.question_id):
            return False
        self._given_up.add(question.question_id)
        self._forget_passed_over()
        return True

    def saved(self, question_id: str) -> AnswerReport | None:
        """The answer is durable: it counts. None for one that was not being saved."""
        answer = self._saving.pop(question_id, None)
        if answer is not None:
            self._answers[question_id] = answer.value
            self._n_saved += 1
        return answer

    def unsaved(self) -> list[AnswerReport]:
        return list(self._saving.values())

    def thanks(self) -> str:
        """A word before the next question, sparingly; mostly empty."""
        return self._phrases.thanks[(self._n_saved - 1) % len(self._phrases.thanks)]

    def is_refused_permission(self, answer: AnswerReport) -> bool:
        return self._questions[answer.question_id].role is QuestionRole.PERMISSION and answer.value is False

    def _is_said_back(self, question: QuestionBrief, answer: AnswerReport, is_doubtful: bool) -> bool:
        if question.kind is QuestionKind.OPEN:
            return False  # nobody wants to hear a whole story again; the recording has it
        return question.is_read_back or (not self.is_hurried and (question.kind is QuestionKind.MONEY or _is_in_doubt(question, answer, is_doubtful)))

    def _question(self, question_id: object) -> QuestionBrief | None:
        return self._questions.get(question_id) if isinstance(question_id, str) else None

    def _way(self) -> Route:
        """Answers that are being saved steer already: nothing is asked before they are."""
        saving = {question_id: answer.value for question_id, answer in self._saving.items()}
        return route(self._steps, {**self._answers, **saving}, self._given_up)

    def _why_closed(self, question_id: str) -> str:
        """Why it takes no answer; "": it does."""
        if question_id in self._answers or question_id in self._saving or question_id in self._given_up:
            return f"{question_id} is answered already"
        return "" if question_id in self._way().possible else f"{question_id} is passed over"

    def _accept(self, answer: AnswerReport) -> Accepted:
        self._saving[answer.question_id] = answer
        self._forget_passed_over()
        return Accepted(answer)

    def _forget_passed_over(self) -> None:
        """What waits to be agreed to and is over, or on no way any more, is not said back."""
        possible = self._way().possible
        self._unconfirmed = {question_id: answer for question_id, answer in self._unconfirmed.items() if question_id in possible}

    def _say_back(self, answer: AnswerReport) -> SaidBack | Refused:
        n_read_backs = self._n_read_backs.get(answer.question_id, 0) + 1
        if n_read_backs > MAX_READ_BACKS:
            self._unconfirmed.pop(answer.question_id, None)
            return Refused(f"too many different answers: {answer.question_id}", answer.question_id)
        self._n_read_backs[answer.question_id] = n_read_backs
        self._unconfirmed[answer.question_id] = answer
        return SaidBack(answer.question_id)


def _is_in_doubt(question: QuestionBrief, answer: AnswerReport, is_doubtful: bool) -> bool:
    if is_doubtful:
        return True
    return question.kind in QUANTITIES and answer.confidence < LOW_CONFIDENCE


def _report(question_id: str, value: AnswerValue, arguments: Mapping[str, Any], evidence: Evidence) -> AnswerReport:
    quote = arguments.get("quote")
    quote = quote[:MAX_QUOTE_CHARACTERS] if isinstance(quote, str) else ""
    confidence = arguments.get("confidence")
    is_given = isinstance(confidence, int | float) and not isinstance(confidence, bool) and 0 <= confidence <= 1
    return AnswerReport(
        question_id=question_id,
        value=value,
        quote=quote or evidence.quote,
        started_ms=evidence.started_ms,
        ended_ms=evidence.ended_ms,
        confidence=float(confidence) if is_given else evidence.confidence,  # type: ignore[arg-type]
        is_confirmed=False,
    )
