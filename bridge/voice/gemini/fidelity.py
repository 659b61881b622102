"""Whether the model says the lines as they are written, by the provider's transcript of its speech.

Pure. Fragments come in no order with the sound and may be late, so a line is compared when the next one is asked for.
"""

from __future__ import annotations

from bridge.events import Line
from bridge.turns import words_of


class Fidelity:
    def __init__(self) -> None:
        self.is_whole = False  # the line was said to its end
        self._line: Line | None = None  # not compared yet
        self._spoken = ""
        self._n_otherwise = 0

    def asked(self, line: Line) -> None:
        self._settle()
        self._line, self._spoken, self.is_whole = line, "", False

    def spoken(self, text: str) -> None:
        self._spoken += text

    def n_said_otherwise(self) -> int:
        self._settle()
        return self._n_otherwise

    def _settle(self) -> None:
        line, self._line = self._line, None
        if line is not None and self.is_whole and self._spoken and words_of(line.text) != words_of(self._spoken):
            self._n_otherwise += 1
