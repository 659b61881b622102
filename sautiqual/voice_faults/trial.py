"""One call with one fault, from the open socket to the report, with the real session, the real adapter and its faked provider."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from bridge.brief import CallBrief, Lines, LineTraits, QuestionBrief, QuestionKind
from bridge.events import (
    Expectation,
    Progress,
    Tool,
)
from bridge.notes import Note
from bridge.ports import VoiceModel
from bridge.reports import AnswerReport, SessionReport, SessionUse, TurnReport
from bridge.session import CallSession, SessionParts
from bridge.slots import SlotBooked, SlotsFound
from bridge.voice.clips import Clips
from bridge.voice.order import Candidate
from bridge.voice.scripted import Reply, ScriptedVoice
from bridge.voice.steady import SteadyVoice
from sautiqual.voice_faults.callee import Callee
from sautiqual.voice_faults.table import Break

LIMIT_S = 120.0
DEAD_AIR_S = 4.0


def _question(name: str) -> QuestionBrief:
    return QuestionBrief(name, QuestionKind.NUMBER, f"How many {name} do you need?", f"How many {name}, as a number?", unit=name)


QUESTIONS = (_question("seats"), _question("desks"))


class Obliging(ScriptedVoice):
    """Every utterance answers the question that is open, also in a session that begins in the middle of the call."""

    _question: QuestionBrief | None = None

    def expect(self, expectation: Expectation) -> None:
        self._question = expectation.question

    def next_reply(self) -> Reply:
        if self._question is None:
            return Reply("forty", [(Tool.NOT_UNDERSTOOD, {})])
        return Reply("forty", [(Tool.RECORD_ANSWER, {"question_id": self._question.question_id, "value": 40, "confidence": 0.9})])


def mind() -> ScriptedVoice:
    return Obliging()


def a_brief(voice: str, fault: str) -> CallBrief:
    # In words of its own, because a voice may keep sentences that were spoken before.
    lines = Lines(**{field.name: f"{fault}: this is what is said for {field.name.replace('_', ' ')}." for field in fields(Lines)})
    return CallBrief(f"{voice}: {fault}", voice, "en", "Zawadi", "Acme", QUESTIONS, lines, line=LineTraits(is_simulated=True), is_recorded=False)


@dataclass(frozen=True, slots=True)
class Result:
    """What the callee met. `steps` are the watchdog's, `silence_s` the longest in which nobody spoke."""

    fault: str
    spare: bool  # another voice stood behind this one
    outcome: str
    n_answers: int
    silence_s: float
    steps: tuple[str, ...]

    @property
    def is_survived(self) -> bool:
        """Ended in words, in time: by the interview with all its answers, or by an apology when no voice was left."""
        is_whole = self.outcome == "finished" and self.n_answers == len(QUESTIONS)
        return (is_whole or (not self.spare and self.outcome == "voice_failed")) and self.silence_s < DEAD_AIR_S


class _Desk:
    """Everything is saved at once."""

    def __init__(self, brief: CallBrief) -> None:
        self._brief = brief
        self.n_answers = 0
        self.steps: list[str] = []
        self.outcome = "no report"

    async def open(self, token: str) -> CallBrief:
        return self._brief

    async def save_answer(self, call_id: str, answer: AnswerReport) -> Progress:
        self.n_answers += 1
        return Progress(answer.question_id, score=0, is_hot=False)

    async def save_opt_out(self, call_id: str, quote: str) -> None:
        """Nobody opts out here."""

    async def save_turn(self, call_id: str, turn: TurnReport) -> None:
        """What was said is not looked at."""

    async def refuse_recording(self, call_id: str, quote: str) -> None:
        """Nothing is recorded here."""

    async def announce(self, call_id: str, kind: str, text: str) -> None:
        if kind == "voice_trouble":
            self.steps.append(text)

    async def request_handoff(self, call_id: str) -> None:
        """Nobody is hot here."""

    async def find_slots(self, call_id: str, after: datetime | None) -> SlotsFound:
        """Nobody is hot here."""
        return SlotsFound((), is_soon=False)

    async def book_slot(self, call_id: str, at: datetime) -> SlotBooked | SlotsFound:
        return await self.find_slots(call_id, at)

    async def release_to_handoff(self, call_id: str) -> None:
        """Nobody is hot here."""

    async def save_usage(self, call_id: str, uses: Sequence[SessionUse], *, is_over: bool) -> None:
        """Nobody is billed here."""

    async def finish(self, call_id: str, report: SessionReport) -> None:
        self.outcome = report.outcome.value

    async def notes(self, call_id: str) -> AsyncIterator[Note]:
        await asyncio.Event().wait()
        yield  # type: ignore[misc]  # nobody tells this call anything


class _PhoneLine:
    async def hang_up(self, call_id: str) -> None:
        """The socket is closed right after it."""


async def play(brief: CallBrief, new: Callable[[], VoiceModel], told: Any, break_it: Break | None, clips: Clips, *, spare: bool) -> Result:
    """`told` are the faults of the fake that `new`'s voices talk with. They begin before the call does. Raises TimeoutError."""
    if break_it is not None:
        break_it(told)
    desk = _Desk(brief)
    async with asyncio.timeout(LIMIT_S), asyncio.TaskGroup() as voices:
        candidates = [_candidate(new), *([_candidate(mind)] if spare else [])]
        parts = SessionParts(desk=desk, open_voice=lambda _brief: _steady(candidates, voices, clips), line=_PhoneLine())
        callee = Callee(lambda pcm: session.read_binary(pcm))
        session = CallSession(brief, callee, parts)
        async with asyncio.TaskGroup() as tasks:
            listening = tasks.create_task(callee.listen())
            await session.run()
            listening.cancel()
    fault = brief.call_id.split(": ", 1)[1]
    return Result(fault, spare, desk.outcome, desk.n_answers, round(callee.longest_silence_s, 2), tuple(desk.steps))


def _candidate(new: Callable[[], VoiceModel]) -> Candidate:
    return Candidate(new().traits, new)


def _steady(candidates: Sequence[Candidate], tasks: asyncio.TaskGroup, clips: Clips) -> SteadyVoice:
    async def prepared(_brief: CallBrief) -> Clips:
        return clips

    return SteadyVoice(candidates, tasks, load_clips=prepared)
