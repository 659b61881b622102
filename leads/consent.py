"""Records consent and its withdrawal, always as new rows: the only writer of ConsentRecord.

What a record must hold to be worth its grade is decided here; whether it is good enough for a call is decided in compliance.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from leads.compliance import ConsentGrade, ConsentKind, LawfulBasis, Purpose
from leads.entry_refused import EntryRefused
from leads.insertion import insert_new
from leads.market_packs import market_packs
from leads.models import ConsentRecord, Lead
from leads.said import N_, sentence

_CLOCK_SKEW = timedelta(minutes=5)  # between an integrator's clock and ours
_LAWFUL_BASES = frozenset(LawfulBasis)
_canonical = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode


def record_consent(record: ConsentRecord, *, now: datetime, by: AbstractBaseUser | None = None) -> ConsentRecord:
    """Keep one new record; raises EntryRefused for its first fault. Set everything but pack version, hash and who entered it, which are set here."""
    _complete(record, now=now, by=by)
    record.save(force_insert=True)
    return record


def record_many(consents: Sequence[NewConsent], *, now: datetime, by: AbstractBaseUser | None = None) -> None:
    """Each as by `record_consent`, but all at once or none: the first fault is raised."""
    # Most people of a list share what they agreed to; it is judged once.
    for claim in {id(each.claim): each.claim for each in consents}.values():
        for fault in faults_of(claim, now=now):
            raise fault
    insert_new(ConsentRecord, [_values_of(each) | {"recorded_by_id": by.pk if by else None} for each in consents])


def _complete(record: ConsentRecord, *, now: datetime, by: AbstractBaseUser | None) -> None:
    for fault in faults_of(record, now=now):
        raise fault
    record.pack_version = _pack_version(record.lead.market)
    record.evidence_hash = hash_of(record)
    record.recorded_by_id = by.pk if by else None


def _values_of(consent: NewConsent) -> dict[str, Any]:
    held = held_of(consent.claim) | {"evidence": consent.evidence}
    return held | {
        "lead_id": consent.lead_id,
        "given_at": consent.claim.given_at,
        "expires_at": consent.claim.expires_at,
        "pack_version": _pack_version(consent.market),
        "evidence_hash": _hash(consent.phone, held),
    }


def _pack_version(market: str) -> str:
    pack = market_packs().get(market)
    return pack.version if pack else ""


@transaction.atomic
def withdraw_consent(
    lead: Lead,
    *,
    purpose: Purpose | None,
    channel: str,
    at: datetime,
    now: datetime,
    evidence: Mapping[str, Any] | None = None,
    by: AbstractBaseUser | None = None,
) -> list[ConsentRecord]:
    """Record that the lead took consent back, for one purpose or (None) for all, towards every organisation. Repeating it does no harm."""
    held = {"kind": ConsentKind.WITHDRAWN.value, "channel": channel, "given_at": at, "evidence": dict(evidence or {})}
    records = [ConsentRecord(lead=lead, purpose=each.value, **held) for each in ([purpose] if purpose else Purpose)]
    return [record_consent(record, now=now, by=by) for record in records]


class ConsentClaim(Protocol):
    """What somebody says about consent, as a record or on its way to become one."""

    @property
    def kind(self) -> str: ...
    @property
    def purpose(self) -> str: ...
    @property
    def covers_automated_voice(self) -> bool: ...
    @property
    def controller(self) -> str: ...
    @property
    def wording(self) -> str: ...
    @property
    def language(self) -> str: ...
    @property
    def wording_version(self) -> str: ...
    @property
    def lawful_basis(self) -> str: ...
    @property
    def channel(self) -> str: ...
    @property
    def evidence(self) -> Mapping[str, Any]: ...
    @property
    def grade(self) -> str: ...
    @property
    def source(self) -> str: ...
    @property
    def given_at(self) -> datetime: ...
    @property
    def expires_at(self) -> datetime | None: ...


@dataclass(frozen=True, slots=True)
class NewConsent:
    """What one lead agreed to, before it is a record. `evidence` is the claim's, and what the door adds to it."""

    lead_id: UUID
    phone: str  # E.164
    market: str
    claim: ConsentClaim
    evidence: Mapping[str, Any]


def faults_of(record: ConsentClaim, *, now: datetime) -> Iterator[EntryRefused]:
    """Everything that keeps this new record from being kept."""
    if record.given_at.utcoffset() is None:
        yield EntryRefused("given_at", N_("Name the time zone, for example 2026-11-24T10:00:00+03:00."))
    elif record.kind == ConsentKind.GIVEN and record.given_at > now + _CLOCK_SKEW:  # a withdrawal is kept whatever its date
        yield EntryRefused("given_at", N_("This lies in the future. Write when it happened."))
    if not record.channel.strip():
        yield EntryRefused("channel", N_("Say how it was given or withdrawn, for example web form, paper, recording or keypress."))
    if record.kind == ConsentKind.GIVEN:
        yield from _faults_of_given(record)


def _faults_of_given(record: ConsentClaim) -> Iterator[EntryRefused]:
    # UK ICO, March 2025: consent gathered in a text that did not name the caller is no consent to that caller.
    if not record.controller.strip():
        yield EntryRefused("controller", N_("Name the organisation that the text named."))
    if record.lawful_basis not in _LAWFUL_BASES:
        yield EntryRefused("lawful_basis", sentence("Write one of %(words)s.", words=", ".join(LawfulBasis)))
    if record.expires_at is not None and (record.expires_at.utcoffset() is None or record.expires_at <= record.given_at):
        yield EntryRefused("expires_at", N_("Consent must expire after it was given. Name the time zone, too."))
    if record.grade == ConsentGrade.ATTESTED:
        return
    if not record.wording.strip():
        yield EntryRefused("wording", N_("Evidence of this grade needs the exact words that were shown or said. Without them the grade is attested."))
    if not record.evidence:
        yield EntryRefused("evidence", N_("Say where the proof is: form URL and IP, scan id, or clip and offsets. Without it the grade is attested."))


def hash_of(record: ConsentRecord) -> str:
    """SHA-256 over what was agreed to and how, in one fixed JSON form, so that a copy kept elsewhere can be compared years later."""
    return _hash(record.lead.phone, held_of(record))


def _hash(phone: str, held: Mapping[str, Any]) -> str:
    return hashlib.sha256(_canonical({"phone": phone, **held}).encode()).hexdigest()


def held_of(record: ConsentClaim) -> dict[str, Any]:
    """What was agreed to and how, without whose it is, as JSON takes it."""
    return {
        "kind": str(record.kind),
        "purpose": str(record.purpose),
        "covers_automated_voice": record.covers_automated_voice,
        "controller": record.controller,
        "wording": record.wording,
        "language": record.language,
        "wording_version": record.wording_version,
        "lawful_basis": str(record.lawful_basis),
        "channel": record.channel,
        "evidence": record.evidence,
        "grade": str(record.grade),
        "source": record.source,
        "given_at": _in_utc(record.given_at),
        "expires_at": _in_utc(record.expires_at) if record.expires_at else None,
    }


def _in_utc(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat(timespec="microseconds")
