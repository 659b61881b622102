"""What was said and heard on a call, and the figures of its report: turns in order, latencies, the disclosure. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bridge.events import CalleeSaid, Outcome, Party
from bridge.heard import Account
from bridge.reports import Proof, SessionReport, TurnReport


class Transcript:
    def __init__(self) -> None:
        self.disclosure_proof: Proof | None = None  # None: not heard to its end, or nobody knows in which words
        self._is_disclosed = False
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

    def bot_turn(self, account: Account, *, began_s: float, heard_ms: int) -> TurnReport:
        started_ms = _ms(began_s)
        turn = self._turn(Party.BOT, account.text, started_ms, started_ms + heard_ms)
        return replace(turn, heard_ms=heard_ms, heard_text=account.heard_text, intended=account.intended)

    @staticmethod
    def retold(turn: TurnReport, account: Account) -> TurnReport:
        """The same turn, now that more is known of its words."""
        return replace(turn, text=account.text, heard_text=account.heard_text, intended=account.intended)

    def disclosed(self, proof: Proof | None) -> None:
        """It was heard to its end."""
        self.disclosure_proof, self._is_disclosed = proof, True

    def disclosed_with(self, proof: Proof | None) -> None:
        """Words of it came late; they count for what was heard, not for what no longer counts."""
        if self._is_disclosed:
            self.disclosure_proof = proof

    def somebody_new(self) -> None:
        """Whatever was said so far, they have not heard it."""
        self.disclosure_proof, self._is_disclosed = None, False

    def callee_turn(self, said: CalleeSaid) -> TurnReport:
        started_ms = _ms(said.started_s)
        return self._turn(Party.CALLEE, said.text, started_ms, max(started_ms, _ms(said.ended_s)))

    def report(self, outcome: Outcome, promised_for: datetime | None) -> SessionReport:
        proof = self.disclosure_proof
        latency_ms = tuple(self._turn_latency_ms)
        return SessionReport(outcome, self._first_audio_ms, latency_ms, proof is not None, promised_for, disclosure_proof=proof)

    def _turn(self, party: Party, text: str, started_ms: int, ended_ms: int) -> TurnReport:
        position = self._n_turns
        self._n_turns += 1
        return TurnReport(position, party, text, started_ms, ended_ms)


def _ms(at_s: float) -> int:
    return max(0, round(at_s * 1000))
