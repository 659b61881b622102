"""When each word of a turn was spoken, as nearly as its beginning and end tell. Pure.

No voice reports the time of a word. Between the two we divide by letters, one more for the pause behind each word: near enough to click on.
"""

from __future__ import annotations

from dataclasses import dataclass

from campaigns.spoken_words import SplitTurn


@dataclass(frozen=True, slots=True)
class TimedWord:
    text: str
    started_ms: int | None  # from the opening of the media stream; None: nobody heard it
    is_other: bool = False  # not in the script


def timed_words(words: SplitTurn, *, started_ms: int, ended_ms: int) -> tuple[TimedWord, ...]:
    """In the order they were said; times rise from `started_ms` and stay before `ended_ms` where there is room."""
    heard = [(word, part.is_other) for part in words.heard for word in part.text.split()]
    n_letters = sum(len(word) + 1 for word, _ in heard)
    length_ms, n_before = max(0, ended_ms - started_ms), 0
    timed = []
    for word, is_other in heard:
        timed.append(TimedWord(word, started_ms + length_ms * n_before // n_letters, is_other))
        n_before += len(word) + 1
    return (*timed, *(TimedWord(word, None, part.is_other) for part in words.unheard for word in part.text.split()))
