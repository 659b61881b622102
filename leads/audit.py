"""The audit log: who exported, played, showed or overrode what, and why. Rows are written, never changed."""

from __future__ import annotations

from typing import Any

from leads import clock
from leads.models import AuditEntry

Act = AuditEntry.Act


def record(
    by: str, act: AuditEntry.Act, subject: str, subject_id: object = "", *, campaign_id: int | None = None, why: str = "", **detail: Any
) -> None:
    """Writes one entry, in the caller's transaction: where the act is undone, so is its entry. `by`: a user's name, or the key's or command's.

    `detail` goes to JSON and must name no callee and no number. Raises ValueError where nobody did it.
    """
    if not by.strip():
        raise ValueError("the audit log needs to know who did it")
    AuditEntry.objects.create(
        at=clock.now(), by=by[:150], act=act, subject=subject, subject_id=str(subject_id)[:40], campaign_id=campaign_id, why=why[:1000], detail=detail
    )
