"""The small language in which the rule files say how words stand together, turned into regular expressions. Pure.

A pattern is a row of tokens, each standing for words in a row:

    word        this word                     word*  *word     words that begin, or end, so; w*d, too
    a|b_c|<g>   one of several; "_" is a space in them, <g> all words of a group
    token?      it may be missing             token{4}         up to four such, or none
    ..3         up to three words, whichever  !token           what follows must not be this
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import TypeAlias

from bridge.opt_out.spelling import MASKED, spelled_plainly

Groups: TypeAlias = Mapping[str, Iterable[str]]

_GAP = re.compile(r"\.\.(\d)")
_TOKEN = re.compile(r"(?P<no>!)?(?P<body>[^!?{}\s]+)(?P<often>\?|\{\d\})?")
_LETTER = rf"[^\s{MASKED}]"
_LETTERS = f"{_LETTER}*"
_NEVER = r"(?!)"


class BadPattern(ValueError):
    """A rule file holds something that is no pattern."""


class Wanted:
    """One expression for a list of patterns. It is compiled when first searched for, or by `make_ready`: all lists of all languages
    together take a second of a core, which most programs have no use for."""

    def __init__(self, expression: str) -> None:
        self.expression = expression

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile(self.expression)

    def make_ready(self) -> None:
        self._pattern  # noqa: B018 - kept from now on

    def search(self, text: str) -> re.Match[str] | None:
        return self._pattern.search(text)

    def sub(self, replaced: Callable[[re.Match[str]], str], text: str) -> str:
        return self._pattern.sub(replaced, text)


def wanted(patterns: Iterable[str], groups: Groups) -> Wanted:
    """To be searched for in a text of `spoken`. Raises BadPattern, at once: of what it lets through, every expression can be compiled."""
    expressions = [_expression(pattern, groups) for pattern in patterns]
    return Wanted(f"(?<= )(?:{'|'.join(expressions)})" if expressions else _NEVER)


def _expression(pattern: str, groups: Groups) -> str:
    tokens = pattern.split()
    if not tokens or all(_GAP.fullmatch(token) for token in tokens):
        raise BadPattern(f"{pattern!r} names no word")
    return "".join(_token(token, groups, pattern) for token in tokens)


def _token(token: str, groups: Groups, pattern: str) -> str:
    if gap := _GAP.fullmatch(token):
        return f"(?:{_LETTER}+ ){{0,{gap[1]}}}?"
    match = _TOKEN.fullmatch(token)
    if match is None:
        raise BadPattern(f"{pattern!r}: {token!r} is no token")
    words = f"(?:{'|'.join(_choices(match['body'], groups, pattern))})"
    if match["no"]:
        return f"(?!{words})"
    often = match["often"] or ""
    return words + (f"{{0,{often[1]}}}" if often.startswith("{") else often)


def _choices(body: str, groups: Groups, pattern: str) -> list[str]:
    """Longest first, so that "any more" is tried before "any"."""
    phrases: list[str] = []
    for choice in body.split("|"):
        if not choice.startswith("<"):
            phrases.append(choice.replace("_", " "))
        elif choice[1:-1] in groups:
            phrases += groups[choice[1:-1]]
        else:
            raise BadPattern(f"{pattern!r}: there is no group {choice}")
    return [_phrase(phrase, pattern) for phrase in sorted(phrases, key=len, reverse=True)]


def _phrase(phrase: str, pattern: str) -> str:
    words = [_word(part) for part in phrase.split()]
    if not words or not all(words):
        raise BadPattern(f"{pattern!r}: {phrase!r} has no words")
    return "".join(words)


def _word(written: str) -> str:
    """Spelled as the callee's words are; "m'appelez" becomes two. Empty when there are no letters in it."""
    parts = [" ".join(re.escape(word) for word in spelled_plainly(part)) for part in written.split("*")]
    return f"{_LETTERS.join(parts)} " if any(parts) else ""
