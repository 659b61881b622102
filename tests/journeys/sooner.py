"""Hours pass in a story: what is queued for a lead is due now. `python -m tests.journeys.sooner '{"lead_id": "…", "voice": "…"}'`.

`voice`: what the callee's next utterances are taken to mean; the scripted voices know no question. Without one: what a rep has promised them.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import timedelta

import django


def due_now(lead_id: str, voice: str) -> int:
    from campaigns import business_clock
    from campaigns.models import Call, Campaign
    from leads import clock

    business_clock.apply()
    queued = Call.objects.filter(lead=lead_id, status="queued")
    Campaign.objects.filter(calls__in=queued).update(voice=voice)
    return queued.update(due_at=clock.now())


def promise_due_now(lead_id: str) -> int:
    """In a moment, so that its rep is reminded before."""
    from campaigns import business_clock
    from campaigns.models import Handoff
    from leads import clock

    business_clock.apply()
    return Handoff.objects.filter(call__lead=lead_id, status="promised").update(promised_for=clock.now() + timedelta(seconds=3))


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sautiqual.settings")
    django.setup()
    wanted = json.loads(sys.argv[1])
    assert (due_now if "voice" in wanted else promise_due_now)(**wanted) == 1
