"""A turn of a transcript cut into what was heard and what was not, with the words marked that are not the script's. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import groupby
from typing import TypeAlias

from bridge.turns import words_of

_WORD = re.compile(r"\S+\s*")


@dataclass(frozen=True, slots=True)
class Part:
    text: str
    is_other: bool = False  # not in the script


Parts: TypeAlias = tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class SplitTurn:
    heard: Parts
    unheard: Parts


def split_turn(text: str, heard: str, intended: str) -> SplitTurn:
    """`heard` is where `text` was heard to; `intended` the script's line, empty where its own words were said."""
    written = _WORD.findall(text)
    are_other = _other_words(written, intended) if intended else [False] * len(written)
    n_heard = len(heard.split())
    marked = list(zip(written, are_other, strict=True))
    return SplitTurn(_parts(marked[:n_heard]), _parts(marked[n_heard:]))


def _parts(marked: Sequence[tuple[str, bool]]) -> Parts:
    return tuple(Part("".join(word for word, _ in run).strip(), is_other) for is_other, run in groupby(marked, key=lambda word: word[1]))


def _other_words(written: Sequence[str], intended: str) -> list[bool]:
    said, script = [_plain(word) for word in written], [_plain(word) for word in intended.split()]
    are_other = [bool(word) for word in said]  # a dash is no word
    for run in SequenceMatcher(None, said, script, autojunk=False).get_matching_blocks():
        are_other[run.a : run.a + run.size] = [False] * run.size
    return are_other


@lru_cache(maxsize=4096)
def _plain(word: str) -> tuple[str, ...]:
    """Of a long transcript this was most of the work, and a bot's words repeat."""
    return words_of(word)
