"""What goes into the audit log from several doors: plays of recordings, exports of results, changes of rights."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import Group, User
from django.db import transaction

from campaigns.access.viewer import Viewer
from campaigns.models import Call, Campaign, CampaignAccess, Recording
from leads import audit, clock
from leads.models import AuditEntry

ONE_PLAY = timedelta(hours=1)  # a player fetches a recording in many ranges, and jumps


def note_play(recording: Recording, *, by: str) -> None:
    """Once per person, recording and hour."""
    call = recording.call
    with transaction.atomic():
        Recording.objects.select_for_update(no_key=True).get(pk=recording.pk)  # two ranges asked for at once are one play
        played = AuditEntry.objects.filter(subject="call", subject_id=str(call.pk), act=audit.Act.PLAY, by=by[:150])
        if not played.filter(at__gt=clock.now() - ONE_PLAY).exists():
            audit.record(by, audit.Act.PLAY, "call", call.pk, campaign_id=call.campaign_id)


def note_results(campaign: Campaign, viewer: Viewer, *, by: str) -> None:
    audit.record(
        by,
        audit.Act.EXPORT,
        "campaign",
        campaign.pk,
        campaign_id=campaign.pk,
        rows=Call.objects.filter(campaign=campaign).count(),
        with_people=viewer.sees_people,
        with_numbers=viewer.sees_people and viewer.sees_numbers,
    )


def rights_of(user: User) -> dict[str, Any]:
    """As they stand in the database, in words that outlive the rows: names of groups, permissions and campaigns."""
    row = User.objects.get(pk=user.pk)
    access = CampaignAccess.objects.filter(user=row).first()
    return {
        "active": row.is_active,
        "staff": row.is_staff,
        "superuser": row.is_superuser,
        "groups": sorted(row.groups.values_list("name", flat=True)),
        "permissions": sorted(row.user_permissions.values_list("codename", flat=True)),
        "campaigns": "all" if access is None else sorted(access.campaigns.values_list("name", flat=True)),
    }


def group_rights(group: Group) -> dict[str, Any]:
    return {"permissions": sorted(group.permissions.values_list("codename", flat=True))}


def note_rights(subject: str, subject_id: object, before: Mapping[str, Any], after: Mapping[str, Any], *, by: str) -> None:
    """Nothing where nothing changed."""
    names = sorted({*before, *after})
    changed = {name: {"before": before.get(name), "after": after.get(name)} for name in names if before.get(name) != after.get(name)}
    if changed:
        audit.record(by, audit.Act.RIGHTS, subject, subject_id, changed=changed)
