"""Enters leads from outside: the one place where a number's market and time zone are derived, once, when the lead is new.

Afterwards both stay as they are. A zone that somebody cleared stays unknown, and an unknown zone is never called.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import IntegrityError, transaction

from leads.compliance import Json
from leads.entry_refused import EntryRefused
from leads.models import Lead
from leads.phone import Phone, PhoneProblem, known_phone, likely_zone, to_e164
from leads.zones import MEND, zone_named


@dataclass(frozen=True, slots=True)
class LeadEntry:
    """One lead as it was sent. None means "not given": a new lead gets the derived or empty value, an old one keeps its own."""

    phone: str
    market: str | None = None  # also the country of a number written without its code
    time_zone: str | None = None  # "" is an answer, too: unknown, do not derive
    external_id: str | None = None
    name: str | None = None
    language: str | None = None
    source: str | None = None
    custom_fields: Mapping[str, Json] | None = None


def enter_lead(entry: LeadEntry) -> tuple[Lead, bool]:
    """The lead with this number, new or brought up to date, and whether it is new. Raises EntryRefused; nothing is saved then."""
    phone = entered_phone(entry.phone, region=(entry.market or "").upper())
    if entry.market and entry.market.upper() != phone.region:
        raise EntryRefused("market", f"The number belongs to {phone.region}. Leave the market out, or correct the number.")
    if entry.time_zone and zone_named(entry.time_zone) is None:
        raise EntryRefused("time_zone", MEND)
    known = _known_lead(phone.e164, entry.external_id)
    if known is not None:
        return _bring_up_to_date(known, entry), False
    try:
        with transaction.atomic():
            return _create(phone, entry), True
    except IntegrityError:
        # Somebody entered the same number or external id in this instant; what they saved is what we bring up to date.
        known = _known_lead(phone.e164, entry.external_id)
        if known is None:
            raise
        return _bring_up_to_date(known, entry), False


def entered_phone(text: str, *, region: str) -> Phone:
    """The number in what somebody typed; raises EntryRefused with the mend."""
    phone = to_e164(text, region=region)
    if isinstance(phone, PhoneProblem):
        raise EntryRefused("phone", phone.mend)
    return phone


def derive_place(lead: Lead) -> None:
    """Fill in a new lead's market, and its time zone if that is empty and the number leaves only one. Does not save."""
    phone = known_phone(lead.phone)
    lead.market = phone.region if phone else ""
    lead.time_zone = lead.time_zone or likely_zone(lead.phone)


def _known_lead(phone: str, external_id: str | None) -> Lead | None:
    """The lead meant by number and external id; raises EntryRefused if they mean two different people."""
    by_phone = Lead.objects.filter(phone=phone).first()
    by_external_id = Lead.objects.filter(external_id=external_id).first() if external_id else None
    if by_external_id is not None and by_phone != by_external_id:
        # Consent was given for a number and the do-not-call list holds numbers: a lead must not slip from one number to another.
        message = "This external id belongs to a lead with another number. Enter the new number as a new lead, with consent of its own."
        raise EntryRefused("external_id", message)
    if external_id and by_phone is not None and by_phone.external_id not in (None, external_id):
        raise EntryRefused("external_id", "This number belongs to a lead with another external id. Use that one, or leave it out.")
    return by_phone


def _create(phone: Phone, entry: LeadEntry) -> Lead:
    lead = Lead(phone=phone.e164, market=phone.region, time_zone=entry.time_zone or "")
    if entry.time_zone is None:
        lead.time_zone = likely_zone(phone.e164)
    _take_over(lead, entry)
    lead.save(force_insert=True)
    return lead


def _bring_up_to_date(lead: Lead, entry: LeadEntry) -> Lead:
    changed = _take_over(lead, entry)
    if entry.time_zone is not None:
        lead.time_zone = entry.time_zone
        changed.append("time_zone")
    lead.save(update_fields=[*changed, "updated_at"])
    return lead


def _take_over(lead: Lead, entry: LeadEntry) -> list[str]:
    """Copy what was given, and name it."""
    given = {
        "external_id": entry.external_id or None,
        "name": entry.name,
        "language": entry.language,
        "source": entry.source,
        "custom_fields": dict(entry.custom_fields) if entry.custom_fields is not None else None,
    }
    changed = [name for name, value in given.items() if value is not None]
    for name in changed:
        setattr(lead, name, given[name])
    return changed
