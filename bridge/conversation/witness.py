"""What a voice reports must rest on what the callee has said: a model that obeys whoever talks to it, or makes things up, speaks for nobody.

Pure. Which words were meant how is the voice's to say; whether there were any, when, and how often is known here.
"""

from __future__ import annotations

from bridge.conversation.mouth import Mouth
from bridge.interview import MAX_QUOTE_CHARACTERS
from bridge.turns import Floor

MAX_REPORTS_OF_ONE_SPEECH = 16
MAX_REPORTS = 600  # of one call


class Witness:
    def __init__(self, *, mouth: Mouth, floor: Floor) -> None:
        self._mouth = mouth
        self._floor = floor
        self._seen: set[str] = set()
        self._n_heard = 0
        self._n_reports = 0  # since then

    def is_news(self, tool_call_id: str) -> bool:
        """Not reported before, and no more than speech can mean. An opt-out is taken whatever this says."""
        if self._floor.n_heard != self._n_heard:
            self._n_heard, self._n_reports = self._floor.n_heard, 0
        if tool_call_id in self._seen or self._n_reports >= MAX_REPORTS_OF_ONE_SPEECH or len(self._seen) >= MAX_REPORTS:
            return False
        self._seen.add(tool_call_id)
        self._n_reports += 1
        return True

    def is_answered(self, key: str) -> bool:
        """The callee has spoken since the prompt with this key was begun."""
        begun_s = self._mouth.begun_s.get(key)
        return begun_s is not None and self._floor.has_spoken_since(begun_s)

    def has_spoken(self) -> bool:
        """At any time of this call."""
        return self._floor.n_heard > 0


def short(quote: str) -> str:
    """What is kept of words that a voice quotes."""
    return quote[:MAX_QUOTE_CHARACTERS]
