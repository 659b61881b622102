"""The short words of a language that decide whose turn it is, read from `words/*.toml` when this module is imported.

Reads the data files of this package and nothing else: a mistake in a file stops the start. The spelling is that of
`bridge.opt_out`, and a letter that is drawn out ("mmmm", "eeeh") counts twice at most. Every file has these lists of phrases:

    back_channels   "I am listening": while the bot speaks they change nothing
    yes, no         answers of one word; a yes in the middle of somebody else's sentence is a back-channel, too
    fillers         sounds of thinking: more is to come
    stop            the bot is to be quiet, and at once
    unfinished      words that nobody ends with: a value or a sentence goes on
    false_friends   English phrases that are other words here; English is heard on every call, without these
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TypeAlias

from bridge.opt_out.spelling import plain_words

Words: TypeAlias = tuple[str, ...]

MAX_NODS = 3  # in a row; who says more of them wants the floor
ENGLISH = "en"

_LISTS = ("back_channels", "yes", "no", "fillers", "stop", "unfinished")
_MAY_BE_MISSING = "false_friends"
_DRAWN_OUT = re.compile(r"([^\W\d_])\1{2,}")


class BadWords(ValueError):
    """A file of words is not what it should be."""


def words_of(text: str) -> Words:
    """In the spelling that the lists are kept in."""
    return tuple(_DRAWN_OUT.sub(r"\1\1", word) for word in plain_words(text))


class Nods(Enum):
    """How much of a text is nods."""

    ALL = "all"
    SO_FAR = "so far"  # it ends in the middle of one: "I" of "I see"
    NOT = "not"


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Of one language, or of a call: its language and English."""

    back_channels: frozenset[Words]
    yes: frozenset[Words]
    no: frozenset[Words]
    fillers: frozenset[Words]
    stop: frozenset[Words]
    unfinished: frozenset[Words]
    nods: Mapping[str, tuple[Words, ...]]  # all that may be said into somebody's sentence, by their first word

    def nodded(self, words: Words) -> Nods:
        """Nothing but back-channels, yes and fillers, and not too many. No words at all are no nod."""
        if not words:
            return Nods.NOT
        n_phrases: dict[int, int] = {0: 0}  # how few phrases it takes up to here
        is_within = False
        for start in range(len(words)):
            n = n_phrases.get(start, MAX_NODS)
            if n >= MAX_NODS:
                continue
            for phrase in self.nods.get(words[start], ()):
                end = start + len(phrase)
                if words[start:end] == phrase:
                    n_phrases[end] = min(n + 1, n_phrases.get(end, MAX_NODS))
                elif end > len(words) and words[start:] == phrase[: len(words) - start]:
                    is_within = True
        if len(words) in n_phrases:
            return Nods.ALL
        return Nods.SO_FAR if is_within else Nods.NOT

    def says_yes(self, words: Words) -> bool:
        return _has(words, self.yes)

    def says_no(self, words: Words) -> bool:
        return _has(words, self.no)

    def says_stop(self, words: Words) -> bool:
        return _has(words, self.stop)

    def goes_on(self, words: Words) -> bool:
        """The last words are those of somebody who has not finished."""
        return _ends(words, self.fillers) or _ends(words, self.unfinished)

    def without_fillers(self, words: Words) -> Words:
        return tuple(word for word in words if (word,) not in self.fillers or (word,) in self.yes)


def read_words(name: str, text: str) -> dict[str, frozenset[Words]]:
    """The lists of one file. Raises BadWords, with the file's name and what is wrong."""
    table = tomllib.loads(text)
    if wrong := set(_LISTS) ^ (set(table) - {_MAY_BE_MISSING}):
        raise BadWords(f"{name}: unknown or missing {', '.join(sorted(wrong))}")
    lists = {key: frozenset(words_of(phrase) for phrase in table.get(key, ())) for key in (*_LISTS, _MAY_BE_MISSING)}
    if empty := [key for key, phrases in lists.items() if () in phrases or (key in _LISTS and not phrases)]:
        raise BadWords(f"{name}: nothing, or a phrase without letters, in {', '.join(empty)}")
    return lists


def _read_all() -> dict[str, dict[str, frozenset[Words]]]:
    files = sorted((Path(__file__).parent / "words").glob("*.toml"))
    return {file.stem: read_words(file.stem, file.read_text(encoding="utf-8")) for file in files}


LANGUAGES = MappingProxyType(_read_all())
"""The lists by BCP-47 primary language. `sw` holds Sheng, too."""


@cache
def lexicon(language: str) -> Lexicon:
    """Of a call in this language (BCP-47): its own words and the English ones, for people switch. Unknown: English alone."""
    english = LANGUAGES[ENGLISH]
    own = LANGUAGES.get(language.split("-")[0].lower(), english)
    lists = {key: own[key] | (english[key] - own[_MAY_BE_MISSING]) for key in _LISTS}
    by_first: dict[str, tuple[Words, ...]] = {}
    for phrase in sorted(lists["back_channels"] | lists["yes"] | lists["fillers"]):
        by_first[phrase[0]] = (*by_first.get(phrase[0], ()), phrase)
    return Lexicon(**lists, nods=MappingProxyType(by_first))


def _has(words: Words, phrases: Iterable[Words]) -> bool:
    return any(words[start : start + len(phrase)] == phrase for phrase in phrases for start in range(len(words) - len(phrase) + 1))


def _ends(words: Words, phrases: Iterable[Words]) -> bool:
    return any(words[-len(phrase) :] == phrase for phrase in phrases)
