"""May this call be made at this instant? Asks leads' compliance and keeps its answer with the facts, allowed or not."""

from __future__ import annotations

from datetime import datetime

from campaigns import flight
from campaigns.models import Call, DialDecision
from leads.compliance import Purpose
from leads.eligibility import Eligibility, decide


def eligibility_of(call: Call, *, at: datetime, is_another: bool = False) -> Eligibility:
    """What compliance says of this call at `at`, with nothing kept; with `is_another`, of one more call after it. `call` with lead and campaign."""
    dialled = Call.objects.filter(lead=call.lead_id, dialled_at__isnull=False)
    attempts = (dialled if is_another else dialled.exclude(pk=call.pk)).values_list("dialled_at", flat=True)
    return decide(
        call.lead,
        purpose=Purpose(call.campaign.purpose),
        controller=call.campaign.controller,
        attempts=tuple(instant for instant in attempts if instant is not None),
        at=at,
    )


def record_decision(call: Call, *, at: datetime) -> Eligibility:
    """Run inside the transaction that claims the call: what was true when the row was claimed is what counts."""
    eligibility = eligibility_of(call, at=at)
    decision = DialDecision.objects.create(
        call=call,
        decided_at=at,
        is_allowed=eligibility.is_allowed,
        reasons=[refusal.as_json() for refusal in eligibility.refusals],
        facts=eligibility.facts,
        pack_version=eligibility.pack_version,
        consent_record_id=eligibility.consent_record_id,
    )
    flight.record_decision(call, decision)
    return eligibility
