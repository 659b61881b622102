"""Keeps each role's group at what `roles` says. Called after every migration, so that a right of a later version reaches the roles."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Group, Permission

from campaigns.access.roles import Role, permissions_of


def keep_roles(**_signal: Any) -> None:
    """A role's rights are no setting: what else is in its group goes. Members stay."""
    known = {f"{row.content_type.app_label}.{row.codename}": row for row in Permission.objects.select_related("content_type")}
    for role in Role:
        group, _is_new = Group.objects.get_or_create(name=role.group_name)
        wanted = {known[name] for name in permissions_of(role, known)}
        if wanted != set(group.permissions.all()):
            group.permissions.set(wanted)
