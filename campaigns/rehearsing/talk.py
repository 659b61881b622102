"""What has been said, understood and scored so far in one talk of a rehearsal: taken in as it happens, told as JSON for page and row.

Pure.
"""

from __future__ import annotations

from typing import Any

from bridge.brief import AnswerValue
from bridge.events import Outcome, Party, Progress
from bridge.reports import AnswerReport, SessionReport, TurnReport
from campaigns.rehearsing.plot import Plot

SHOWN_LIVE = frozenset({"reask", "barge_in", "read_back", "explain", "voice_trouble"})


class Talk:
    def __init__(self, plot: Plot) -> None:
        self.plot = plot
        self.answers: dict[str, AnswerValue] = {}
        self.opt_out = ""  # their words; "": they asked for none
        self.report: SessionReport | None = None
        self.reasks: list[str] = []  # questions that were asked once more
        self._understood: dict[str, dict[str, Any]] = {}
        self._turns: dict[int, dict[str, Any]] = {}
        self._moves: list[dict[str, Any]] = []  # of the score, answer by answer
        self._saying = ""

    @property
    def bot_said(self) -> str:
        return " ".join(turn["text"] for turn in self._turns.values() if turn["party"] == Party.BOT)

    def announce(self, kind: str, text: str) -> None:
        if kind == "bot_says":
            self._saying = text
        if kind == "reask" and text in self.plot.questions:
            self.reasks.append(text)

    def turn(self, report: TurnReport) -> None:
        """Told again when more is known of its words."""
        heard = report.heard_text if report.heard_text is not None else report.text
        self._turns[report.position] = {"party": report.party.value, "text": report.text, "heard": heard, "at_ms": report.started_ms}
        if report.party is Party.BOT:
            self._saying = ""

    def answer(self, report: AnswerReport) -> Progress:
        """The newest answer to a question counts."""
        before = self.plot.score(self.answers).points
        self.answers[report.question_id] = report.value
        self._understood[report.question_id] = {
            "value": report.value,
            "quote": report.quote,
            "confidence": round(report.confidence, 2),
            "is_confirmed": report.is_confirmed,
        }
        result = self.plot.score(self.answers)
        why = next((reason.why for reason in result.reasons if reason.question_id == report.question_id), "")
        self._moves.append({"question": report.question_id, "from": before, "to": result.points, "why": why})
        return Progress(report.question_id, result.points, result.is_hot)

    def opted_out(self, quote: str) -> None:
        self.opt_out = quote or "…"

    def finish(self, report: SessionReport) -> None:
        self.report, self._saying = report, ""

    @property
    def outcome(self) -> Outcome | None:
        return self.report.outcome if self.report else None

    def as_json(self) -> dict[str, Any]:
        result = self.plot.score(self.answers)
        reasons = [
            {"question": reason.question_id, "points": reason.points, "why": reason.why, "knock_out": reason.is_knock_out}
            for reason in result.reasons
        ]
        return {
            "turns": [self._turns[position] for position in sorted(self._turns)],
            "saying": self._saying,
            "understood": self._understood,
            "reasks": self.reasks,
            "score": {"points": result.points, "threshold": result.threshold, "is_hot": self.plot.is_hot(self.answers), "reasons": reasons},
            "moves": self._moves,
            "opt_out": self.opt_out,
            "outcome": self.outcome.value if self.outcome else "",
            "is_disclosure_heard": bool(self.report and self.report.is_disclosure_heard),
        }
