"""Collects one lead's facts and has compliance judge them: the only reader of consent and do-not-call together.

Attempts so far are handed in, because leads knows no calls; those of a person who was erased and came back are added.
Four queries per decision, whatever the lead's history.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from leads.compliance import ConsentFact, Json, LeadFacts, Refusal, deciding_consent, may_call
from leads.erasure import standing_of
from leads.holiday_confirmation import days_closed_around
from leads.market_packs import market_packs
from leads.market_rules import MarketPack, stale_rules
from leads.models import ConsentRecord, Lead
from leads.opening import is_only_not_now, opens_at
from leads.pack_review import acknowledgement_of
from leads.rule_age import rules_as_json
from leads.rules_in_force import regions_of, rules_in_force


@dataclass(frozen=True, slots=True)
class Eligibility:
    """One decision, ready to be kept: `facts` and `refusals` hold no phone number and no name."""

    is_allowed: bool
    refusals: tuple[Refusal, ...]
    facts: dict[str, Json]
    pack_version: str  # "": there is no pack for the lead's market
    consent_record_id: str | None  # the record that decided, a withdrawal included; None if there was none
    opens_at: datetime | None = None  # only with reasons that the clock alone takes away: when to look again


def decide(lead: Lead, *, purpose: str, controller: str, attempts: Iterable[datetime], at: datetime) -> Eligibility:
    """May this lead be called at `at` (aware), and why not. `purpose`: a word of Purpose; `attempts`: when it was dialled in the last 30 days."""
    pack = market_packs().get(lead.market)
    facts = facts_of(lead, purpose=purpose, controller=controller, attempts=attempts, at=at)
    refusals = may_call(facts, pack, at=at)
    deciding = deciding_consent(facts, at=at)
    is_early = is_only_not_now(refusal.reason for refusal in refusals)
    return Eligibility(
        is_allowed=not refusals,
        refusals=refusals,
        facts=_facts_as_json(facts, at) | {"rules": _rules_as_json(facts, pack, at) if pack else None},
        pack_version=pack.version if pack else "",
        consent_record_id=deciding.record_id if deciding else None,
        opens_at=opens_at(facts, pack, at=at) if is_early else None,
    )


def facts_of(lead: Lead, *, purpose: str, controller: str, attempts: Iterable[datetime], at: datetime) -> LeadFacts:
    """What is known about calling this lead now, read fresh from the database but for the lead itself: hand in a fresh one."""
    closed = days_closed_around(lead.market, at=at)
    is_on_dnc, before_erasure = standing_of(lead.phone)
    return LeadFacts(
        phone=lead.phone,
        time_zone=lead.time_zone,
        market=lead.market,
        consents=tuple(consent_fact(record) for record in lead.consent_records.all()),
        is_on_dnc=is_on_dnc,
        purpose=purpose,
        controller=controller,
        attempts=(*attempts, *before_erasure),
        holidays=closed.days if closed else None,
        doubtful_holidays=closed.doubtful if closed else (),
        region=region_said(lead.custom_fields.get("region")),
    )


def region_said(custom_field: object) -> str:
    """Where in the market the lead lives, by the custom field `region`; "" if it is not there. What is no text names no region, so all count."""
    return "" if custom_field is None else str(custom_field)


def consent_fact(record: ConsentRecord) -> ConsentFact:
    return ConsentFact(
        record_id=str(record.id),
        kind=record.kind,
        purpose=record.purpose,
        covers_automated_voice=record.covers_automated_voice,
        controller=record.controller,
        grade=record.grade,
        lawful_basis=record.lawful_basis,
        given_at=record.given_at,
        expires_at=record.expires_at,
    )


def _facts_as_json(facts: LeadFacts, at: datetime) -> dict[str, Json]:
    return {
        "at": at.isoformat(),
        "purpose": facts.purpose,
        "controller": facts.controller,
        "market": facts.market,
        "time_zone": facts.time_zone,
        "region": facts.region,
        "is_on_dnc": facts.is_on_dnc,
        "attempts": [attempt.isoformat() for attempt in facts.attempts],
        "holidays": [day.isoformat() for day in sorted(facts.holidays)] if facts.holidays is not None else None,
        "doubtful_holidays": [{"on": day.on.isoformat(), "estimated_on": day.estimated_on.isoformat()} for day in facts.doubtful_holidays],
        "consents": [_consent_as_json(fact) for fact in facts.consents],
    }


def _rules_as_json(facts: LeadFacts, pack: MarketPack, at: datetime) -> Json:
    purposes = rules_in_force(pack, facts.phone, facts.region, at=at).purposes
    rules = next((rules for purpose, rules in purposes.items() if purpose == facts.purpose), None)
    return rules_as_json(
        rules,
        regions=regions_of(pack, facts.phone, facts.region),
        stale=stale_rules(pack, on=at.date()),
        acknowledgement_id=acknowledgement_of(pack, at=at),
        on=at.date(),
    )


def _consent_as_json(fact: ConsentFact) -> Json:
    return {
        "record_id": fact.record_id,
        "kind": fact.kind,
        "purpose": fact.purpose,
        "covers_automated_voice": fact.covers_automated_voice,
        "controller": fact.controller,
        "grade": fact.grade,
        "lawful_basis": fact.lawful_basis,
        "given_at": fact.given_at.isoformat(),
        "expires_at": fact.expires_at.isoformat() if fact.expires_at else None,
    }
