"""The rules of each language, read from `rules/*.toml` when this module is imported: a mistake in a file stops the start.

Reads the data files of this package and nothing else. Patterns and spelling are those of `bridge.opt_out`.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from bridge.opt_out.patterns import BadPattern, Wanted, wanted

_KEYS = frozenset({"harmless", "refuses", "groups"})


@dataclass(frozen=True, slots=True)
class Rules:
    """How one language asks not to be recorded; the lists are applied in this order."""

    language: str
    harmless: Wanted  # taken out first: it only sounds like it
    refuses: Wanted


def read_rules(language: str, text: str) -> Rules:
    """Raises BadPattern, with the language and what is wrong."""
    table: dict[str, Any] = tomllib.loads(text)
    if unknown := set(table) - _KEYS:
        raise BadPattern(f"{language}: unknown {', '.join(sorted(unknown))}")
    try:
        lists = {name: wanted(table.get(name, ()), table.get("groups", {})) for name in ("harmless", "refuses")}
    except BadPattern as fault:
        raise BadPattern(f"{language}: {fault}") from fault
    return Rules(language, **lists)


def _read_all() -> dict[str, Rules]:
    files = sorted((Path(__file__).parent / "rules").glob("*.toml"))
    return {file.stem: read_rules(file.stem, file.read_text(encoding="utf-8")) for file in files}


LANGUAGES = MappingProxyType(_read_all())
"""By BCP-47 primary language. `sw` holds Sheng, too."""
