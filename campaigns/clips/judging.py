"""A person has listened to a clip and answers for it, or does not."""

from __future__ import annotations

from campaigns.models import PreparedClip
from leads import clock

Status = PreparedClip.Status


def approve(clip: PreparedClip, *, by: str) -> bool:
    """It says exactly its text. False: there is nothing to be listened to, or somebody was faster."""
    return _judge(clip, Status.APPROVED, from_statuses=[Status.TO_LISTEN], by=by)


def reject(clip: PreparedClip, *, by: str) -> bool:
    """It does not, or not any more: a call that begins from now on does not play it."""
    return _judge(clip, Status.REJECTED, from_statuses=[Status.TO_LISTEN, Status.APPROVED], by=by)


def _judge(clip: PreparedClip, verdict: Status, *, from_statuses: list[Status], by: str) -> bool:
    claimed = PreparedClip.objects.filter(pk=clip.pk, status__in=from_statuses)
    return claimed.update(status=verdict, judged_by=by[:150], judged_at=clock.now()) == 1
