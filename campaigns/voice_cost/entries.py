"""Reads one entry of the voices' price table key by key. Whatever is missing, mistyped or left over is refused with file, line and mend.

Pure.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any


class BadVoicePrices(Exception):
    """The price table of the voices cannot be read. The message names the file, the line and what to write there."""


class Entry:
    """One [[table]] of the file."""

    def __init__(self, file: str, table: str, content: Mapping[str, Any], lines: Mapping[str, int]) -> None:
        self._file = file
        self._table = table
        self._left = dict(content)
        self._lines = lines  # by key; "": the entry's own header

    def bad(self, key: str, mend: str) -> BadVoicePrices:
        """To be raised: what is wrong with this key, or ("") with the entry."""
        line = self._lines.get(key) or self._lines.get("", 0)
        place = f"{self._table}.{key}" if key else self._table
        return BadVoicePrices(f"{self._file}, line {line}: {place}: {mend}")

    def has(self, key: str) -> bool:
        return key in self._left

    def text(self, key: str) -> str:
        value = self._left.pop(key, None)
        if not isinstance(value, str) or not value.strip():
            raise self.bad(key, "write a text that is not empty")
        return value.strip()

    def day(self, key: str) -> date:
        value = self._left.pop(key, None)
        if type(value) is not date:  # not isinstance: a date-time is a date
            raise self.bad(key, "write a date such as 2026-11-26")
        return value

    def amount(self, key: str) -> Decimal:
        value = self._left.pop(key, None)
        if type(value) not in (int, Decimal) or not Decimal(value).is_finite() or value < 0:
            raise self.bad(key, "write a number from 0, such as 4.00")
        return Decimal(value)

    def refuse_others(self) -> None:
        if self._left:
            raise self.bad(min(self._left), "is not a key that is known here; take it out or correct its spelling")


def entries_of(content: Mapping[str, Any], table: str, text: str, file: str) -> list[Entry]:
    """All [[table]] of the file; there must be one."""
    tables = content.get(table)
    if not isinstance(tables, list) or not tables or not all(isinstance(each, dict) for each in tables):
        raise BadVoicePrices(f"{file}: write at least one [[{table}]]")
    places = _places(table, text)
    return [Entry(file, table, each, places[n] if n < len(places) else {}) for n, each in enumerate(tables)]


def _places(table: str, text: str) -> list[dict[str, int]]:
    """The lines of each entry's header and keys, counted from 1."""
    places: list[dict[str, int]] = []
    is_inside = False
    for number, line in enumerate(text.splitlines(), start=1):
        if header := re.match(r"\s*\[+\s*([\w.-]+)\s*\]+", line):
            is_inside = header[1] == table
            if is_inside:
                places.append({"": number})
        elif is_inside and (key := re.match(r"\s*([\w-]+)\s*=", line)):
            places[-1].setdefault(key[1], number)
    return places
