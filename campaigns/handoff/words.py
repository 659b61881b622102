"""A hot lead in sentences: what a rep hears before pressing 1, and reads on a card.

Pure. Short enough to be listened to: answers in the order of the script, no phone number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bridge.brief import DEFAULT_CURRENCY, AnswerValue, QuestionKind
from campaigns.states import HandoffStatus
from leads.said import Sentence, as_it_is, listed, sentence

ORDINARY_WEEKS = 8 * 7  # up to here a timeline is said in weeks, beyond in months


@dataclass(frozen=True, slots=True)
class Given:
    """One answer, with what is needed to say it."""

    label: str
    kind: QuestionKind
    value: AnswerValue
    unit: str = ""


def label_of(question_key: str) -> str:
    """`time_line` → `Time line`: the script's short id as a heading."""
    words = question_key.replace("_", " ").replace("-", " ").strip()
    return words[:1].upper() + words[1:]


def value_in_words(given: Given) -> Sentence:
    match given.kind, given.value:
        case QuestionKind.TIMELINE, int(days) if not isinstance(days, bool):
            return timeline_in_words(days)
        case _, bool(is_yes):
            return sentence("yes") if is_yes else sentence("no")
        case _, list(chosen):
            return listed(chosen)
        case QuestionKind.MONEY, int(amount) | float(amount):
            return as_it_is(f"{given.unit or DEFAULT_CURRENCY} {amount:,.0f}")
        case _, int(number) | float(number):
            return as_it_is(f"{number:g} {given.unit}".rstrip())
        case _, str(text):
            return as_it_is(text)
    raise AssertionError("an answer is one of the above")


def timeline_in_words(days: int) -> Sentence:
    if days <= 0:
        return sentence("now")
    if days == 1:
        return sentence("tomorrow")
    if days < 14:
        return sentence("in %(n)s days", n=days)
    if days <= ORDINARY_WEEKS:
        return sentence("in %(n)s weeks", n=round(days / 7))
    return sentence("in %(n)s months", n=round(days / 30))


def spoken_brief(*, rep_name: str, lead_name: str, campaign_name: str, points: int | None, answers: Sequence[Given]) -> tuple[str, ...]:
    """What the rep hears, one sentence a verb; the last one asks for the key."""
    score = f" Score {points}." if points is not None else ""
    said = "; ".join(f"{given.label}: {value_in_words(given)}" for given in answers)
    return (
        f"Hello {rep_name}. {lead_name}, a hot lead of {campaign_name}, is waiting to talk to you.{score}",
        *((f"{said}.",) if said else ()),
        "Press 1 to be connected.",
    )


def why_not_put_through(status: HandoffStatus, lead_name: str) -> str:
    """To the rep on the phone to whom the hand-off belongs no more, or not yet again; "": there is nothing to say."""
    match status:
        case HandoffStatus.LEAD_HUNG_UP:
            return f"{lead_name} has hung up. Goodbye."
        case HandoffStatus.PROMISED | HandoffStatus.RETURNED_TO_BOT:
            return f"You cannot be connected to {lead_name} now. The call back stays in your queue. Goodbye."
    return ""
