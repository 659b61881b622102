"""Whose turn it is at the model: which line a sound belongs to, and what the end of a turn means.

Pure. The model's messages name no line, so the turns are counted: each ends once. A new line interrupts whatever goes on, and what still comes
of that is dropped. Where the model may be in a turn of which we have seen nothing, sound that comes too soon to be the new line's is dropped too:
nothing is ever played to the callee that we did not ask for.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TypeAlias

from bridge.events import Line

SETTLE_S = 0.15  # no model begins to speak sooner after it was asked to


@dataclass(frozen=True, slots=True)
class LineDone:
    line: Line


@dataclass(frozen=True, slots=True)
class LineBroken:
    line: Line
    reason: str


@dataclass(frozen=True, slots=True)
class NoTool:
    """The callee spoke, and the model's turn ended without a call: it has to be asked for one."""


Verdict: TypeAlias = LineDone | LineBroken | NoTool | None


@dataclass(slots=True)
class _Turn:
    line: Line | None  # None: the model's own doing
    asked_s: float
    is_live: bool = False  # its line is wanted and not yet complete
    is_doubtful: bool = False  # a turn that we have not seen may come before it
    has_sound: bool = False
    has_called: bool = False
    is_interrupted: bool = False


class Turns:
    def __init__(self) -> None:
        self._turns: deque[_Turn] = deque()
        self._is_hidden_end_due = False  # of a turn that was interrupted before we saw anything of it
        self._is_owed = False  # the callee has spoken, and no tool was called since
        self._is_answered = False  # since the callee began
        self._has_asked = False
        self._last: Line | None = None  # whose turn ended last

    @property
    def line_of_words(self) -> Line | None:
        """The line that words of now belong to: words come in no order with the sound, but within their turn, or behind it when they are late."""
        return self._turns[0].line if self._turns else self._last

    @property
    def line(self) -> Line | None:
        """The line that is wanted and not yet complete."""
        return next((turn.line for turn in self._turns if turn.is_live), None)

    @property
    def has_begun(self) -> bool:
        """Some of that line has been heard."""
        return any(turn.is_live and turn.has_sound for turn in self._turns)

    @property
    def is_quiet(self) -> bool:
        return not self._turns and not self._is_owed

    # -- what we do --

    def callee_began(self) -> None:
        self._is_owed = self._has_asked = self._is_answered = False

    def callee_ended(self) -> None:
        """A provider that finds turns itself may have answered before we find the end."""
        self._is_owed = not self._is_answered

    def ask(self, line: Line, now_s: float, *, waits_for_tools: bool, is_reply: bool) -> None:
        """A line was asked for, as a reply to open calls or on its own."""
        open_turn = next((turn for turn in self._turns if turn.has_called and turn.line is None and not turn.is_interrupted), None)
        is_doubtful = self._is_owed if not is_reply else not waits_for_tools
        self._is_owed = False
        self.drop()
        if is_reply and open_turn is not None:
            open_turn.line, open_turn.asked_s, open_turn.is_live = line, now_s, True
            open_turn.is_doubtful, open_turn.has_sound = is_doubtful, False
        else:
            self._turns.append(_Turn(line, now_s, is_live=True, is_doubtful=is_doubtful))

    def drop(self) -> None:
        """The line is not wanted any more; its turn has yet to end."""
        for turn in self._turns:
            turn.is_live = False

    def forget(self) -> None:
        """The session is another one."""
        self._turns.clear()
        self._last = None
        self._is_hidden_end_due = self._is_owed = self._is_answered = self._has_asked = False

    # -- what the model does --

    def sound(self, now_s: float) -> Line | None:
        """The line it belongs to; None for what is not to be heard."""
        while self._turns and self._turns[0].is_interrupted:  # its end was left out
            self._turns.popleft()
        if not self._turns or self._is_too_soon(self._turns[0], now_s):
            self._turns.appendleft(_Turn(None, now_s))
        turn = self._turns[0]
        turn.has_sound, turn.is_doubtful = True, False
        return turn.line if turn.is_live else None

    def called(self, now_s: float, *, is_taken: bool) -> None:
        """A tool; not taken: the model was told to call again."""
        if not self._turns:
            self._turns.append(_Turn(None, now_s))
        if is_taken:
            self._is_owed, self._is_answered = False, True
            self._turns[0].has_called = True

    def interrupted(self) -> LineDone | LineBroken | None:
        """The provider cut its turn. Of a line that was under way no more comes."""
        turn = self._turns[0] if self._turns else None
        if turn is None or (turn.is_doubtful and not turn.has_sound):
            self._is_hidden_end_due = True
            if turn is not None:
                turn.is_doubtful = False
            return None
        turn.is_interrupted = True
        if not turn.is_live or turn.line is None:
            return None
        turn.is_live = False
        return LineDone(turn.line) if turn.has_sound else LineBroken(turn.line, "interrupted")

    def generated(self) -> LineDone | None:
        """The audio of this turn is complete."""
        turn = self._turns[0] if self._turns else None
        if turn is None or turn.line is None or not turn.is_live or not turn.has_sound:
            return None
        turn.is_live = False
        return LineDone(turn.line)

    def over(self, reason: str) -> Verdict:
        """A turn ended; the reason is empty for an ordinary end."""
        if self._is_hidden_end_due:
            self._is_hidden_end_due = False
            return None
        if not self._turns:
            return self._missing_tool()
        turn = self._turns[0]
        if turn.is_doubtful and not turn.has_sound and not reason:
            turn.is_doubtful = False
            return None
        self._turns.popleft()
        self._last = turn.line
        if turn.is_live and turn.line is not None:
            return LineDone(turn.line) if turn.has_sound and not reason else LineBroken(turn.line, reason or "empty turn")
        return None if turn.is_interrupted or turn.line is not None else self._missing_tool()

    def _missing_tool(self) -> NoTool | None:
        """Asked for once; after that it is for the conversation to ask the callee again."""
        if not self._is_owed:
            return None
        if self._has_asked:
            self._is_owed = False
            return None
        self._has_asked = True
        return NoTool()

    def _is_too_soon(self, turn: _Turn, now_s: float) -> bool:
        return turn.is_doubtful and not turn.has_sound and now_s - turn.asked_s < SETTLE_S
