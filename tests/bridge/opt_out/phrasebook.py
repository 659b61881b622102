"""The phrases of the test set, as the data files hold them."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

LANGUAGES = ("am", "ar", "en", "fr", "ha", "pt", "sw")
_FOLDER = Path(__file__).parent / "phrases"


@dataclass(frozen=True, slots=True)
class Phrases:
    clear: tuple[str, ...]
    doubtful: tuple[str, ...]
    harmless: tuple[str, ...]


def phrases(language: str, *sets: str) -> Phrases:
    """Of these sets ("open", "held_back"), together."""
    tables = [tomllib.loads((_FOLDER / name / f"{language}.toml").read_text(encoding="utf-8")) for name in sets]
    together = {kind: tuple(text for table in tables for text in table.get(kind, ())) for kind in ("clear", "doubtful", "harmless")}
    return Phrases(**together)


def all_phrases(language: str) -> Phrases:
    return phrases(language, "open", "held_back")
