"""May a call that breaks down on our side promise another one, and for when? Reads only; asked when the stream opens.

The callee is told "we will call you back" only where the rules, the caps and the campaign let us keep it, as far as that is known now.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from campaigns.models import Call, Campaign
from campaigns.outcomes import AttemptOutcome
from campaigns.retry_rules import rule_of
from leads.compliance import Purpose
from leads.eligibility import decide

MENDED_WITHIN = timedelta(minutes=10)  # after the longest end of the call that broke
BROKEN_OFF = (AttemptOutcome.HUNG_UP, AttemptOutcome.BROKE_OFF)  # what such a call counts as, without and with an answer


def call_back_at(call: Call, *, at: datetime) -> datetime | None:
    """The first lawful instant for it (aware). None: nothing may be promised. `call` has been dialled; with lead and campaign."""
    campaign = call.campaign
    if call.occasion != Call.Occasion.CAMPAIGN or campaign.status == Campaign.Status.CLOSED:
        return None
    if any(rule_of(outcome).is_final for outcome in BROKEN_OFF):
        return None
    dialled = Call.objects.filter(lead=call.lead_id, dialled_at__isnull=False)
    if dialled.filter(campaign=campaign.pk).count() >= campaign.max_attempts:
        return None
    attempts = [instant for instant in dialled.values_list("dialled_at", flat=True) if instant is not None]
    due_at = at + timedelta(seconds=campaign.max_call_s) + MENDED_WITHIN
    eligibility = decide(call.lead, purpose=Purpose(campaign.purpose), controller=campaign.controller, attempts=attempts, at=due_at)
    return due_at if eligibility.is_allowed else eligibility.opens_at
