"""All that a callee may hear, in the order of a call: the words of the call itself, cut into parts for eyes and ears.

Pure. Makes no sentence of its own: questions and lines are those of the call's brief, what is said between them is bridge.phrases'.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum

from bridge.brief import TIMES_IN, AnswerValue, Lines, QuestionBrief, QuestionKind
from bridge.phrases import Phrases, said_back


class Part(StrEnum):
    """In the order in which they are shown."""

    OPENING = "opening"
    QUESTIONS = "questions"
    BETWEEN = "between"
    CLOSING = "closing"
    HANDOFF = "handoff"
    AT_ANY_TIME = "at_any_time"
    FAULTS = "faults"
    CALLS_TO_US = "calls_to_us"


class Kind(StrEnum):
    LINE = "line"  # one of bridge.brief.Lines
    ASK = "ask"
    REASK = "reask"
    READ_BACK = "read_back"
    THANKS = "thanks"
    LAST_QUESTION = "last_question"
    TO_A_CALLER = "to_a_caller"


PART_OF: Mapping[str, Part] = {
    "disclosure": Part.OPENING,
    **dict.fromkeys(("cold_close", "survey_close", "not_interested", "wrong_number", "when_better", "call_back_at", "call_back_later"), Part.CLOSING),
    **dict.fromkeys(("opted_out", "no_input_close", "time_is_up"), Part.CLOSING),
    **dict.fromkeys(("checking", "connecting", "joining", "call_right_back", "colleagues_busy", "offer_slots", "offer_slot"), Part.HANDOFF),
    **dict.fromkeys(("slot_taken", "slot_booked", "promise"), Part.HANDOFF),
    **dict.fromkeys(("who", "robot", "confirm_opt_out", "not_recorded", "still_there", "can_you_hear_me"), Part.AT_ANY_TIME),
    **dict.fromkeys(("apology", "apology_call_back", "one_moment", "still_here"), Part.FAULTS),
}
"""Of every line of a call. In the order in which people meet them."""


@dataclass(frozen=True, slots=True)
class Heard:
    key: str  # tells it apart in its language, and names its sound
    part: Part
    kind: Kind
    name: str  # of the line, or the question's id
    text: str


@dataclass(frozen=True, slots=True)
class Asked:
    number: int
    question: QuestionBrief
    heard: tuple[Heard, ...]
    may_be_passed_over: bool  # some answer before it leads past it


@dataclass(frozen=True, slots=True)
class Telling:
    asked: tuple[Asked, ...]
    others: tuple[Heard, ...]  # all but the questions

    def of(self, part: Part) -> tuple[Heard, ...]:
        return tuple(heard for heard in self.others if heard.part is part)

    def all(self) -> Iterator[Heard]:
        """In the order in which they are heard."""
        for part in Part:
            yield from (heard for asked in self.asked for heard in asked.heard) if part is Part.QUESTIONS else self.of(part)


def telling_of(
    questions: Sequence[QuestionBrief], lines: Lines, phrases: Phrases, *, times: Sequence[str], to_callers: Mapping[str, str], is_survey: bool | None
) -> Telling:
    """`times`: two of them in words, for {when}. `is_survey`: which of the two last words is said; None: either may be."""
    unsaid = {None: "", True: "cold_close", False: "survey_close"}[is_survey]
    texts = asdict(lines)
    said = {name: _with_times(name, texts[name], times) for name in PART_OF if name != unsaid and texts[name]}
    others = [Heard(name, part, Kind.LINE, name, said[name]) for name, part in PART_OF.items() if name in said]
    between = [*_unique("thanks", Kind.THANKS, phrases.thanks), *_unique("last_question", Kind.LAST_QUESTION, [phrases.last_question])]
    callers = [Heard(f"to_us-{name}", Part.CALLS_TO_US, Kind.TO_A_CALLER, name, text) for name, text in to_callers.items()]
    return Telling(tuple(_asked(questions, phrases)), (*others, *between, *callers))


def _with_times(name: str, text: str, times: Sequence[str]) -> str:
    for place, words in zip(TIMES_IN.get(name, ()), times, strict=False):
        text = text.replace(place, words)
    return text


def _unique(key: str, kind: Kind, texts: Sequence[str]) -> list[Heard]:
    return [Heard(f"{key}-{n}", Part.BETWEEN, kind, key, text) for n, text in enumerate(dict.fromkeys(texts)) if text]


def _asked(questions: Sequence[QuestionBrief], phrases: Phrases) -> Iterator[Asked]:
    ids = [question.question_id for question in questions]
    passed_over: set[str] = set()
    for number, question in enumerate(questions, start=1):
        for skip in question.skips:
            until = ids.index(skip.to) if skip.to in ids else len(ids)
            passed_over.update(ids[number:until])
        yield Asked(number, question, tuple(_of_question(question, phrases)), question.question_id in passed_over)


def _of_question(question: QuestionBrief, phrases: Phrases) -> Iterator[Heard]:
    def heard(kind: Kind, text: str) -> Heard:
        return Heard(f"{kind.value}-{question.question_id}", Part.QUESTIONS, kind, question.question_id, text)

    yield heard(Kind.ASK, question.wording)
    if question.reask_wording and question.reask_wording != question.wording:
        yield heard(Kind.REASK, question.reask_wording)
    if question.kind is not QuestionKind.OPEN:  # a story is never said back
        yield heard(Kind.READ_BACK, said_back(question, an_answer_to(question), phrases))


def an_answer_to(question: QuestionBrief) -> AnswerValue:
    """One that somebody might give, to hear how it is said back."""
    stored = question.stored_choices or question.choices
    match question.kind:
        case QuestionKind.YES_NO:
            return True
        case QuestionKind.ONE_OF:
            return stored[0] if stored else ""
        case QuestionKind.MANY_OF:
            return list(stored[:2])
        case QuestionKind.TIMELINE:
            return 14
    low = question.minimum if question.minimum is not None else 0.0
    high = question.maximum if question.maximum is not None else low + 24
    some = round(low + min(24, (high - low) / 2))
    return some if low <= some <= high else low
