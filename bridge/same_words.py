"""Whether two texts are the same words, however they are written: case, accents, punctuation and numbers ("40", "forty") do not matter.

Pure. Only English number words are known; in any other language a number that is written otherwise is another word.
"""

from __future__ import annotations

import re

from bridge.turns import words_of
from bridge.voice.embedded.numbers import find_numbers

_THOUSANDS = re.compile(r"(?<=\d)[,\u00a0\u202f](?=\d{3}(?!\d))")


def are_same_words(one: str, other: str) -> bool:
    """False for two texts without words: nothing was said."""
    words = _words(one)
    return bool(words) and words == _words(other)


def begins_with(text: str, begun: str) -> bool:
    """Whether `begun` is how `text` begins; its last word may be cut."""
    words, first = _words(text), _words(begun)
    if not first:
        return True
    if len(first) > len(words):
        return False
    *whole, last = first
    return words[: len(whole)] == tuple(whole) and words[len(whole)].startswith(last)


def _words(text: str) -> tuple[str, ...]:
    words = words_of(_THOUSANDS.sub("", text))
    numbers = {number.start: number for number in find_numbers(words)}
    found: list[str] = []
    at = 0
    while at < len(words):
        number = numbers.get(at)
        found.append(words[at] if number is None else str(number.value))
        at = at + 1 if number is None else number.end
    return tuple(found)
