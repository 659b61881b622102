"""One cell of a list → yes or no, an instant, one of our words; or EntryRefused with the mend.

Pure. Nothing is guessed: 01/10/2026 is the first of October or the tenth of January, so it is neither.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import TypeVar
from zoneinfo import ZoneInfo

from leads.entry_refused import EntryRefused
from leads.headings import key_of
from leads.said import N_, sentence

_YES = frozenset({"yes", "y", "true", "1", "x", "ndiyo", "ndio"})
_NO = frozenset({"no", "n", "false", "0", "hapana", "la"})
_DAY, _TIME, _OFFSET = r"(?:19[89]|20[0-9])[0-9]-[0-9]{2}-[0-9]{2}", r"[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?", r"Z|[+-][0-9]{2}:?[0-9]{2}"
_INSTANT = re.compile(f"{_DAY}(?:[T ]{_TIME}(?:{_OFFSET})?)?")
_MEND_INSTANT = N_("Write the day as year-month-day, for example 2026-10-01, and the time, if it is known, as 2026-10-01 14:30.")
_MEND_ZONE = N_("The number does not tell the time zone. Name it here, for example 2026-10-01T14:30+03:00, or in a column time_zone.")
_LANGUAGE = re.compile(r"[A-Za-z0-9-]{2,16}")

_Word = TypeVar("_Word", bound=StrEnum)


def as_yes_no(cell: str, field: str) -> bool:
    word = cell.casefold()
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise EntryRefused(field, N_("Write yes or no."))


def as_instant(cell: str, field: str, zone: ZoneInfo | None) -> datetime:
    """In UTC. Without a zone of its own it is read by the clock where the person lives; a day alone begins at midnight there."""
    if not _INSTANT.fullmatch(cell):
        raise EntryRefused(field, _MEND_INSTANT)
    try:
        instant = datetime.fromisoformat(cell)
    except ValueError as no_such_day:
        raise EntryRefused(field, _MEND_INSTANT) from no_such_day
    if instant.utcoffset() is not None:
        return instant.astimezone(UTC)
    if zone is None:
        raise EntryRefused(field, _MEND_ZONE)
    return instant.replace(tzinfo=zone).astimezone(UTC)


def names_of(words: type[_Word], **also: _Word) -> dict[str, _Word]:
    """For `as_word`: our words by the names people write. `also` are other names, in the form of `key_of`."""
    return {key_of(word.value): word for word in words} | {word.value: word for word in words} | also


def as_word(cell: str, field: str, names: Mapping[str, _Word]) -> _Word:
    word = names.get(cell) or names.get(key_of(cell))
    if word is None:
        raise EntryRefused(field, sentence("Write one of %(words)s.", words=", ".join(dict.fromkeys(names.values()))))
    return word


def as_language(cell: str, field: str) -> str:
    if not _LANGUAGE.fullmatch(cell):
        raise EntryRefused(field, N_("Write the language by its code, for example en-KE or sw-KE."))
    return cell


def as_market(cell: str, field: str) -> str:
    if not (len(cell) == 2 and cell.isascii() and cell.isalpha()):
        raise EntryRefused(field, N_("Write the country by its two letters, for example KE."))
    return cell.upper()


def as_text(cell: str, field: str, longest: int) -> str:
    if len(cell) > longest:
        raise EntryRefused(field, too_long_words(len(cell), longest))
    return cell


def too_long_words(n_characters: int, longest: int) -> str:
    return sentence("This has %(n)s characters. Shorten it to %(most)s.", n=f"{n_characters:,}", most=f"{longest:,}")
