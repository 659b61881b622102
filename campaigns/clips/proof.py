"""What is known about the disclosure of one call: from which prepared file it was played, who answers for that file, and how much was heard."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from campaigns.models import Call, PreparedClip


@dataclass(frozen=True, slots=True)
class DisclosureProof:
    is_heard: bool | None  # to its end, in these words; None: nobody reported
    heard_ms: int | None  # None: not known, or it was not said
    clip_sha256: str  # "": a voice said it, or nobody did
    clip_id: int | None = None
    clip_ms: int | None = None
    text: str = ""  # of the clip
    approved_by: str = ""
    approved_at: datetime | None = None


def proof_of(call: Call) -> DisclosureProof | None:
    """None: the call had no session that could have told."""
    if call.is_disclosure_heard is None and call.disclosure_heard_ms is None:
        return None
    clip = _clip(call.disclosure_sha256)
    if clip is None:
        return DisclosureProof(call.is_disclosure_heard, call.disclosure_heard_ms, call.disclosure_sha256)
    return DisclosureProof(
        call.is_disclosure_heard,
        call.disclosure_heard_ms,
        call.disclosure_sha256,
        clip_id=clip.pk,
        clip_ms=clip.duration_ms,
        text=clip.text,
        approved_by=clip.judged_by,
        approved_at=clip.judged_at,
    )


def _clip(sha256: str) -> PreparedClip | None:
    return PreparedClip.objects.filter(sha256=sha256).exclude(judged_by="").order_by("id").first() if sha256 else None
