"""Is the callee being left in silence, and what is to be done about it: a filler, a nudge, a fresh session, the next voice, or an apology.

Pure. It knows only when the bot owes sound and which sound came, never why a provider is silent: a session may be connected, may send
audio of zeros, empty turns or nothing at all, and the callee hears the same. Times are seconds on any clock that never goes back.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from bridge.events import VoiceFault

AUDIBLE_DBFS = -60.0  # quieter is silence to the callee (a provider was seen to send speech at next to nothing)


class Step(StrEnum):
    FILL = "fill"  # play a prepared "one moment"
    NUDGE = "nudge"  # ask the same session for the line again
    FRESH = "fresh"  # a new session with the same voice
    NEXT = "next"  # another voice
    GIVE_UP = "give_up"


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds. `fill_s` bounds the dead air, the others only how soon the cause is mended: a slow answer is no fault yet."""

    fill_s: float = 2.5
    wordless_fill_s: float = 2.8  # after a sound that may have been a cough; most of a second has passed before its end is reported
    stuck_s: float = 3.0  # no audible sound since the line was asked for, or since its last one
    open_s: float = 3.0  # for a session in the middle of a call
    all_s: float = 15.0  # of trying for one line, then the apology


LADDER = (Step.NUDGE, Step.FRESH)
MAX_LOST = 2  # sessions, or replies of the callee that got no meaning, without one that was understood between them: another voice is better
MAX_LOST_ALONE = 4  # where there is none
HOPELESS = frozenset({VoiceFault.KEY, VoiceFault.QUOTA, VoiceFault.MISSING})  # another session would fail the same way


