"""Asha's facts as plain values: everything in order, so that a test changes the one thing it is about."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from leads.compliance import ConsentFact, ConsentGrade, ConsentKind, LawfulBasis, LeadFacts, Purpose, Reason, may_call
from leads.market_packs import market_packs
from tests.conftest import NOW

ACME = "Acme Ltd"

CONSENT = ConsentFact(
    record_id="c1",
    kind=ConsentKind.GIVEN,
    purpose=Purpose.MARKETING,
    covers_automated_voice=True,
    controller=ACME,
    grade=ConsentGrade.WRITTEN,
    lawful_basis=LawfulBasis.CONSENT,
    given_at=NOW - timedelta(days=30),
)
ASHA = LeadFacts(
    phone="+254712123401",
    time_zone="Africa/Nairobi",
    market="KE",
    consents=(CONSENT,),
    is_on_dnc=False,
    purpose=Purpose.MARKETING,
    controller=ACME,
    attempts=(),
    holidays=frozenset(),
)
PLACES = {
    "KE": ("+254712123401", "Africa/Nairobi"),
    "NG": ("+2348021234567", "Africa/Lagos"),
    "ZA": ("+27711234567", "Africa/Johannesburg"),
    "GH": ("+233231234567", "Africa/Accra"),
    "UG": ("+256712345678", "Africa/Kampala"),
    "TZ": ("+255621234567", "Africa/Dar_es_Salaam"),
    "RW": ("+250720123456", "Africa/Kigali"),
    "ET": ("+251911234567", "Africa/Addis_Ababa"),
    "EG": ("+201001234567", "Africa/Cairo"),
    "US": ("+12024561414", "America/New_York"),
    "GB": ("+442079460000", "Europe/London"),
    "DE": ("+4915112345678", "Europe/Berlin"),
    "FR": ("+33612345678", "Europe/Paris"),
    "ES": ("+34612345678", "Europe/Madrid"),
}


def facts(**changes: Any) -> LeadFacts:
    return replace(ASHA, **changes)


def facts_in(market: str, purpose: Purpose = Purpose.MARKETING, **changes: Any) -> LeadFacts:
    """Somebody with consent for `purpose` in this market."""
    phone, time_zone = PLACES[market]
    consents = (consent(purpose=purpose, given_at=datetime.fromisoformat("2020-01-01T00:00+00:00")),)
    return facts(**{"phone": phone, "time_zone": time_zone, "market": market, "purpose": purpose, "consents": consents, **changes})


def consent(**changes: Any) -> ConsentFact:
    return replace(CONSENT, **changes)


def withdrawal(**changes: Any) -> ConsentFact:
    return replace(CONSENT, record_id="w1", kind=ConsentKind.WITHDRAWN, controller="", given_at=NOW - timedelta(days=1), **changes)


def reasons(lead: LeadFacts, *, at: datetime = NOW) -> list[Reason]:
    """Why this lead may not be called, under the shipped pack of its market."""
    return [refusal.reason for refusal in may_call(lead, market_packs().get(lead.market), at=at)]
