"""The made-up organisation that crash test, benchmarks and the volume call for, and what its leads agreed to."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from leads.compliance import ConsentGrade, ConsentKind, Purpose
from leads.models import ConsentRecord, Lead

CONTROLLER = "Acme Ltd"
WORDING = "Acme Ltd may call me with an automated AI voice and record the call."
A_MONTH = timedelta(days=30)


def consent_of(lead: Lead, at: datetime, **changes: Any) -> ConsentRecord:
    """Unsaved. Given at `at`, in writing, for marketing by an automated voice, unless `changes` says otherwise."""
    given = {
        "kind": ConsentKind.GIVEN,
        "purpose": Purpose.MARKETING,
        "covers_automated_voice": True,
        "controller": CONTROLLER,
        "wording": WORDING,
        "language": "en",
        "channel": "web form",
        "evidence": {"form": "https://acme.example/quote"},
        "grade": ConsentGrade.WRITTEN,
        "given_at": at,
    }
    return ConsentRecord(lead=lead, **(given | changes))
