"""Who says it: commands that keep somebody's word ask for the login, and for the right to give it."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.core.management.base import CommandError


def person_who_may(username: str, permission: str, *, what: str, right: str) -> User:
    """The active account with this permission; CommandError in words. `what`: what is done; `right`: the permission's name in the console."""
    user = User.objects.filter(username=username, is_active=True).first()
    if user is None:
        raise CommandError(f"There is no active account {username}.")
    if not user.has_perm(permission):
        raise CommandError(f"{username} may not {what}. Give the account “{right}” in the console.")
    return user
