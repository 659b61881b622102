"""Hours pass in a story: what is queued for a lead is due now. `python -m tests.journeys.sooner '{"lead_id": "…", "voice": "…"}'`.

`voice`: what the callee's next utterances are taken to mean; the scripted voices know no question.
"""

from __future__ import annotations

import json
import os
import sys

import django


def due_now(lead_id: str, voice: str) -> int:
    from campaigns import business_clock
    from campaigns.models import Call, Campaign
    from leads import clock

    business_clock.apply()
    queued = Call.objects.filter(lead=lead_id, status="queued")
    Campaign.objects.filter(calls__in=queued).update(voice=voice)
    return queued.update(due_at=clock.now())


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sautiqual.settings")
    django.setup()
    assert due_now(**json.loads(sys.argv[1])) == 1
