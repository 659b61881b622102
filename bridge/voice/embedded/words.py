"""The words of one language, read once from `words_en.toml`, and how a text is cut into words and searched for phrases.

Reads the data file of this package and nothing else; the functions are pure.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

Words: TypeAlias = tuple[str, ...]
Span: TypeAlias = tuple[int, int]

_GROUPED = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")  # 50,000 is one number
_WORD = re.compile(r"[a-z]+(?:'[a-z]+)*|\d+")


@cache
def english() -> dict[str, Any]:
    with (Path(__file__).parent / "words_en.toml").open("rb") as file:
        return tomllib.load(file)


def split_words(text: str) -> Words:
    """Lower case, apostrophes straightened, hyphens and punctuation dropped: "Don’t!" → ("don't",)."""
    return tuple(_WORD.findall(_GROUPED.sub("", text.lower().replace("’", "'"))))


def find_phrase(words: Sequence[str], phrase: str, start: int = 0) -> Span | None:
    """Where the phrase's words stand in a row, as [start, end); None when they do not."""
    wanted = tuple(phrase.split())
    for at in range(start, len(words) - len(wanted) + 1):
        if tuple(words[at : at + len(wanted)]) == wanted:
            return at, at + len(wanted)
    return None


def find_every(words: Sequence[str], phrase: str) -> list[Span]:
    found: list[Span] = []
    while span := find_phrase(words, phrase, found[-1][1] if found else 0):
        found.append(span)
    return found


def has_phrase(words: Sequence[str], phrases: Iterable[str]) -> bool:
    return any(find_phrase(words, phrase) for phrase in phrases)


def without_phrases(words: Words, phrases: Iterable[str]) -> Words:
    for phrase in sorted(phrases, key=len, reverse=True):
        while span := find_phrase(words, phrase):
            words = words[: span[0]] + words[span[1] :]
    return words


def without_spans(words: Words, spans: Iterable[Span]) -> Words:
    """The words outside the spans, each span replaced by a word that means nothing, so that its neighbours stay apart."""
    kept = list(words)
    for start, end in sorted(spans, reverse=True):
        kept[start:end] = ["…"]
    return tuple(kept)
