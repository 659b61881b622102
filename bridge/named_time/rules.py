"""How each language names a time, read from `rules/*.toml` when this module is imported: a mistake in a file stops the start.

Reads the data files of this package and nothing else. What the keys mean stands in the head of `rules/en.toml`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import time
from pathlib import Path
from types import MappingProxyType
from typing import Any

SLOTS = MappingProxyType(
    {
        "{time}": r"(?P<hour>\d{1,2})(?::(?P<minute>\d\d))?",
        "{hour}": r"(?P<hour>\d{1,2})",
        "{minute}": r"(?P<minute>\d{1,2})",
        "{n}": r"(?P<n>\d{1,3})",
    }
)


@dataclass(frozen=True, slots=True)
class Clock:
    """One way to name an hour. `plus` minutes are added; a minute in the words is added too, or taken off where `is_before`."""

    pattern: re.Pattern[str]
    plus: int = 0
    is_before: bool = False
    is_swahili: bool = False  # counted from six: "saa nne", the fourth hour, is ten o'clock
    is_bare: bool = False  # a time only when a time was asked for


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the day: which hours it may mean [from, to), and when it is taken to be if no hour is named."""

    name: str
    pattern: re.Pattern[str]
    first_hour: int
    after_hour: int
    at: time | None
    needs_more: re.Pattern[str] | None = None  # words that name it beside a day or an hour only


@dataclass(frozen=True, slots=True)
class Said:
    """The words by which a time is said back."""

    o_clock: str
    half: str
    other: str
    noon: str
    hours: tuple[str, ...]  # one to twelve
    is_swahili: bool
    parts_by_hour: Sequence[tuple[int, str]]  # from that hour on
    parts: Mapping[str, str]
    today: str
    tomorrow: str
    weekday: str
    date: str
    weekdays: tuple[str, ...]
    months: tuple[str, ...]
    in_minutes: str
    in_an_hour: str
    in_hours: str


@dataclass(frozen=True, slots=True)
class Picking:
    """Words by which people choose among times that were offered to them, without naming one."""

    ignored: re.Pattern[str]
    first: re.Pattern[str]
    second: re.Pattern[str]
    any: re.Pattern[str]
    none: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Rules:
    language: str
    also: tuple[str, ...]  # languages that people mix it with
    numbers: Mapping[tuple[str, ...], int]
    tens: Mapping[str, int]
    joiners: tuple[str, ...]
    ignored: re.Pattern[str] | None
    unsure: re.Pattern[str] | None
    spans: Sequence[tuple[re.Pattern[str], int]]  # minutes, times {n} where there is one
    days: Sequence[tuple[re.Pattern[str], int]]  # days from today, times {n}
    next_week: re.Pattern[str] | None
    weekdays: Sequence[re.Pattern[str]]  # Monday first
    clocks: Sequence[Clock]
    parts: Sequence[Part]
    choice: Picking
    said: Said


def compiled(patterns: Iterable[str]) -> re.Pattern[str] | None:
    """Any of them, as whole words; what fills their slots is not kept. None: no pattern at all."""
    filled = [_filled(pattern).replace("?P<hour>", "?:").replace("?P<minute>", "?:").replace("?P<n>", "?:") for pattern in patterns]
    return _whole_words("|".join(filled)) if filled else None


def _one(pattern: str) -> re.Pattern[str]:
    return _whole_words(_filled(pattern))


def _filled(pattern: str) -> str:
    for slot, meaning in SLOTS.items():
        pattern = pattern.replace(slot, meaning)
    return pattern


def _whole_words(pattern: str) -> re.Pattern[str]:
    return re.compile(f"(?<= )(?:{pattern})(?= )")


def read_rules(language: str, text: str) -> Rules:
    """Raises KeyError, TypeError or re.error for a file that is not as it should be."""
    table: dict[str, Any] = tomllib.loads(text)
    return Rules(
        language=language,
        also=tuple(table.get("also", ())),
        numbers={tuple(words.split()): value for words, value in table["numbers"].items()},
        tens=table["tens"],
        joiners=tuple(table["joiners"]),
        ignored=compiled(table["ignored"]),
        unsure=compiled(table["unsure"]),
        spans=[(_one(pattern), minutes) for pattern, minutes in table["spans"].items()],
        days=[(_one(pattern), days) for pattern, days in table["days"].items()],
        next_week=compiled(table["next_week"]),
        weekdays=[_one(pattern) for pattern in table["weekdays"]],
        clocks=[_clock(pattern, row) for row in table["clock"] for pattern in row["patterns"]],
        parts=[_part(name, row) for name, row in table["parts"].items()],
        choice=Picking(**{kind: _one("|".join(patterns)) for kind, patterns in table["choice"].items()}),
        said=_said(table["said"]),
    )


def _clock(pattern: str, row: dict[str, Any]) -> Clock:
    return Clock(_one(pattern), **{key: value for key, value in row.items() if key != "patterns"})


def _part(name: str, row: dict[str, Any]) -> Part:
    first_hour, after_hour = row["hours"]
    pattern = compiled(row["patterns"])
    assert pattern is not None, f"{name} has words"
    return Part(name, pattern, first_hour, after_hour, row.get("at"), compiled(row.get("needs_more", ())))


def _said(row: dict[str, Any]) -> Said:
    parts_by_hour = sorted((int(hour), words) for hour, words in row.pop("parts_by_hour").items())
    lists: dict[str, Any] = {key: tuple(row.pop(key)) for key in ("hours", "weekdays", "months")}
    return Said(parts_by_hour=parts_by_hour, **lists, **row)


def _read_all() -> dict[str, Rules]:
    files = sorted((Path(__file__).parent / "rules").glob("*.toml"))
    return {file.stem: read_rules(file.stem, file.read_text(encoding="utf-8")) for file in files}


LANGUAGES = MappingProxyType(_read_all())
"""By BCP-47 primary language."""


def rules_of(language: str) -> tuple[Rules, ...]:
    """The language's own, then those it is mixed with; empty for a language we have no words of."""
    own = LANGUAGES.get(language.split("-")[0].lower())
    return (own, *(LANGUAGES[other] for other in own.also)) if own else ()
