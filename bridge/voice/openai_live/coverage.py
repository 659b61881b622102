"""How far a transcript has come in the words of a line: whose words they are, whether all of them were said, and what is left.

Pure. A transcript writes things differently (40, forty) and hears some wrong, so a few words may be passed over; it comes in pieces of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from bridge.turns import words_of

PASSED_OVER = 3  # words of the line that may be missing before the next one that is found
ENOUGH = 0.85  # of the words: the last one may be heard wrong
TELLING = 2  # words that must be the line's before it is taken for it
JUDGED_BY = 4  # words without that, and it is something else
OTHER_WORDS = 2  # more than the line has: then what follows is not of it
ASTRAY = 6  # words in a row that are not the line's: the model has begun to talk by itself


class Whose(StrEnum):
    LINE = "line"
    NOT_KNOWN = "not_known"
    OTHER = "other"


class Coverage:
    def __init__(self, text: str) -> None:
        self._text = text
        self._words = words_of(text)
        self._heard = ""
        self.n_heard = 0
        self._n_found = 0  # of the heard words in the line
        self._n_since_found = 0
        self._reached = 0  # words of the line, those passed over included
        self._first_ms: int | None = None
        self._covered_ms: int | None = None

    def hear(self, text: str, start_ms: int | None, end_ms: int | None) -> None:
        """The next piece of the transcript, with its place on the session's timeline."""
        if self._first_ms is None:
            self._first_ms = start_ms
        was_covered = self.has_all_words
        self._heard += text
        self._follow(words_of(self._heard))
        if self.has_all_words and not was_covered:
            self._covered_ms = end_ms

    @property
    def heard(self) -> str:
        return self._heard

    @property
    def whose(self) -> Whose:
        if self._n_found >= min(TELLING, max(1, len(self._words))):
            return Whose.LINE
        return Whose.OTHER if self.n_heard >= JUDGED_BY else Whose.NOT_KNOWN

    @property
    def has_all_words(self) -> bool:
        n_words = len(self._words)
        is_reworded = self.n_heard >= n_words and 2 * self._n_found >= n_words
        return self.n_heard > 0 and (self._reached >= ENOUGH * n_words or is_reworded)

    @property
    def is_verbatim(self) -> bool:
        """True as well without a transcript."""
        return not self._heard or words_of(self._heard) == self._words

    @property
    def has_other_words_behind(self) -> bool:
        return self.has_all_words and self.n_heard > len(self._words) + OTHER_WORDS

    @property
    def is_astray(self) -> bool:
        return self._n_since_found >= ASTRAY and not self.has_all_words

    @property
    def takes_ms(self) -> int:
        """From the first word to the end of the last one; 0 when no times were told."""
        if self._first_ms is None or self._covered_ms is None:
            return 0
        return max(0, self._covered_ms - self._first_ms)

    @property
    def rest(self) -> str:
        """The words of the line that were not said yet, as they are written."""
        n_left = self._reached
        written = self._text.split()
        for at, token in enumerate(written):
            if n_left <= 0:
                return " ".join(written[at:])
            n_left -= len(words_of(token))
        return ""

    def _follow(self, heard: Sequence[str]) -> None:
        self.n_heard, self._n_found, self._n_since_found, self._reached = len(heard), 0, 0, 0
        for word in heard:
            self._n_since_found += 1
            window = self._words[self._reached : self._reached + PASSED_OVER + 1]
            if word in window:
                self._reached += window.index(word) + 1
                self._n_found += 1
                self._n_since_found = 0
