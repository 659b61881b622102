"""Says a sentence of ours that was stored, in English, in the reader's language: it is found again by the very texts of the catalog.

For what the program wrote, never for what somebody typed. Nothing is guessed: a sentence that no text makes stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from functools import lru_cache

from django.utils.translation import get_language, gettext
from django.utils.translation.trans_real import translation

from leads.said import Sentence, both, either, listed, sentence
from leads.telling import told

BLANK = re.compile(r"%\((\w+)\)s")
NAMES = "|".join([*(f"{date(2024, month, 1):%B}" for month in range(1, 13)), *(f"{date(2024, 1, day):%A}" for day in range(1, 8))])
CALENDAR = re.compile(rf"(\d{{1,2}})? ?({NAMES})(?: (\d{{4}}))?")  # as compliance says days
FEWEST_LETTERS = 11  # outside the blanks, else a text fits what it never made
N_KEPT = 2000


def retold(stored: str | None) -> str:
    """As stored, where the language has no words for it."""
    if isinstance(stored, Sentence):
        return told(stored)
    return _retold(str(stored), get_language() or "") if stored else ""


@lru_cache(N_KEPT)
def _retold(stored: str, language: str) -> str:
    said = gettext(stored)
    if said != stored:
        return said
    found = next(_makers(stored, language), None)
    return told(found) if found is not None else stored


def _makers(stored: str, language: str) -> Iterator[Sentence]:
    """The fuller text first: it says more of the sentence."""
    for text, pattern in _texts(language):
        if match := pattern.fullmatch(stored):
            yield sentence(text, **{name: _value(words, language) for name, words in match.groupdict().items()})


def _value(words: str, language: str) -> str:
    """A sentence within the sentence, or words that are stored; what nobody here wrote stays as it is."""
    if _is_ours(words):
        return sentence(words)
    if found := CALENDAR.fullmatch(words):
        return listed([sentence(part) for part in found.groups() if part], " ")
    for between, join in ((" and ", both), (" or ", either), (", ", listed)):
        parts = words.split(between)
        known = [_part(part, language) for part in parts]
        if len(parts) > 1 and all(known):
            return join([part for part in known if part])
    return next(_makers(words, language), words)


def _part(words: str, language: str) -> Sentence | None:
    """None: nobody here wrote it."""
    return sentence(words) if _is_ours(words) else next(_makers(words, language), None)


def _is_ours(words: str) -> bool:
    """Names begin with a capital and are no sentences."""
    return (words[:1].islower() or words.endswith(".")) and gettext(words) != words


@lru_cache
def _texts(language: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    catalog = translation(language)._catalog  # type: ignore[attr-defined]  # the only way to its texts; Django's JavaScript catalog takes it, too
    texts = {text for text, _said in catalog.items() if isinstance(text, str) and BLANK.search(text)}
    known = [(text, _letters(text)) for text in texts if _letters(text) >= FEWEST_LETTERS]
    return tuple((text, _pattern(text)) for text, _n in sorted(known, key=lambda each: (-each[1], each[0])))


def _letters(text: str) -> int:
    return sum(map(str.isalpha, BLANK.sub("", text)))


def _pattern(text: str) -> re.Pattern[str]:
    seen: set[str] = set()
    written = ""
    for place, part in enumerate(BLANK.split(text)):
        if place % 2 == 0:
            written += re.escape(part.replace("%%", "%"))
        else:
            written += f"(?P={part})" if part in seen else f"(?P<{part}>.+?)"
            seen.add(part)
    return re.compile(written, re.DOTALL)