class Watchdog:
    """`n_voices`: how many there are in the order, the one in use included."""

    def __init__(self, n_voices: int, patience: Patience = Patience()) -> None:
        self._patience = patience
        self._n_voices_left = n_voices - 1
        self._n_tries = 0  # of the ladder, for the line under way
        self._line_since_s: float | None = None
        self._trying_since_s = 0.0
        self._stuck_from_s = 0.0
        self._is_mute = False  # nothing was heard since a line was asked for
        self._waited_s = 0.0  # in vain, for lines that others took the place of
        self._owed_since_s: float | None = None
        self._has_words = False
        self._is_reply = False  # the callee's last speech: nobody spoke when it began
        self._n_lost = 0
        self._n_unmeant = 0
        self._heard_until_s = 0.0  # what was sent so far is heard until then
        self._is_opening = False
        self._is_over = False

    # -- what happened --

    def speech_started(self, now_s: float) -> Step | None:
        """While the callee speaks nothing is owed. A step, if what they said before has had no meaning too often."""
        if self._line_since_s is None:
            self._owed_since_s = None
        self._n_unmeant += self._has_words and self._is_reply
        self._has_words = False
        self._is_reply = self._line_since_s is None and now_s >= self._heard_until_s
        if self._n_unmeant < MAX_LOST or self._is_opening or self._is_over:
            return None
        self._n_unmeant = 0
        self._n_lost += MAX_LOST - 1
        return self._lost_step(now_s)

    def words_heard(self) -> None:
        self._has_words = True

    def reported(self, *, is_understood: bool) -> None:
        """The voice has said what the callee meant, or that it makes no sense: it works, if it does not say so each time it was lost."""
        self._is_reply = False
        self._n_unmeant = 0
        if is_understood:
            self._n_lost = 0

    def speech_ended(self, now_s: float) -> None:
        """The callee waits for us now."""
        if self._owed_since_s is None:
            self._owed_since_s = now_s

    def line_asked(self, now_s: float) -> None:
        self._n_tries = max(self._n_tries, 1) if self._is_mute else 0  # another line is as good as a nudge
        self._is_mute = True
        self._line_since_s = self._trying_since_s = now_s
        self._stuck_from_s = now_s - self._waited_s
        if self._owed_since_s is None:
            self._owed_since_s = now_s

    def sounded(self, duration_s: float, level_dbfs: float, now_s: float) -> None:
        """Audio of a line, on its way to the callee; what cannot be heard does not count."""
        if level_dbfs < AUDIBLE_DBFS:
            return
        self._heard_until_s = max(self._heard_until_s, now_s) + duration_s
        self._stuck_from_s = max(self._stuck_from_s, self._heard_until_s)
        self._is_mute = False
        self._waited_s = 0.0

    def filled(self, duration_s: float, now_s: float) -> None:
        """A filler is on its way. It ends no line."""
        self._heard_until_s = max(self._heard_until_s, now_s) + duration_s

    def line_over(self, now_s: float) -> None:
        """Its last sample was sent, or it was cut."""
        self._line_since_s = self._owed_since_s = None

    def cut(self, now_s: float) -> None:
        """What was sent and not heard was thrown away. A line that was never heard leaves its wait to the next one."""
        if self._is_mute and self._line_since_s is not None:
            self._waited_s = max(0.0, now_s - self._stuck_from_s)
        self._heard_until_s = min(self._heard_until_s, now_s)
        self.line_over(now_s)

    def line_failed(self, now_s: float) -> Step | None:
        """The provider says itself that it did not say the line."""
        return None if self._is_opening or self._is_over else self._next_step(now_s)

    def voice_failed(self, fault: VoiceFault, now_s: float) -> Step:
        """The session is gone, or a new one could not be opened."""
        self._is_opening = False
        if fault in HOPELESS:
            self._n_tries = len(LADDER)
        return self._lost_step(now_s)

    def opened(self, now_s: float) -> None:
        """A session is there again, and was asked for the line."""
        self._is_opening = False
        self._stuck_from_s = now_s

    # -- what is due --

    def next_due(self) -> float | None:
        dues = [due_s for due_s in (self._fill_due(), self._stuck_due()) if due_s is not None]
        return min(dues, default=None)

    def due(self, now_s: float) -> Iterator[Step]:
        fill_due_s, stuck_due_s = self._fill_due(), self._stuck_due()
        if fill_due_s is not None and now_s >= fill_due_s:
            yield Step.FILL
        if stuck_due_s is not None and now_s >= stuck_due_s:
            yield self._next_step(now_s)

    def silent_since(self) -> float | None:
        """Since when the callee has been left in silence that we owe an end to; None when they are not."""
        return None if self._owed_since_s is None else max(self._owed_since_s, self._heard_until_s)

    # -- within --

    def _fill_due(self) -> float | None:
        since_s = self.silent_since()
        if since_s is None or self._is_over:
            return None
        is_sure = self._has_words or self._line_since_s is not None
        return since_s + (self._patience.fill_s if is_sure else self._patience.wordless_fill_s)

    def _stuck_due(self) -> float | None:
        if self._line_since_s is None or self._is_opening or self._is_over:
            return None
        return self._stuck_from_s + self._patience.stuck_s

    def _lost_step(self, now_s: float) -> Step:
        self._n_lost += 1
        self._n_tries = max(self._n_tries, len(LADDER) if self._n_lost >= self._most_lost() else 1)  # there is nobody to nudge
        return self._next_step(now_s)

    def _most_lost(self) -> int:
        return MAX_LOST if self._n_voices_left > 0 else MAX_LOST_ALONE

    def _next_step(self, now_s: float) -> Step:
        step = self._step_of_ladder(now_s)
        self._stuck_from_s = now_s
        self._waited_s = 0.0
        self._is_opening = step in (Step.FRESH, Step.NEXT)
        self._is_over = step is Step.GIVE_UP
        return step

    def _step_of_ladder(self, now_s: float) -> Step:
        if self._line_since_s is not None and now_s - self._trying_since_s > self._patience.all_s:
            return Step.GIVE_UP
        if self._n_tries < len(LADDER):
            self._n_tries += 1
            return LADDER[self._n_tries - 1]
        if self._n_voices_left <= 0:
            return Step.GIVE_UP
        self._n_voices_left -= 1
        self._n_tries = 1  # of the new voice: a nudge is past, one fresh session is left
        self._n_lost = 0
        return Step.NEXT
