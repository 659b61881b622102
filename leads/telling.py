"""Says a sentence in the reader's language. Decides nothing."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import lazy
from django.utils.translation import gettext

from leads.said import Sentence, code


def told(words: Any) -> str:
    """A `Sentence` is filled in anew; other text is translated if the catalog has all of it, and else stays as it is."""
    if not isinstance(words, Sentence):
        return gettext(str(words)) if words else ""
    found = gettext(words.text) if words.text else ""
    if words.values:
        return found % {name: _value(value) for name, value in words.values.items()}
    return found if found != words.text else str(words)


def _value(value: Any) -> Any:
    if isinstance(value, datetime):
        return date_format(timezone.localtime(value), "DATETIME_FORMAT")
    return told(value) if isinstance(value, Sentence) else value


told_later = lazy(told, str)


def labels(codes: Any) -> list[tuple[str, Any]]:
    """Choices of a field whose words are those of an enum: in English as they are stored."""
    return [(each.value, told_later(code(each.value))) for each in codes]
