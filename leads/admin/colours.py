"""The colour of a label in a list, whichever language it is written in: the list knows a label by its words alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings
from django.utils.translation import override

from leads.telling import told


def by_words(choices: Iterable[tuple[Any, Any]], colours: Mapping[Any, str]) -> dict[str, str]:
    """`choices`: each value with its words. A value without a colour is left out."""
    known = [(colours[value], words) for value, words in choices if value in colours]
    found: dict[str, str] = {}
    for language, _name in settings.LANGUAGES:
        with override(language):
            found |= {told(words): colour for colour, words in known}
    return found
