"""Whether words are a machine's: phrases of mailboxes, screening, menus and networks, read from `phrases/*.toml` when this module is imported.

Pure but for those files. All languages are tried on every text: a network speaks its country's, whatever the script's is.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from bridge.opt_out.spelling import spoken
from bridge.supervision.answerer import Answerer

# "Not available; leave a message" is a mailbox, "press one to leave a message" as well; an office with a menu may still ask for a name.
PRECEDENCE = (Answerer.VOICEMAIL, Answerer.SCREENING, Answerer.ANNOUNCEMENT, Answerer.IVR)
N_LIKELY = 2


class BadPhrases(Exception):
    """A file says something that nobody reads, or holds a phrase without a word."""


@dataclass(frozen=True, slots=True)
class Phrases:
    """In plain spelling, each with a space on both sides."""

    sure: frozenset[str]
    likely: frozenset[str]


def read_phrases(language: str, text: str) -> Mapping[Answerer, Phrases]:
    """Raises BadPhrases, with the language and what is wrong."""
    tables = tomllib.loads(text)
    if unknown := set(tables) - {answerer.value for answerer in PRECEDENCE}:
        raise BadPhrases(f"{language}: unknown {', '.join(sorted(unknown))}")
    return MappingProxyType({Answerer(name): _phrases(f"{language}, {name}", table) for name, table in tables.items()})


def _phrases(place: str, table: Mapping[str, list[str]]) -> Phrases:
    if set(table) != {"sure", "likely"}:
        raise BadPhrases(f"{place}: write `sure` and `likely`, and nothing else")
    plain = {name: frozenset(_plain(phrase) for phrase in table[name]) for name in table}
    if any(not phrase.strip() for phrases in plain.values() for phrase in phrases):
        raise BadPhrases(f"{place}: a phrase without a word")
    return Phrases(plain["sure"], plain["likely"])


def _plain(text: str) -> str:
    return f" {' '.join(spoken(text).plain.split())} "


def _read_all() -> dict[str, Mapping[Answerer, Phrases]]:
    files = sorted((Path(__file__).parent / "phrases").glob("*.toml"))
    return {file.stem: read_phrases(file.stem, file.read_text(encoding="utf-8")) for file in files}


LANGUAGES = MappingProxyType(_read_all())
"""By BCP-47 primary language."""


def machine_in(text: str, *, is_screened: bool = False) -> Answerer | None:
    """Which machine says that; None: no machine that we know. `is_screened`: a call screening has spoken, so that less tells of one."""
    plain = _plain(text)
    for answerer in PRECEDENCE:
        n_likely = 1 if is_screened and answerer is Answerer.SCREENING else N_LIKELY
        if any(_says(plain, phrases[answerer], n_likely) for phrases in LANGUAGES.values() if answerer in phrases):
            return answerer
    return None


def _says(plain: str, phrases: Phrases, n_likely: int) -> bool:
    if any(phrase in plain for phrase in phrases.sure):
        return True
    return sum(phrase in plain for phrase in phrases.likely) >= n_likely
