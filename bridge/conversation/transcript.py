"""What was said and heard on a call, and what its report says of that: turns in order, the disclosure. Pure."""

from __future__ import annotations

from datetime import datetime

from bridge.events import CalleeSaid, Outcome, Party
from bridge.reports import SessionReport, TurnReport


class Transcript:
    def __init__(self) -> None:
        self.is_disclosure_heard = False
        self.refused_recording = ""  # the callee's words
        self._n_turns = 0

    def bot_turn(self, text: str, *, began_s: float, heard_ms: int, heard_text: str | None) -> TurnReport:
        started_ms = _ms(began_s)
        return self._turn(Party.BOT, text, started_ms, started_ms + heard_ms, heard_ms, heard_text)

    def callee_turn(self, said: CalleeSaid) -> TurnReport:
        started_ms = _ms(said.started_s)
        return self._turn(Party.CALLEE, said.text, started_ms, max(started_ms, _ms(said.ended_s)))

    def report(self, outcome: Outcome, promised_for: datetime | None) -> SessionReport:
        return SessionReport(
            outcome, is_disclosure_heard=self.is_disclosure_heard, promised_for=promised_for, refused_recording=self.refused_recording
        )

    def _turn(
        self, party: Party, text: str, started_ms: int, ended_ms: int, heard_ms: int | None = None, heard_text: str | None = None
    ) -> TurnReport:
        position = self._n_turns
        self._n_turns += 1
        return TurnReport(position, party, text, started_ms, ended_ms, heard_ms, heard_text)


def _ms(at_s: float) -> int:
    return max(0, round(at_s * 1000))
