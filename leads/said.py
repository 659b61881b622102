"""An English sentence that remembers how it was made, so that it can be said in another language where it is shown.

Pure. It is plain English to whatever stores, logs, compares or sends it; `leads.telling` says it to a reader. Joined to other text it is
text like any other: sentences within sentences are given as values.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import reduce
from typing import Any


class Sentence(str):
    """`text` has %(name)s for each of `values`; without values it is said as it stands."""

    text: str
    values: dict[str, Any]


def N_(text: str) -> str:  # noqa: N802 - the name by which the catalog's tools know a mark
    """Marks a constant that is looked up elsewhere."""
    return text


def sentence(text: str, **values: Any) -> Sentence:
    """The text is looked up in the catalog, so it is a constant where this is called. A time is aware: in English told in UTC, as it is kept."""
    kept = {name: value if isinstance(value, str | int | float | datetime) else str(value) for name, value in values.items()}
    english = {name: utc(value) if isinstance(value, datetime) else value for name, value in kept.items()}
    return _made(text % english if kept else text, text, kept)


def code(word: str) -> Sentence:
    """A word that is stored, as "not_qualified": kept as it is in English."""
    return _made(str(word), str(word).replace("_", " "), {})


def spaced(word: str) -> Sentence:
    """A word that is stored, as people read it: "not qualified"."""
    return sentence(str(word).replace("_", " "))


def as_it_is(words: str) -> Sentence:
    """Somebody's own words, a name, a code of a machine: the same in every language."""
    return _made(words, "%(words)s", {"words": words})


def utc(at: datetime) -> str:
    """As a record of it is named, in every language."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def listed(parts: Sequence[str], between: str = ", ") -> Sentence:
    """`between` is no word of a language."""
    values = {f"n{place}": part for place, part in enumerate(parts)}
    return _made(between.join(parts), between.join(f"%({name})s" for name in values), values)


def either(parts: Sequence[str]) -> str:
    """With “or” between them."""
    return reduce(lambda one, other: sentence("%(one)s or %(other)s", one=one, other=other), parts)


def both(parts: Sequence[str]) -> str:
    """With “and” between them."""
    return reduce(lambda one, other: sentence("%(one)s and %(other)s", one=one, other=other), parts)


def _made(english: str, text: str, values: dict[str, Any]) -> Sentence:
    made = Sentence(english)
    made.text, made.values = text, values
    return made
