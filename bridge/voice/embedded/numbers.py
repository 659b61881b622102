"""Which whole numbers a text names, in words or digits, and number → words for the grammar.

Pure. Never guesses: "one twenty" is two numbers, not 120; "hundreds" and "quite a few" are none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bridge.voice.embedded.words import english

_UNITS: dict[str, int] = {word: value for value, word in enumerate(english()["numbers"]["units"])}
_TENS: dict[str, int] = {word: 20 + 10 * at for at, word in enumerate(english()["numbers"]["tens"])}
_SCALES = {"thousand": 1000, "k": 1000, "grand": 1000, "million": 1_000_000}
HUNDRED, DOZEN = "hundred", "dozen"
MAX_DIGITS = 12  # more are no number that anybody says


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
    """1..999,999,999 as it is said: 120 → "one hundred and twenty"."""
    units, tens = list(_UNITS), list(_TENS)
    if number < 20:
        return units[number]
    if number < 100:
        return tens[number // 10 - 2] + (f" {units[number % 10]}" if number % 10 else "")
    scale, name = next((scale, name) for scale, name in ((1_000_000, "million"), (1000, "thousand"), (100, "hundred")) if number >= scale)
    head, rest = divmod(number, scale)
    if not rest:
        return f"{number_words(head)} {name}"
    return f"{number_words(head)} {name} {'and ' if rest < 100 else ''}{number_words(rest)}"


def _number_at(words: Sequence[str], at: int) -> NumberSpan | None:
    """The longest number that begins here: "two hundred and fifty thousand", "3 million", "50 k"."""
    if words[at : at + 3] == ("half", "a", "dozen"):
        return NumberSpan(6, at, at + 3)
    head, end = _head(words, at)
    if head is None:
        return None
    if _word(words, end) == DOZEN:
        return NumberSpan(head * 12, at, end + 1)
    value, smallest = 0, max(_SCALES.values()) + 1
    while True:
        group, end = _group(words, head, end)
        scale = _SCALES.get(_word(words, end), 0)
        if not 0 < scale < smallest:
            return NumberSpan(value + group, at, end)
        value, smallest, end = value + group * scale, scale, end + 1
        rest_at = end + (_word(words, end) == "and")
        head, rest_end = _counted(words, rest_at)
        if not head or _SCALES.get(_word(words, _group(words, head, rest_end)[1]), 0) >= smallest:
            return NumberSpan(value, at, end)
        end = rest_end


def _head(words: Sequence[str], at: int) -> tuple[int | None, int]:
    """What a number begins with; "a hundred" and a bare "thousand" begin with one."""
    head, end = _counted(words, at)
    if head is not None:
        return head, end
    end = at + (words[at] in ("a", "an"))
    return (1, end) if _word(words, end) in {HUNDRED, DOZEN, *_SCALES} and (end > at or words[at].isalpha()) else (None, at)


def _group(words: Sequence[str], head: int, at: int) -> tuple[int, int]:
    """`at` stands behind `head`: "two | hundred and fifty" → 250."""
    if _word(words, at) != HUNDRED or head >= 100:
        return head, at
    rest, end = _below_hundred(words, at + 1 + (_word(words, at + 1) == "and"))
    return (head * 100 + rest, end) if rest and _word(words, end) != HUNDRED else (head * 100, at + 1)


def _counted(words: Sequence[str], at: int) -> tuple[int | None, int]:
    word = _word(words, at)
    return (int(word), at + 1) if word.isdigit() and len(word) <= MAX_DIGITS else _below_hundred(words, at)


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
