"""What counts as an answer to a question, by its kind, and in which form it is stored.

Pure.
"""

from __future__ import annotations

import math

from bridge.brief import AnswerValue, QuestionBrief, QuestionKind

MAX_TIMELINE_DAYS = 3650
MAX_NUMBER = 10**12  # where the script sets no limit
MAX_MONEY = 10**12
MAX_SCALE = 100
MAX_OPEN_CHARACTERS = 2000


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
            return stored_choice(question, value)
        case QuestionKind.MANY_OF:
            return _choices(question, value)
        case QuestionKind.SCALE:
            step = _number(question, value, lowest=0, highest=MAX_SCALE)
            return step if isinstance(step, int) else None
        case QuestionKind.MONEY:
            amount = _number(question, value, lowest=0, highest=MAX_MONEY)
            return None if amount is None else round(amount)
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


def stored_choice(question: QuestionBrief, value: object) -> str | None:
    """One of its choices as the script has it, from how it is said on this call or from the script's own word; None: it is none."""
    if not isinstance(value, str):
        return None
    stored = question.stored_choices or question.choices
    said = value.strip().casefold()
    return next((word for words in (question.choices, stored) for each, word in zip(words, stored, strict=True) if each.casefold() == said), None)


def said_choice(question: QuestionBrief, stored: str) -> str:
    """How a stored choice is said on this call."""
    words = dict(zip(question.stored_choices, question.choices, strict=True)) if question.stored_choices else {}
    return words.get(stored, stored)


def _choices(question: QuestionBrief, value: object) -> list[str] | None:
    """Each of them once, in the script's order. One that is none spoils the answer: which was meant is a guess."""
    chosen = [stored_choice(question, each) for each in (value if isinstance(value, list | tuple) else [value])]
    if not chosen or None in chosen:
        return None
    return [word for word in question.stored_choices or question.choices if word in chosen]
