"""Writes what was said on the calls of the volume, the scores, and the hand-offs to reps that followed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from bridge.brief import HandoffStrategy
from campaigns.models import Answer, Handoff, Rep, Reservation, ReviewAct, Score, Turn, WrapUp
from campaigns.scoring import ScoreResult, score
from campaigns.states import HandoffStatus, ReservationStatus
from sautiqual.volume.copying import Sheet
from sautiqual.volume.course import Attempt
from sautiqual.volume.interview import Given, Interview
from sautiqual.volume.listing import new_id
from sautiqual.volume.organisation import Running

HAND_OFFS = (
    (HandoffStatus.BRIDGED, 55), (HandoffStatus.KEPT, 12), (HandoffStatus.PROMISED, 8), (HandoffStatus.NO_ANSWER, 8),
    (HandoffStatus.DECLINED, 6), (HandoffStatus.LEAD_HUNG_UP, 6), (HandoffStatus.BRIDGE_FAILED, 3), (HandoffStatus.REP_VOICEMAIL, 2),
)  # fmt: skip
TALKED = frozenset({HandoffStatus.BRIDGED, HandoffStatus.KEPT})
PROMISED = frozenset({HandoffStatus.KEPT, HandoffStatus.PROMISED})
ASKED = {HandoffStatus.NO_ANSWER: ReservationStatus.TIMEOUT, HandoffStatus.DECLINED: ReservationStatus.REJECTED}
WRAP_UPS = (("won", 22), ("follow_up", 38), ("not_interested", 18), ("not_qualified", 16), ("wrong_person", 4), ("not_reached", 2))
HANDOFF_FIELDS = (
    "id", "call_id", "strategy", "status", "rep_id", "offered_at", "accepted_at", "bridged_at", "ended_at", "promised_for", "kept_at",
)  # fmt: skip
LATE_FOR = timedelta(days=2)
REVIEWED = 0.04
REVIEWER = "volume-manager"


class TalkSheets:
    def __init__(self, reps: Sequence[Rep], *, now: datetime, random: Random) -> None:
        self._reps, self._now, self._random = reps, now, random
        self.turns = Sheet(Turn, ("call_id", "position", "party", "text", "started_ms", "ended_ms", "heard_ms", "heard_text"))
        self.answers = Sheet(Answer, ("call_id", "question_id", "value", "quote", "started_ms", "ended_ms", "confidence", "is_confirmed", "saved_at"))
        self.scores = Sheet(Score, ("call_id", "points", "threshold", "is_hot", "reasons", "computed_at"))
        self.handoffs = Sheet(Handoff, HANDOFF_FIELDS)
        self.reservations = Sheet(Reservation, ("id", "handoff_id", "rep_id", "status", "offered_at", "answered_at", "ended_at"))
        self.reviews = Sheet(ReviewAct, ("id", "call_id", "kind", "question_id", "before", "after", "reason", "done_at"), done_by=REVIEWER)
        self.talks: list[tuple[UUID, str, bool, datetime]] = []  # reservation, what came of it, was it hot, when: written once those have rows

    @property
    def all(self) -> tuple[Sheet, ...]:
        return self.turns, self.answers, self.scores, self.handoffs, self.reservations, self.reviews

    def add(self, call_id: UUID, running: Running, attempt: Attempt, said: Interview, found: ScoreResult | None) -> None:
        at = attempt.at
        for position, turn in enumerate(said.turns, start=1):
            heard = (turn.ended_ms - turn.started_ms, turn.text) if turn.party.value == "bot" else (None, "")
            self.turns.add(call_id, position, turn.party.value, turn.text, turn.started_ms, turn.ended_ms, *heard)
        for given in said.answers:
            span = (given.started_ms, given.ended_ms, given.confidence, given.is_confirmed)
            self.answers.add(call_id, running.question_ids[given.key], given.value, given.quote, *span, at + timedelta(milliseconds=given.ended_ms))
        if found is None:
            return
        reasons = [{"question": reason.question_id, "points": reason.points, "why": reason.why} for reason in found.reasons]
        ended_at = at + timedelta(seconds=attempt.talk_s or 0)
        self.scores.add(call_id, found.points, found.threshold, found.is_hot, reasons, ended_at)
        if found.is_hot and attempt.outcome is not None and attempt.disposition is None:
            self._hand_over(call_id, ended_at)
        if self._random.random() < REVIEWED:
            self._review(call_id, running, said.answers, at)

    def _hand_over(self, call_id: UUID, at: datetime) -> None:
        random = self._random
        status = random.choices([status for status, _n in HAND_OFFS], [n for _status, n in HAND_OFFS])[0]
        promised_for = at + timedelta(hours=2 + random.random() * 40) if status in PROMISED else None
        if promised_for is not None:
            status = self._owed(promised_for)
        rep, handoff_id = random.choice(self._reps), new_id(random)
        taken_at = at + timedelta(seconds=5 + random.random() * 20) if status in TALKED else None
        ended_at = None if status is HandoffStatus.PROMISED else at + timedelta(minutes=1 + random.random() * 9)
        kept_at = promised_for if status is HandoffStatus.KEPT else None
        times = (at, taken_at, taken_at, ended_at, promised_for, kept_at)
        self.handoffs.add(handoff_id, call_id, HandoffStrategy.DIAL.value, status.value, rep.pk, *times)
        asked = ReservationStatus.COMPLETED if status in TALKED else ASKED.get(status, ReservationStatus.RESCINDED)
        reservation_id = new_id(random)
        self.reservations.add(reservation_id, handoff_id, rep.pk, asked.value, at, taken_at, ended_at)
        if status in TALKED and ended_at is not None:
            came_of_it = random.choices([word for word, _n in WRAP_UPS], [n for _word, n in WRAP_UPS])[0]
            self.talks.append((reservation_id, came_of_it, random.random() < 0.8, ended_at))

    def _owed(self, promised_for: datetime) -> HandoffStatus:
        """Kept when its time came; a few of the last days are late."""
        is_late = promised_for > self._now - LATE_FOR and self._random.random() < 0.2
        return HandoffStatus.PROMISED if promised_for > self._now or is_late else HandoffStatus.KEPT

    def _review(self, call_id: UUID, running: Running, answers: Sequence[Given], at: datetime) -> None:
        random, done_at = self._random, min(at + timedelta(days=random_days(self._random)), self._now)
        if random.random() < 0.8 or not answers:
            self.reviews.add(new_id(random), call_id, ReviewAct.Kind.ACCEPTED.value, None, None, None, "", done_at)
            return
        given = random.choice(answers)
        same = (running.question_ids[given.key], given.value, given.value)
        self.reviews.add(new_id(random), call_id, ReviewAct.Kind.ANSWER.value, *same, "heard it twice, it is right", done_at)


def random_days(random: Random) -> float:
    return 0.1 + random.random() * 4


def scored(running: Running, said: Interview) -> ScoreResult | None:
    """None: nothing was answered, or the script gives no points."""
    if running.is_survey or not said.answers:
        return None
    return score(running.rubrics, {given.key: given.value for given in said.answers}, threshold=running.campaign.script.hot_threshold)


def wrap_up_sheet() -> Sheet:
    return Sheet(WrapUp, ("reservation_id", "disposition", "was_hot", "saved_at"))
