"""Numbers as people write and say them, in English and Swahili: "50,000", "50k", "fifty thousand", "elfu hamsini".

Pure. The whole text must be one number; of two, or of a number among other words, nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from bridge.voice.embedded.numbers import find_numbers
from bridge.voice.embedded.words import split_words

_PLAIN = re.compile(r"[+-]?\d{1,12}(?:\.\d{1,6})?")
_GROUPS = re.compile(r"\d{1,3}(?:[, \u00a0]\d{3})+")
_SHORT = re.compile(r"(\d{1,6}(?:\.\d{1,3})?) ?(k|m)")
_SHORT_FOR = {"k": 1000, "m": 1_000_000}

_SWAHILI: Mapping[str, int] = MappingProxyType(
    {
        "sifuri": 0, "moja": 1, "mbili": 2, "tatu": 3, "nne": 4, "tano": 5, "sita": 6, "saba": 7, "nane": 8, "tisa": 9,
        "kumi": 10, "ishirini": 20, "thelathini": 30, "arobaini": 40, "arubaini": 40, "hamsini": 50, "sitini": 60, "sabini": 70,
        "themanini": 80, "tisini": 90,
    }
)  # fmt: skip
_HUNDRED = "mia"
_SCALES: Mapping[str, int] = MappingProxyType({"milioni": 1_000_000, "laki": 100_000, "elfu": 1000})
_AND = "na"


def read_amount(text: str) -> int | float | None:
    """None: it is no number, or not one alone."""
    plain = " ".join(text.casefold().split())
    if _PLAIN.fullmatch(plain):
        return float(plain) if "." in plain else int(plain)
    if _GROUPS.fullmatch(plain):
        return int(re.sub(r"\D", "", plain))
    if short := _SHORT.fullmatch(plain):
        return float(short[1]) * _SHORT_FOR[short[2]]
    words = split_words(plain)
    spans = find_numbers(words)
    if len(spans) == 1 and (spans[0].start, spans[0].end) == (0, len(words)):
        return spans[0].value
    return _swahili(words)


def _swahili(words: Sequence[str]) -> int | None:
    """The scale stands before what it counts: elfu hamsini, fifty thousand. After it, as much as can be counted by it belongs to it."""
    value, at, smallest = 0, 0, max(_SCALES.values()) + 1
    while at < len(words):
        start = at + (at > 0 and words[at] == _AND)
        scale = _SCALES.get(_word(words, start), 0)
        if scale >= smallest:
            return None
        group, end = _group(words, start + (scale > 0))
        if group is None and not scale:
            return None
        value += (1 if group is None else group) * (scale or 1)
        smallest, at = scale or 1, end
        if not scale and at < len(words):
            return None
    return value if words else None


def _group(words: Sequence[str], at: int) -> tuple[int | None, int]:
    """Up to 999: mia mbili na hamsini na tano, hamsini na tano, tano; (None, at): none stands here."""
    value, end = _below_hundred(words, at)
    if _word(words, at) != _HUNDRED:
        return value, end
    times, end = _unit(words, at + 1)
    hundreds, end = (times or 1) * 100, end if times else at + 1
    rest, rest_end = _below_hundred(words, end + (_word(words, end) == _AND))
    return (hundreds + rest, rest_end) if rest else (hundreds, end)


def _below_hundred(words: Sequence[str], at: int) -> tuple[int | None, int]:
    value = _SWAHILI.get(_word(words, at))
    if value is None:
        return None, at
    unit, end = _unit(words, at + 2) if value >= 10 and _word(words, at + 1) == _AND else (None, at + 1)
    return (value + unit, end) if unit else (value, at + 1)


def _unit(words: Sequence[str], at: int) -> tuple[int | None, int]:
    value = _SWAHILI.get(_word(words, at))
    return (value, at + 1) if value is not None and 1 <= value <= 9 else (None, at)


def _word(words: Sequence[str], at: int) -> str:
    return words[at] if at < len(words) else ""
