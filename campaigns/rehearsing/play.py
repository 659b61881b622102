"""One simulated person talks to the bot on a virtual clock: the real conversation, a voice that takes time to speak, a desk that keeps.

Pure, and over in milliseconds. What of a call lies outside (telephone, sound, recognition) is not played; that is what the browser is for.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable

from bridge.commands import Announce, Command, Expect, Finish, RequestHandoff, SaveAnswer, SaveOptOut, SaveTurn, Speak, StopSpeaking
from bridge.commands import FindSlots as FindTimes
from bridge.conversation import Conversation
from bridge.events import (
    CalleeSaid,
    CallEvent,
    Expectation,
    LineBegan,
    LineEnded,
    LineSaid,
    OptOutSaved,
    SpeechEnded,
    SpeechStarted,
    StreamOpened,
    ToolCall,
    WordSource,
)
from bridge.notes import NoRep
from bridge.ports import VoiceTraits
from bridge.slots import SlotsFound
from campaigns.rehearsing.people import Person
from campaigns.rehearsing.plot import Plot
from campaigns.rehearsing.speech import Said, answering, confirming, heard_as, with_quirk
from campaigns.rehearsing.talk import Talk

TRAITS = VoiceTraits(name="scripted", speaks_verbatim=True, may_call_real_people=False)
MS_PER_CHARACTER = 60
VOICE_S = 0.3  # from the text to its first sample
THINKS_S, SPEAKS_S, PAUSE_S = 0.7, 1.0, 0.5
LONGEST_S = 3600.0  # of virtual time; the conversation ends itself long before


class Play:
    def __init__(self, plot: Plot, person: Person) -> None:
        self.talk = Talk(plot)
        self._plot = plot
        self._person = person
        self._conversation = Conversation(plot.brief, traits=TRAITS)
        self._now_s = 0.0
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = itertools.count(1)
        self._began: dict[int, float] = {}
        self._lines: dict[int, Speak] = {}
        self._expectation = Expectation(None)
        self._has_quirk = person.quirk is not None
        self._n_tries: dict[str, int] = {}

    def run(self) -> Talk:
        """Until the call is over."""
        self._happens(StreamOpened())
        while not self._conversation.is_over and self._now_s < LONGEST_S:
            deadline_s = self._conversation.next_deadline()
            if self._due and (deadline_s is None or self._due[0][0] <= deadline_s):
                at_s, _number, act = heapq.heappop(self._due)
                self._now_s = max(self._now_s, at_s)
                act()
            elif deadline_s is not None:
                self._now_s = max(self._now_s, deadline_s)
                self._obey(self._conversation.on_time(self._now_s))
            else:
                break
        return self.talk

    # -- the callee --

    def _line_ended(self, line_id: int, heard_ms: int) -> None:
        if line_id not in self._lines:
            return  # it was stopped
        del self._lines[line_id]
        self._happens(LineEnded(line_id, heard_ms, is_complete=True, voice_ms=heard_ms))
        if not self._lines and not self._conversation.is_over:
            self._after(THINKS_S, self._answer)

    def _answer(self) -> None:
        """If something is asked, and the bot is silent."""
        said = None if self._lines else self._reply()
        if said is None:
            return
        expectation, started_s = self._expectation, self._now_s
        self._expectation = Expectation(None)
        self._happens(SpeechStarted(started_s))
        ended_s = started_s + SPEAKS_S

        def is_heard() -> None:
            self._happens(SpeechEnded(ended_s))
            self._happens(CalleeSaid(said.text, started_s, ended_s, 0.95))
            for tool, arguments in heard_as(said, expectation, self._plot.brief.questions, self._plot.brief.language):
                self._happens(ToolCall(f"rehearsed-{next(self._numbers)}", tool, arguments))

        self._after(SPEAKS_S + PAUSE_S, is_heard)

    def _reply(self) -> Said | None:
        """None: nothing was asked."""
        question, person = self._expectation.question, self._person
        if question is None:
            # "Shall we stop calling you?"
            return confirming(is_yes=person.expected.is_opt_out) if self._expectation.is_confirmation else None
        if self._has_quirk and person.quirk is not None and question.question_id == person.at and not self._expectation.is_confirmation:
            self._has_quirk = False
            return with_quirk(person.quirk)
        if self._expectation.is_confirmation:
            return confirming()
        if question.question_id not in person.answers:
            return None  # off their way: silence is all they have for it
        n_tries = self._n_tries[question.question_id] = self._n_tries.get(question.question_id, -1) + 1
        return answering(question, person.answers[question.question_id], n_tries=n_tries)

    # -- the bot and its desk --

    def _happens(self, event: CallEvent) -> None:
        self._obey(self._conversation.handle(event, self._now_s))

    def _obey(self, commands: list[Command]) -> None:
        for command in commands:
            self._do(command)

    def _do(self, command: Command) -> None:
        match command:
            case Speak():
                self._speak(command)
            case StopSpeaking():
                self._stop(command.line_id)
            case Expect():
                self._expectation = command.expectation
            case SaveTurn():
                self.talk.turn(command.turn)
            case Announce():
                self.talk.announce(command.kind, command.text)
            case Finish():
                self.talk.finish(command.report)
            case _:
                self._tell_desk(command)

    def _tell_desk(self, command: Command) -> None:
        match command:
            case SaveAnswer():
                self._soon(self.talk.answer(command.answer))
            case SaveOptOut():
                self.talk.opted_out(command.quote)
                self._soon(OptOutSaved())
            case RequestHandoff():
                self._soon(NoRep())
            case FindTimes():
                self._soon(SlotsFound((), is_soon=False))

    def _speak(self, command: Speak) -> None:
        line = command.line
        heard_ms = len(line.text) * MS_PER_CHARACTER
        self._lines[line.line_id] = command
        self._after(VOICE_S, lambda: self._line_began(line.line_id, line.text, heard_ms))
        self._after(VOICE_S + heard_ms / 1000, lambda: self._line_ended(line.line_id, heard_ms))

    def _line_began(self, line_id: int, text: str, heard_ms: int) -> None:
        if line_id in self._lines:
            self._began[line_id] = self._now_s
            self._happens(LineSaid(line_id, text, heard_ms, WordSource.READ_OUT))
            self._happens(LineBegan(line_id))

    def _stop(self, line_id: int) -> None:
        if self._lines.pop(line_id, None) is not None:
            heard_ms = round((self._now_s - self._began.get(line_id, self._now_s)) * 1000)
            self._soon(LineEnded(line_id, heard_ms, is_complete=False))

    def _soon(self, event: CallEvent) -> None:
        self._after(0.0, lambda: self._happens(event))

    def _after(self, seconds: float, act: Callable[[], None]) -> None:
        heapq.heappush(self._due, (self._now_s + seconds, next(self._numbers), act))
