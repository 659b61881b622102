"""Everything that is held on one person, as plain JSON values: for somebody who asks what we know of them. Reads only, but for its own trace.

Whatever is deleted with a lead is handed out with a lead, so a table that is added later is in the export without anybody's doing. Left out
is what would open a door (the tokens of calls) and is of no use to them.
"""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Any

from django.contrib.admin.models import LogEntry
from django.db import models
from django.db.models import Q

from bridge.sealing import SealingProblem
from campaigns import flight, recordings
from campaigns.models import FlightEntry, PrivacyAct, Recording, StrangerCall
from campaigns.privacy.collecting import Held, plain_fields, with_all_below
from leads import audit
from leads.models import DoNotCallEntry, DoNotCallRemoval, ErasedAttempt, KeptConsent, Lead

FORMAT = 1


def export_person(phone: str, *, by: str, now: datetime) -> dict[str, Any]:
    """`phone` in E.164. What is held by its digest is in it, whether a lead has the number or not; empty lists where nothing is held."""
    lead = Lead.objects.filter(phone=phone).first()
    number = flight.number_of(phone)
    held: dict[str, Any] = {
        "format": FORMAT,
        "phone": phone,
        "exported_at": now.isoformat(),
        "lead": _with_all_below(with_all_below([lead])[0]) if lead else None,
        "do_not_call": _rows(DoNotCallEntry.objects.filter(phone_digest=number)),
        "taken_off_do_not_call": _rows(DoNotCallRemoval.objects.filter(phone_digest=number)),
        "flight_record": _rows(_flight_entries(lead, number).order_by("id")),
        "attempts_before_erasure": _rows(ErasedAttempt.objects.filter(phone_digest=number)),
        "consents_before_erasure": _rows(KeptConsent.objects.filter(phone_digest=number)),
        "privacy_acts": _rows(PrivacyAct.objects.filter(number=number)),
        "calls_to_us_going_on": _rows(StrangerCall.objects.filter(phone=phone)),
        "console_history": _rows(LogEntry.objects.filter(object_id=str(lead.pk))) if lead else [],
    }
    audit.record(by, audit.Act.EXPORT, "person", lead.pk if lead else number[:8])
    PrivacyAct.objects.create(kind=PrivacyAct.Kind.EXPORT, began_at=now, ended_at=now, done_by=by[:150], number=number)
    return held


def _flight_entries(lead: Lead | None, number: str) -> models.QuerySet[FlightEntry]:
    calls = [] if lead is None else lead.calls.values_list("pk", flat=True)
    return FlightEntry.objects.filter(Q(number=number) | Q(call_id__in=list(calls)))


def _with_all_below(held: Held) -> dict[str, Any]:
    """The row, and under the name of each table what would be deleted with it."""
    return _as_json(held.row) | {name: [_with_all_below(each) for each in rows] for name, rows in held.below.items()}


def _rows(rows: models.QuerySet[Any]) -> list[dict[str, Any]]:
    return [_as_json(row) for row in rows]


def _as_json(row: models.Model) -> dict[str, Any]:
    shown = dict(plain_fields(row))
    if isinstance(row, Recording):
        shown |= _audio(row)
    return shown


def _audio(recording: Recording) -> dict[str, str | None]:
    """As FLAC; None where it cannot be had, with the reason unless the file is gone."""
    try:
        with recordings.opened(recording) as (sound, size_bytes):
            return {"audio_base64": base64.b64encode(sound.read(size_bytes)).decode()}
    except FileNotFoundError:
        return {"audio_base64": None}
    except SealingProblem as problem:
        return {"audio_base64": None, "why_no_audio": str(problem)}
