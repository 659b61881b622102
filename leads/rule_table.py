"""Reads one table of TOML key by key, for market packs and for the organisation's own rules.

Pure. Whatever is missing, mistyped or left over raises `BadPack` with the file, the key's full name and what to write there.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum
from typing import Any, TypeVar

_Word = TypeVar("_Word", bound=StrEnum)


class BadPack(Exception):
    """A market pack cannot be read. The message names file, key and mend; correct the file."""

    def __init__(self, file: str, key: str, mend: str) -> None:
        super().__init__(f"{file}: {key}: {mend}")
        self.key = key

    def locate_in(self, text: str) -> None:
        """Say the line of `text` where to mend it; nothing if no line is the place, as with a table that is missing."""
        if line := _line_of(self.key, text):
            self.args = (f"{self} (line {line})",)


@dataclass(frozen=True, slots=True)
class Window:
    """Local time from `opens` (included) to `closes` (not included)."""

    opens: time
    closes: time

    def __str__(self) -> str:
        return f"{self.opens:%H:%M}-{self.closes:%H:%M}"


class Table:
    """One TOML table, read key by key; whatever is missing, mistyped or left over raises BadPack under its full name."""

    def __init__(self, file: str, path: str, content: dict[str, Any]) -> None:
        self.file = file
        self.path = path
        self._left = dict(content)

    @classmethod
    def of(cls, text: str, *, file: str) -> Table:
        """The whole of a file."""
        try:
            content = tomllib.loads(text)
        except tomllib.TOMLDecodeError as broken:
            raise BadPack(file, "the file", f"is not TOML ({broken})") from broken
        return cls(file, "", content)

    def left(self) -> tuple[str, ...]:
        """The keys that nobody has read yet."""
        return tuple(self._left)

    def named(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key

    def _take(self, key: str, kind: type, what: str) -> Any:
        value = self._left.pop(key, None)
        if type(value) is not kind:  # not isinstance: true is an int, and a date-time is a date
            raise BadPack(self.file, self.named(key), f"write {what}")
        return value

    def table(self, key: str) -> Table:
        return Table(self.file, self.named(key), self._take(key, dict, "a table"))

    def text(self, key: str) -> str:
        value: str = self._take(key, str, "a text").strip()
        if not value:
            raise BadPack(self.file, self.named(key), "write a text that is not empty")
        return value

    def truth(self, key: str) -> bool:
        return bool(self._take(key, bool, "true or false"))

    def count(self, key: str) -> int:
        value: int = self._take(key, int, "a whole number from 1")
        if value < 1:
            raise BadPack(self.file, self.named(key), "write a whole number from 1")
        return value

    def day(self, key: str) -> date:
        value: date = self._take(key, date, "a date such as 2026-11-22")
        return value

    def days(self, key: str) -> tuple[date, ...]:
        what = "a list of different dates, such as [2027-08-10]"
        values = tuple(self._take(key, list, what))
        # Not isinstance: a date-time is a date.
        if not values or any(type(value) is not date for value in values) or len(set(values)) != len(values):
            raise BadPack(self.file, self.named(key), f"write {what}")
        return values

    def word(self, key: str, words: type[_Word]) -> _Word:
        return self._one_of(key, self._take(key, str, _choices(words)), words)

    def words(self, key: str, words: type[_Word]) -> tuple[_Word, ...]:
        what = f"a list of different words, each {_choices(words)}"
        values = tuple(self._one_of(key, value, words) for value in self._take(key, list, what))
        if not values or len(set(values)) != len(values):
            raise BadPack(self.file, self.named(key), f"write {what}")
        return values

    def prefixes(self, key: str) -> tuple[str, ...]:
        what = 'a list of different first digits of numbers, country code included, such as ["1239", "1305"]'
        values = tuple(self._take(key, list, what))
        are_digits = all(isinstance(value, str) and re.fullmatch("[1-9][0-9]{0,14}", value) for value in values)
        if not values or not are_digits or len(set(values)) != len(values):
            raise BadPack(self.file, self.named(key), f"write {what}")
        return values

    def _one_of(self, key: str, value: object, words: type[_Word]) -> _Word:
        if not isinstance(value, str) or value not in list(words):
            raise BadPack(self.file, self.named(key), f"write {_choices(words)}")
        return words(value)

    def windows(self, key: str) -> tuple[Window, ...]:
        what = 'a list of windows in order, such as ["08:00-12:30", "14:00-19:00"], or [] for a closed day'
        windows = tuple(_window(value) for value in self._take(key, list, what))
        latest = time.min
        for window in windows:
            if window is None or not latest <= window.opens < window.closes:
                raise BadPack(self.file, self.named(key), f"write {what}")
            latest = window.closes
        return tuple(window for window in windows if window is not None)

    def refuse_others(self) -> None:
        if self._left:
            raise BadPack(self.file, self.named(min(self._left)), "is not a key that is known here; take it out or correct its spelling")


def _choices(words: type[StrEnum]) -> str:
    return "one of " + ", ".join(words)


def _window(value: object) -> Window | None:
    clock = r"([01][0-9]|2[0-3]):([0-5][0-9])"
    read = re.fullmatch(f"{clock}-{clock}", value) if isinstance(value, str) else None
    if read is None:
        return None
    opens_hour, opens_minute, closes_hour, closes_minute = map(int, read.groups())
    return Window(time(opens_hour, opens_minute), time(closes_hour, closes_minute))


def _line_of(key: str, text: str) -> int:
    """The line of this key, or else of the nearest table above it; 0 if there is neither. Counted from 1."""
    table = ""
    found: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if header := re.match(r"\s*\[\s*([\w.-]+)\s*\]", line):
            table = header[1]
            found.setdefault(table, number)
        elif entry := re.match(r"\s*([\w-]+)\s*=", line):
            found.setdefault(f"{table}.{entry[1]}" if table else entry[1], number)
    while key and key not in found:
        key = key.rpartition(".")[0]
    return found.get(key, 0)
