"""The end of the longest call comes near: which question may still be asked, and that it is the last.

Pure. Before that everything may be asked; the cap itself is kept by the timers of the call, whatever is under way.
"""

from __future__ import annotations

from bridge.brief import Limits
from bridge.conversation.mouth import Mouth
from bridge.interview import Prompt

NOTICE_S = 30.0  # before the cap; of a short call a quarter of it
ANSWER_S = 6.0  # what a callee may need for an answer


def notice_s(limits: Limits) -> float:
    """How long before the cap nothing new is begun but one last question."""
    return min(NOTICE_S, limits.max_call_s / 4)


class LastQuestion:
    def __init__(self, mouth: Mouth, announcement: str) -> None:
        self._mouth = mouth
        self._announcement = announcement
        self._ends_s: float | None = None
        self._question_id: str | None = None

    @property
    def is_near(self) -> bool:
        return self._ends_s is not None

    def end_is_near(self, ends_s: float) -> None:
        """`ends_s`: when no more is asked, and the goodbye begins."""
        self._ends_s = ends_s

    def may_ask(self, prompt: Prompt, now_s: float) -> bool:
        """There is time for it and its answer, and none was called the last one before."""
        if self._ends_s is None:
            return True
        if self._question_id is not None and not self.is_it(prompt):
            return False
        return now_s + self._mouth.takes_s(prompt.text) + ANSWER_S <= self._ends_s

    def is_it(self, prompt: Prompt) -> bool:
        return self._question_id == prompt.question.question_id

    def announce(self, prompt: Prompt) -> str:
        """What is said before a prompt that may be asked: once, that it is the last; a read-back belongs to the question before."""
        if self._ends_s is None or self._question_id is not None or prompt.is_confirmation:
            return ""
        self._question_id = prompt.question.question_id
        return self._announcement
