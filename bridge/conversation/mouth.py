"""The bot's side of the floor: one line at a time, the next one held until the last is over and nobody is being talked over.

Pure. What a line is for decides whether it may be cut; what was heard of it becomes a turn of the transcript.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

from bridge.commands import Announce, Command, Expect, SaveTurn, Speak, StopSpeaking
from bridge.conversation.timers import Timer, Timers
from bridge.conversation.transcript import Transcript
from bridge.events import Expectation, Line, LineEnded
from bridge.turns import HOLD_S, Floor, SpeakingRate

BEGIN_LIMIT_S = 20.0  # a line that nobody has begun by then never will be: before that the watchdog tries (watchdog.Patience.all_s)
SLACK_S = 15.0  # beyond twice the expected length
STOP_LIMIT_S = 2.0  # the end of a line that was stopped comes at once, or not at all
MAX_TRIES = 2


class Purpose(StrEnum):
    DISCLOSURE = "disclosure"
    PROMPT = "prompt"
    OPT_OUT_QUESTION = "opt_out_question"
    WAITING = "waiting"
    FAREWELL = "farewell"


NEVER_LED_IN = frozenset({Purpose.DISCLOSURE})  # nothing comes before it
MAY_BE_CUT = frozenset({Purpose.PROMPT, Purpose.OPT_OUT_QUESTION})
DISCLOSURE_KEY = "disclosure"
NOTHING_EXPECTED = Expectation(question=None)


@dataclass(frozen=True, slots=True)
class Utterance:
    text: str
    purpose: Purpose
    key: str = ""  # tells prompts apart: the same key is the same question
    expectation: Expectation = NOTHING_EXPECTED
    must_be_heard: bool = False  # said once more when something cut it
    n_tries: int = 1


@dataclass(slots=True)
class _Spoken:
    line: Line
    utterance: Utterance
    began_s: float | None = None
    is_stopping: bool = False


@dataclass(frozen=True, slots=True)
class SaidLine:
    utterance: Utterance
    is_complete: bool
    was_stopped: bool


class Mouth:
    def __init__(self, *, out: list[Command], timers: Timers, floor: Floor, transcript: Transcript, is_verbatim: Callable[[str], bool]) -> None:
        self._out = out
        self._timers = timers
        self._floor = floor
        self._transcript = transcript
        self._is_verbatim = is_verbatim  # of a voice that paraphrases we know how long it was heard, not which words
        self._rate = SpeakingRate()
        self._n_lines = 0
        self._current: _Spoken | None = None
        self.pending: Utterance | None = None  # to be said next
        self._pending_since_s = 0.0
        self._is_shut = False
        self.owed = ""  # to be said before whatever comes next, until it was heard
        self.last_begun = ""  # key of the utterance that was begun last
        self.last_text = ""  # and what it says

    def say(self, utterance: Utterance, now_s: float) -> None:
        """Say it as soon as the floor is free; what was waiting is dropped, a question being asked is cut short."""
        if self._is_shut:
            return
        if self._current is not None and self._current.utterance.purpose in MAY_BE_CUT:
            self.stop(now_s)
        self.pending = self._with_owed(utterance)
        self._pending_since_s = now_s

    def _with_owed(self, utterance: Utterance) -> Utterance:
        if not self.owed or utterance.purpose in NEVER_LED_IN or utterance.text.startswith(self.owed):
            return utterance
        return replace(utterance, text=f"{self.owed} {utterance.text}".strip())

    def stop(self, now_s: float) -> None:
        """Cut the line that is being said."""
        spoken = self._current
        if spoken is None or spoken.is_stopping:
            return
        self._out.append(StopSpeaking(spoken.line.line_id))
        if spoken.began_s is None:
            self._clear_line()
            return
        spoken.is_stopping = True
        self._timers.set(Timer.LINE, now_s + STOP_LIMIT_S)

    def drop(self, now_s: float) -> None:
        """Stop, and forget what was to be said next."""
        self.pending = None
        self.stop(now_s)

    def shut(self, now_s: float) -> None:
        """Nothing more will be said. The line under way becomes a turn with what was heard of it, as far as we know."""
        self._is_shut = True
        self.pending = None
        spoken = self._current
        if spoken is not None and spoken.began_s is not None:
            elapsed_ms = max(0, round((now_s - spoken.began_s) * 1000))
            self._save_turn(spoken, min(elapsed_ms, self._rate.duration_ms(spoken.line.text)), is_complete=False)
        self._clear_line()

    def flush(self, now_s: float) -> None:
        """Begin what is waiting, if the floor is free; else see to it that we look again in time."""
        self._timers.clear(Timer.HOLD)
        if self.pending is None or self._current is not None:
            return
        held_until_s = self._pending_since_s + HOLD_S
        is_first = self.pending.purpose is Purpose.DISCLOSURE  # spoken into the callee's "hello?"
        if is_first or self._floor.is_free(now_s) or now_s >= held_until_s:
            self._begin(self.pending, now_s)
            return
        free_s = self._floor.free_at()
        self._timers.set(Timer.HOLD, held_until_s if free_s is None else min(held_until_s, free_s))

    def line_began(self, line_id: int, now_s: float) -> None:
        spoken = self._current
        if spoken is None or spoken.line.line_id != line_id or spoken.began_s is not None:
            return
        spoken.began_s = now_s
        self.last_begun = spoken.utterance.key
        self.last_text = spoken.line.text
        if not spoken.is_stopping:
            self._timers.set(Timer.LINE, now_s + 2 * self._rate.duration_ms(spoken.line.text) / 1000 + SLACK_S)
        self._transcript.bot_began(now_s, replies_to_s=self._floor.ended_s)
        self._floor.ended_s = None
        self._out.append(Announce("bot_says", spoken.line.text))

    def line_ended(self, event: LineEnded, now_s: float) -> SaidLine | None:
        """The line is over; None for a line that is not ours any more, or that will be said again."""
        spoken = self._current
        if spoken is None or spoken.line.line_id != event.line_id:
            return None
        if event.is_complete:
            self._rate.learn(spoken.line.text, event.heard_ms)
            self._floor.ended_s = None
        if spoken.began_s is None and event.heard_ms > 0:
            spoken.began_s = now_s - event.heard_ms / 1000
        if spoken.began_s is not None:
            self._save_turn(spoken, event.heard_ms, is_complete=event.is_complete)
        self._clear_line()
        return self._after(spoken, is_complete=event.is_complete, now_s=now_s)

    def stopped_unanswered(self, now_s: float) -> bool:
        """The line timer fired: True when a stopped line is now taken as over, False when the voice has gone silent."""
        spoken = self._current
        assert spoken is not None, "the timer is cleared with the line"
        if not spoken.is_stopping or spoken.began_s is None:
            return False
        heard_ms = min(round((now_s - STOP_LIMIT_S - spoken.began_s) * 1000), self._rate.duration_ms(spoken.line.text))
        self.line_ended(LineEnded(spoken.line.line_id, max(0, heard_ms), is_complete=False), now_s)
        return True

    def is_busy(self) -> bool:
        """Speaking, or about to."""
        return self._current is not None or self.pending is not None

    @property
    def purpose(self) -> Purpose | None:
        """Of the line under way; None when there is none, or it is being stopped."""
        return self._current.utterance.purpose if self._current is not None and not self._current.is_stopping else None

    @property
    def expectation(self) -> Expectation:
        """What the line under way asks for."""
        return self._current.utterance.expectation if self._current is not None else NOTHING_EXPECTED

    def is_asking(self, key: str) -> bool:
        """This prompt is being said, or will be next."""
        if self.pending is not None:
            return self.pending.key == key
        return self._current is not None and not self._current.is_stopping and self._current.utterance.key == key

    def share_said(self, now_s: float) -> float:
        """How much of the line under way has been said, about; 0 when none is."""
        spoken = self._current
        if spoken is None or spoken.began_s is None:
            return 0.0
        return min(1.0, (now_s - spoken.began_s) * 1000 / max(1, self._rate.duration_ms(spoken.line.text)))

    def _begin(self, utterance: Utterance, now_s: float) -> None:
        self._n_lines += 1
        line = Line(self._n_lines, utterance.text)
        self._current = _Spoken(line, utterance)
        self._floor.line_begins()
        self.pending = None
        self._timers.set(Timer.LINE, now_s + BEGIN_LIMIT_S)
        self._timers.clear(Timer.MEANING, Timer.NO_INPUT)  # a new question: what went before needs no meaning any more
        self._out += [Expect(utterance.expectation), Speak(line)]

    def _after(self, spoken: _Spoken, *, is_complete: bool, now_s: float) -> SaidLine | None:
        utterance = spoken.utterance
        is_cut_by_others = not is_complete and not spoken.is_stopping
        is_closing = self.pending is not None and self.pending.purpose is Purpose.FAREWELL
        if is_cut_by_others and utterance.must_be_heard and utterance.n_tries < MAX_TRIES and not is_closing:
            self.pending = replace(utterance, n_tries=utterance.n_tries + 1)
            self._pending_since_s = now_s
            return None
        return SaidLine(utterance, is_complete, was_stopped=spoken.is_stopping)

    def _save_turn(self, spoken: _Spoken, heard_ms: int, *, is_complete: bool) -> None:
        assert spoken.began_s is not None, "only a line that was begun is a turn"
        text = spoken.line.text
        if self.owed and text.startswith(self.owed) and (is_complete or heard_ms >= self._rate.duration_ms(self.owed)):
            self.owed = ""
        if spoken.utterance.purpose is Purpose.DISCLOSURE:
            self._transcript.disclosure_heard_ms = heard_ms
        heard_text = text if is_complete else self._rate.heard_text(text, heard_ms)
        turn = self._transcript.bot_turn(text, began_s=spoken.began_s, heard_ms=heard_ms, heard_text=heard_text if self._is_verbatim(text) else None)
        self._out.append(SaveTurn(turn))

    def _clear_line(self) -> None:
        self._current = None
        self._timers.clear(Timer.LINE)
