"""The standard sentences for people who call us, by language, and in which language one of them is spoken to.

Read from `sentences/*.toml`, by BCP-47 primary language, when this module is imported: a mistake in a file stops the start. Reads those files and
nothing else. Only the English ones were read by somebody who speaks the language.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

# What the bot may have to say besides, on any call, where English is no help; the words for opting out are with the standard script.
LINES = frozenset({"robot", "who", "time_is_up", "apology", "apology_call_back", "one_moment", "still_here", "promise"})
FALLBACK = "en-US"  # the platform's pages name it among the languages of its own voice, and every voice speaks it


class BadSentences(ValueError):
    """A file of sentences is not as it must be; the message says which and what."""


@dataclass(frozen=True, slots=True)
class Sentences:
    said: Mapping[str, str]  # by name, with {bot_name} and {organisation}
    lines: Mapping[str, str]  # names of bridge.brief.Lines
    markets: tuple[str, ...]  # where it is spoken to those whose own language is none of ours


def read_sentences(language: str, text: str, *, names: Iterable[str] | None) -> Sentences:
    """`names`: the sentences that there must be; None: the file itself says (the English one). Raises BadSentences."""
    table: dict[str, Any] = tomllib.loads(text)
    markets, lines = table.pop("markets", []), table.pop("lines", {})
    if names is not None and table.keys() ^ set(names):
        raise BadSentences(f"{language}: missing or unknown: {', '.join(sorted(table.keys() ^ set(names)))}")
    if names is not None and lines.keys() ^ LINES:
        raise BadSentences(f"{language}, lines: missing or unknown: {', '.join(sorted(lines.keys() ^ LINES))}")
    if empty := [name for name, said in {**table, **lines}.items() if not isinstance(said, str) or not said.strip()]:
        raise BadSentences(f"{language}: no text: {', '.join(empty)}")
    return Sentences(MappingProxyType(table), MappingProxyType(lines), tuple(markets))


def _read_all() -> dict[str, Sentences]:
    texts = {file.stem: file.read_text(encoding="utf-8") for file in sorted((Path(__file__).parent / "sentences").glob("*.toml"))}
    english = read_sentences("en", texts.pop("en"), names=None)
    return {"en": english, **{language: read_sentences(language, text, names=english.said) for language, text in texts.items()}}


BY_LANGUAGE = MappingProxyType(_read_all())
_OF_MARKET = MappingProxyType({market: language for language, sentences in BY_LANGUAGE.items() for market in sentences.markets})


def primary(language: str) -> str:
    return language.replace("_", "-").split("-")[0].strip().lower()


def chosen_language(own: str, market: str, *, is_usable: Callable[[str], bool]) -> str:
    """BCP-47: the person's `own` language, else their market's, else English. `is_usable`: there are words in it, and the voice speaks it."""
    of_market = f"{_OF_MARKET[market]}-{market}" if market in _OF_MARKET else ""
    return next((language for language in (own, of_market) if language and is_usable(language)), FALLBACK)


def in_language(language: str) -> Sentences:
    """English where there are no others."""
    return BY_LANGUAGE.get(primary(language), BY_LANGUAGE["en"])
