"""Who would turn hot, and who would no longer be: a page of them to look at, and all of them as CSV, each as the viewer may see people."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from campaigns.access.viewer import Viewer
from campaigns.models import Call, RubricReplay
from campaigns.review.blind import without_hidden
from leads import audit
from leads.masking import mask_number
from leads.spreadsheet import harmless

SHOWN = 50
HOT, COLD = "turned_hot", "turned_cold"
COLUMNS = ("call_id", "lead_id", "campaign", "answered_at", "turned", "score_before", "score_after")
OF_PEOPLE = ("name", "phone")


@dataclass(frozen=True, slots=True)
class Turned:
    call: Call
    name: str  # "" where the viewer sees no people
    phone: str
    before: int
    after: int


def turned(kept: RubricReplay, side: str, viewer: Viewer, *, most: int | None = SHOWN) -> list[Turned]:
    """In the order of their new score, the best first. Calls that are gone meanwhile are left out, and those to be judged blind."""
    found: Sequence[tuple[str, int, int]] = (kept.found or {}).get(side, [])
    listed = sorted(found, key=lambda row: (-row[2], -row[1], row[0]))[:most]
    calls = without_hidden(viewer.within(Call.objects.select_related("lead", "campaign").defer("cdr")), viewer)
    by_id: dict[UUID, Call] = {}
    for start in range(0, len(listed), 500):
        by_id |= {call.pk: call for call in calls.filter(pk__in=[row[0] for row in listed[start : start + 500]])}
    return [_seen(by_id[UUID(call_id)], before, after, viewer) for call_id, before, after in listed if UUID(call_id) in by_id]


def turned_csv(kept: RubricReplay, viewer: Viewer, *, by: str) -> str:
    """Written into the audit log."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([*COLUMNS, *(OF_PEOPLE if viewer.sees_people else ())])
    rows = [("hot", row) for row in turned(kept, HOT, viewer, most=None)] + [("no longer hot", row) for row in turned(kept, COLD, viewer, most=None)]
    for words, row in rows:
        call = row.call
        cells = [call.pk, call.lead_id, harmless(call.campaign.name), call.answered_at and call.answered_at.isoformat(), words, row.before, row.after]
        writer.writerow([*cells, *((harmless(row.name), row.phone) if viewer.sees_people else ())])
    shows: dict[str, Any] = {"with_people": viewer.sees_people, "with_numbers": viewer.sees_people and viewer.sees_numbers}
    audit.record(by, audit.Act.EXPORT, "script", kept.script_id, what="replay", replay=str(kept.pk), rows=len(rows), **shows)
    return out.getvalue()


def _seen(call: Call, before: int, after: int, viewer: Viewer) -> Turned:
    if not viewer.sees_people:
        return Turned(call, "", "", before, after)
    return Turned(call, call.lead.name, call.lead.phone if viewer.sees_numbers else mask_number(call.lead.phone), before, after)
