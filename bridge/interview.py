"""The questions: which is open, what counts as an answer, what is said back, what is asked again and what is given up.

Pure. The server owns the interview: a voice only reports what it believes to have heard, and what it invents changes nothing.
An answer goes through four hands: heard, said back where that is due, being saved, saved. Only a saved one is an answer.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from bridge.brief import AnswerValue, CallBrief, QuestionBrief, QuestionKind, QuestionRole
from bridge.reports import AnswerReport

LOW_CONFIDENCE = 0.6  # numbers below are said back even where the script does not ask for it
MAX_READ_BACKS = 3  # of one question in one call
MAX_TIMELINE_DAYS = 3650
MAX_NUMBER = 10**12  # where the script sets no limit
MAX_OPEN_CHARACTERS = 2000
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


@dataclass(frozen=True, slots=True)
class Phrases:
    """The few words of our own between the script's sentences."""

    thanks: tuple[str, ...]  # before the next question, in turn; mostly nothing
    last_question: str  # before it, when the longest call is nearly over
    quantity_right: str
    word_right: str
    yes: str
    no: str
    now: str
    tomorrow: str
    in_days: str
    in_weeks: str
    in_a_month: str
    in_months: str
    in_a_year: str
    in_years: str


ENGLISH = Phrases(
    thanks=("Thank you.", "", "Great.", ""),
    last_question="One last question.",
    quantity_right="{}, is that right?",
    word_right="I heard {}, is that right?",
    yes="yes",
    no="no",
    now="right away",
    tomorrow="tomorrow",
    in_days="in {} days",
    in_weeks="in about {} weeks",
    in_a_month="in about a month",
    in_months="in about {} months",
    in_a_year="in about a year",
    in_years="in about {} years",
)
SWAHILI = Phrases(
    thanks=("Asante.", "", "Vizuri.", ""),
    last_question="Swali la mwisho.",
    quantity_right="{}, ni sawa?",
    word_right="Nimesikia {}, ni sawa?",
    yes="ndiyo",
    no="hapana",
    now="sasa hivi",
    tomorrow="kesho",
    in_days="baada ya siku {}",
    in_weeks="baada ya wiki {} hivi",
    in_a_month="baada ya mwezi mmoja hivi",
    in_months="baada ya miezi {} hivi",
    in_a_year="baada ya mwaka mmoja hivi",
    in_years="baada ya miaka {} hivi",
)
# A language we have no words in: values and question marks only.
WORDLESS = Phrases(
    thanks=("",),
    last_question="",
    quantity_right="{}?",
    word_right="{}?",
    yes="+",
    no="-",
    now="0",
    tomorrow="1",
    in_days="{}",
    in_weeks="7 × {}",
    in_a_month="30",
    in_months="30 × {}",
    in_a_year="365",
    in_years="365 × {}",
)


def phrases_for(language: str) -> Phrases:
    return {"en": ENGLISH, "sw": SWAHILI}.get(language.split("-")[0].lower(), WORDLESS)


def valid_value(question: QuestionBrief, value: object) -> AnswerValue | None:
    """The value as it is stored, or None when it is no answer to this question."""
    match question.kind:
        case QuestionKind.YES_NO:
            return value if isinstance(value, bool) else None
        case QuestionKind.NUMBER:
            return _number(question, value, lowest=-MAX_NUMBER, highest=MAX_NUMBER)
        case QuestionKind.TIMELINE:
            days = _number(question, value, lowest=0, highest=MAX_TIMELINE_DAYS)
            return days if isinstance(days, int) else None
        case QuestionKind.ONE_OF:
            return next((choice for choice in question.choices if isinstance(value, str) and choice.lower() == value.strip().lower()), None)
        case QuestionKind.OPEN:
            return value.strip()[:MAX_OPEN_CHARACTERS] or None if isinstance(value, str) else None


def _number(question: QuestionBrief, value: object, *, lowest: float, highest: float) -> int | float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or (isinstance(value, float) and not math.isfinite(value)):
        return None
    low = lowest if question.minimum is None else max(lowest, question.minimum)
    high = highest if question.maximum is None else min(highest, question.maximum)
    if not low <= value <= high:
        return None
    return int(value) if value == int(value) else value


