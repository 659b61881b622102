"""One lead as somebody sent it, and all that can be said about it without looking at the leads there are.

Pure. REST, the console and the import of lists refuse by the same words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from leads.compliance import Json
from leads.entry_refused import EntryRefused
from leads.phone import Phone, PhoneProblem, to_e164
from leads.said import sentence
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


def checked_phone(entry: LeadEntry, *, region: str = "") -> Phone:
    """The entry's number, if market and zone fit it; raises EntryRefused. `region`: the country of a number if the entry names no market."""
    phone = entered_phone(entry.phone, region=(entry.market or region).upper())
    if entry.market and entry.market.upper() != phone.region:
        raise EntryRefused("market", sentence("The number belongs to %(region)s. Leave the market out, or correct the number.", region=phone.region))
    if entry.time_zone and zone_named(entry.time_zone) is None:
        raise EntryRefused("time_zone", MEND)
    return phone


def entered_phone(text: str, *, region: str) -> Phone:
    """The number in what somebody typed; raises EntryRefused with the mend."""
    phone = to_e164(text, region=region)
    if isinstance(phone, PhoneProblem):
        raise EntryRefused("phone", phone.mend)
    return phone
