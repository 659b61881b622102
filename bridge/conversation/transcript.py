"""What was said and heard on a call, and the figures of its report: turns in order, latencies, the disclosure. Pure."""

from __future__ import annotations

from datetime import datetime

from bridge.events import CalleeSaid, Outcome, Party
from bridge.reports import SessionReport, TurnReport


class Transcript:
    def __init__(self) -> None:
        self.is_disclosure_heard = False
        self.disclosure_sha256 = ""
        self.disclosure_heard_ms: int | None = None  # the last time it was said
        self._n_turns = 0
        self._opened_s = 0.0
        self._first_audio_ms: int | None = None
        self._turn_latency_ms: list[int] = []

    def opened(self, now_s: float) -> None:
        self._opened_s = now_s

    def bot_began(self, now_s: float, *, replies_to_s: float | None) -> None:
        """`replies_to_s`: when the callee's speech ended that this line answers."""
        if self._first_audio_ms is None:
            self._first_audio_ms = max(0, round((now_s - self._opened_s) * 1000))
        if replies_to_s is not None:
            self._turn_latency_ms.append(max(0, round((now_s - replies_to_s) * 1000)))

    def bot_turn(self, text: str, *, began_s: float, heard_ms: int, heard_text: str | None) -> TurnReport:
        started_ms = _ms(began_s)
        return self._turn(Party.BOT, text, started_ms, started_ms + heard_ms, heard_ms, heard_text)

    def callee_turn(self, said: CalleeSaid) -> TurnReport:
        started_ms = _ms(said.started_s)
        return self._turn(Party.CALLEE, said.text, started_ms, max(started_ms, _ms(said.ended_s)))

    def report(self, outcome: Outcome, promised_for: datetime | None) -> SessionReport:
        return SessionReport(
            outcome,
            self._first_audio_ms,
            tuple(self._turn_latency_ms),
            self.is_disclosure_heard,
            promised_for,
            disclosure_sha256=self.disclosure_sha256 if self.disclosure_heard_ms is not None else "",
            disclosure_heard_ms=self.disclosure_heard_ms,
        )

    def _turn(
        self, party: Party, text: str, started_ms: int, ended_ms: int, heard_ms: int | None = None, heard_text: str | None = None
    ) -> TurnReport:
        position = self._n_turns
        self._n_turns += 1
        return TurnReport(position, party, text, started_ms, ended_ms, heard_ms, heard_text)


def _ms(at_s: float) -> int:
    return max(0, round(at_s * 1000))
