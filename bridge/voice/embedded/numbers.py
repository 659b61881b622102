"""Which whole numbers a text names, in words or digits, and number → words for the grammar.

Pure. Never guesses: "one twenty" is two numbers, not 120; "hundreds" and "quite a few" are none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bridge.voice.embedded.words import english

_UNITS: dict[str, int] = {word: value for value, word in enumerate(english()["numbers"]["units"])}
_TENS: dict[str, int] = {word: 20 + 10 * at for at, word in enumerate(english()["numbers"]["tens"])}
_SCALES = {"dozen": 12, "hundred": 100, "thousand": 1000}


@dataclass(frozen=True, slots=True)
class NumberSpan:
    value: int
    start: int  # words [start, end)
    end: int


def find_numbers(words: Sequence[str]) -> list[NumberSpan]:
    """Every number named, in order; empty when none is."""
    found = []
    at = 0
    while at < len(words):
        span = _number_at(words, at)
        if span is None:
            at += 1
            continue
        found.append(span)
        at = span.end
    return found


def number_words(number: int) -> str:
    """1..9999 as it is said: 120 → "one hundred and twenty"."""
    units, tens = list(_UNITS), list(_TENS)
    if number < 20:
        return units[number]
    if number < 100:
        return tens[number // 10 - 2] + (f" {units[number % 10]}" if number % 10 else "")
    scale, name = (1000, "thousand") if number >= 1000 else (100, "hundred")
    head, rest = divmod(number, scale)
    if not rest:
        return f"{number_words(head)} {name}"
    return f"{number_words(head)} {name} {'and ' if rest < 100 else ''}{number_words(rest)}"


def _number_at(words: Sequence[str], at: int) -> NumberSpan | None:
    if words[at].isdigit():
        value, end = int(words[at]), at + 1
        return NumberSpan(value * _SCALES.get(_word(words, end), 1), at, end + (_word(words, end) in _SCALES))
    if words[at : at + 3] == ("half", "a", "dozen"):
        return NumberSpan(6, at, at + 3)
    head, end = _below_hundred(words, at)
    if head is None:
        head, end = (1, at + 1) if words[at] in ("a", "an") else (1, at)
    if _word(words, end) not in _SCALES:
        return NumberSpan(head, at, end) if end > at and words[at] not in ("a", "an") else None
    return _with_scale(words, at, head, end)


def _with_scale(words: Sequence[str], start: int, head: int, at: int) -> NumberSpan:
    """`at` stands on a scale word: "two | thousand three hundred and five"."""
    scale = _SCALES[words[at]]
    value, end = head * scale, at + 1
    if scale == 12:
        return NumberSpan(value, start, end)
    rest_at = end + (_word(words, end) == "and")
    rest, rest_end = _below_hundred(words, rest_at)
    if scale == 1000 and rest is not None and _word(words, rest_end) == "hundred":
        tail = _with_scale(words, rest_at, rest, rest_end)
        return NumberSpan(value + tail.value, start, tail.end)
    if rest and _word(words, rest_end) not in _SCALES:
        return NumberSpan(value + rest, start, rest_end)
    return NumberSpan(value, start, end)


def _below_hundred(words: Sequence[str], at: int) -> tuple[int | None, int]:
    word = _word(words, at)
    if word in _UNITS:
        return _UNITS[word], at + 1
    if word not in _TENS:
        return None, at
    unit = _UNITS.get(_word(words, at + 1), 0)
    if 1 <= unit <= 9:
        return _TENS[word] + unit, at + 2
    return _TENS[word], at + 1


def _word(words: Sequence[str], at: int) -> str:
    return words[at] if at < len(words) else ""
