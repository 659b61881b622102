"""A call in miniature for tests of the core: a virtual clock, a bot that takes time to speak, a desk that answers, a callee on cue."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, time
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from bridge.brief import CallBrief, CalleeClock, Lines, QuestionBrief, QuestionKind, QuestionRole
from bridge.commands import Announce, Command, Finish, SaveAnswer, SaveOptOut, SaveTurn, Speak, StopSpeaking
from bridge.conversation import Conversation
from bridge.events import CalleeSaid, CallEvent, LineBegan, LineEnded, OptOutSaved, Progress, SpeechEnded, SpeechStarted, StreamOpened, Tool, ToolCall
from bridge.ports import VoiceTraits
from bridge.reports import SessionReport

CommandT = TypeVar("CommandT", bound=Command)

LINES = Lines(
    disclosure="This is Zawadi, an automated assistant of Acme. The call is recorded. Say stop at any time.",
    cold_close="Thank you for your time. Goodbye.",
    survey_close="Thank you for taking part. Goodbye.",
    opted_out="You will not be called again. Goodbye.",
    not_interested="I understand. Goodbye.",
    wrong_number="Sorry for the mistake. Goodbye.",
    call_back_later="We will try another time. Goodbye.",
    call_back_at="I will call you {when}. Goodbye.",
    when_better="When would be better?",
    connecting="I am connecting you now. Should the line drop, we call you right back.",
    checking="One moment, I am looking for a colleague.",
    promise="A colleague will call you back today. Goodbye.",
    call_right_back="A colleague calls you right back. Goodbye.",
    robot="Yes, I am an automated assistant.",
    who="I am calling for Acme about your enquiry.",
    still_there="Are you still there?",
    can_you_hear_me="Hello, can you hear me?",
    no_input_close="I cannot hear you. Goodbye.",
    time_is_up="Our time is up. Goodbye.",
    confirm_opt_out="Would you like us to stop calling you?",
    not_recorded="This call is not recorded.",
    apology="Sorry, something went wrong on our side. Goodbye.",
    apology_call_back="Sorry, something went wrong on our side. We will call you back. Goodbye.",
)
GOOD_TIME = QuestionBrief("good_time", QuestionKind.YES_NO, "Is now a good time?", "May I ask you a few questions now?", QuestionRole.PERMISSION)
DECIDER = QuestionBrief("decider", QuestionKind.YES_NO, "Do you handle buying decisions?", "Is buying your decision?")
SEATS = QuestionBrief(
    "seats", QuestionKind.NUMBER, "How many seats would you need?", "Just a number: how many seats?", unit="seats", minimum=1, maximum=1000
)
START = QuestionBrief("start", QuestionKind.TIMELINE, "When would you start?", "In how many weeks would you start?")
QUESTIONS = (GOOD_TIME, DECIDER, SEATS, START)

# A Monday; they may be rung from eight to six, and on Saturdays until noon.
WEEK = (*[((time(8), time(18)),)] * 5, ((time(8), time(12)),), ())
MORNING = CalleeClock(datetime(2026, 11, 23, 10, 20, tzinfo=ZoneInfo("Africa/Nairobi")), WEEK)

TRAITS = VoiceTraits(name="scripted", speaks_verbatim=True, may_call_real_people=False)
MS_PER_CHARACTER = 60
VOICE_S = 0.05  # from Speak to the first sample
HANGOVER_S = 0.5  # of silence, before a voice reports the end of speech


def brief(*questions: QuestionBrief, **fields: Any) -> CallBrief:
    plain = CallBrief(
        call_id="call-1",
        voice="scripted",
        language="en-KE",
        bot_name="Zawadi",
        organisation="Acme",
        questions=questions or QUESTIONS,
        lines=LINES,
    )
    return replace(plain, **fields)


class Rehearsal:
    """Drives one Conversation. `hot_from` names the question whose answer makes the lead hot."""

    def __init__(self, call_brief: CallBrief | None = None, *, hot_from: str = "", traits: VoiceTraits = TRAITS) -> None:
        self.conversation = Conversation(call_brief or brief(), traits=traits)
        self.now_s = 0.0
        self.log: list[tuple[float, Command]] = []
        self.does_desk_answer = True
        self.does_voice_speak = True
        self.is_stop_reported = True
        self._hot_from = hot_from
        self._is_hot = False
        self._due: list[tuple[float, int, CallEvent]] = []
        self._began: dict[int, float] = {}
        self._n = 0

    # -- what happens --

    def open(self) -> Rehearsal:
        self.happens(StreamOpened())
        return self

    def happens(self, *events: CallEvent) -> None:
        for event in events:
            self._obey(self.conversation.handle(event, self.now_s))

    def waits(self, seconds: float) -> None:
        self._run(lambda: False, self.now_s + seconds)

    def until_asked(self, text: str) -> None:
        """Until the line was heard to its end."""
        self._run(lambda: text in self.heard, self.now_s + 120)
        assert text in self.heard, f"{text!r} was not said; said: {self.spoken}"

    def until_over(self, limit_s: float = 400) -> SessionReport:
        self._run(lambda: self.conversation.is_over, self.now_s + limit_s)
        return self.report

    def says(self, text: str, tool: Tool | None = None, *, speech_s: float = 0.6, **arguments: Any) -> None:
        """The callee speaks, the detector notices the end, the voice reports words and their meaning."""
        started_s = self.now_s
        self.happens(SpeechStarted(started_s))
        self.waits(speech_s + HANGOVER_S)
        self.happens(SpeechEnded(started_s + speech_s))
        if text:
            self.happens(CalleeSaid(text, started_s, started_s + speech_s, 0.9))
        if tool is not None:
            self.reports(tool, quote=text, **arguments)

    def reports(self, tool: Tool, **arguments: Any) -> None:
        self._n += 1
        self.happens(ToolCall(f"tool-{self._n}", tool, arguments))

    def answers(self, question_id: str, value: object, text: str = "some words", **arguments: Any) -> None:
        self.says(text, Tool.RECORD_ANSWER, question_id=question_id, value=value, **({"confidence": 0.9} | arguments))

    def voice_falls_silent(self) -> None:
        """In the middle of a line, without a word about it."""
        self.does_voice_speak = False
        self._due.clear()

    def repeats_itself(self) -> None:
        """The voice sends its last report once more."""
        self._n -= 1
        self.reports(Tool.NOT_UNDERSTOOD)

    # -- what was done --

    @property
    def commands(self) -> list[Command]:
        return [command for _, command in self.log]

    def done(self, kind: type[CommandT]) -> list[CommandT]:
        return [command for command in self.commands if isinstance(command, kind)]

    def position(self, kind: type[Command]) -> int:
        return next(i for i, command in enumerate(self.commands) if isinstance(command, kind))

    def announced(self, kind: str) -> list[str]:
        return [command.text for command in self.done(Announce) if command.kind == kind]

    @property
    def spoken(self) -> list[str]:
        return [command.line.text for command in self.done(Speak)]

    @property
    def heard(self) -> list[str]:
        return [save.turn.text for save in self.done(SaveTurn) if save.turn.heard_text == save.turn.text]

    @property
    def saved(self) -> dict[str, object]:
        return {save.answer.question_id: save.answer.value for save in self.done(SaveAnswer)}

    @property
    def report(self) -> SessionReport:
        (finish,) = self.done(Finish)
        return finish.report

    # -- the world --

    def _run(self, is_reached: Callable[[], bool], until_s: float) -> None:
        while not is_reached():
            deadline_s = self.conversation.next_deadline()
            event_s = self._due[0][0] if self._due else until_s
            next_s = min(event_s, until_s if deadline_s is None else deadline_s)
            if next_s >= until_s:
                break
            self.now_s = max(self.now_s, next_s)
            if self._due and self._due[0][0] <= self.now_s:
                self.happens(self._due.pop(0)[2])
            else:
                self._obey(self.conversation.on_time(self.now_s))
        else:
            return
        self.now_s = max(self.now_s, until_s)
        self._obey(self.conversation.on_time(self.now_s))

    def _obey(self, commands: list[Command]) -> None:
        for command in commands:
            self.log.append((self.now_s, command))
            match command:
                case Speak() if self.does_voice_speak:
                    self._speak(command)
                case StopSpeaking() if self.is_stop_reported:
                    self._stop(command.line_id)
                case SaveAnswer() if self.does_desk_answer:
                    question_id = command.answer.question_id
                    self._is_hot = self._is_hot or question_id == self._hot_from
                    self.happens(Progress(question_id, 60 if self._is_hot else 20, self._is_hot))
                case SaveOptOut() if self.does_desk_answer:
                    self.happens(OptOutSaved())

    def _speak(self, command: Speak) -> None:
        began_s = self.now_s + VOICE_S
        heard_ms = len(command.line.text) * MS_PER_CHARACTER
        self._began[command.line.line_id] = began_s
        self._due.append((began_s, 0, LineBegan(command.line.line_id)))
        self._due.append((began_s + heard_ms / 1000, 1, LineEnded(command.line.line_id, heard_ms, is_complete=True)))

    def _stop(self, line_id: int) -> None:
        heard_ms = max(0, round((self.now_s - self._began[line_id]) * 1000))
        self._due = [(self.now_s, 0, LineEnded(line_id, heard_ms, is_complete=False))]
