"""Which of the offered times a callee takes: "the second one", "tomorrow", "nine is fine", or none of them and another one instead.

Pure. Never guesses: words that fit two of the times, or none and name no other, are unclear.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bridge.named_time.finding import Mention, find
from bridge.named_time.naming import Precision, days_meant, is_in_part, named_time
from bridge.named_time.rules import rules_of
from bridge.named_time.spelling import plain
from bridge.turns.lexicon import lexicon, words_of


class Choice(StrEnum):
    OFFERED = "offered"
    ANOTHER = "another"  # a time of their own, to the minute
    AROUND = "around"  # a day or a part of one
    NONE = "none"  # of those that were offered, and they named no other
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Chosen:
    choice: Choice
    at: datetime | None = None  # OFFERED, ANOTHER, AROUND (from then on): in the zone of the offered times


UNCLEAR = Chosen(Choice.UNCLEAR)


def chosen_time(text: str, offered: Sequence[datetime], language: str, *, now: datetime) -> Chosen:
    """`offered`: in order, in the callee's zone, as `now`; (): they were asked for a time of their own. Unknown languages: UNCLEAR."""
    picked = _picked(text, offered, language)
    if picked is not None:
        return picked
    mention = find(text, language, is_asked=True)
    if mention is None:
        return _agreed(text, offered, language)
    fitting = [at for at in offered if _fits(mention, at, now)]
    if fitting:
        return Chosen(Choice.OFFERED, fitting[0]) if len(fitting) == 1 else UNCLEAR
    return _another(text, language, now)


def says_which(text: str, offered: Sequence[datetime], language: str) -> bool:
    """Without a clock: the words choose one of these times, any or none of them, or name one."""
    picked = _picked(text, offered, language) or _agreed(text, offered, language)
    return picked.choice is not Choice.UNCLEAR or find(text, language, is_asked=True) is not None


def _picked(text: str, offered: Sequence[datetime], language: str) -> Chosen | None:
    """By its place. Two places are no choice; with one time offered there is no second."""
    places: set[int] = set()
    for rules in rules_of(language):
        words = rules.choice.ignored.sub("…", plain(text, rules))
        places |= {place for place, pattern in enumerate((rules.choice.first, rules.choice.second)) if pattern.search(words)}
    if not places or not offered:
        return None
    place = places.pop()
    return Chosen(Choice.OFFERED, offered[place]) if not places and place < len(offered) else UNCLEAR


def _agreed(text: str, offered: Sequence[datetime], language: str) -> Chosen:
    """No time was named: whichever, none, or a plain yes or no. A yes to two times says nothing."""
    spoken = [(rules.choice, plain(text, rules)) for rules in rules_of(language)]
    words, known = words_of(text), lexicon(language)
    if any(choice.none.search(said) for choice, said in spoken):
        return Chosen(Choice.NONE)
    is_any = any(choice.any.search(said) for choice, said in spoken)
    if offered and (is_any or (spoken and len(offered) == 1 and known.says_yes(words) and not known.says_no(words))):
        return Chosen(Choice.OFFERED, offered[0])
    if spoken and not is_any and known.says_no(words):
        return Chosen(Choice.NONE)
    return UNCLEAR


def _fits(mention: Mention, at: datetime, now: datetime) -> bool:
    minutes = at.hour * 60 + at.minute
    is_day = mention.day is None or at.date() == days_meant(mention.day, now)[0]
    is_hour = mention.hour is None or minutes in mention.hour.minutes_of_day
    return mention.span_minutes is None and is_day and is_hour and all(is_in_part(part, minutes) for part in mention.parts)


def _another(text: str, language: str, now: datetime) -> Chosen:
    named = named_time(text, language, now=now, is_asked=True)
    if named is None:
        return UNCLEAR
    if named.precision is Precision.CLOCK:
        return Chosen(Choice.ANOTHER, named.at)
    is_day = named.precision is Precision.DAY
    return Chosen(Choice.AROUND, named.at.replace(hour=0, minute=0) if is_day else named.at)
