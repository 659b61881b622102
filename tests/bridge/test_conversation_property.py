"""Whatever happens in whatever order: one report, no word after it, no hang-up into a farewell, no opt-out lost.

Each example is a seeded walk through a call: a callee who mostly makes sense, a voice and a desk that may fail, notes at any moment.
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.brief import CallBrief, ChannelLayout, HandoffStrategy, Limits, LineTraits
from bridge.commands import (
    CloseStream,
    Command,
    Finish,
    HangUp,
    ReleaseToHandoff,
    RequestHandoff,
    SaveAnswer,
    SaveOptOut,
    SaveTurn,
    Speak,
    StopSpeaking,
)
from bridge.conversation import Conversation
from bridge.events import (
    CalleeSaid,
    CallEvent,
    DeskFailed,
    LineBegan,
    LineEnded,
    MediaSilent,
    OptOutSaved,
    Outcome,
    Progress,
    SpeechEnded,
    SpeechStarted,
    StreamClosed,
    StreamOpened,
    Tool,
    ToolCall,
    VoiceFailed,
)
from bridge.notes import EndPolitely, NoRep, ProviderEnded, RepAccepted, RepReady, TakeOver, Whisper
from bridge.reports import SessionReport
from tests.bridge.conversing import LINES, MORNING, TRAITS, brief

SEEDS = st.integers(0, 2**32)
ENDS: list[CallEvent] = [StreamClosed(), ProviderEnded(), MediaSilent(5.0), VoiceFailed("gone")]
VALUES: dict[str, list[object]] = {
    "question_id": ["good_time", "decider", "seats", "start", "price", None, 7],
    "value": [True, False, 50, 10**9, float("nan"), "yes", None, []],
    "quote": ["okay", "fifty seats", "stop", "", None, 3],
    "confidence": [0.0, 0.9, 1.0, -1, "high", None],
    "is_doubtful": [True, False, None, "yes"],
    "is_yes": [True, False, None, "yes"],
    "topic": ["robot", "who", "repeat", "weather", None, 1],
    "reason": ["not_interested", "wrong_number", "voicemail", "bored", None],
    "at": ["2026-11-24T16:00", "2026-11-24T02:00Z", "1999-01-01T16:00", "soon", None, 7],
}
ANSWERS: dict[str, object] = {"good_time": True, "decider": True, "seats": 50, "start": 30}


class Walk:
    """One call. With `is_reliable` every line is heard and every save succeeds unless the callee interferes."""

    def __init__(self, seed: int, *, is_reliable: bool, limits: Limits | None = None) -> None:
        self._chance = Random(seed)
        self._is_reliable = is_reliable
        self.brief = self._some_brief(limits)
        self.conversation = Conversation(self.brief, traits=TRAITS)
        self.now_s = 0.0
        self.commands: list[tuple[float, Command]] = []
        self._due: list[tuple[float, CallEvent]] = []
        self.noted: list[type[CallEvent]] = []
        self._n_reports = 0
        self.happens(StreamOpened())

    def goes_on(self, n_steps: int = 40) -> Walk:
        self.passes(self._chance.choice([0.0, 3.0, 8.0]))  # at once, in the disclosure, after the first question
        for _ in range(n_steps):
            self._step()
            self.passes(self._chance.choice([0.0, 0.1, 0.6, 2.0, 5.0]))
        return self

    def passes(self, seconds: float) -> Walk:
        until_s = self.now_s + seconds
        for _ in range(2000):
            deadline_s = self.conversation.next_deadline()
            event_s = min((at_s for at_s, _ in self._due), default=until_s)
            next_s = min(event_s, until_s if deadline_s is None else deadline_s)
            if next_s >= until_s:
                self.now_s = until_s
                return self
            self.now_s = max(self.now_s, next_s)
            self._due.sort(key=lambda due: due[0])
            if self._due and self._due[0][0] <= self.now_s:
                self.happens(self._due.pop(0)[1])
            else:
                self._take(self.conversation.on_time(self.now_s))
        raise AssertionError("a deadline that does not move")

    def happens(self, event: CallEvent) -> None:
        self._take(self.conversation.handle(event, self.now_s))

    def ends(self) -> Walk:
        self.happens(self._chance.choice(ENDS))
        return self.passes(30)

    def done(self, kind: type[Command]) -> list[Any]:
        return [command for _, command in self.commands if isinstance(command, kind)]

    @property
    def outcome(self) -> Outcome:
        (finish,) = self.done(Finish)
        outcome: Outcome = finish.report.outcome
        return outcome

    # -- the callee and the notes --

    def _step(self) -> None:
        steps = [self._speaks, self._makes_sense, self._reports_wildly, self._note]
        self._chance.choices(steps, weights=[2, 6, 1, 1])[0]()

    def _speaks(self) -> None:
        at_s = self.now_s
        self.happens(SpeechStarted(at_s))
        self.passes(self._chance.choice([0.2, 0.8, 2.0]))
        if self._chance.random() < 0.9:
            self.happens(SpeechEnded(self.now_s))
        if self._chance.random() < 0.7:
            self.happens(
                CalleeSaid(
                    self._chance.choice(["mm-hmm", "yes", "well you know", "", "yes", "fifty", "no", "where did you get my number"]),
                    at_s,
                    self.now_s,
                    0.8,
                )
            )

    def _makes_sense(self) -> None:
        self._speaks()
        question_id = self._chance.choice(list(ANSWERS))
        value = self._chance.choice([ANSWERS[question_id]] * 3 + [False, 15])
        sensible: list[tuple[Tool, dict[str, object]]] = [
            (Tool.RECORD_ANSWER, {"question_id": question_id, "value": value, "confidence": self._chance.choice([0.1, 0.9])}),
            (Tool.CONFIRM, {"is_yes": self._chance.random() < 0.7}),
            (Tool.NOT_UNDERSTOOD, {"quote": "well"}),
            (Tool.EXPLAIN, {"topic": "robot"}),
            (Tool.OPT_OUT, {"is_doubtful": True, "quote": "stop"}),
            (Tool.END_CALL, {"reason": "not_interested"}),
            (Tool.SCHEDULE_CALLBACK, {"quote": self._chance.choice(["call me later", "tomorrow at four", "at eleven at night"])}),
        ]
        self._report(*self._chance.choices(sensible, weights=[12, 4, 2, 1, 0.3, 0.2, 0.5])[0])

    def _reports_wildly(self) -> None:
        tools = [tool for tool in Tool if tool is not Tool.OPT_OUT]
        keys = [key for key in VALUES if self._chance.random() < 0.8]
        self._report(self._chance.choice(tools), {key: self._chance.choice(VALUES[key]) for key in keys})

    def _report(self, tool: Tool, arguments: dict[str, object]) -> None:
        self._n_reports += self._chance.choice([1, 1, 1, 0])
        self.happens(ToolCall(f"tool-{self._n_reports}", tool, arguments))

    def _note(self) -> None:
        notes: list[CallEvent] = [RepAccepted("Rehema"), RepAccepted("Rehema"), RepReady(), NoRep(), DeskFailed("turn")]
        notes.append(LineEnded(99, 0, is_complete=True))
        notes.append(Whisper("w", "Delivery is free this month.", "Rehema"))
        if not self._is_reliable:
            notes += [EndPolitely(), TakeOver("Rehema"), DeskFailed("answer"), OptOutSaved(), Progress("seats", 90, is_hot=True), LineBegan(2)]
        note = self._chance.choice(notes)
        self.noted.append(type(note))
        self.happens(note)

    # -- the voice and the desk --

    def _take(self, commands: list[Command]) -> None:
        for command in commands:
            self.commands.append((self.now_s, command))
            match command:
                case Speak():
                    self._speak(command)
                case StopSpeaking():
                    self._stop(command)
                case SaveAnswer():
                    self._save(Progress(command.answer.question_id, 50, self._is_hot()))
                case SaveOptOut():
                    self._save(OptOutSaved())

    def _is_hot(self) -> bool:
        return any(save.answer.question_id == "seats" for save in self.done(SaveAnswer))

    def _fails(self, share: float) -> bool:
        return not self._is_reliable and self._chance.random() < share

    def _speak(self, command: Speak) -> None:
        line_id, heard_ms = command.line.line_id, 50 * len(command.line.text)
        if self._fails(0.03):
            return
        self._due.append((self.now_s + 0.1, LineBegan(line_id)))
        if self._fails(0.03):
            return
        is_cut = self._fails(0.1)
        ended_s = self.now_s + 0.1 + heard_ms / (2000 if is_cut else 1000)
        self._due.append((ended_s, LineEnded(line_id, heard_ms // 2 if is_cut else heard_ms, is_complete=not is_cut)))

    def _stop(self, command: StopSpeaking) -> None:
        self._due = [due for due in self._due if not isinstance(due[1], LineBegan | LineEnded)]
        if not self._fails(0.1):
            self._due.append((self.now_s, LineEnded(command.line_id, 300, is_complete=False)))

    def _save(self, saved: Progress | OptOutSaved) -> None:
        if self._fails(0.1):
            return
        self._due.append((self.now_s + self._chance.choice([0.0, 0.02, 0.5]), DeskFailed("answer") if self._fails(0.1) else saved))

    def _some_brief(self, limits: Limits | None) -> CallBrief:
        some_limits = [Limits(), Limits(), Limits(max_call_s=25), Limits(no_input_s=1, max_no_inputs=0, max_reasks=0), Limits(handoff_wait_s=2)]
        return brief(
            line=LineTraits(strategy=self._chance.choice(list(HandoffStrategy)), layout=self._chance.choice(list(ChannelLayout))),
            limits=limits or self._chance.choice(some_limits),
            answers=self._chance.choice([{}, {}, {"good_time": True}, {"good_time": False, "decider": True}]),
            is_survey=self._chance.random() < 0.3,
            clock=self._chance.choice([None, MORNING, MORNING]),
        )


@settings(max_examples=150, deadline=None)
@given(seed=SEEDS, is_reliable=st.booleans(), n_steps=st.integers(0, 30))
def test_after_an_end_there_is_exactly_one_report_and_nothing_behind_it(seed, is_reliable, n_steps):
    walk = Walk(seed, is_reliable=is_reliable).goes_on(n_steps).ends()
    assert len(walk.done(Finish)) == 1
    assert isinstance(walk.commands[-1][1], Finish)
    assert walk.conversation.is_over
    assert walk.conversation.next_deadline() is None
    assert len(walk.done(HangUp)) <= 1


@settings(max_examples=100, deadline=None)
@given(seed=SEEDS, is_reliable=st.booleans())
def test_no_call_lasts_longer_than_its_limit_allows(seed, is_reliable):
    walk = Walk(seed, is_reliable=is_reliable, limits=Limits(max_call_s=40)).goes_on().passes(100)
    (finished_s,) = [at_s for at_s, command in walk.commands if isinstance(command, Finish)]
    assert finished_s <= 40 + 10 + 1e-6


@settings(max_examples=100, deadline=None)
@given(seed=SEEDS, is_reliable=st.booleans(), n_steps=st.integers(0, 20))
def test_a_certain_opt_out_is_saved_and_reported_whatever_else_happens(seed, is_reliable, n_steps):
    walk = Walk(seed, is_reliable=is_reliable).goes_on(n_steps)
    if walk.conversation.is_over:
        return
    walk.happens(ToolCall("the opt-out", Tool.OPT_OUT, {"quote": "stop calling me"}))
    assert walk.done(SaveOptOut)
    walk.goes_on().passes(400)
    assert walk.outcome is Outcome.OPTED_OUT


@settings(max_examples=100, deadline=None)
@given(
    seed=SEEDS,
    is_reliable=st.booleans(),
    n_steps=st.integers(0, 20),
    text=st.sampled_from(["please stop calling me", "usinipigie tena", "ne m'appelez plus"]),
)
def test_a_clear_opt_out_in_words_is_saved_and_reported_whatever_else_happens(seed, is_reliable, n_steps, text):
    walk = Walk(seed, is_reliable=is_reliable).goes_on(n_steps)
    if walk.conversation.is_over:
        return
    walk.happens(CalleeSaid(text, walk.now_s - 0.5, walk.now_s, 0.8))
    assert walk.done(SaveOptOut)
    walk.goes_on().passes(400)
    assert walk.outcome is Outcome.OPTED_OUT


@settings(max_examples=100, deadline=None)
@given(seed=SEEDS, is_reliable=st.booleans())
def test_turns_are_numbered_and_figures_make_sense(seed, is_reliable):
    walk = Walk(seed, is_reliable=is_reliable).goes_on().passes(400)
    turns = [save.turn for save in walk.done(SaveTurn)]
    assert [turn.position for turn in turns] == list(range(len(turns)))
    assert all(0 <= turn.started_ms <= turn.ended_ms for turn in turns)
    assert len(walk.done(RequestHandoff)) <= 1


@settings(max_examples=100, deadline=None)
@given(seed=SEEDS, is_reliable=st.booleans())
def test_a_time_is_promised_only_to_who_wants_another_one_and_what_is_said_back_is_kept(seed, is_reliable):
    walk = Walk(seed, is_reliable=is_reliable).goes_on().passes(400)
    report: SessionReport = walk.done(Finish)[0].report
    if report.promised_for is not None:
        assert report.outcome is Outcome.CALLBACK_REQUESTED
        assert MORNING.opened_at < report.promised_for <= MORNING.at(walk.now_s) + timedelta(days=14)
    said_back = [speak for speak in walk.done(Speak) if speak.line.text.startswith("I will call you")]
    assert report.promised_for is not None or report.outcome is not Outcome.CALLBACK_REQUESTED or not said_back


@settings(max_examples=100, deadline=None)
@given(seed=SEEDS)
def test_it_hangs_up_only_after_its_farewell_was_heard(seed):
    walk = Walk(seed, is_reliable=True, limits=Limits(handoff_wait_s=2)).goes_on().passes(400)
    farewells = {
        Outcome.FINISHED: {LINES.cold_close, LINES.survey_close},
        Outcome.OPTED_OUT: {LINES.opted_out},
        Outcome.PROMISED: {LINES.promise},
        Outcome.CALLING_BACK: {LINES.call_right_back},
        Outcome.CALLBACK_REQUESTED: {LINES.call_back_later},
        Outcome.NOT_INTERESTED: {LINES.not_interested},
        Outcome.WRONG_NUMBER: {LINES.wrong_number},
        Outcome.NO_INPUT: {LINES.no_input_close},
        Outcome.TIME_UP: {LINES.time_is_up},
        Outcome.HANDED_OFF: {LINES.connecting},
    }
    if walk.outcome in farewells:
        bot_turns = [save.turn for save in walk.done(SaveTurn) if save.turn.heard_ms is not None]
        said = bot_turns[-1].heard_text.removeprefix(f"{LINES.robot} ")  # owed to who has asked, and said before the end
        promise = LINES.call_back_at.split("{when}")[0]
        is_promise = walk.outcome is Outcome.CALLBACK_REQUESTED and said.startswith(promise)
        assert is_promise or said in farewells[walk.outcome]
        ending = CloseStream if walk.outcome is Outcome.HANDED_OFF else HangUp
        assert [type(command) for _, command in walk.commands if isinstance(command, CloseStream | HangUp)] == [ending]


@settings(max_examples=100, deadline=None)
@given(seed=SEEDS, is_reliable=st.booleans())
def test_a_rep_is_let_in_at_most_once_and_before_any_hand_off(seed, is_reliable):
    walk = Walk(seed, is_reliable=is_reliable, limits=Limits(handoff_wait_s=2)).goes_on().passes(400)
    kinds = [type(command) for _, command in walk.commands if isinstance(command, ReleaseToHandoff | CloseStream)]
    assert kinds.count(ReleaseToHandoff) <= 1
    if CloseStream in kinds and RepReady not in walk.noted:
        assert kinds == [ReleaseToHandoff, CloseStream]


@settings(max_examples=100, deadline=None)
@given(seed=SEEDS)
def test_only_one_line_is_under_way_at_a_time(seed):
    walk = Walk(seed, is_reliable=True).goes_on().passes(400)
    began: dict[int, float] = {}
    for at_s, command in walk.commands:
        if isinstance(command, Speak):
            began[command.line.line_id] = at_s
    assert list(began) == list(range(1, len(began) + 1))
    spans = [(save.turn.started_ms, save.turn.ended_ms) for save in walk.done(SaveTurn) if save.turn.heard_ms is not None]
    assert all(later >= earlier_end - 300 for (_, earlier_end), (later, _) in zip(spans, spans[1:], strict=False))


def test_the_walks_reach_all_parts_of_a_call():
    reached = Counter(Walk(seed, is_reliable=True).goes_on().passes(400).outcome for seed in range(400))
    assert {Outcome.FINISHED, Outcome.OPTED_OUT, Outcome.PROMISED, Outcome.HANDED_OFF, Outcome.CALLING_BACK, Outcome.NO_INPUT} <= set(reached)
