"""What the voices of one call have used so far, by session, model and unit, as their providers count it.

Pure. Providers send a figure with each message or turn; the sum of them is what is billed (a context that is read again is billed again).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from bridge.events import Usage, UsageUnit, VoiceOpened, VoiceUsage
from bridge.reports import SessionUse


@dataclass(slots=True)
class _Session:
    voice: str
    opened_s: float
    closed_s: float | None = None
    used: defaultdict[str, defaultdict[UsageUnit, float]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(float)))

    def total(self) -> Usage:
        used = {model: {unit: amount for unit, amount in amounts.items() if amount} for model, amounts in self.used.items()}
        return {model: amounts for model, amounts in used.items() if amounts}


class UsageAccount:
    """`voice` and `session` name what is told without a session's id: a voice that never changes. Seconds are on the caller's one clock."""

    def __init__(self, voice: str, session: str) -> None:
        self._voice = voice
        self._session = session
        self._sessions: dict[str, _Session] = {}

    def opened(self, opened: VoiceOpened, now_s: float) -> None:
        """The session before it, if any, is over: a call has one voice at a time."""
        for earlier in self._sessions.values():
            earlier.closed_s = now_s if earlier.closed_s is None else earlier.closed_s
        self._sessions[opened.session] = _Session(opened.voice, now_s)

    def add(self, usage: VoiceUsage) -> None:
        session = self._sessions.setdefault(usage.session or self._session, _Session(self._voice, 0.0))
        for unit, amount in usage.amounts.items():
            session.used[usage.model][unit] += amount

    def uses(self, now_s: float, *, is_discarded: bool = False) -> tuple[SessionUse, ...]:
        """Copies, in the order in which the sessions were opened; models and units that were not used are left out."""
        return tuple(
            SessionUse(
                key,
                session.voice,
                session.total(),
                max(0.0, (now_s if session.closed_s is None else session.closed_s) - session.opened_s),
                is_discarded,
            )
            for key, session in self._sessions.items()
        )
