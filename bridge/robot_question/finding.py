"""Finds “are you a robot?” in what was said.

Reads the rules of this package when it is imported, and nothing else: a mistake in a file stops the start. Spelling and patterns are those of
`bridge.opt_out`. All languages are tried on every text, for people switch; who is told the truth without having asked takes no harm.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from types import MappingProxyType

from bridge.opt_out.patterns import BadPattern, Wanted, wanted
from bridge.opt_out.spelling import spoken

_KEYS = {"asks", "groups"}


def read_rules(language: str, text: str) -> Wanted:
    """Raises BadPattern, with the language and what is wrong."""
    table = tomllib.loads(text)
    if wrong := set(table) ^ _KEYS:
        raise BadPattern(f"{language}: unknown or missing {', '.join(sorted(wrong))}")
    try:
        return wanted(table["asks"], table["groups"])
    except BadPattern as fault:
        raise BadPattern(f"{language}: {fault}") from fault


def _read_all() -> dict[str, Wanted]:
    files = sorted((Path(__file__).parent / "rules").glob("*.toml"))
    return {file.stem: read_rules(file.stem, file.read_text(encoding="utf-8")) for file in files}


LANGUAGES = MappingProxyType(_read_all())
"""By BCP-47 primary language. `sw` holds Sheng, too."""


def asks_if_robot(text: str) -> bool:
    words = spoken(text).plain
    return any(pattern.search(words) for pattern in LANGUAGES.values())
