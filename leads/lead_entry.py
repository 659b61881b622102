"""Enters leads from outside: the one place where a number's market and time zone are derived, once, when the lead is new.

Afterwards both stay as they are. A zone that somebody cleared stays unknown, and an unknown zone is never called.
"""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction

from leads.entered_lead import LeadEntry, checked_phone
from leads.entry_refused import EntryRefused
from leads.models import Lead
from leads.phone import Phone, known_phone, likely_zone
from leads.said import N_


def enter_lead(entry: LeadEntry) -> tuple[Lead, bool]:
    """The lead with this number, new or brought up to date, and whether it is new. Raises EntryRefused; nothing is saved then."""
    phone = checked_phone(entry)
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


def derive_place(lead: Lead) -> None:
    """Fill in a new lead's market, and its time zone if that is empty and the number leaves only one. Does not save."""
    phone = known_phone(lead.phone)
    lead.market = phone.region if phone else ""
    lead.time_zone = lead.time_zone or likely_zone(lead.phone)


def new_values(phone: Phone, entry: LeadEntry, *, zone: str) -> dict[str, Any]:
    """Of a new lead, by field; what nobody gave is left to the field. `zone` is the number's own, which counts if none was given."""
    return {"phone": phone.e164, "market": phone.region, "time_zone": zone, **given_values(entry)}


def given_values(entry: LeadEntry) -> dict[str, Any]:
    """What a known lead takes over from the entry, by field."""
    given = {
        "time_zone": entry.time_zone,
        "external_id": entry.external_id or None,
        "name": entry.name,
        "language": entry.language,
        "source": entry.source,
        "custom_fields": dict(entry.custom_fields) if entry.custom_fields is not None else None,
    }
    return {name: value for name, value in given.items() if value is not None}


def refuse_another_person(by_phone: Lead | None, by_external_id: Lead | None, external_id: str | None) -> None:
    """Raises EntryRefused if the number and the external id that were given mean two different people."""
    if by_external_id is not None and by_phone != by_external_id:
        # Consent was given for a number and the do-not-call list holds numbers: a lead must not slip from one number to another.
        message = N_("This external id belongs to a lead with another number. Enter the new number as a new lead, with consent of its own.")
        raise EntryRefused("external_id", message)
    if external_id and by_phone is not None and by_phone.external_id not in (None, external_id):
        raise EntryRefused("external_id", N_("This number belongs to a lead with another external id. Use that one, or leave it out."))


def _known_lead(phone: str, external_id: str | None) -> Lead | None:
    by_phone = Lead.objects.filter(phone=phone).first()
    by_external_id = Lead.objects.filter(external_id=external_id).first() if external_id else None
    refuse_another_person(by_phone, by_external_id, external_id)
    return by_phone


def _create(phone: Phone, entry: LeadEntry) -> Lead:
    lead = Lead(**new_values(phone, entry, zone=likely_zone(phone.e164)))
    lead.save(force_insert=True)
    return lead


def _bring_up_to_date(lead: Lead, entry: LeadEntry) -> Lead:
    given = given_values(entry)
    for name, value in given.items():
        setattr(lead, name, value)
    lead.save(update_fields=[*given, "updated_at"])
    return lead
