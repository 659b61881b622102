"""Writes the flight record: one row an event, in the same transaction as what it tells of. Nothing else writes it, and nothing changes a row.

What a decision was made on stands on its DialDecision and is not written twice: a decision's entry names it, and the judge reads both.
The rules stand once a version of their pack.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from contextlib import suppress
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from campaigns.judge.record import EntryKind, Scope
from campaigns.models import Call, DialDecision, FlightEntry, Line, Organisation, RuleSheet
from campaigns.pacing import Reps
from leads import clock
from leads.compliance import ConsentGrade
from leads.eligibility import region_said
from leads.market_packs import market_packs
from leads.market_rules import PurposeRules
from leads.phone_digest import digests_to_enter
from leads.rules_in_force import rules_in_force


def record(
    kind: EntryKind,
    *,
    at: datetime,
    call: Call | None = None,
    campaign_id: int | None = None,
    line_id: int | None = None,
    phone: str = "",
    money_minor: int = 0,
    money_on: date | None = None,
    details: Mapping[str, Any] | None = None,
) -> None:
    """`at`: business time. `phone`: only where the entry must be found by its number; a digest of it is kept."""
    FlightEntry.objects.create(
        kind=kind,
        at=at,
        campaign_id=call.campaign_id if call else campaign_id,
        call_id=call.pk if call else None,
        line_id=line_id or (call.line_id if call else None),
        lead_id=call.lead_id if call else None,
        number=number_of(phone) if phone else "",
        money_minor=money_minor,
        money_on=money_on,
        details=dict(details or {}),
    )


def number_of(phone: str) -> str:
    """By which the record knows a number: the do-not-call list's digest, so that both can be laid side by side without the number."""
    return digests_to_enter([phone])[phone]


def record_decision(call: Call, decision: DialDecision) -> None:
    details = {
        "decision_id": decision.pk,
        "is_allowed": decision.is_allowed,
        "reasons": [one["reason"] for one in decision.reasons],
        "pack_version": decision.pack_version,
        "rules": keep_rules(call, at=decision.decided_at),
        "consent_id": str(decision.consent_record_id) if decision.consent_record_id else None,
        "due_at": call.due_at.isoformat(),
    }
    record(EntryKind.DECISION, at=decision.decided_at, call=call, details=details)


def record_dispatch(
    call: Call, line: Line, organisation: Organisation, *, at: datetime, money_on: date, reserved_minor: int, reps: Reps | None
) -> None:
    """A phone may ring from here on. The limits are kept as they stand on the rows, not as they were reckoned with."""
    campaign = call.campaign
    decided = FlightEntry.objects.filter(call_id=call.pk, kind=EntryKind.DECISION).order_by("-pk").first()
    details = {
        "decision_id": decided.details["decision_id"] if decided else None,
        "rules": decided.details["rules"] if decided else "",
        "occasion": call.occasion,
        "attempt": call.attempt_number,
        "due_at": call.due_at.isoformat(),
        "priority": call.priority,
        "in_flight": {
            "campaign": campaign.max_calls_in_flight,
            "line": line.max_calls_in_flight,
            "organisation": organisation.max_calls_in_flight,
        },
        "per_second": line.calls_per_second,
        "per_day": line.max_calls_a_day,
        "budgets": {
            Scope.CAMPAIGN.value: campaign.budget_minor,
            Scope.CAMPAIGN_DAY.value: campaign.day_budget_minor,
            Scope.DAY.value: organisation.day_budget_minor,
            Scope.MONTH.value: organisation.month_budget_minor,
        },
        "reps": _reps_as_json(reps),
    }
    record(
        EntryKind.DISPATCH,
        at=at,
        call=call,
        line_id=line.pk,
        phone=call.lead.phone,
        money_minor=reserved_minor,
        money_on=money_on,
        details=details,
    )


def _reps_as_json(reps: Reps | None) -> dict[str, Any] | None:
    if reps is None:
        return None
    return {"n_free": reps.n_free, "target": reps.target, "hot_of_dialled": reps.rates.of_dialled, "hot_of_answered": reps.rates.of_answered}


def record_money(call_id: UUID | None, campaign_id: int | None, minor: int, *, on: date, details: Mapping[str, Any] | None = None) -> None:
    """What is committed has changed by `minor`; nothing is written if it has not, unless `details` say more."""
    if minor or details:
        FlightEntry.objects.create(
            kind=EntryKind.MONEY,
            at=clock.now(),
            call_id=call_id,
            campaign_id=campaign_id,
            money_minor=minor,
            money_on=on,
            details=dict(details or {}),
        )


# ---- the rules ------------------------------------------------------------------------------------------------------------


def keep_rules(call: Call, *, at: datetime) -> str:
    """The rules that count for this lead at `at`, kept once: files change, decisions are judged by what they said then. "": none."""
    lead = call.lead
    pack = market_packs().get(lead.market)
    in_force = rules_in_force(pack, lead.phone, region_said(lead.custom_fields.get("region")), at=at) if pack else None
    rules = next((each for purpose, each in in_force.purposes.items() if purpose == call.campaign.purpose), None) if in_force else None
    if pack is None or rules is None:
        return ""
    content = _rules_as_json(rules)
    digest = hashlib.sha256(json.dumps([pack.version, content], sort_keys=True).encode()).hexdigest()
    if not RuleSheet.objects.filter(pk=digest).exists():
        sheet = RuleSheet(digest, pack.version, pack.market, call.campaign.purpose, content, at)
        with suppress(IntegrityError), transaction.atomic():  # another process may have kept it a moment ago
            sheet.save(force_insert=True)
    return digest


def _rules_as_json(rules: PurposeRules) -> dict[str, Any]:
    grades = list(ConsentGrade)
    return {
        "windows": [[[f"{one.opens:%H:%M}", f"{one.closes:%H:%M}"] for one in day] for day in rules.hours.windows],
        "is_closed_on_holidays": rules.holidays.is_closed,
        "calendars": sorted(rules.holidays.calendars),
        "also_closed_on": sorted(day.isoformat() for day in rules.holidays.also_closed_on),
        "must_name_automated_voice": rules.consent.must_name_automated_voice,
        "grades": [grade.value for grade in grades[grades.index(rules.consent.minimum_grade) :]],
        "lawful_bases": [basis.value for basis in rules.consent.lawful_bases],
        "per_day": rules.attempts.per_day,
        "per_24_hours": rules.attempts.per_24_hours,
        "per_7_days": rules.attempts.per_7_days,
        "per_30_days": rules.attempts.per_30_days,
    }
