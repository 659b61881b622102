"""The rules of each language, read from `rules/*.toml` when this module is imported: a mistake in a file stops the start.

Reads the data files of this package and nothing else.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from bridge.opt_out.patterns import BadPattern, Wanted, wanted
from bridge.opt_out.spelling import spelled_plainly

_KEYS = frozenset({"harmless", "for_good", "postponed", "clear", "doubtful", "alone", "alone_doubtful", "fillers", "groups"})


@dataclass(frozen=True, slots=True)
class Rules:
    """How one language asks to be called no more; the lists are applied in this order."""

    language: str
    harmless: Wanted  # taken out first: it only sounds like one ("don't stop calling")
    for_good: Wanted  # clear, whatever time of day is named beside it
    postponed: Wanted  # "don't call me at night": asked about
    clear: Wanted
    doubtful: Wanted
    alone: frozenset[str]  # clear when nothing else is said, fillers aside
    alone_doubtful: frozenset[str]
    fillers: frozenset[str]


def read_rules(language: str, text: str) -> Rules:
    """Raises BadPattern, with the language and what is wrong."""
    table: dict[str, Any] = tomllib.loads(text)
    if unknown := set(table) - _KEYS:
        raise BadPattern(f"{language}: unknown {', '.join(sorted(unknown))}")
    groups = table.get("groups", {})

    def pattern(name: str) -> Wanted:
        try:
            return wanted(table.get(name, ()), groups)
        except BadPattern as fault:
            raise BadPattern(f"{language}: {fault}") from fault

    def words(name: str) -> frozenset[str]:
        return frozenset(_plain(phrase) for phrase in table.get(name, ()))

    return Rules(
        language,
        harmless=pattern("harmless"),
        for_good=pattern("for_good"),
        postponed=pattern("postponed"),
        clear=pattern("clear"),
        doubtful=pattern("doubtful"),
        alone=words("alone"),
        alone_doubtful=words("alone_doubtful"),
        fillers=words("fillers"),
    )


def _plain(phrase: str) -> str:
    return " ".join(word for part in phrase.split() for word in spelled_plainly(part))


def _read_all() -> dict[str, Rules]:
    files = sorted((Path(__file__).parent / "rules").glob("*.toml"))
    return {file.stem: read_rules(file.stem, file.read_text(encoding="utf-8")) for file in files}


LANGUAGES = MappingProxyType(_read_all())
"""By BCP-47 primary language. `sw` holds Sheng, too."""

FILLERS = frozenset[str]().union(*(rules.fillers for rules in LANGUAGES.values()))
"""Of all languages: people switch."""
