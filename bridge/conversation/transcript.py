"""What was said and heard on a call, and what its report says of that: turns in order, the disclosure. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bridge.events import CalleeSaid, Outcome, Party
from bridge.heard import Account
from bridge.reports import Proof, SessionReport, TurnReport


class Transcript:
    def __init__(self) -> None:
        self.disclosure_proof: Proof | None = None  # None: not heard to its end, or nobody knows in which words
        self.is_disclosed = False  # the disclosure was heard to its end
        self.disclosure_sha256 = ""
        self.disclosure_heard_ms: int | None = None  # the last time it was said
        self.refused_recording = ""  # the callee's words
        self._n_turns = 0

    def bot_turn(self, account: Account, *, began_s: float, heard_ms: int, said_for: str) -> TurnReport:
        started_ms = _ms(began_s)
        turn = self._turn(Party.BOT, account.text, started_ms, started_ms + heard_ms)
        return replace(turn, heard_ms=heard_ms, heard_text=account.heard_text, intended=account.intended, said_for=said_for)

    @staticmethod
    def retold(turn: TurnReport, account: Account) -> TurnReport:
        """The same turn, now that more is known of its words."""
        return replace(turn, text=account.text, heard_text=account.heard_text, intended=account.intended)

    def disclosed(self, proof: Proof | None) -> None:
        """It was heard to its end."""
        self.disclosure_proof, self.is_disclosed = proof, True

    def disclosed_with(self, proof: Proof | None) -> None:
        """Words of it came late; they count for what was heard, not for what no longer counts."""
        if self.is_disclosed:
            self.disclosure_proof = proof

    def somebody_new(self) -> None:
        """Whatever was said so far, they have not heard it."""
        self.disclosure_proof, self.disclosure_heard_ms, self.is_disclosed = None, None, False

    def callee_turn(self, said: CalleeSaid) -> TurnReport:
        started_ms = _ms(said.started_s)
        return self._turn(Party.CALLEE, said.text, started_ms, max(started_ms, _ms(said.ended_s)))

    def report(self, outcome: Outcome, promised_for: datetime | None) -> SessionReport:
        return SessionReport(
            outcome,
            is_disclosure_heard=self.disclosure_proof is not None,
            disclosure_proof=self.disclosure_proof,
            disclosure_sha256=self.disclosure_sha256 if self.disclosure_heard_ms is not None else "",
            disclosure_heard_ms=self.disclosure_heard_ms,
            promised_for=promised_for,
            refused_recording=self.refused_recording,
        )

    def _turn(self, party: Party, text: str, started_ms: int, ended_ms: int) -> TurnReport:
        position = self._n_turns
        self._n_turns += 1
        return TurnReport(position, party, text, started_ms, ended_ms)


def _ms(at_s: float) -> int:
    return max(0, round(at_s * 1000))
