"""Writes the calls of the volume, the decision before each, its money and its entries in the flight record."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from django.db.models import Max
from django.utils import timezone

from campaigns.judge.record import EntryKind
from campaigns.models import Call, DialDecision, FlightEntry, VoiceSession
from campaigns.states import CallStatus, Disposition
from leads.compliance import Reason
from leads.market_packs import market_packs
from sautiqual.volume.copying import Sheet
from sautiqual.volume.course import Attempt
from sautiqual.volume.listing import new_id
from sautiqual.volume.organisation import Running, Staff
from sautiqual.volume.people import Person

CALL_FIELDS = (
    "id", "campaign_id", "lead_id", "line_id", "script_id", "server_id", "attempt_number", "status", "disposition", "session_outcome",
    "hangup_cause", "failure", "due_at", "claimed_at", "dialled_at", "answered_at", "stream_opened_at", "session_ended_at", "ended_at", "talk_s",
    "reserved_minor", "cost_minor", "voice_cost_minor", "money_on", "settled_at", "voice_settled_at", "language", "provider_call_id",
    "first_word_ms", "voice_to_voice_ms", "longest_silence_ms", "is_disclosure_heard", "created_at", "promise_due_at",
)  # fmt: skip
FLIGHT_FIELDS = ("kind", "at", "recorded_at", "campaign_id", "call_id", "line_id", "lead_id", "number", "money_minor", "money_on", "details")
RING_S, A_MINUTE_MINOR, SET_UP_MINOR, VOICE_MINUTE_MINOR = 18, 350, 20, 640
BLOCKED_BY = (
    (Reason.CONSENT_WITHDRAWN, "The person has taken their consent back."),
    (Reason.CONSENT_MISSING, "There is no record that this person agreed."),
    (Reason.DO_NOT_CALL, "The number is on the do-not-call list."),
)
WORST_CASE_MINOR = 4_000


class CallSheets:
    def __init__(self, staff: Staff, *, now: datetime, random: Random) -> None:
        self._staff, self._now, self._random = staff, now, random
        self._decision_id = DialDecision.objects.aggregate(last=Max("pk"))["last"] or 0  # of the one that was written last
        self._versions = {market: pack.version for market, pack in market_packs().items()}
        self.calls = Sheet(Call, CALL_FIELDS, voice="embedded", not_recorded="campaign")
        self.decisions = Sheet(DialDecision, ("id", "call_id", "decided_at", "is_allowed", "reasons", "facts", "pack_version"))
        self.flight = Sheet(FlightEntry, FLIGHT_FIELDS)
        self.voices = Sheet(VoiceSession, ("call_id", "key", "open_s", "used_on", "usage", "created_at"), voice="embedded", cost_usd=0)
        self.opted_out: list[tuple[str, UUID, datetime]] = []  # number, lead, when

    @property
    def all(self) -> tuple[Sheet, ...]:
        return self.calls, self.decisions, self.voices, self.flight

    def add(self, lead_id: UUID, person: Person, digest: str, running: Running, attempt: Attempt, disposition: Disposition | None) -> UUID:
        call_id = new_id(self._random)
        if attempt.status is CallStatus.QUEUED:
            self._add_queued(call_id, lead_id, running, attempt)
            return call_id
        row = self._row(call_id, lead_id, person, running, attempt, disposition)
        self.calls.add(*(row[name] for name in CALL_FIELDS))
        decision_id = self._decide(call_id, person, attempt)
        if attempt.talk_s is not None:
            self.voices.add(call_id, call_id.hex, float(attempt.talk_s), row["money_on"], {"embedded": {}}, row["ended_at"])
        self._record(row, digest, attempt, decision_id)
        if disposition is Disposition.OPTED_OUT:
            self.opted_out.append((person.phone, lead_id, attempt.at))
        return call_id

    def add_live(self, lead_id: UUID, person: Person, running: Running, status: CallStatus) -> None:
        """A call that goes on: its session ended with the server, so that nobody waits for it but the janitor."""
        attempt = Attempt(1, self._now - timedelta(seconds=30), status)
        row = self._row(new_id(self._random), lead_id, person, running, attempt, None)
        row |= {"ended_at": None, "settled_at": None, "reserved_minor": WORST_CASE_MINOR, "cost_minor": None}
        self.calls.add(*(row[name] for name in CALL_FIELDS))

    def _add_queued(self, call_id: UUID, lead_id: UUID, running: Running, attempt: Attempt) -> None:
        empty: dict[str, Any] = dict.fromkeys(CALL_FIELDS)
        empty |= {"session_outcome": "", "hangup_cause": "", "failure": "", "reserved_minor": 0, "language": "", "provider_call_id": ""}
        empty |= {"id": call_id, "campaign_id": running.campaign.pk, "lead_id": lead_id, "attempt_number": attempt.number, "due_at": attempt.at}
        empty |= {"status": attempt.status.value, "created_at": min(attempt.at, self._now) - timedelta(hours=1), "voice_to_voice_ms": []}
        self.calls.add(*(empty[name] for name in CALL_FIELDS))

    def _row(
        self, call_id: UUID, lead_id: UUID, person: Person, running: Running, attempt: Attempt, disposition: Disposition | None
    ) -> dict[str, Any]:
        failure = "The platform lost the media stream." if attempt.outcome is not None and attempt.outcome.value == "media_lost" else ""
        return {
            "id": call_id,
            "campaign_id": running.campaign.pk,
            "lead_id": lead_id,
            "line_id": running.campaign.line_id if attempt.is_dialled else None,
            "script_id": running.campaign.script_id if attempt.is_dialled else None,
            "server_id": self._staff.server.pk if attempt.is_dialled else None,
            "attempt_number": attempt.number,
            "status": attempt.status.value,
            "disposition": disposition.value if disposition else None,
            "session_outcome": attempt.outcome.value if attempt.outcome else "",
            "hangup_cause": attempt.cause,
            "failure": failure,
            "provider_call_id": f"vol-{call_id.hex[:16]}" if attempt.is_dialled else "",
            **_times(attempt),
            **_money(attempt),
            **self._heard(attempt, person),
            "created_at": attempt.at - timedelta(hours=1 + self._random.random() * 20),
            "promise_due_at": None,
        }

    def _heard(self, attempt: Attempt, person: Person) -> dict[str, Any]:
        """What was measured while they talked: nothing of a call that nobody answered, little of one that a machine did."""
        random, is_answered = self._random, attempt.talk_s is not None
        is_person = is_answered and attempt.cause == "NORMAL_CLEARING" and (attempt.talk_s or 0) > 8
        return {
            "talk_s": attempt.talk_s,
            "language": person.language[:2] if is_answered else "",
            "first_word_ms": 500 + int(random.random() * 900) if is_answered else None,
            "voice_to_voice_ms": [700 + int(random.random() * 900) for _ in range(3)] if is_person else [],
            "longest_silence_ms": 900 + int(random.random() * 2500) if is_person else None,
            "is_disclosure_heard": True if is_person else None,
        }

    def _decide(self, call_id: UUID, person: Person, attempt: Attempt) -> int:
        """Its id, by which the flight record knows it."""
        is_allowed = attempt.status is not CallStatus.BLOCKED
        reason, sentence = BLOCKED_BY[attempt.at.minute % len(BLOCKED_BY)]
        reasons: list[dict[str, Any]] = [] if is_allowed else [{"reason": reason.value, "sentence": sentence, "inputs": {}}]
        facts = {"market": person.market.code, "time_zone": person.market.zone, "local_time": f"{attempt.at:%H:%M}", "n_attempts": attempt.number - 1}
        self._decision_id += 1
        self.decisions.add(self._decision_id, call_id, attempt.at, is_allowed, reasons, facts, self._versions.get(person.market.code, ""))
        return self._decision_id

    def _record(self, row: dict[str, Any], digest: str, attempt: Attempt, decision_id: int) -> None:
        for kind, at, money_minor, details in self._entries(row, attempt, decision_id):
            number = digest if kind in {EntryKind.DISPATCH, EntryKind.ENDED} else ""
            money_on = row["money_on"] if money_minor else None
            place = (row["campaign_id"], row["id"], row["line_id"], row["lead_id"])
            self.flight.add(kind.value, at, at, *place, number, money_minor, money_on, details)

    def _entries(self, row: dict[str, Any], attempt: Attempt, decision_id: int) -> Iterator[tuple[EntryKind, datetime, int, dict[str, Any]]]:
        is_allowed = attempt.status is not CallStatus.BLOCKED
        decided = {"decision_id": decision_id, "is_allowed": is_allowed, "rules": "", "due_at": row["due_at"].isoformat()}
        yield EntryKind.DECISION, row["due_at"], 0, decided
        if attempt.is_dialled:
            told = {"decision_id": decision_id, "attempt": attempt.number, "occasion": "campaign", "per_second": 1.0, "priority": 0}
            yield EntryKind.DISPATCH, row["dialled_at"], WORST_CASE_MINOR, told
            yield EntryKind.PLACED, row["dialled_at"], 0, {"provider_call_id": row["provider_call_id"]}
        if row["answered_at"]:
            yield EntryKind.ANSWERED, row["answered_at"], 0, {}
            yield EntryKind.FINISHED, row["ended_at"], 0, {"outcome": row["session_outcome"], "disposition": row["disposition"]}
        yield EntryKind.ENDED, row["ended_at"], 0, {"status": row["status"], "hangup_cause": row["hangup_cause"]}
        if attempt.is_dialled:
            yield EntryKind.MONEY, row["ended_at"], row["cost_minor"] - WORST_CASE_MINOR, {"cost_minor": row["cost_minor"]}


def with_disposition(attempt: Attempt, running: Running, *, is_hot: bool) -> Attempt:
    return replace(attempt, disposition=running.disposition(is_hot=is_hot)) if attempt.is_finished else attempt


def _times(attempt: Attempt) -> dict[str, datetime | None]:
    dialled_at = attempt.at + timedelta(seconds=2) if attempt.is_dialled else None
    answered_at = attempt.at + timedelta(seconds=RING_S) if attempt.talk_s is not None else None
    ended_at = _ended_at(attempt)
    return {
        "due_at": attempt.at,
        "claimed_at": dialled_at,
        "dialled_at": dialled_at,
        "answered_at": answered_at,
        "stream_opened_at": answered_at,
        "session_ended_at": ended_at if answered_at else None,
        "ended_at": ended_at,
    }


def _money(attempt: Attempt) -> dict[str, Any]:
    """Settled when it ended; the voice costs nothing."""
    is_answered, ended_at = attempt.talk_s is not None, _ended_at(attempt)
    return {
        "reserved_minor": 0,
        "cost_minor": _cost(attempt) if attempt.is_dialled else None,
        "voice_cost_minor": 0 if is_answered else None,
        "money_on": _day(attempt.at) if attempt.is_dialled else None,
        "settled_at": ended_at if attempt.is_dialled else None,
        "voice_settled_at": ended_at if is_answered else None,
    }


def _ended_at(attempt: Attempt) -> datetime:
    return attempt.at + timedelta(seconds=RING_S + (attempt.talk_s or 0))


def _cost(attempt: Attempt) -> int:
    return 0 if attempt.talk_s is None else SET_UP_MINOR + -(-attempt.talk_s * A_MINUTE_MINOR // 60)


def _day(at: datetime) -> date:
    return timezone.localdate(at)