class Interview:
    def __init__(self, brief: CallBrief) -> None:
        self._questions = {question.question_id: question for question in brief.questions}
        self._max_reasks = brief.limits.max_reasks
        self._phrases = phrases_for(brief.language)
        # A "no" to "is now a good time?" of an earlier call was about that time.
        self._over = {
            question.question_id
            for question in brief.questions
            if question.question_id in brief.answers
            and not (question.role is QuestionRole.PERMISSION and brief.answers[question.question_id] is False)
        }
        self._unconfirmed: dict[str, AnswerReport] = {}
        self._saving: dict[str, AnswerReport] = {}
        self._n_read_backs: dict[str, int] = {}
        self._n_reasks: dict[str, int] = {}
        self._n_saved = 0
        self.is_hurried = False  # nothing is said back but what the script wants said back

    @property
    def open_question(self) -> QuestionBrief | None:
        """What the callee is being asked about: an answer said back, else the first question without one; None at the end."""
        if self._unconfirmed:
            return self._questions[next(iter(self._unconfirmed))]
        return next((question for question in self._questions.values() if self._is_unanswered(question.question_id)), None)

    @property
    def is_saving(self) -> bool:
        return bool(self._saving)

    def prompt(self, *, is_reask: bool = False) -> Prompt | None:
        """What is to be asked now; None when nothing is left to ask."""
        question = self.open_question
        if question is None:
            return None
        if answer := self._unconfirmed.get(question.question_id):
            return Prompt(question, self._read_back(question, answer.value), is_confirmation=True)
        wording = question.reask_wording or question.wording if is_reask else question.wording
        return Prompt(question, wording, is_confirmation=False)

    def hear(self, arguments: Mapping[str, Any], evidence: Evidence, *, is_answered: Callable[[str], bool]) -> Hearing:
        """Judge what a voice reports. Out of order is fine, but said back; a second answer to a question is not.

        `is_answered`: whether the callee has spoken since a prompt was begun, by its key. A voice cannot answer, or agree, in their place.
        """
        question = self._question(arguments.get("question_id"))
        if question is None:
            return Refused("not a question of this script")
        if not self._is_unanswered(question.question_id):
            return Refused(f"{question.question_id} is answered already")
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
        if question is None or not self._is_unanswered(question.question_id):
            return False
        self._unconfirmed.pop(question.question_id, None)
        self._over.add(question.question_id)
        return True

    def saved(self, question_id: str) -> AnswerReport | None:
        """The answer is durable: it counts. None for one that was not being saved."""
        answer = self._saving.pop(question_id, None)
        if answer is not None:
            self._over.add(question_id)
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
        return question.is_read_back or (not self.is_hurried and _is_in_doubt(question, answer, is_doubtful))

    def _question(self, question_id: object) -> QuestionBrief | None:
        return self._questions.get(question_id) if isinstance(question_id, str) else None

    def _is_unanswered(self, question_id: str) -> bool:
        return question_id not in self._over and question_id not in self._saving

    def _accept(self, answer: AnswerReport) -> Accepted:
        self._unconfirmed.pop(answer.question_id, None)
        self._saving[answer.question_id] = answer
        return Accepted(answer)

    def _say_back(self, answer: AnswerReport) -> SaidBack | Refused:
        n_read_backs = self._n_read_backs.get(answer.question_id, 0) + 1
        if n_read_backs > MAX_READ_BACKS:
            self._unconfirmed.pop(answer.question_id, None)
            return Refused(f"too many different answers: {answer.question_id}", answer.question_id)
        self._n_read_backs[answer.question_id] = n_read_backs
        self._unconfirmed[answer.question_id] = answer
        return SaidBack(answer.question_id)

    def _read_back(self, question: QuestionBrief, value: AnswerValue) -> str:
        if isinstance(value, bool):
            return self._phrases.word_right.format(self._phrases.yes if value else self._phrases.no)
        if isinstance(value, str | list):
            return self._phrases.word_right.format(value)
        if question.kind is QuestionKind.TIMELINE:
            return self._phrases.word_right.format(self._timeline_words(int(value)))
        return self._phrases.quantity_right.format(f"{value} {question.unit}".strip())

    def _timeline_words(self, days: int) -> str:
        """As people say it: nobody who said "next year" wants to hear 365 days."""
        if days < 2:
            return (self._phrases.now, self._phrases.tomorrow)[days]
        if days < 14:
            return self._phrases.in_days.format(days)
        if days < 28:
            return self._phrases.in_weeks.format(round(days / 7))
        if days < 45:
            return self._phrases.in_a_month
        if days < 345:
            return self._phrases.in_months.format(round(days / 30))
        if days < 548:
            return self._phrases.in_a_year
        return self._phrases.in_years.format(round(days / 365))


def _is_in_doubt(question: QuestionBrief, answer: AnswerReport, is_doubtful: bool) -> bool:
    if is_doubtful:
        return True
    return question.kind in (QuestionKind.NUMBER, QuestionKind.TIMELINE) and answer.confidence < LOW_CONFIDENCE


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
