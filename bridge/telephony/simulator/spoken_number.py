"""The whole numbers in an English sentence, in digits or in words. Pure."""

from __future__ import annotations

import re

_SMALL_WORDS = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen"),
    *("fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_SMALL = {word: value for value, word in enumerate(_SMALL_WORDS)}
_TENS = {word: 10 * value for value, word in enumerate(["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], start=2)}
_SCALES = {"hundred": 100, "thousand": 1000}


def numbers_in(sentence: str) -> frozenset[int]:
    """ "A hundred and fifty or 20 seats" → {150, 20}; empty where there is none."""
    found: set[int] = set()
    total: int | None = None  # of the number being read
    part = 0  # below the last thousand
    previous = ""
    for word in [*re.findall(r"[a-z]+|\d+", sentence.lower().replace(",", "")), "."]:
        if word.isdigit():
            found.add(int(word))
        if word in _SMALL or word in _TENS:
            part += _SMALL.get(word, 0) + _TENS.get(word, 0)
            total = total or 0
        elif word in _SCALES and (total is not None or previous == "a"):
            total, part = _scaled(total or 0, part, _SCALES[word])
        elif total is not None and not (word == "and" and previous in _SCALES):
            found.add(total + part)
            total, part = None, 0
        previous = word
    return frozenset(found)


def _scaled(total: int, part: int, scale: int) -> tuple[int, int]:
    if scale == 1000:
        return total + max(part, 1) * 1000, 0
    return total, max(part, 1) * 100
