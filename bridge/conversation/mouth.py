"""The bot's side of the floor: one line at a time, the next one held until the last is over and nobody is being talked over.

Pure. What a line is for decides whether it may be cut; what was heard of it becomes a turn of the transcript.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import StrEnum

from bridge.commands import Announce, Command, Expect, SaveTurn, Speak, StopSpeaking
from bridge.conversation.timers import Timer, Timers
from bridge.conversation.transcript import Transcript
from bridge.events import Expectation, HeardSoFar, Line, LineEnded, LineSaid
from bridge.heard import Account, Hearing, account_of
from bridge.reports import Proof, TurnReport
from bridge.turns import HOLD_S, Floor, SpeakingRate

BEGIN_LIMIT_S = 20.0  # a line that nobody has begun by then never will be: before that the watchdog tries (watchdog.Patience.all_s)
SLACK_S = 15.0  # beyond twice the expected length
STOP_LIMIT_S = 2.0  # the end of a line that was stopped comes at once, or not at all
MAX_TRIES = 2
ASIDE_AFTER_S = 2.5  # so long the callee may think about a question before something else is said


class Purpose(StrEnum):
    DISCLOSURE = "disclosure"
    PROMPT = "prompt"
    OPT_OUT_QUESTION = "opt_out_question"
    WAITING = "waiting"
    ASIDE = "aside"  # a sentence of a person of ours
    FAREWELL = "farewell"


NEVER_LED_IN = frozenset({Purpose.DISCLOSURE})  # nothing comes before it
MAY_BE_CUT = frozenset({Purpose.PROMPT, Purpose.OPT_OUT_QUESTION})  # by what is to be said next
YIELDS = MAY_BE_CUT | {Purpose.ASIDE}  # to the callee
COMES_AFTER_ASIDE = frozenset({Purpose.PROMPT, Purpose.WAITING})
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
    said_for: str = ""  # the person of ours whose sentence it is


@dataclass(slots=True)
class _Spoken:
    line: Line
    utterance: Utterance
    began_s: float | None = None
    is_stopping: bool = False
    said: list[LineSaid] = field(default_factory=list)
    heard: HeardSoFar | None = None


@dataclass(frozen=True, slots=True)
class _Over:
    """A line whose words may yet come."""

    spoken: _Spoken
    hearing: Hearing
    turn: TurnReport


@dataclass(frozen=True, slots=True)
class SaidLine:
    utterance: Utterance
    is_complete: bool
    was_stopped: bool
    proof: Proof | None  # that it was heard in these very words


class Mouth:
    def __init__(self, *, out: list[Command], timers: Timers, floor: Floor, transcript: Transcript, proof_of: Callable[[str], Proof | None]) -> None:
        self._out = out
        self._timers = timers
        self._floor = floor
        self._transcript = transcript
        self._proof_of = proof_of
        self._rate = SpeakingRate()
        self._n_lines = 0
        self._current: _Spoken | None = None
        self._over: _Over | None = None
        self.pending: Utterance | None = None  # to be said next
        self._pending_since_s = 0.0
        self._aside: Utterance | None = None  # to be said at the next free turn, beside what is pending
        self._quiet_since_s = 0.0  # when the last line ended
        self._is_shut = False
        self._owed: list[str] = []  # to be said before whatever comes next, each until it was heard
        self.last_begun = ""  # key of the utterance that was begun last
        self.last_text = ""  # and what it says
        self._asked = NOTHING_EXPECTED  # by the last line that was no aside
        self.begun_s: dict[str, float] = {}  # when each was begun first, by its key

    def say(self, utterance: Utterance, now_s: float) -> None:
        """Say it as soon as the floor is free; what was waiting is dropped, a question being asked is cut short."""
        if self._is_shut:
            return
        if self._current is not None and self._current.utterance.purpose in MAY_BE_CUT:
            self.stop(now_s)
        self.pending = self._with_owed(utterance)
        self._pending_since_s = now_s

    def say_aside(self, text: str, *, said_for: str, now_s: float) -> None:
        """At the next free turn: before the question that waits, else when the callee leaves a pause. Cuts nothing, drops nothing."""
        if not self._is_shut:
            self._aside = Utterance(text, Purpose.ASIDE, said_for=said_for)

    @property
    def has_aside(self) -> bool:
        """It waits, or is being said."""
        return self._aside is not None or (self._current is not None and self._current.utterance.purpose is Purpose.ASIDE)

    def drop_aside(self, now_s: float) -> None:
        self._aside = None
        if self.purpose is Purpose.ASIDE:
            self.stop(now_s)

    def owe(self, text: str) -> None:
        """Whatever is said next begins with it, and what comes after that, until it was heard."""
        if text not in self._owed:
            self._owed.append(text)

    def owes(self, text: str) -> bool:
        """It is being said, or will be next."""
        return text in self._owed

    def _with_owed(self, utterance: Utterance) -> Utterance:
        owed = [text for text in self._owed if text not in utterance.text]
        if not owed or utterance.purpose in NEVER_LED_IN:
            return utterance
        return replace(utterance, text=" ".join((*owed, utterance.text)).strip())

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
        self.pending = self._aside = None
        spoken = self._current
        if spoken is not None and spoken.began_s is not None:
            self._save_turn(spoken, self._hearing_at_the_end(spoken, spoken.began_s, now_s))
        self._clear_line()

    def flush(self, now_s: float) -> None:
        """Begin what is waiting, if the floor is free; else see to it that we look again in time."""
        self._timers.clear(Timer.HOLD)
        if self._current is not None or self._is_aside_early(now_s) or (upcoming := self._upcoming()) is None:
            return
        held_until_s = self._pending_since_s + HOLD_S
        is_first = upcoming.purpose is Purpose.DISCLOSURE  # spoken into the callee's "hello?"
        if is_first or self._floor.is_free(now_s) or (now_s >= held_until_s and self.pending is not None):
            self._begin(upcoming, now_s)
            return
        free_s = self._floor.free_at()
        self._timers.set(Timer.HOLD, held_until_s if free_s is None else min(held_until_s, free_s))

    def _upcoming(self) -> Utterance | None:
        if self._aside is None or (self.pending is not None and self.pending.purpose not in COMES_AFTER_ASIDE):
            return self.pending
        if self.pending is not None:
            return self._aside
        # Into a pause after a question: whoever answers while it is said, answers that question.
        return replace(self._aside, key=self.last_begun, expectation=self._asked)

    def _is_aside_early(self, now_s: float) -> bool:
        """The callee has just been asked, or is speaking: it waits, and we look again in time."""
        if self._aside is None or self.pending is not None:
            return False
        free_s = self._floor.free_at()
        from_s = self._quiet_since_s + ASIDE_AFTER_S
        if now_s < from_s:
            self._timers.set(Timer.HOLD, from_s)
        elif not self._floor.is_free(now_s) and free_s is not None:
            self._timers.set(Timer.HOLD, free_s)
        return now_s < from_s or not self._floor.is_free(now_s)

    def line_began(self, line_id: int, now_s: float) -> None:
        spoken = self._current
        if spoken is None or spoken.line.line_id != line_id or spoken.began_s is not None:
            return
        spoken.began_s = now_s
        self.last_begun = spoken.utterance.key
        self.begun_s.setdefault(spoken.utterance.key, now_s)
        self.last_text = spoken.line.text
        if not spoken.is_stopping:
            self._timers.set(Timer.LINE, now_s + 2 * self._rate.duration_ms(spoken.line.text) / 1000 + SLACK_S)
        self._out.append(Announce("bot_says", spoken.line.text))

    def line_ended(self, event: LineEnded, now_s: float) -> SaidLine | None:
        """The line is over; None for a line that is not ours any more, or that will be said again."""
        spoken = self._current
        if spoken is None or spoken.line.line_id != event.line_id:
            return None
        if spoken.began_s is None and event.heard_ms > 0:
            spoken.began_s = now_s - event.heard_ms / 1000
        account = None
        if spoken.began_s is not None:
            account = self._save_turn(spoken, self._hearing(event.heard_ms, event.voice_ms, is_complete=event.is_complete))
        self._clear_line()
        self._quiet_since_s = now_s
        return self._after(spoken, account, is_complete=event.is_complete, now_s=now_s)

    def heard_so_far(self, heard: HeardSoFar) -> None:
        if self._current is not None and self._current.line.line_id == heard.line_id:
            self._current.heard = heard

    def line_said(self, event: LineSaid) -> SaidLine | None:
        """Words that were really said. Those of a line that is over are late: its turn is kept anew, and the line comes back as it now stands."""
        spoken, over = self._current, self._over
        if spoken is not None and spoken.line.line_id == event.line_id:
            spoken.said.append(event)
        if over is None or over.spoken.line.line_id != event.line_id:
            return None
        over.spoken.said.append(event)
        account = self._account(over.spoken, over.hearing)
        self._out.append(SaveTurn(self._transcript.retold(over.turn, account)))
        return SaidLine(over.spoken.utterance, over.hearing.is_complete, over.spoken.is_stopping, account.proof)

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
        return self._current is not None or self.pending is not None or self._aside is not None

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

    def takes_s(self, text: str) -> float:
        """About how long it is, said by this voice."""
        return self._rate.duration_ms(text) / 1000

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
        if utterance.purpose is Purpose.ASIDE:
            self._aside = None
        else:
            self.pending, self._asked = None, utterance.expectation
        self._timers.set(Timer.LINE, now_s + BEGIN_LIMIT_S)
        self._timers.clear(Timer.MEANING, Timer.NO_INPUT)  # a new question: what went before needs no meaning any more
        self._out += [Expect(utterance.expectation), Speak(line)]

    def _after(self, spoken: _Spoken, account: Account | None, *, is_complete: bool, now_s: float) -> SaidLine | None:
        utterance = spoken.utterance
        is_cut_by_others = not is_complete and not spoken.is_stopping
        is_closing = self.pending is not None and self.pending.purpose is Purpose.FAREWELL
        if is_cut_by_others and utterance.must_be_heard and utterance.n_tries < MAX_TRIES and not is_closing:
            self.pending = replace(utterance, n_tries=utterance.n_tries + 1)
            self._pending_since_s = now_s
            return None
        return SaidLine(utterance, is_complete, spoken.is_stopping, account.proof if account is not None else None)

    def _hearing(self, heard_ms: int, voice_ms: int | None = None, *, is_complete: bool = False) -> Hearing:
        return Hearing(heard_ms, voice_ms, is_complete, self._rate.ms_per_letter)

    def _hearing_at_the_end(self, spoken: _Spoken, began_s: float, now_s: float) -> Hearing:
        """Nobody will tell any more that the line has ended."""
        if spoken.heard is not None:
            return self._hearing(spoken.heard.heard_ms, spoken.heard.voice_ms)
        elapsed_ms = max(0, round((now_s - began_s) * 1000))
        return self._hearing(min(elapsed_ms, self._rate.duration_ms(spoken.line.text)))

    def _account(self, spoken: _Spoken, hearing: Hearing) -> Account:
        return account_of(spoken.line.text, spoken.said, hearing, self._proof_of(spoken.line.text))

    def _save_turn(self, spoken: _Spoken, hearing: Hearing) -> Account:
        assert spoken.began_s is not None, "only a line that was begun is a turn"
        account = self._account(spoken, hearing)
        if hearing.is_complete:
            self._rate.learn(account.text, hearing.heard_ms)
        self._owed = [text for text in self._owed if not self._was_heard(text, spoken.line.text, hearing)]
        if spoken.utterance.purpose is Purpose.DISCLOSURE:
            self._transcript.disclosure_heard_ms = hearing.heard_ms
        turn = self._transcript.bot_turn(account, began_s=spoken.began_s, heard_ms=hearing.heard_ms, said_for=spoken.utterance.said_for)
        self._over = _Over(spoken, hearing, turn)
        self._out.append(SaveTurn(turn))
        return account

    def _was_heard(self, text: str, line: str, hearing: Hearing) -> bool:
        before, found, _behind = line.partition(text)
        return found != "" and (hearing.is_complete or hearing.heard_ms >= self._rate.duration_ms(before + text))

    def _clear_line(self) -> None:
        self._current = None
        self._timers.clear(Timer.LINE)
