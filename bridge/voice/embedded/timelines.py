"""Which spans of time from today a text names, in whole days: "next month" → 30, "in three weeks" → 21.

Pure, and so without a date: "in January" and "by the end of the year" are not understood rather than guessed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bridge.voice.embedded.numbers import find_numbers
from bridge.voice.embedded.words import english, find_every


@dataclass(frozen=True, slots=True)
class TimelineSpan:
    days: int
    start: int  # words [start, end)
    end: int
    is_explicit: bool  # names a unit ("in two weeks"); "now" and "today" may mean something else when nobody asked


def find_timelines(words: Sequence[str]) -> list[TimelineSpan]:
    """Every span named, in order, none inside another; empty when none is."""
    spans = sorted(_phrases(words) + _counted(words) + _next(words), key=lambda span: (span.start, -span.end))
    found: list[TimelineSpan] = []
    for span in spans:
        if not found or span.start >= found[-1].end:
            found.append(span)
    return found


def _phrases(words: Sequence[str]) -> list[TimelineSpan]:
    phrases: dict[str, int] = english()["timeline"]["phrases"]
    return [TimelineSpan(days, *span, is_explicit=days > 1) for phrase, days in phrases.items() for span in find_every(words, phrase)]


def _counted(words: Sequence[str]) -> list[TimelineSpan]:
    """ "three weeks", "a month", "one year"."""
    days_of: dict[str, int] = english()["timeline"]["days"]
    found = [
        TimelineSpan(number.value * days_of[words[number.end]], number.start, number.end + 1, is_explicit=True)
        for number in find_numbers(words)
        if number.end < len(words) and words[number.end] in days_of
    ]
    found += [
        TimelineSpan(days_of[unit], at, at + 2, is_explicit=True)
        for at, unit in enumerate(words[1:])
        if words[at] in ("a", "an") and unit in days_of and not unit.endswith("s")
    ]
    return found


def _next(words: Sequence[str]) -> list[TimelineSpan]:
    days_of: dict[str, int] = english()["timeline"]["days"]
    return [TimelineSpan(days_of[unit], at, at + 2, is_explicit=True) for at, unit in enumerate(words[1:]) if words[at] == "next" and unit in days_of]
